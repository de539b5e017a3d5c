"""The names that a text may hold, each with all its places and what its own words tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from worker.enrich.names.parts import Part, parts_of
from worker.enrich.names.runs import runs_in
from worker.name_rules import KNOWN, SURNAME

if TYPE_CHECKING:
    from worker.article import Span
    from worker.name_rules import Known, NameRules

_RUNS_KEPT = 8192
_HYPHEN = re.compile(r"[-–/](?=[A-Z])")


@dataclass(slots=True, eq=False)
class Name:
    """A name as it stands in the text.

    Attributes:
        text: its words.
        words: how many.
        kinds: what the words of its runs tell: see `Part.kind`.
        spans: where it stands, in order.
        first, last: flags of its first and its last word.
        role, affiliation: of the title before it.
        taken: it belongs to an entity already.
    """

    text: str
    words: int
    first: int
    last: int
    kinds: set[str] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    known: Known | None = None
    role: str | None = None
    affiliation: str | None = None
    taken: bool = False


def gather(text: str, rules: NameRules) -> dict[str, Name]:
    """Each name that `text` may hold."""
    names: dict[str, Name] = {}
    for words, starts in runs_in(text).items():
        for part in _parts(words, rules):
            said = words[part.start : part.end]
            name = names.get(said)
            if name is None:
                name = names[said] = Name(said, said.count(" ") + 1, part.first, part.last)
            name.kinds.add(part.kind)
            name.known = name.known or part.known
            if part.role is not None and name.role is None:
                name.role, name.affiliation = part.role, part.affiliation
            name.spans += [(start + part.start, start + part.end) for start in starts]
    for name in names.values():
        name.spans.sort()
    return names


@lru_cache(_RUNS_KEPT)
def _parts(words: str, rules: NameRules) -> tuple[Part, ...]:
    """The parts of a run: the same words are the same parts, in every text."""
    for hyphen in _HYPHEN.finditer(words) if "-" in words or "–" in words else ():
        before, after = words[: hyphen.start()], words[hyphen.end() :]
        if _are_two(before, after, rules):
            parts = [*_parts(before, rules)]
            for part in _parts(after, rules):
                shift = hyphen.end()
                parts.append(replace(part, start=part.start + shift, end=part.end + shift))
            return tuple(parts)
    return tuple(parts_of(words, rules))


def _are_two(before: str, after: str, rules: NameRules) -> bool:
    """Whether a hyphen stands between two names: of places, or of a person and a place."""
    first = after.partition(" ")[0]
    left = any(_is_place(before, words, rules) for words in (3, 2, 1))
    right = _is_place(first, 1, rules)
    person = SURNAME | KNOWN
    if left and right:
        return True
    return (right and bool(_flags(before.rpartition(" ")[2], rules) & person)) or (
        left and bool(_flags(first, rules) & person)
    )


def _flags(word: str, rules: NameRules) -> int:
    return rules.flags.get(word, 0) | rules.gazetteer.people.get(word, 0)


def _is_place(words: str, last: int, rules: NameRules) -> bool:
    known = rules.known.get(" ".join(words.split(" ")[-last:]))
    return known is not None and known.type == "place"
