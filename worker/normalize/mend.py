"""Damaged text made whole, on one page.

    entities     characters first: what HTML wrote as `&rsquo;`
    mojibake     then bytes that were read in the wrong code page
    invisible    then what nobody sees
    spacing      white space in order, so that every line shows its true width
    stand-in     which sign stands for the lost marks: found before lines are joined, a line may end with it
    wrapping     lines joined, lost full stops put back
    marks        the stand-ins read, now that every sentence is in one piece
    glue         what is glued is parted, now that the marks tell where
    missing      what can't be mended is flagged

Each step first asks whether there is evidence at all; undamaged text passes with a few looks and stays as it
is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from worker.article import Repair
from worker.normalize import invisible, spacing
from worker.normalize.edits import Change, Edit, Step, apply, changes_of
from worker.normalize.entities import decode_entities
from worker.normalize.glue import may_be_glued, part_glued
from worker.normalize.look import PLAIN, signs_of
from worker.normalize.marks import read_marks
from worker.normalize.missing import flags_of
from worker.normalize.mojibake import may_be_mojibake, undo_mojibake
from worker.normalize.stand_ins import find_stand_in
from worker.normalize.wrapping import join_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROUNDS: Final = 4

KINDS: Final = (
    "entity",
    "mojibake",
    "control_character",
    "invisible_character",
    "whitespace",
    "line_wrap",
    "full_stop",
    "hyphenation",
    "quotation_mark",
    "apostrophe",
    "dash",
    "sentence_break",
    "paragraph_break",
)
"""The kinds of damage, as `repairs` names them."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A mended text, its paragraphs parted by a blank line; repairs counted, the rest as flags.

    `stand_in` is the sign that stood for its lost marks.
    """

    text: str
    repairs: tuple[Repair, ...]
    flags: tuple[str, ...]
    steps: tuple[Step, ...]
    stand_in: str | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """What stood where before and after, mark by mark, in the order of the steps."""
        return changes_of(self.steps)


class _Desk:
    """A text under repair and the steps made so far; the stand-in that it betrays, or that is known of it."""

    __slots__ = ("stand_in", "steps", "text")

    def __init__(self, text: str, stand_in: str | None) -> None:
        self.text = text
        self.stand_in = stand_in
        self.steps: list[Step] = []

    def take(self, edits: Sequence[Edit]) -> bool:
        """Make `edits`; whether there were any."""
        if edits:
            self.steps.append(Step(self.text, tuple(edits)))
            self.text = apply(self.text, edits)
        return bool(edits)


def mend(text: str, stand_in: str | None = None) -> Mended:
    """`text` as its author wrote it, as far as it tells. Any str goes in; nothing is raised.

    `stand_in`: what is known to stand for lost marks in this document, where `text` is too short to tell: a headline.
    """
    desk = _Desk(text, stand_in)
    signs = signs_of(text)
    for _ in range(_ROUNDS):
        steps = len(desk.steps)
        signs, broken = _mend_characters(desk, signs)
        signs = _mend_structure(desk, signs, broken=broken)
        if len(desk.steps) == steps:
            break
    counts = Counter(edit[3] for step in desk.steps for edit in step.edits)
    repairs = tuple(Repair(kind, count) for kind, count in sorted(counts.items()))
    return Mended(desk.text, repairs, flags_of(desk.text, signs), tuple(desk.steps), desk.stand_in)


def _mend_characters(desk: _Desk, signs: frozenset[str]) -> tuple[frozenset[str], bool]:
    if "&" in signs and desk.take(decode_entities(desk.text)):
        signs = signs_of(desk.text)
    if not signs <= PLAIN:
        if may_be_mojibake(signs) and desk.take(undo_mojibake(desk.text)):
            signs = signs_of(desk.text)
        if signs & invisible.ALL and desk.take(invisible.drop_invisible(desk.text)):
            signs = signs_of(desk.text)
        desk.text = spacing.compose(desk.text)
    broken = not spacing.has_plain_breaks(desk.text)
    spaced = spacing.is_spaced(desk.text) and not (broken and not spacing.is_lined_up(desk.text))
    if not spaced or signs & spacing.ALL:
        if desk.take(spacing.space(desk.text)):
            signs = signs_of(desk.text)
        broken = not spacing.has_plain_breaks(desk.text)
    return signs, broken


def _mend_structure(desk: _Desk, signs: frozenset[str], *, broken: bool) -> frozenset[str]:
    """`broken`: there are line feeds other than those between paragraphs."""
    mark = None if signs <= PLAIN else find_stand_in(desk.text, signs - PLAIN)
    if mark is not None:
        desk.stand_in = mark
    elif desk.stand_in is not None and desk.stand_in in desk.text:
        mark = desk.stand_in
    if broken:
        desk.take(join_lines(desk.text, mark or ""))
    if mark and desk.take(read_marks(desk.text, mark)):
        signs = signs_of(desk.text)
    if may_be_glued(desk.text):
        desk.take(part_glued(desk.text))
    return signs
