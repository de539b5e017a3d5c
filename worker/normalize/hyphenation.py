"""A word parted by a hyphen at a line end: `infor-⏎mation` loses the hyphen, `long-⏎term` keeps it.

Evidence: the same word elsewhere in the text, whole or hyphenated; else its two halves, which are either
words that form compounds or not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.normalize.words import COMPOUND_FIRST, COMPOUND_SECOND

if TYPE_CHECKING:
    from worker.normalize.edits import Edit

_LEFT: Final = re.compile(r"[^\W_]+(?=-\Z)")
_RIGHT: Final = re.compile(r"[^\W_]+")


def hyphen_edit(text: str, start: int, sample: str) -> Edit | None:
    """The edit that mends the line feed at `text[start]` after a hyphen; None where no word is parted there.

    `sample`: as much of the text as is searched for the same word.
    """
    left = _LEFT.search(text, max(start - 40, 0), start)
    right = _RIGHT.match(text, start + 1)
    if left is None or right is None:
        return None
    if _belongs(sample, left[0], right[0]):
        return (start, start + 1, "", "line_wrap")
    return (start - 1, start + 1, "", "hyphenation")


def _belongs(sample: str, left: str, right: str) -> bool:
    """Whether the hyphen is part of the word."""
    if not (left.islower() or left.istitle()) or not right.islower():
        return True
    if f"{left}-{right}" in sample:
        return True
    if f"{left}{right}" in sample or f"{left.lower()}{right}" in sample or f"{left.title()}{right}" in sample:
        return False
    if left.lower() in COMPOUND_FIRST or right in COMPOUND_SECOND:
        return True
    return f" {left.lower()} " in sample and f" {right} " in sample
