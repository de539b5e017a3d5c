"""Line ends inside the text: hard wraps, full stops lost at line ends, hyphenation, paragraphs one to a line.

Evidence, cheap: a line feed that is no part of a blank line. Then the text shows its own wrap width: the
longest line that runs on in small letters, when most such lines were full at that width (the next word would
not have fitted).

- A full line runs on: its break becomes a space. Where the text has lost full stops elsewhere and a capital
  follows,
  `lost_stops` weighs the words on both sides.
- A line that ends early, at a full stop: a paragraph ends.
- A line that ends early without one, a capital next: the full stop is lost, when the line is prose and can end
  a sentence at all (not with a comma or an article); a heading or list item that stands by itself stays so.
Without a width, a line is a paragraph, unless small letters show that it runs on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from worker.normalize.hyphenation import hyphen_edit
from worker.normalize.lost_stops import abbreviation, cannot_end, ends_with_article, is_lost, unstopped

if TYPE_CHECKING:
    from worker.normalize.edits import Edit

_SAMPLE_MAX: Final = 40_000
_PROSE_MIN: Final = 40
_WIDTH_MIN: Final = 30
_WIDTH_MAX: Final = 250
_CUT_ELLIPSIS: Final = re.compile(r"(?<!\.)(?:\.\.|(?:\. ?){2})\Z")
_ENDS: Final = (".", "!", "?", ":", "…")
_QUOTES: Final = "\"'”’“‘»)]"


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of the whole text.

    Its wrap width (0: none), the abbreviations that it writes bare, whether it loses full stops; `sample` is
    as much of it as is searched for words.
    """

    text: str
    sample: str
    width: int
    bare: frozenset[str]
    lossy: bool


@dataclass(slots=True)
class _Break:
    """One line feed between two lines of text. `start` is its place."""

    start: int
    line: str
    following: str
    word: str
    ended: bool
    continued: bool
    abbreviation: str
    full: bool = False


def join_lines(text: str, mark: str) -> list[Edit]:
    """The edits that join what was wrapped and part what was not.

    `mark`: the stand-in for quotation marks, or "".
    """
    breaks = _breaks(text, mark)
    if not breaks:
        return []
    width = wrap_width(breaks)
    for one in breaks:
        one.full = width > 0 and len(one.line) <= width < len(one.line) + 1 + len(one.word)
    page = _Page(
        text,
        text[:_SAMPLE_MAX],
        width,
        unstopped((one.abbreviation for one in breaks), text),
        _loses_stops(text, breaks, width),
    )
    edits: list[Edit] = []
    since = 0
    for one in breaks:
        edit = _edit(page, one, one.start - since)
        if "\n\n" in edit[2]:
            since = edit[1]
        edits.append(edit)
    return edits


def _breaks(text: str, mark: str) -> list[_Break]:
    lines = text.split("\n")
    breaks: list[_Break] = []
    place = -1
    strip = _QUOTES + mark
    for at in range(len(lines) - 1):
        line, following = lines[at], lines[at + 1]
        place += len(line) + 1
        if not line or not following:
            continue
        word = following.partition(" ")[0]
        first = following[0]
        if first in strip:
            first = following.lstrip(strip + " ")[:1]
        ended = line.endswith(_ENDS) or (line[-1] in strip and line.rstrip(strip).endswith(_ENDS))
        if line.endswith((". .", "..")):
            ended = _CUT_ELLIPSIS.search(line, max(len(line) - 8, 0)) is None
        breaks.append(_Break(place, line, following, word, ended, first.islower(), abbreviation(line)))
    return breaks


def wrap_width(breaks: list[_Break]) -> int:
    """The width at which the lines were wrapped, 0 where they were not.

    It is that of the widest line that runs on, if most such lines were full at it: by accident few would be.
    """
    running = [one for one in breaks if one.continued and not one.ended and not one.abbreviation]
    if len(running) < 2:
        return 0
    width = max(len(one.line) for one in running)
    if not _WIDTH_MIN <= width <= _WIDTH_MAX:
        return 0
    full = sum(len(one.line) + 1 + len(one.word) > width for one in running)
    return width if full >= 2 and full * 10 >= len(running) * 6 else 0


def _loses_stops(text: str, breaks: list[_Break], width: int) -> bool:
    """Whether full stops are lost at line ends: many lines end early without one, few keep one."""
    early = [one for one in breaks if not one.full and not one.ended]
    if width:
        kept = text.count(". ") + sum(one.ended and not one.full for one in breaks)
        return len(early) > 0 and len(early) * 2 >= kept
    lost = sum(not one.continued and len(one.line) >= _PROSE_MIN for one in early)
    kept = sum(one.ended for one in breaks) + text.count(". ")
    length = sum(len(one.line) for one in breaks) / len(breaks)
    return lost >= 2 and lost >= 2 * kept and length >= 60 and text.rstrip(_QUOTES).endswith(_ENDS)


def _edit(page: _Page, one: _Break, flowing: int) -> Edit:
    """What becomes of one line feed; `flowing`: how much text has run since the last paragraph began."""
    start, width = one.start, page.width
    if one.line.endswith("-") and width and len(one.line) <= width < len(one.line) + 1 + len(one.word):
        edit = hyphen_edit(page.text, start, page.sample)
        if edit:
            return edit
    if one.full or (width and len(one.line) > width):
        stop = page.lossy and not one.ended and _is_stop(page, one)
        return (start, start + 1, ". " if stop else " ", "full_stop" if stop else "line_wrap")
    if one.ended:
        return (start, start + 1, "\n\n", "whitespace")
    # Where lines have a width, one that ends early lost its full stop, even before a small letter: `a.m⏎on`.
    runs_on = ends_with_article(one.line) or (not width and (one.continued or cannot_end(one.line)))
    is_prose = width and flowing > 2 * width and not one.continued
    if _is_cut(page, one) or ((page.lossy or is_prose) and not runs_on):
        return (start, start + 1, ". ", "full_stop")
    if (page.lossy or is_prose) and runs_on:
        return (start, start + 1, " ", "line_wrap")
    if one.continued and (width or len(one.line) >= _PROSE_MIN):
        return (start, start + 1, " ", "line_wrap")
    return (start, start + 1, "\n\n", "whitespace")


def _is_cut(page: _Page, one: _Break) -> bool:
    """Whether the line ends with an abbreviation that lost its full stop."""
    return one.abbreviation != "" and one.abbreviation not in page.bare


def _is_stop(page: _Page, one: _Break) -> bool:
    if _is_cut(page, one):
        return True
    return not one.continued and is_lost(page.sample, one.line, one.following, one.word)
