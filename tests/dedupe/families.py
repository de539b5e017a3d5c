"""The index of texts in memory: what any other must do with the same texts in the same order.

A text belongs to the family of each earlier one that it repeats. A family is known by its first text. Where a text
repeats texts of two families they are one from there on, known by the earlier first, and that is said.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from worker.dedupe.likeness import verdict
from worker.dedupe.sketch import sample_of

if TYPE_CHECKING:
    from worker.dedupe.sketch import Sample, Sketch

VERIFIED_MAX = 8
OF_FAMILY_MAX = 3
HOLDERS_MAX = 7
COMMON_FAMILIES = 4
SHARED_MAX = 5


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a text is to those before it.

    `of`: the first of its family, None where it is itself. `joined`: firsts of families that are now one with that of
    `of`. `shared`: texts of other families with the share of this one's shingles that stand there.
    """

    kind: Literal["exact", "near"] | None = None
    of: str | None = None
    similarity: float = 0.0
    joined: tuple[str, ...] = ()
    shared: tuple[tuple[str, float], ...] = ()


class Holder(NamedTuple):
    """A text that has a key, and the first of the family that it came to."""

    text: int
    family: int


@dataclass(slots=True)
class Index:
    """Texts by name, each claimed once. `window_days`: how far apart in time two texts may be."""

    window_days: int = 30
    _samples: list[Sample] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _days: list[int] = field(default_factory=list)
    _parents: list[int] = field(default_factory=list)
    _holders: dict[int, list[Holder]] = field(default_factory=dict)

    def claim(self, name: str, sketch: Sketch, day: int) -> Claimed:
        """What the text is to those claimed before; from now on it is one of them. `day`: any count of days."""
        new = self._add(name, sample_of(sketch.data), day)
        shared: dict[int, float] = {}
        families: set[int] = set()
        for old in self._candidates(new, sketch.postings):
            found = verdict(self._samples[new], self._samples[old], self._boilerplate(old, sketch.postings))
            if found.kind == "shared":
                shared[old] = found.share
            elif found.kind:
                families.add(self.first(old))
        first = min(families, default=new)
        for family in families | {new}:
            self._parents[family] = first
        self._hold(new, sketch.postings)
        return self._claimed(new, families, shared)

    def family(self, name: str) -> str:
        """The first of the family that the text `name` belongs to by now."""
        return self._names[self.first(self._names.index(name))]

    def first(self, place: int) -> int:
        """The first text of the family, by places in the order of arrival."""
        while self._parents[place] != place:
            place = self._parents[place]
        return place

    def families(self) -> dict[str, str]:
        """For each text the first of its family."""
        return {name: self._names[self.first(place)] for place, name in enumerate(self._names)}

    def _add(self, name: str, sample: Sample, day: int) -> int:
        place = len(self._names)
        self._names.append(name)
        self._samples.append(sample)
        self._days.append(day)
        self._parents.append(place)
        return place

    def _candidates(self, new: int, postings: tuple[int, ...]) -> list[int]:
        """Those with the most keys in common, of equals the earlier, few of each family."""
        common = Counter(old for key in postings for old, _ in self._holders.get(key, ()))
        of_family: Counter[int] = Counter()
        chosen = []
        for old in sorted(common, key=lambda old: (-common[old], old)):
            family = self.first(old)
            if abs(self._days[old] - self._days[new]) <= self.window_days and of_family[family] < OF_FAMILY_MAX:
                of_family[family] += 1
                chosen.append(old)
        return chosen[:VERIFIED_MAX]

    def _boilerplate(self, old: int, postings: tuple[int, ...]) -> float:
        """Of the keys that the new text has in common with `old`, the share that many other families have as well."""
        every = [self._holders.get(key, []) for key in postings]
        found = [holders for holders in every if any(one.text == old for one in holders)]
        common = sum(len({one.family for one in holders}) - 1 >= COMMON_FAMILIES for holders in found)
        return common / len(found)

    def _hold(self, new: int, postings: tuple[int, ...]) -> None:
        """Under each key the first and the last text of each family, the latest last."""
        family = self.first(new)
        for key in postings:
            holders = self._holders.get(key, [])
            own = [one for one in holders if one.family == family]
            others = [one for one in holders if one.family != family or one in own[:1]]
            self._holders[key] = [*others, Holder(new, family)][-HOLDERS_MAX:]

    def _claimed(self, new: int, families: set[int], shared: dict[int, float]) -> Claimed:
        first = self.first(new)
        others = tuple((self._names[old], share) for old, share in shared.items() if self.first(old) != first)
        if first == new:
            return Claimed(shared=others[:SHARED_MAX])
        found = verdict(self._samples[new], self._samples[first])
        return Claimed(
            kind="exact" if found.kind == "exact" else "near",
            of=self._names[first],
            similarity=found.similarity,
            joined=tuple(self._names[family] for family in sorted(families - {first})),
            shared=others[:SHARED_MAX],
        )
