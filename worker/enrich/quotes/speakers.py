"""From the words at a cue to the speaker: surnames, pronouns and roles traced to the fullest name in the text."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from worker.article import Speaker
from worker.enrich.quotes.subjects import main_subject
from worker.enrich.quotes.tokens import DETERMINER

if TYPE_CHECKING:
    from worker.enrich.quotes.attribution import Attribution
    from worker.enrich.quotes.mentions import Mention
    from worker.enrich.quotes.people import People
    from worker.enrich.quotes.scene import Scene
    from worker.speech_rules import Gender

_SENTENCES_BACK: Final = 7
_SENTENCE_MAX: Final = 120
_FAR: Final = 350

CONFIDENCE: Final = {
    "behind": 0.97,
    "inverted": 0.97,
    "before_subject": 0.95,
    "before_participle": 0.9,
    "before_joined": 0.9,
    "before_relative": 0.9,
    "source": 0.95,
    "colon": 0.85,
    "inside": 0.85,
    "same": 0.95,
    "next": 0.85,
    "label": 0.95,
    "subject": 0.75,
}
_BY_PRONOUN: Final = 0.9
_CONFIDENCE_MIN: Final = 0.6
_UNSAID: Final = 0.75
_BY_ROLE: Final = 0.8
_NEAR: Final = 90
_SHORT: Final = 3


class Speakers:
    """Speakers of one text, in the order in which they are asked for."""

    def __init__(self, scene: Scene, people: People) -> None:
        self._scene = scene
        self._people = people
        self._heard: list[tuple[int, str]] = []

    def of(self, attribution: Attribution) -> Speaker | None:
        """The speaker that `attribution` names, None where nothing tells who that is."""
        mention = attribution.mention
        if mention is None:
            return self._unsaid(attribution)
        sure = CONFIDENCE[attribution.rule]
        scene, people = self._scene, self._people
        span = scene.span(mention.first, mention.last)
        role = None
        if mention.role is not None:
            start, end = scene.span(*mention.role)
            role = scene.text[start:end]
        if mention.kind == "name":
            name = self._name(mention)
            if self._is_person(mention):
                self._heard.append((mention.first, name))
            return Speaker(name, role or people.role(name), span, sure)
        if mention.kind == "pronoun":
            found = self._stands_for(mention)
            sure = round(sure * _BY_PRONOUN, 2)
            if found is None or sure < _CONFIDENCE_MIN:
                return None
            self._heard.append((mention.first, found))
            return Speaker(found, people.role(found), span, sure)
        role = role or scene.text[span[0] : span[1]]
        named = self._described(mention)
        if named is not None:
            self._heard.append((mention.first, named))
            return Speaker(named, people.role(named) or role, span, round(sure * _BY_ROLE, 2))
        return Speaker(None, role, span, sure)

    def _described(self, mention: Mention) -> str | None:
        """The person that `the governor` is: one spoken of before, with that role or of whom such words are used."""
        scene, people = self._scene, self._people
        tokens, speech = scene.tokens, scene.speech
        if mention.kind != "nominal" or mention.start == 0 or tokens[mention.start - 1].plain not in speech.definite:
            return None
        head = tokens[mention.last].plain
        changed = {tokens[n].plain for n in range(mention.start, mention.stop + 1)} & speech.modifiers
        for place, name in reversed(self._heard):
            if mention.first - place > _FAR:
                break
            role = (people.role(name) or "").split()
            if place >= mention.first or {word.lower() for word in role} & speech.modifiers != changed:
                continue
            if any(_is_role(word, head) for word in role):
                return name
        if head in speech.epithets and self._heard:
            place, name = self._heard[-1]
            return name if 0 < mention.first - place < _NEAR else None
        return None

    def _unsaid(self, attribution: Attribution) -> Speaker | None:
        """Who speaks where a language need not say so: `«…», dijo`."""
        cue = attribution.cue
        if cue is None or attribution.rule != "inverted" or not self._scene.speech.drops_subject:
            return None
        found = self._last_named(cue.first, None)
        return None if found is None else Speaker(found, self._people.role(found), None, _UNSAID)

    def _name(self, mention: Mention) -> str:
        start, end = self._scene.span(mention.first, mention.last)
        name = self._scene.text[start:end].removesuffix("'s").removesuffix("’s")
        people = self._people
        people.heard(name, mention.courtesy)
        entity = people.entity_at(start)
        if entity is not None and name.split()[-1] in entity.name.split():
            people.heard(entity.name, mention.courtesy)
            return entity.name
        name = people.fullest(name, mention.courtesy)
        people.heard(name, mention.courtesy)
        return name

    def _stands_for(self, mention: Mention) -> str | None:
        """The name of the person that a pronoun stands for."""
        gender = self._scene.speech.pronouns[self._scene.tokens[mention.first].plain]
        return self._last_named(mention.first, gender) if gender in {"male", "female"} else None

    def _last_named(self, before: int, gender: Gender | None) -> str | None:
        """The person of that gender (None: any) whom the text speaks of last before a token."""
        scene, people = self._scene, self._people
        number = bisect_right(scene.starts, before) - 1
        heard = len(self._heard) - 1
        end = before
        for back in range(min(_SENTENCES_BACK, number + 1)):
            start = scene.starts[number - back]
            while heard >= 0 and self._heard[heard][0] >= start:
                place, name = self._heard[heard]
                if place < before and (gender is None or people.gender(name) in {None, gender}):
                    return name
                heard -= 1
            found = self._person(main_subject(scene, max(start, end - _SENTENCE_MAX), end), gender)
            if found is not None:
                return found
            end = start
        for place, name in reversed(self._heard):
            if before - place > _FAR:
                break
            if place < before and people.gender(name) == gender:
                return name
        return None

    def _person(self, subject: Mention | None, gender: Gender | None) -> str | None:
        """The name of whom a sentence is about, where that is a person who can be of that gender."""
        if subject is None or subject.kind != "name" or not self._is_person(subject):
            return None
        name = self._name(subject)
        known = self._people.gender(name)
        sure = gender in {None, known} or (known is None and (" " in name or subject.courtesy is not None))
        return name if sure else None

    def _is_person(self, mention: Mention) -> bool:
        """Whether a pronoun may stand for that name."""
        entity = self._people.entity_at(self._scene.begin(mention.first))
        return entity.type == "person" if entity is not None else not self._is_definite(mention)

    def _is_definite(self, subject: Mention) -> bool:
        """Whether an article stands before the name: `the Kremlin` is nobody that `he` stands for."""
        return (
            subject.role is None and subject.first > 0 and bool(self._scene.tokens[subject.start - 1].bits & DETERMINER)
        )


def _is_role(word: str, head: str) -> bool:
    """Whether a word of somebody's role is `head` or short for it: `Gov.` for a governor."""
    plain = word.strip(".,").lower()
    return plain == head or (word.endswith(".") and len(plain) >= _SHORT and head.startswith(plain))
