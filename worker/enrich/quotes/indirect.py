"""Speech told without marks: `Jo Roe said that the gate was shut`, `the gate was shut, according to Jo Roe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from worker.enrich.quotes.ahead import name_at
from worker.enrich.quotes.attribution import Attribution
from worker.enrich.quotes.reported import clause_end, content, words_before
from worker.enrich.quotes.subjects import subject
from worker.enrich.quotes.tokens import (
    ADVERB,
    DETERMINER,
    NEGATION,
    POSSESSIVE,
    PREPOSITION,
    QUESTION,
    RELATIVE,
    SUBORDINATOR,
    THAT,
    TIME,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from worker.article import Span
    from worker.enrich.quotes.mentions import Mention
    from worker.enrich.quotes.scene import CueAt, Scene

_WORDS_MIN: Final = 3
_NO_SUBJECT: Final = NEGATION | RELATIVE | DETERMINER | PREPOSITION | POSSESSIVE


class Told(NamedTuple):
    """Reported words, in one or two parts (spans of the text), with who said them."""

    parts: tuple[Span, ...]
    attribution: Attribution


def told(scene: Scene, taken: Collection[int]) -> list[Told]:
    """The indirect speech of the text, in the order of its cues. A cue at one of `taken` has other words already."""
    found: list[Told] = []
    done = 0
    for cue in scene.cues:
        if cue.first < done or cue.first in taken:
            continue
        one = _by_source(scene, cue) if cue.use == "source" else _by_verb(scene, cue)
        if one is None:
            continue
        while found and _encloses(scene, one, found[-1]):
            found.pop()
        if not found or one.parts[0][0] >= found[-1].parts[-1][1]:
            found.append(one)
            done = max(scene.token_at(one.parts[-1][1] - 1) + 1, cue.behind)
    return found


def _encloses(scene: Scene, one: Told, other: Told) -> bool:
    """Whether `other` is but a part of what `one` tells: `she promised to shut the gate, Jo Roe said`.

    A clause of its own is not given up: in `Jo Roe said it was shut, the Courier reported` she is the speaker.
    """
    cue = other.attribution.cue
    if cue is None or scene.speech.clauses.get(cue.form) != "object":
        return False
    return one.parts[0][0] < other.parts[0][0] and other.parts[-1][1] <= one.parts[0][1]


def _by_source(scene: Scene, cue: CueAt) -> Told | None:
    start, end = scene.sentence(cue.first)
    mention = name_at(scene, cue.behind, end)
    if mention is None:
        return None
    attribution = Attribution("source", mention, cue)
    if cue.first > start:
        return _told(scene, attribution, (start, cue.first))
    last = mention.stop
    if scene.speech.clause_behind_comma:
        stop = next((n + 1 for n in range(last + 1, end) if scene.tokens[n].behind.endswith(",")), end)
        return _told(scene, attribution, (last + 1, stop)) if not scene.tokens[last].behind else None
    while last < end and not scene.tokens[last].behind.endswith(","):
        last += 1
    return _told(scene, attribution, (last + 1, end)) if last < end else None


def _by_verb(scene: Scene, cue: CueAt) -> Told | None:
    tokens = scene.tokens
    clause = scene.speech.clauses[cue.form]
    if clause == "none":
        return None
    start, end = scene.sentence(cue.first)
    inverted = _inverted(scene, cue, start, end)
    if inverted is not None:
        return _told(scene, Attribution("inverted", inverted, cue), (start, cue.first))
    behind = tokens[cue.behind - 1].behind
    if behind == "," and cue.behind < end:
        clause_next = scene.speech.clause_behind_comma or tokens[cue.behind].bits & THAT
        if clause_next and (cue.first == start or not tokens[cue.first - 1].behind):
            return _behind_comma(scene, cue, start, end)
    if not behind and cue.behind < end and not _is_time(scene, cue.behind, end):
        place = content(scene, cue, end)
        if place is None and not (cue.use == "telling" and tokens[cue.behind].capital):
            return None
        mention, rule = subject(scene, start, cue)
        if place is None:
            return _before(scene, cue, start, end, Attribution(f"before_{rule}", mention, cue))
        if mention is None and not _plain_subject(scene, start, cue):
            return None
        stop = clause_end(scene, cue, place, end)
        if rule == "relative" or _is_subordinate(scene, start, cue):
            stop = next((n + 1 for n in range(place, stop) if tokens[n].behind.endswith(",")), stop)
        return _told(scene, Attribution(f"before_{rule}", mention, cue), (place, stop))
    if behind.endswith(",") or not behind or behind[:1] in ".;!?”":
        mention, rule = subject(scene, start, cue)
        return _before(scene, cue, start, end, Attribution(f"before_{rule}", mention, cue))
    return None


def _behind_comma(scene: Scene, cue: CueAt, start: int, end: int) -> Told | None:
    """`Jo Roe sagte, dass das Tor zu sei`."""
    mention, rule = subject(scene, start, cue)
    if mention is None:
        return None
    place = cue.behind
    bits = scene.tokens[place].bits
    if bits & THAT:
        place += 1
    elif scene.speech.clauses[cue.form] != "bare" and not bits & QUESTION:
        return None
    return _told(scene, Attribution(f"before_{rule}", mention, cue), (place, clause_end(scene, cue, place, end)))


def _plain_subject(scene: Scene, start: int, cue: CueAt) -> bool:
    """Whether something that is no known name or role does it: `the suit claims that`."""
    tokens = scene.tokens
    last = cue.first - 1
    while last > start and tokens[last].bits & ADVERB:
        last -= 1
    if last < start or tokens[last].bits & _NO_SUBJECT:
        return False
    return scene.speech.clauses[cue.form] == "any" or bool(cue.behind < len(tokens) and tokens[cue.behind].bits & THAT)


def _inverted(scene: Scene, cue: CueAt, start: int, end: int) -> Mention | None:
    """The speaker in `the gate was shut, said Jo Roe`."""
    tokens = scene.tokens
    if cue.use != "speech" or cue.first <= start or not tokens[cue.first - 1].behind.endswith(","):
        return None
    if cue.form in scene.speech.participles or tokens[cue.behind - 1].behind:
        return None
    mention = name_at(scene, cue.behind, end)
    if mention is None or mention.kind == "pronoun":
        return None
    last = mention.stop if mention.kind == "nominal" else mention.last
    if tokens[last].behind or last + 1 >= end:
        return mention
    return mention if tokens[last + 1].bits & (PREPOSITION | TIME | RELATIVE) else None


def _is_subordinate(scene: Scene, start: int, cue: CueAt) -> bool:
    """Whether the cue stands in a clause before the main one: `While she says …, she …`."""
    return bool(scene.tokens[start].bits & SUBORDINATOR) and not any(
        scene.tokens[n].behind.endswith(",") for n in range(start, cue.first)
    )


def _is_time(scene: Scene, place: int, end: int) -> bool:
    """Whether nothing but a time is left: `…, he said Tuesday`."""
    return place + 1 == end and bool(scene.tokens[place].bits & TIME)


def _before(scene: Scene, cue: CueAt, start: int, end: int, attribution: Attribution) -> Told | None:
    """The words before `…, Jo Roe said.`, and those behind where it stands in their midst."""
    tokens, mention = scene.tokens, attribution.mention
    if mention is None or mention.first > cue.first:
        return None
    first = words_before(scene, mention, start, cue)
    if first is None:
        return None
    parts = [(start, first)]
    if tokens[cue.behind - 1].behind == "," and end - cue.behind >= _WORDS_MIN:
        following = scene.text[scene.begin(cue.behind) : scene.end(cue.behind)]
        if following not in scene.speech.participles:
            parts.append((cue.behind, clause_end(scene, cue, cue.behind, end)))
    return _told(scene, attribution, *parts)


def _told(scene: Scene, attribution: Attribution, *parts: tuple[int, int]) -> Told | None:
    """What is told in these runs of tokens, without the marks at their ends."""
    spans = []
    for first, end in parts:
        last = end - 1
        while first <= last and not scene.tokens[first].size:
            first += 1
        while last >= first and not scene.tokens[last].size:
            last -= 1
        if first <= last:
            spans.append(scene.span(first, last))
    return Told(tuple(spans), attribution) if spans else None
