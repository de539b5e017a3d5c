"""The people of an article by their names: the fullest name for a surname, the role, the gender that titles tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.mentions import name_before, role_behind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.article import Entity
    from worker.enrich.quotes.mentions import Mention
    from worker.speech_rules import Gender, Speech

_UPPER: Final = "".join(chr(n) for n in range(0x41, 0x530) if chr(n).isupper())
_RUN: Final = re.compile(
    rf"[{_UPPER}][\w.'’-]*(?: (?:(?:de|da|di|del|van|von|der|bin|al|el|la|le|du|dos) ){{0,2}}[{_UPPER}][\w.'’-]*)+"
)
_NAME_WORDS_MAX: Final = 4
_SURER: Final = 3
_FIRST: Final = "^"


class People:
    """Who is named in a text, looked up by surname or first name; read off the text at the first question."""

    def __init__(self, text: str, shown: str, speech: Speech, entities: Sequence[Entity]) -> None:
        self._text = text
        self._shown = shown
        self._speech = speech
        self._entities = entities
        self._fulls: dict[str, dict[str, int]] | None = None
        self._places: dict[str, int] = {}
        self._full: dict[tuple[str, str | None], str] = {}
        self._roles: dict[str, str | None] = {}
        self._genders: dict[str, Gender] = {}

    def fullest(self, name: str, courtesy: str | None = None) -> str:
        """The fullest form of `name` in the text; `name` itself where several fit alike."""
        key = (name, courtesy)
        known = self._full.get(key)
        if known is None:
            known = self._full[key] = self._find(name, courtesy)
        return known

    def gender(self, name: str) -> Gender | None:
        """What the first name or a title tells of the person `name`; None where nothing does."""
        known = self._genders.get(name.split()[-1].lower())
        return known or (self._speech.given.get(name.split()[0].lower()) if " " in name else None)

    def heard(self, name: str, courtesy: str | None) -> None:
        """Keep what a title before `name` tells."""
        if courtesy is not None:
            gender = self._speech.courtesy.get(courtesy, "any")
            if gender != "any":
                self._genders[name.split()[-1].lower()] = gender

    def role(self, name: str) -> str | None:
        """What the text says that the person `name` is, where it first gives that name."""
        if name not in self._roles:
            self._roles[name] = self._find_role(name)
        return self._roles[name]

    def _find(self, name: str, courtesy: str | None) -> str:
        words = name.split()
        fulls = self._index()
        last = _bare(words[-1]).lower()
        named = fulls.get(last) or (fulls.get(_FIRST + last, {}) if len(words) == 1 else {})
        found = {full: count for full, count in named.items() if full != name}
        if len(words) > 1:
            first = words[0].lower()
            longer = [full for full in found if len(full.split()) > len(words) and full.split()[0].lower() == first]
            return max(longer, key=lambda full: (found[full], full)) if longer else name
        if courtesy is not None:
            gender = self._speech.courtesy.get(courtesy, "any")
            given = self._speech.given
            found = {
                full: count
                for full, count in found.items()
                if gender == "any" or given.get(full.split()[0].lower(), gender) == gender
            }
        return _surest(found) or name

    def _index(self) -> dict[str, dict[str, int]]:
        if self._fulls is None:
            self._fulls = {}
            if self._entities:
                for one in self._entities:
                    if one.type == "person":
                        self._add(one.name, one.mentions[0][0] if one.mentions else 0, len(one.mentions))
            else:
                for match in _RUN.finditer(self._text):
                    self._add_run(match.group(), match.start())
        return self._fulls

    def _add_run(self, run: str, place: int) -> None:
        speech = self._speech
        words = run.split(" ")
        last = len(words)
        for number, word in enumerate(words):
            if word.endswith(("'s", "’s", "’", "'")) or (word[-1] == "." and len(word) > 4 and number):
                last = number + 1
                break
        first = 0
        for number in range(last):
            plain = _bare(words[number]).lower()
            if plain in speech.roles or plain in speech.courtesy or plain in speech.openers or plain in speech.belonging or plain in speech.bodies:
                first = number + 1
        names = words[first:last]
        if 2 <= len(names) <= _NAME_WORDS_MAX:
            names[-1] = _bare(names[-1])
            if names[-1].lower() in speech.suffixes and len(names) < 3:
                return
            self._add(" ".join(names), place, 1)

    def _add(self, full: str, place: int, count: int) -> None:
        assert self._fulls is not None
        words = full.split()
        last = words[-1].lower().rstrip(".")
        if last in self._speech.suffixes and len(words) > 1:
            last = words[-2].lower()
        self._places.setdefault(full, place)
        for key in (last, _FIRST + words[0].lower()):
            counts = self._fulls.setdefault(key, {})
            counts[full] = counts.get(full, 0) + count

    def _find_role(self, name: str) -> str | None:
        for one in self._entities:
            if one.name == name and one.role is not None:
                return one.role
        shown = self._shown
        at = shown.find(name, self._places.get(name, 0))
        tries = 0
        while at >= 0 and tries < 4:
            end = at + len(name)
            start = max(shown.rfind("\n", max(at - 120, 0), at) + 1, at - 120, 0)
            found: Mention | None = name_before(shown, start, end, self._speech)
            span = found.role if found is not None and found.kind == "name" else None
            span = span or role_behind(shown, end, min(end + 140, len(shown)), self._speech)
            if span is not None:
                return self._text[span[0] : span[1]]
            at = shown.find(name, end)
            tries += 1
        return None


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s").rstrip(".'’")


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
