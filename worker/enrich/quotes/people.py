"""The people of an article by their names: the fullest name for a surname, the role, the gender that titles tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.ahead import role_behind
from worker.enrich.quotes.back import phrase_to
from worker.enrich.quotes.tokens import BELONGING, BODY, COURTESY, OPENER, PARTICLE, POSSESSIVE, ROLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.article import Entity
    from worker.enrich.quotes.scene import Scene
    from worker.speech_rules import Gender

_NAME_MAX: Final = 4
_SURER: Final = 3
_FIRST: Final = "^"
_TRIES_MAX: Final = 3
_NOT_IN_NAMES: Final = ROLE | BODY | COURTESY | OPENER | BELONGING


class People:
    """Who is named in a text, looked up by surname or first name; read off the text at the first question."""

    def __init__(self, scene: Scene, entities: Sequence[Entity]) -> None:
        self._scene = scene
        self._entities = entities
        self._fulls: dict[str, dict[str, int]] | None = None
        self._by_place: dict[int, Entity] | None = None
        self._named: dict[str, Entity] | None = None
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._full: dict[tuple[str, str | None], str] = {}
        self._roles: dict[str, str | None] = {}
        self._genders: dict[str, Gender] = {}

    def entity_at(self, place: int) -> Entity | None:
        """The entity whose mention begins at a character of the text."""
        if self._by_place is None:
            self._by_place = {start: one for one in self._entities for start, _ in one.mentions}
        return self._by_place.get(place)

    def _by_name(self) -> dict[str, Entity]:
        if self._named is None:
            self._named = {one.name: one for one in self._entities}
        return self._named

    def fullest(self, name: str, courtesy: str | None = None) -> str:
        """The fullest form of `name` in the text; `name` itself where several fit alike."""
        key = (name, courtesy)
        known = self._full.get(key)
        if known is None:
            known = self._full[key] = self._find(name, courtesy)
        return known

    def gender(self, name: str) -> Gender | None:
        """What the first name or a title tells of the person `name`; None where nothing does."""
        first, _, last = name.rpartition(" ")
        known = self._genders.get(last.lower())
        return known or (self._scene.speech.given.get(first.split()[0].lower()) if first else None)

    def heard(self, name: str, courtesy: str | None) -> None:
        """Keep what a title before `name` tells."""
        if courtesy is not None:
            gender = self._scene.speech.courtesy.get(courtesy, "any")
            if gender != "any":
                self._genders[name.rpartition(" ")[2].lower()] = gender

    def role(self, name: str) -> str | None:
        """What the text says that the person `name` is, where it first gives that name."""
        if name not in self._roles:
            self._roles[name] = self._find_role(name)
        return self._roles[name]

    def _find(self, name: str, courtesy: str | None) -> str:
        words = name.split()
        fulls = self._index()
        last = words[-1].lower()
        named = fulls.get(last) or (fulls.get(_FIRST + last, {}) if len(words) == 1 else {})
        found = {full: count for full, count in named.items() if full != name}
        if len(words) > 1:
            first = words[0].lower()
            longer = [full for full in found if len(full.split()) > len(words) and full.split()[0].lower() == first]
            if longer:
                return max(longer, key=lambda full: (found[full], full))
            # What stands before a name that the entities know is no part of it: `Astronomer Jo Roe`.
            known = [full for full in found if self._entities and " " in full and name.endswith(f" {full}")]
            return max(known, key=len, default=name)
        gender = self._scene.speech.courtesy.get(courtesy, "any") if courtesy is not None else "any"
        if gender != "any":
            given = self._scene.speech.given
            found = {
                full: count for full, count in found.items() if given.get(full.split()[0].lower(), gender) == gender
            }
        return _surest(found) or name

    def _index(self) -> dict[str, dict[str, int]]:
        if self._fulls is None:
            self._fulls = {}
            for one in self._entities:
                if one.type == "person":
                    self._add(one.name, len(one.mentions))
            if not self._fulls:
                self._add_runs()
        return self._fulls

    def _add_runs(self) -> None:
        """Add each run of two to four words with capitals outside quotations that are no titles."""
        scene = self._scene
        tokens = scene.tokens
        capitals = [number for number, token in enumerate(tokens) if token.capital and not token.bits & _NOT_IN_NAMES]
        first = -2
        last = -2
        for number in capitals:
            if number == last + 1 and scene.joined(number):
                last = number
                continue
            if (
                last + 2 <= number <= last + 3
                and last >= 0
                and all(tokens[n].bits & PARTICLE and scene.joined(n) for n in range(last + 1, number))
                and scene.joined(number)
            ):
                last = number
                continue
            if first < last < first + _NAME_MAX:
                self._add_run(first, last)
            first = last = number
        if first < last < first + _NAME_MAX:
            self._add_run(first, last)

    def _add_run(self, first: int, last: int) -> None:
        scene = self._scene
        start, end = scene.span(first, last)
        full = scene.text[start:end]
        if scene.tokens[last].bits & POSSESSIVE:
            full = full.removesuffix("'s").removesuffix("’s")
        if "\u00a0" in full:
            full = full.replace("\u00a0", " ")
        self._places.setdefault(full, []).append((first, last))
        self._add(full, 1)

    def _add(self, full: str, count: int) -> None:
        assert self._fulls is not None
        words = full.split()
        last = words[-1].lower()
        if last.rstrip(".") in self._scene.speech.suffixes_lower and len(words) > 1:
            last = words[-2].lower().rstrip(",")
        for key in (last, _FIRST + words[0].lower()):
            counts = self._fulls.setdefault(key, {})
            counts[full] = counts.get(full, 0) + count

    def _find_role(self, name: str) -> str | None:
        scene = self._scene
        known = self._by_name().get(name)
        if known is None:
            self._index()
            places = self._places.get(name, [])[:_TRIES_MAX]
        else:
            places = [(scene.token_at(start), scene.token_at(end - 1)) for start, end in known.mentions[:_TRIES_MAX]]
        for first, last in places:
            start, end = scene.sentence(first)
            found = phrase_to(scene, start, last)
            span = found.role if found is not None and found.kind == "name" else None
            span = span or role_behind(scene, last, end)
            if span is not None:
                begin, stop = scene.span(*span)
                return scene.text[begin:stop]
        return None if known is None else known.role


def _surest(found: dict[str, int]) -> str | None:
    """The name among `found` that stands for all of them, or that is far more frequent than the others."""
    if not found:
        return None
    ordered = sorted(found, key=lambda full: (-found[full], -len(full), full))
    best = ordered[0]
    for other in ordered[1:]:
        ours, theirs = best.split(), other.split()
        if ours[0] == theirs[0] and ours[-1] == theirs[-1]:
            best = max(best, other, key=len)
        elif found[ordered[0]] < _SURER * found[other]:
            return None
    return best
