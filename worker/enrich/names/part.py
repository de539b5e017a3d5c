"""A part of a run of words with capitals: a name, or what may be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from worker.gazetteer import Known

PartKind = Literal["known", "organisation", "place", "event", "name", "titled"]


class Part(NamedTuple):
    """A piece of a run.

    Attributes:
        kind: what its own words tell: `known` by the rules, `titled` behind a title, `name` where all is open.
        start, end: where in the run it stands.
        text: its words.
        first, last: flags of its first word and of its last.
        known: what the rules say of it.
        role: the title before it, with what stands before that.
        affiliation: the organisation before the title.
        extends: in a text the name may go on behind its words, with a full stop or small words.
    """

    kind: PartKind
    start: int
    end: int
    text: str
    first: int = 0
    last: int = 0
    known: Known | None = None
    role: str | None = None
    affiliation: str | None = None
    extends: bool = False
