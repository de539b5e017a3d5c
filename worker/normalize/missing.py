"""What is damaged and can't be mended, because the text does not say how: flags, no guesses.

`unbalanced_quote`: a paragraph closes a quotation that it did not open, or opens one that neither it nor a
following paragraph closes. `marks_missing`: contractions without their apostrophe and no apostrophe or
quotation mark anywhere. `replacement_character`: a character was lost when the text was decoded.
"""

from __future__ import annotations

import re
from typing import Final

from worker.normalize.words import CONTRACTED

_CONTRACTED: Final = re.compile(
    rf"\b(?:{'|'.join(CONTRACTED)}|(?:don|doesn|didn|isn|wasn|aren|couldn|wouldn|can) t)\b", re.IGNORECASE
)
_CONTRACTED_WORDS: Final = CONTRACTED | {"t"}
_MARKS_AND_BREAKS: Final = re.compile("[“”\"’'\n][“”\"’'\n]*")
_SINGLE_MARKS_AND_BREAKS: Final = re.compile('[“”"\n][“”"\n]*')
_DOUBLE: Final = re.compile("[“”\"]|’’|''")
_CLOSING: Final = frozenset(("”", "’’"))
_ANY_MARK: Final = "'’\"“"


def flags_of(text: str, signs: frozenset[str]) -> tuple[str, ...]:
    """The flags of the mended `text`; `signs` are those that occur in it."""
    flags: list[str] = []
    if _is_unbalanced(text, signs):
        flags.append("unbalanced_quote")
    if not any(mark in text for mark in _ANY_MARK) and _are_contractions_bare(text):
        flags.append("marks_missing")
    if "\ufffd" in signs:
        flags.append("replacement_character")
    return tuple(flags)


def _are_contractions_bare(text: str) -> bool:
    """Whether at least two contractions lack their apostrophe. Most texts are told by their words alone."""
    return not _CONTRACTED_WORDS.isdisjoint(text.lower().split()) and len(_CONTRACTED.findall(text)) >= 2


def _is_unbalanced(text: str, signs: frozenset[str]) -> bool:
    curly = "“" in signs or "”" in signs
    if not curly and '"' not in text:
        return False
    return not _is_plainly_balanced(text, curly=curly) and _is_any_paragraph_off(text)


def _is_plainly_balanced(text: str, *, curly: bool) -> bool:
    """Whether the marks pair beyond question, as in most texts; False says nothing."""
    if "’’" in text or "''" in text:
        return False
    if not curly:
        return all(paragraph.count('"') % 2 == 0 for paragraph in text.split("\n\n"))
    before, *opened = text.split("“")
    if '"' in text or "”" in before:
        return False
    return all(one.count("”") == 1 and "\n\n" not in one[: one.index("”")] for one in opened)


def _is_any_paragraph_off(text: str) -> bool:
    # Only marks and breaks are looked at, and whether other words stand between them.
    pattern = _MARKS_AND_BREAKS if "’’" in text or "''" in text else _SINGLE_MARKS_AND_BREAKS
    text = " ".join(pattern.findall(text))
    paragraphs = text.split("\n\n")
    following = [*paragraphs[1:], ""]
    return any(_is_off(one, after) for one, after in zip(paragraphs, following, strict=True))


def _is_off(paragraph: str, following: str) -> bool:
    """Whether the quotation marks of `paragraph` don't pair.

    One closes what is not open, or opens what is, or stays open though the next paragraph does not go on.
    A straight mark closes what is open, whatever opened it.
    """
    is_open = False
    for sign in _DOUBLE.findall(paragraph):
        if sign == "“" and is_open:
            return True
        if sign in _CLOSING and not is_open:
            return True
        is_open = not is_open
    return is_open and following[:1] not in {"“", '"'}
