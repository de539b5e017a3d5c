"""The names that a text may hold, each with all its places and what its own words tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from worker.enrich.names.parts import Part, parts_of
from worker.name_rules import GIVEN, KNOWN, NAME_SUFFIX, SPANS, SUFFIX, SURNAME, plain
from worker.name_runs import run_at, runs_in

if TYPE_CHECKING:
    from worker.article import Span
    from worker.name_rules import Known, NameRules

_RUNS_KEPT = 8192
_SHOUTED_MIN = 3  # gaps: four words in capitals are a heading
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
    swallowed: list[Span] = []
    for words, starts in runs_in(text).items():
        for part in _parts(words, rules):
            said = words[part.start : part.end]
            if (
                part.first & SPANS
                or said in rules.leading
                or part.kind == "organisation"
                or part.last & (SUFFIX | NAME_SUFFIX)
            ):
                for start in starts:
                    span = _extended(text, start + part.start, said, part, rules)
                    if span[1] - span[0] > len(said):
                        swallowed.append((start + part.end, span[1]))
                    _add(names, text[span[0] : span[1]], part, [span], rules)
            else:
                _add(names, said, part, [(start + part.start, start + part.end) for start in starts], rules)
    for name in names.values():
        name.spans.sort()
    return _without(names, swallowed) if swallowed else names


def _add(names: dict[str, Name], said: str, part: Part, spans: list[Span], rules: NameRules) -> None:
    name = names.get(said)
    if name is None:
        name = names[said] = Name(said, said.count(" ") + 1, part.first, part.last)
    name.kinds.add(part.kind)
    name.known = name.known or part.known or rules.known.get(plain(said))
    if part.role is not None and name.role is None:
        name.role, name.affiliation = part.role, part.affiliation
    name.spans += spans


def _extended(text: str, start: int, said: str, part: Part, rules: NameRules) -> Span:
    """The span of a name with what belongs to it behind its words with capitals."""
    end = start + len(said)
    prefix = rules.leading.get(said)
    if prefix is not None and text.endswith(prefix, 0, start):
        return start - len(prefix), end
    for rest in rules.spanning.get(plain(said), ()):
        if plain(text[end : end + len(rest)]) == rest and not text[end + len(rest) : end + len(rest) + 1].isalnum():
            return start, end + len(rest)
    if part.last & (SUFFIX | NAME_SUFFIX) and text.startswith(".", end) and said[-1] != ".":
        return start, end + 1
    if part.kind == "organisation" and any(f" {word} " in said for word in rules.joiners):
        for word in rules.listing:
            if text.startswith(word, end) and (after := run_at(text, end + len(word))):
                parts = _parts(after, rules)
                if len(parts) == 1 and parts[0].kind == "name" and not parts[0].first & (GIVEN | KNOWN):
                    return start, end + len(word) + parts[0].end
    return start, end


def _without(names: dict[str, Name], swallowed: list[Span]) -> dict[str, Name]:
    """The names without the mentions that stand inside longer names."""
    for name in names.values():
        name.spans = [span for span in name.spans if not any(a <= span[0] < b for a, b in swallowed)]
    return {said: name for said, name in names.items() if name.spans}


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
    if words.isupper() and words.count(" ") >= _SHOUTED_MIN:
        return ()
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
