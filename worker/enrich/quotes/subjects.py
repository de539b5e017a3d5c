"""Who does what a cue says: the mention before it, or whom the sentence is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.ahead import name_at
from worker.enrich.quotes.back import name_before, phrase_to
from worker.enrich.quotes.tokens import (
    ADVERB,
    DETERMINER,
    JOINER,
    OPENER,
    PREPOSITION,
    PRONOUN,
    QUOTED,
    RELATIVE,
    STOP,
    SUBORDINATOR,
)

if TYPE_CHECKING:
    from worker.enrich.quotes.mentions import Mention
    from worker.enrich.quotes.scene import CueAt, Scene

QUOTING: Final = frozenset(("speech", "telling", "asking"))
_OPENINGS_MAX: Final = 3
_STANDS_ALONE: Final = DETERMINER | PRONOUN


def subject(scene: Scene, start: int, cue: CueAt) -> tuple[Mention | None, str]:
    """Who does what `cue` says, in a sentence that begins at `start`, and by which rule."""
    tokens = scene.tokens
    if cue.form in scene.speech.participles:
        for other in reversed(scene.cues_in(start, cue.first)):
            if other.use in QUOTING and other.form not in scene.speech.participles:
                mention, _ = subject(scene, start, other)
                if mention is not None and (mention.start == start or tokens[mention.start - 1].behind == ","):
                    return mention, "participle"
        return main_subject(scene, start, cue.first), "participle"
    mention = name_before(scene, start, cue.first)
    if mention is not None:
        if cue.form in scene.speech.bases and mention.kind == "name" and not _is_plural(scene, mention):
            return None, "subject"
        return mention, "subject"
    last = cue.first - 1
    while last > start and tokens[last].bits & ADVERB and not tokens[last].capital:
        last -= 1
    if last > start and tokens[last].bits & JOINER:
        return main_subject(scene, start, cue.first), "joined"
    if last > start and tokens[last].bits & RELATIVE:
        return phrase_to(scene, start, last - 1, hanging=False), "relative"
    return None, "subject"


def _is_plural(scene: Scene, mention: Mention) -> bool:
    return scene.tokens[mention.last].plain.endswith(scene.speech.plural_endings)


def main_subject(scene: Scene, start: int, end: int) -> Mention | None:
    """Whom the sentence from `start` is about: its first noun phrase, behind `On Monday,` and the like."""
    tokens = scene.tokens
    place = start
    for _ in range(_OPENINGS_MAX):
        while place < end and not tokens[place].size:
            place += 1
        if place >= end or tokens[place].bits & QUOTED:
            return None
        token = tokens[place]
        bits = token.bits
        if bits & _STANDS_ALONE or not bits & OPENER:
            mention = name_at(scene, place, end)
            if mention is not None and not _is_doubtful(scene, mention, place):
                return mention
            if mention is None and bits & PRONOUN and not bits & DETERMINER:
                return None
        elif (
            bits & JOINER
            or token.behind.endswith(",")
            or (not bits & (PREPOSITION | SUBORDINATOR) and place + 1 < end and tokens[place + 1].capital)
        ):
            place += 1
            continue
        comma = _comma(scene, place, end)
        if comma is None:
            return None
        place = comma + 1
    return None


def _is_doubtful(scene: Scene, mention: Mention, place: int) -> bool:
    """Whether a single capital at the start of a sentence is all that tells a name."""
    return (
        mention.kind == "name"
        and mention.first == mention.last == place
        and mention.role is None
        and not scene.is_name(place)
    )


def _comma(scene: Scene, start: int, end: int) -> int | None:
    """The first token from `start` on that a comma stands behind."""
    for number in range(start, end):
        token = scene.tokens[number]
        if token.behind.endswith(","):
            return number
        if token.bits & STOP and token.bits & QUOTED:
            return None
    return None
