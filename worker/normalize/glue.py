"""Sentences and paragraphs that lost the space between them.

Such as `on Tuesday.Ukrainian` and `“fake news.”White House`.

Evidence, cheap: a capital letter follows a full stop, question or exclamation mark at once, closing marks
aside. Strict: a word in small letters stands before it and a capitalised word after it, and what is glued
is no address, file name or handle. It becomes a paragraph where the text has hardly any paragraphs of its
own, else a space. Where several paragraphs are glued for sure, weaker places count too: an acronym, a
name, a number or a colon before the capital. Runs when the marks are typographic again, since they tell
where the break was: `.”White`, `.“Such`.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from worker.normalize.words import ABBREVIATIONS, OPENERS

if TYPE_CHECKING:
    from worker.normalize.edits import Edit

Place = tuple[int, bool]
"""Where to part, and whether an abbreviation stands before it."""

_UPPER: Final = "A-ZÀ-ÖØ-ÞĀČĎĘĚĞİĽŁŃŇŐŘŚŞŠŤŮŰŹŻŽ\u0391-\u03a9\u0401-\u042f"
_MAYBE: Final = tuple(
    (sign[-1], re.compile(rf"{sign}(?<=[^A-Z\s]{sign})[”’\"')\]]{{0,3}}[“‘\"(]{{0,2}}[{_UPPER}]"))
    for sign in (r"\.", r"\?", "!")
)
_AFTER: Final = re.compile(rf"([”’\"')\]]{{0,3}})[“‘\"(]{{0,2}}([{_UPPER}][^\W\d_]*(?:[’'][a-z]+)?)")
_CAMEL: Final = re.compile(r"[a-z][A-Z]\w*\.\Z")
_CLOSERS: Final = ".!?:”’\"')]%"
_OPENERS: Final = "“‘\"'(["
_DOMAINS: Final = frozenset(
    (
        "Com",
        "Org",
        "Net",
        "Gov",
        "Edu",
        "Co",
        "Io",
        "Uk",
        "Eu",
        "De",
        "Fr",
        "Tv",
        "Us",
        "Info",
        "Biz",
        "Live",
        "Mil",
        "Ru",
        "Ca",
        "Me",
        "Ly",
        "Ai",
        "App",
        "Js",
        "Py",
        "Html",
        "Pdf",
    )
)
_PLAIN_AFTER: Final = frozenset(("", " ", ",", "’", "'"))
_SURE_MIN: Final = 3
_REACH: Final = 40
_MARK: Final = re.compile('["“”]')
_MARKS_MAX: Final = 8
_LOOK_BACK: Final = 2_000
_OUTSIDE_LEFT: Final = frozenset(" \n([—–-")
_OUTSIDE_RIGHT: Final = frozenset(" \n)],;:.?!—–-")


def may_be_glued(text: str) -> bool:
    """Whether a capital follows a full stop at once anywhere."""
    return any(sign in text and pattern.search(text) is not None for sign, pattern in _MAYBE)


def part_glued(text: str) -> list[Edit]:
    """The edits that part what is glued in `text`."""
    sure: list[Place] = []
    weak: list[Place] = []
    for sign in ".!?":
        _collect(text, sign, sure, weak)
    if not sure:
        return []
    places, paragraphs = sure, len(sure) > text.count("\n\n")
    if paragraphs and len(sure) >= _SURE_MIN:
        _collect(text, ":", sure, weak)
        places = sure + weak
    places.sort()
    return [
        (place, place, "\n\n", "paragraph_break")
        if paragraphs and not abbreviated
        else (place, place, " ", "sentence_break")
        for place, abbreviated in places
    ]


def _collect(text: str, sign: str, sure: list[Place], weak: list[Place]) -> None:
    """Add the places where something is glued to a `sign`."""
    last = len(text) - 1
    at = text.find(sign)
    while 0 <= at < last:
        if text[at + 1] not in " \n.,":
            after = _AFTER.match(text, at + 1)
            if after is not None and at:
                place = _place(text, at, after)
                if place is not None:
                    (sure if _is_sure(text, at, after) else weak).append(place)
        at = text.find(sign, at + 1)


def _is_sure(text: str, at: int, after: re.Match[str]) -> bool:
    before = text[at - 1]
    if text[at] == ":" or (after.start(2) == at + 1 and after[2] not in OPENERS and _follows_name(text, at)):
        return False
    return (
        before.islower()
        or (before in '”’")%' and bool(text[at - 2 : at - 1]))
        or (text[at - 2 : at].isdigit() and at >= 2 and after[2][1:].islower() and text[at] != ":")
    )


def _follows_name(text: str, at: int) -> bool:
    """Whether a capitalised word stands before `text[at]`: the next one may belong to it, `Table.Media`."""
    word = _last_word(text[max(at - _REACH, 0) : at])
    return word[:1].isupper() and word not in ABBREVIATIONS


def _place(text: str, at: int, after: re.Match[str]) -> Place | None:
    """The place to part after the sign at `text[at]`; None where the glue belongs there."""
    start, word = at + 1, after[2]
    left = text[max(start - _REACH, 0) : start]
    if _belongs(text, at, after, left) or _is_address(text, left, after.end(), word):
        return None
    place = after.end(1)
    if '"' in text[start : after.start(2)]:
        place = _straight(text, start, after.start(2))
    return place, _last_word(left) in ABBREVIATIONS


def _belongs(text: str, at: int, after: re.Match[str], left: str) -> bool:
    """Whether sign and capital belong together: initials, `Yahoo!News`, a label without a space."""
    word, sign = after[2], text[at]
    bare = after.start(2) == at + 1
    if sign == ":":
        return not text[at - 1].islower() or bool(after[1]) or text[after.end() : after.end() + 1] not in " ,"
    if sign == "!" and bare and word not in OPENERS:
        return True
    if bare and len(word) == 1 and text[at - 1].isupper() and text[after.end() : after.end() + 1] == ".":
        return True
    if text[at - 1].isupper() and not text[at - 2 : at - 1].isalnum():
        return word not in OPENERS and word not in ABBREVIATIONS
    if len(word) == 1 and word not in {"I", "A"}:
        return not text[after.end() + 1 : after.end() + 2].isupper() or left.endswith("Ph.")
    return text[at - 1].isspace() or (word.isupper() and len(word) > 1 and not text[at - 1].islower())


def _last_word(left: str) -> str:
    return left[left.rfind(" ") + 1 :].rpartition("\n")[2].strip(_CLOSERS + _OPENERS)


def _is_address(text: str, left: str, end: int, word: str) -> bool:
    before = left[max(left.rfind(" "), left.rfind("\n")) + 1 :]
    if before[:-1].isalpha() and before[1:].islower() and text[end : end + 1] in _PLAIN_AFTER:
        return word.capitalize() in _DOMAINS and (word.istitle() or before[0].isupper())
    token = before + text[end : end + _REACH].partition("\n")[0].partition(" ")[0]
    following = text[end : end + 2]
    return (
        word.capitalize() in _DOMAINS
        or "@" in token
        or "//" in token
        or "www." in token.lower()
        or following[:1] in {"/", "_"}
        or (following[:1] == "." and following[1:].islower())
        or (_CAMEL.search(before) is not None and word not in OPENERS)
    )


def _straight(text: str, start: int, end: int) -> int:
    """The place of the break among straight quotation marks: after a closing one, before an opening one."""
    at = text.find('"', start, end)
    closes = end - start > 1 and text[end - 1] in _OPENERS and at < end - 1
    closes = closes or _closes(text, at)
    place = start
    while place < end and (text[place] in "'’”)]" or (place == at and closes)):
        place += 1
    return place


def _closes(text: str, at: int) -> bool:
    """Whether the mark at `text[at]` closes: the nearer of the marks on its two sides that show what they do tells.

    A mark that is glued itself does the contrary of its neighbour. Where both are as near, the next one decides: a
    quotation that runs on is opened anew with each paragraph.
    """
    paragraph = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    after = [mark.start() for mark in islice(_MARK.finditer(text, at + 1, end if end >= 0 else len(text)), _MARKS_MAX)]
    before = [mark.start() for mark in _MARK.finditer(text, max(paragraph, at - _LOOK_BACK), at)][-_MARKS_MAX:]
    ahead, behind = (_first_shown(text, places) for places in (after, before[::-1]))
    if ahead is not None and (behind is None or ahead[0] <= behind[0]):
        return ahead[1] == (ahead[0] % 2 == 0)
    if behind is not None:
        return behind[1] == (behind[0] % 2 == 0)
    return len(before) % 2 == 1


def _first_shown(text: str, places: list[int]) -> tuple[int, bool] | None:
    """How many marks are passed by before one that shows what it does, and whether that one opens."""
    for count, place in enumerate(places):
        opens = _opens(text, place)
        if opens is not None:
            return count, opens
    return None


def _opens(text: str, at: int) -> bool | None:
    """Whether the mark at `text[at]` opens, by its form or the white space on its sides; None where neither tells."""
    if text[at] != '"':
        return text[at] == "“"
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    if before in _OUTSIDE_LEFT:
        return None if after.isspace() else True
    return False if after in _OUTSIDE_RIGHT else None
