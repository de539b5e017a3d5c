"""Where words stand in quotation marks: pairs of marks of every style, over paragraphs where they go on.

A mark that has no partner gives nothing and ends nothing: what follows is read as if it were not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

_MARK: Final = re.compile("\"|“|”|„|‟|«|»|‹|›|「|」|『|』|''|``|’’")
_STRAIGHT: Final = frozenset(('"', "''", "``", "’’"))
_CURLED: Final = frozenset("“”„‟")
_ANGLED: Final = {"«": "»", "»": "«", "‹": "›", "›": "‹"}
_CORNERS: Final = {"「": "」", "『": "』"}
_SPACES: Final = " \t\n\u00a0\u202f\u2009"
_BEFORE_OPENING: Final = frozenset(_SPACES + "([{—–-/‘'“\"¿¡:…")
_AFTER_CLOSING: Final = frozenset(_SPACES + ")]}—–-/.,;:!?…’'\"”")
_ENDS: Final = frozenset(",.?!…—-")
_PARAGRAPHS_MAX: Final = 8
_FEEDS_MAX: Final = 3
_SINGLE_MAX: Final = 1_500
_SINGLES: Final = (" '", " ‘", "\n'", "\n‘", "('", "(‘", "\u00a0'", "\u00a0‘", "—‘", "—'")
_CLOSING_SINGLE: Final = re.compile(r"['’](?![^\W_])")
_ELISION: Final = re.compile(r"(?:\d|(?:em|til|till|tis|twas|cause|bout|n|round|cos|kay|ere|neath)\b)", re.IGNORECASE)


class Quotation(NamedTuple):
    """Words in marks, in one paragraph.

    Attributes:
        start, end: the words inside the marks.
        opened, closed: with the marks; where a paragraph has no closing mark, `closed` is its end.
        goes_on: the quotation is continued in the next paragraph.
        continues: it continues that of the paragraph before.
    """

    start: int
    end: int
    opened: int
    closed: int
    goes_on: bool = False
    continues: bool = False


@dataclass(slots=True)
class _Open:
    """A quotation that waits for its closing mark; `parts` are the paragraphs before, `style` tells what closes it."""

    style: str
    opened: int
    start: int
    scanned: int
    parts: list[tuple[int, int, int]]
    passed: int = 0


def quotations(text: str) -> list[Quotation]:
    """The quotations in `text` in their order, the outermost of nested ones only."""
    found: list[Quotation] = []
    waiting: _Open | None = None
    for match in _MARK.finditer(text):
        at = match.start()
        mark = match.group()
        if waiting is not None:
            waiting = _up_to(text, waiting, at)
        if mark == "''" and waiting is not None and waiting.style == "straight" and text.startswith("'", at + 2):
            at += 1
        end = at + len(mark)
        if waiting is None:
            if (mark == "“" and text[end : end + 1].isalnum()) or _opens(text, at, end, mark):
                waiting = _Open(_style(mark), at, end, end, [])
        elif waiting.passed and _same(waiting, mark) and _starts_paragraph(text, at):
            waiting.opened, waiting.start, waiting.passed = at, end, 0
        elif (mark == "”" and waiting.style == "curled" and not waiting.passed) or _closes(
            text, at, end, mark, waiting
        ):
            _emit(text, found, waiting, at, end)
            waiting = None
        elif _opens_again(text, at, end, mark, waiting):
            waiting = _Open(_style(mark), at, end, end, [])
    return _with_singles(text, found)


def _starts_paragraph(text: str, at: int) -> bool:
    return not text[text.rfind("\n", max(at - 8, 0), at) + 1 or max(at - 8, 0) : at].strip(_SPACES)


def _up_to(text: str, waiting: _Open, at: int) -> _Open | None:
    """`waiting` with the paragraphs that end before `at`; None where there are too many."""
    feed = text.find("\n", waiting.scanned, at)
    while feed >= 0:
        if waiting.passed == 0:
            waiting.parts.append((waiting.opened, waiting.start, feed))
        elif text[feed - 1] != "\n":
            return None
        waiting.passed += 1
        waiting.scanned = feed + 1
        if waiting.passed > _FEEDS_MAX or len(waiting.parts) > _PARAGRAPHS_MAX:
            return None
        feed = text.find("\n", feed + 1, at)
    return waiting


def _with_singles(text: str, found: list[Quotation]) -> list[Quotation]:
    """`found`, and what stands in single marks outside of it."""
    places: list[int] = []
    for pair in _SINGLES:
        at = text.find(pair)
        while at >= 0:
            places.append(at + 1)
            at = text.find(pair, at + 2)
    if text[:1] in {"'", "‘"}:
        places.append(0)
    if not places:
        return found
    places.sort()
    merged: list[Quotation] = []
    number = done = 0
    for at in places:
        while number < len(found) and found[number].opened <= at:
            done = found[number].closed
            merged.append(found[number])
            number += 1
        if at >= done:
            limit = found[number].opened if number < len(found) else len(text)
            single = _single(text, at, limit)
            if single is not None:
                merged.append(single)
                done = single.closed
    return merged + found[number:]


def _style(mark: str) -> str:
    return "straight" if mark in _STRAIGHT else "curled" if mark in _CURLED else mark


def _same(waiting: _Open, mark: str) -> bool:
    """Whether `mark` opens the next paragraph of what waits. French and Spanish repeat the closing mark there."""
    return _style(mark) == waiting.style or _ANGLED.get(mark) == waiting.style


def _opening_place(text: str, at: int, end: int) -> bool:
    return (at == 0 or text[at - 1] in _BEFORE_OPENING) and end < len(text) and text[end] not in _SPACES


def _closing_place(text: str, at: int, end: int) -> bool:
    return at > 0 and text[at - 1] not in _SPACES and (end >= len(text) or text[end] in _AFTER_CLOSING)


def _opens(text: str, at: int, end: int, mark: str) -> bool:
    if mark in _ANGLED:
        return at == 0 or text[at - 1] in _BEFORE_OPENING
    if mark in "„‟“``" or mark in _CORNERS:
        return mark != "“" or not _closing_place(text, at, end) or _opening_place(text, at, end)
    if mark in "」』":
        return False
    if text[at - 1 : at].isdigit() and mark != "”":
        return False
    return _opening_place(text, at, end) and not (mark == "”" and _closing_place(text, at, end))


def _closes(text: str, at: int, end: int, mark: str, waiting: _Open) -> bool:
    style = waiting.style
    if style in _ANGLED:
        return mark == _ANGLED[style] and waiting.passed == 0
    if style in _CORNERS:
        return mark == _CORNERS[style]
    if mark in _ANGLED or mark in _CORNERS or mark in "」』":
        return False
    if waiting.passed:
        return False
    opening, closing = _opening_place(text, at, end), _closing_place(text, at, end)
    if mark == "”":
        return True
    if mark == "“":
        return text[waiting.opened] in "„‟" or (closing and not opening)
    if style == "curled":
        return closing and not opening
    return mark != "``" and (closing or not opening)


def _opens_again(text: str, at: int, end: int, mark: str, waiting: _Open) -> bool:
    """Whether `mark` shows that what waits was never closed, and opens another."""
    if mark in _CORNERS or (mark in _ANGLED) != (waiting.style in _ANGLED):
        return False
    return (_style(mark) == waiting.style or waiting.passed > 0) and _opens(text, at, end, mark)


def _emit(text: str, found: list[Quotation], waiting: _Open, at: int, end: int) -> None:
    parts = [*waiting.parts, (waiting.opened, waiting.start, at)]
    last = len(parts) - 1
    for number, (opened, start, stop) in enumerate(parts):
        closed = end if number == last else stop
        while start < stop and text[start] in _SPACES:
            start += 1
        while stop > start and text[stop - 1] in _SPACES:
            stop -= 1
        if start < stop:
            found.append(Quotation(start, stop, opened, closed, number < last, number > 0))


def _single(text: str, at: int, limit: int) -> Quotation | None:
    """What stands in single marks from `at`: None where the mark is an apostrophe or has no partner before `limit`."""
    start = at + 1
    mark = text[at]
    if not _opening_place(text, at, start) or text[start] == mark or _ELISION.match(text, start):
        return None
    limit = min(limit, start + _SINGLE_MAX)
    feed = text.find("\n", start, limit)
    best: int | None = None
    for match in _CLOSING_SINGLE.finditer(text, start + 1, feed if feed >= 0 else limit):
        place = match.start()
        before = text[place - 1]
        if before in _SPACES or (mark == "‘") != (match.group() == "’"):
            continue
        if before in _ENDS or text[place + 1 : place + 2] in {",", "."} or (best is None and before != "s"):
            best = place
            break
        if best is None:
            best = place
    return None if best is None else Quotation(start, best, at, best + 1)
