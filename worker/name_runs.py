"""Runs of words with capitals: where names can be."""

from __future__ import annotations

import re
import unicodedata

_SCRIPTS_END = 0x1FFF  # beyond are signs and scripts without capitals


def _capitals() -> str:
    """The inside of a character class: all capital letters, as ranges."""
    codes = [code for code in range(_SCRIPTS_END) if unicodedata.category(chr(code)) in {"Lu", "Lt"}]
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(chr(first) if first == last else f"{chr(first)}-{chr(last)}" for first, last in ranges)


CAPITAL = _capitals()
# The first letter of a run: a class of two ranges is twice as fast as the exact one, which is asked next.
_FIRST = "A-Z\u00c0-\u1fff"
# The rest of a word: letters or initials (`U.S.`, `J.`); hyphens and apostrophes inside; where a capital follows also a
# full stop, since the word may be short for something, and `'s`, since the name may go on.
_REST = rf"(?:\w+|(?:\.[{CAPITAL}])*\.(?!\w))?(?:(?:['’](?!s\b)|-|&)\w+)*(?:(?:\.|['’]s)(?= [{CAPITAL}]))?"
# Small words inside names; what stands between is told later.
_BETWEEN = (
    r"(?:of|for|on|de|van|von|del|da|di|du|des|dos|do|der|den|bin|al|el|la|le|ter|und|y|e|&)"
    r"(?: (?:the|an?|la|las|los|der|den))?"
)
_TIED = "(?:(?:al|el|ul|as|ash)-)?"
_NEXT = rf" (?:{_BETWEEN} )?{_TIED}[{CAPITAL}]{_REST}"
_RUN = re.compile(rf"[{_FIRST}](?<!\w\w)(?<=[{CAPITAL}]){_REST}(?:{_NEXT})*")
_STARTS = frozenset('.!?:;\n"“”„»«‘([*•—–')


def runs_in(text: str) -> dict[str, list[int]]:
    """Each run of words with capitals in `text`, with the places where it begins, in the order of the text."""
    found: dict[str, list[int]] = {}
    for match in _RUN.finditer(text):
        words = match.group()
        if words in found:
            found[words].append(match.start())
        else:
            found[words] = [match.start()]
    return found


def run_at(text: str, at: int) -> str:
    """The run of words with capitals that begins at `at`; "" where none does."""
    match = _RUN.match(text, at)
    return match.group() if match is not None else ""


def is_opening(text: str, at: int) -> bool:
    """Whether a sentence, a quotation or a line begins at `at`."""
    if at < 2:
        return True
    before = text[at - 1]
    return text[at - 2] in _STARTS if before == " " else before in _STARTS
