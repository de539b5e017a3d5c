"""The names that a text may hold, each with all its places and what its own words tell."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from worker.enrich.names.read_run import read_run
from worker.name_flags import GIVEN, KNOWN, NAME_SUFFIX, SUFFIX
from worker.name_rules import plain
from worker.name_runs import run_at, runs_in

if TYPE_CHECKING:
    from worker.article import Span
    from worker.enrich.names.part import Part
    from worker.name_rules import NameRules

_WITH_STOP = SUFFIX | NAME_SUFFIX


class Name:
    """A name as it stands in the text.

    Attributes:
        text: its words.
        words: how many.
        kinds: what the words of its runs tell: see `Part.kind`.
        spans: where it stands, in order.
        first, last: flags of its first and its last word.
        known: what the rules say of it.
        role, affiliation: of the title before it.
        taken: it belongs to an entity already.
        is_sorted: `spans` are in order.
    """

    __slots__ = (
        "affiliation",
        "first",
        "is_sorted",
        "kinds",
        "known",
        "last",
        "role",
        "spans",
        "taken",
        "text",
        "words",
    )

    def __init__(self, text: str, part: Part, spans: list[Span], rules: NameRules) -> None:
        self.text = text
        self.words = text.count(" ") + 1
        self.first = part.first
        self.last = part.last
        self.kinds: tuple[str, ...] = (part.kind,)
        self.spans = spans
        self.known = part.known if text is part.text else rules.known.get(plain(text))
        self.role = part.role
        self.affiliation = part.affiliation
        self.taken = False
        self.is_sorted = True

    def add(self, part: Part, spans: list[Span]) -> None:
        """Take what another run tells of the same name."""
        if part.kind not in self.kinds:
            self.kinds = (*self.kinds, part.kind)
        self.known = self.known or part.known
        if self.role is None and part.role is not None:
            self.role, self.affiliation = part.role, part.affiliation
        self.spans += spans
        self.is_sorted = False


def gather(text: str, rules: NameRules) -> dict[str, Name]:
    """Each name that `text` may hold."""
    names: dict[str, Name] = {}
    swallowed: list[Span] = []
    for words, starts in runs_in(text).items():
        for part in read_run(words, rules):
            said = part.text
            if part.extends:
                for start in starts:
                    span = _extended(text, start + part.start, said, part, rules)
                    if span[1] - span[0] > len(said):
                        swallowed.append((start + part.end, span[1]))
                        _add(names, text[span[0] : span[1]], part, [span], rules)
                    else:
                        _add(names, said, part, [span], rules)
            else:
                first, last = part.start, part.end
                _add(names, said, part, [(start + first, start + last) for start in starts], rules)
    for name in names.values():
        if not name.is_sorted:
            name.spans.sort()
    return _without(names, sorted(swallowed)) if swallowed else names


def _add(names: dict[str, Name], said: str, part: Part, spans: list[Span], rules: NameRules) -> None:
    name = names.get(said)
    if name is None:
        names[said] = Name(said, part, spans, rules)
    else:
        name.add(part, spans)


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
                parts = read_run(after, rules)
                if len(parts) == 1 and parts[0].kind == "name" and not parts[0].first & (GIVEN | KNOWN):
                    return start, end + len(word) + parts[0].end
    return start, end


def _without(names: dict[str, Name], swallowed: list[Span]) -> dict[str, Name]:
    """The names without the mentions that stand inside longer names."""
    starts = [start for start, _ in swallowed]

    def is_free(span: Span) -> bool:
        at = bisect_right(starts, span[0])
        return not at or span[0] >= swallowed[at - 1][1]

    for name in names.values():
        name.spans = [span for span in name.spans if is_free(span)]
    return {said: name for said, name in names.items() if name.spans}
