"""White space and canonical form.

Paragraphs are parted by one blank line, words by one space, with nothing at the edges. Text is in Unicode's
form NFC.

Evidence: a run of spaces, a space beside a line feed, any white space other than these two, more than one
blank line. Every space of the Latin scripts counts as one (no-break and thin ones too); the wide space of
East Asia stays.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from worker.normalize.edits import Edit

SPACES: Final = frozenset(map(chr, [0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F]))
BREAKS: Final = frozenset("\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")
ALL: Final = SPACES | BREAKS
_SIGNS: Final = "".join(re.escape(sign) for sign in sorted(ALL))
_IN_RUN: Final = rf"[ \n{_SIGNS}]"
# A run is told by its first sign, so that the hundreds of single spaces in a text cost one look each; a pattern that
# begins with a set of signs finds them fast.
_RUN: Final = re.compile(
    rf"{_IN_RUN}(?:(?<=[{_SIGNS}])|(?<= )(?={_IN_RUN})|(?<=\n)(?=[ {_SIGNS}]|\n{_IN_RUN})|(?<=\A.)|(?=\Z|{_IN_RUN}+\Z))"
    rf"{_IN_RUN}*",
    re.DOTALL,
)
_IRREGULAR: Final = re.compile(r"\n(?!(?:(?<=\S\n)\n|(?<=\S\n\n))\S)")
_CARRIAGE: Final = re.compile("\r\n?|[\v\f\x1c-\x1f\x85\u2028\u2029]")


def is_spaced(text: str) -> bool:
    """Whether words and edges are spaced as they should be, apart from signs in `ALL` and from line feeds."""
    return "  " not in text and text[:1] not in {" ", "\n"} and text[-1:] not in {" ", "\n"}


def is_lined_up(text: str) -> bool:
    """Whether no line feed of `text` stands beside a space or in a run of more than two."""
    return "\n\n\n" not in text and " \n" not in text and "\n " not in text


def has_plain_breaks(text: str) -> bool:
    """Whether every line feed of `text` is one of the two between paragraphs."""
    return _IRREGULAR.search(text) is None


def space(text: str) -> list[Edit]:
    """The edits that bring the white space into order."""
    edits: list[Edit] = []
    last = len(text)
    for match in _RUN.finditer(text):
        run = match[0]
        start, end = match.span()
        lines = _CARRIAGE.sub("\n", run).count("\n")
        after = "" if start == 0 or end == last else "\n\n" if lines > 1 else "\n" if lines else " "
        if after != run:
            edits.append((start, end, after, "whitespace"))
    return edits


def compose(text: str) -> str:
    """`text` in NFC."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
