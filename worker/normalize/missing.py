"""What is damaged and can't be mended, because the text does not say how: flags, no guesses.

`unbalanced_quote`: a paragraph closes a quotation that it did not open, or opens one that neither it nor a
following paragraph closes. `marks_missing`: contractions without their apostrophe and no apostrophe or
quotation mark anywhere. `replacement_character`: a character was lost when the text was decoded.
"""

from __future__ import annotations

import re
from typing import Final

from worker.normalize.look import PLAIN
from worker.normalize.words import CONTRACTED

_CONTRACTED: Final = re.compile(
    rf"\b(?:{'|'.join(CONTRACTED)}|(?:don|doesn|didn|isn|wasn|aren|couldn|wouldn|can) t)\b", re.IGNORECASE
)
_NO_MARKS: Final = bytes(set(range(256)) - set(b'\n"\x9c\x9d'))
_DOUBLE: Final = re.compile("[“”\"]|’’|''")
_CLOSING: Final = frozenset(("”", "’’"))
_ANY_MARK: Final = "'’\"“"


def flags_of(text: str, signs: frozenset[str]) -> tuple[str, ...]:
    """The flags of the mended `text`; `signs` are those that occur in it."""
    flags: list[str] = []
    if _is_unbalanced(text, signs):
        flags.append("unbalanced_quote")
    if not any(mark in text for mark in _ANY_MARK) and len(_CONTRACTED.findall(text)) >= 2:
        flags.append("marks_missing")
    if "\ufffd" in signs:
        flags.append("replacement_character")
    return tuple(flags)


def _is_unbalanced(text: str, signs: frozenset[str]) -> bool:
    curly = "“" in signs or "”" in signs
    if not curly and '"' not in text:
        return False
    if signs <= PLAIN and _is_paired(text):
        return False
    paragraphs = text.split("\n\n")
    following = [*paragraphs[1:], ""]
    return any(_is_off(one, after) for one, after in zip(paragraphs, following, strict=True))


def _is_paired(text: str) -> bool:
    """Whether the marks of each paragraph alternate.

    In UTF-8 the curly ones alone end in the bytes 9C and 9D, where a text has no letters beyond ASCII.
    """
    marks = text.encode().translate(None, _NO_MARKS).replace(b"\x9c\x9d", b"").replace(b'""', b"")
    return b"\x9c" not in marks and b"\x9d" not in marks and b'"' not in marks


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
