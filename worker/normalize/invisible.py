"""Characters that nobody sees: control characters, soft hyphens, zero-width and bidirectional marks.

Evidence: they are there. A joiner stays between letters of the scripts that need it and inside an emoji, a
zero-width space where a script has no other word breaks, a bidirectional mark where the text has letters that
run to the left. A replacement character stays: what it replaced is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from worker.normalize.edits import Edit

CONTROLS: Final = frozenset(map(chr, [*range(9), *range(14, 28), 127, *range(128, 133), *range(134, 160)]))
MARKS: Final = frozenset(
    map(
        chr,
        [
            0xAD,
            *range(0x200B, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2065),
            *range(0x2066, 0x2070),
            0xFEFF,
        ],
    )
)
ALL: Final = CONTROLS | MARKS
_RUN: Final = re.compile("[" + "".join(re.escape(sign) for sign in sorted(ALL)) + "]+")
_JOINERS: Final = frozenset("\u200b\u200c\u200d")
_BIDI: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LEFTWARD: Final = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def drop_invisible(text: str) -> list[Edit]:
    """The edits that drop what is not seen and does nothing."""
    leftward = _LEFTWARD.search(text) is not None
    edits: list[Edit] = []
    for match in _RUN.finditer(text):
        start, end = match.span()
        kept = "".join(sign for sign in match[0] if _stays(sign, text, start, end, leftward=leftward))
        if kept != match[0]:
            is_control = not CONTROLS.isdisjoint(match[0])
            edits.append((start, end, kept, "control_character" if is_control else "invisible_character"))
    return edits


def _stays(sign: str, text: str, start: int, end: int, *, leftward: bool) -> bool:
    if sign in _BIDI:
        return leftward
    if sign not in _JOINERS:
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    return bool(before and after) and _joins(before) and _joins(after)


def _joins(neighbour: str) -> bool:
    """Whether a joiner or zero-width space beside this character can mean something."""
    code = ord(neighbour)
    return (
        0x0600 <= code < 0x1E00
        or 0x2190 <= code < 0x3000
        or code == 0xFE0F
        or 0xA840 <= code < 0xAC00
        or code >= 0x10000
    )
