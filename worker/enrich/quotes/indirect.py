"""Speech told without marks: `Jo Roe said that the gate was shut`, `the gate was shut, according to Jo Roe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from worker.enrich.quotes.ahead import name_at
from worker.enrich.quotes.attribution import Attribution
from worker.enrich.quotes.subjects import subject
from worker.enrich.quotes.tokens import (
    ADVERB,
    BREAK,
    COURTESY,
    DETERMINER,
    HOLLOW,
    JOINER,
    NEGATION,
    POSSESSIVE,
    PREPOSITION,
    QUESTION,
    QUOTED,
    RELATIVE,
    ROLE,
    SUBORDINATOR,
    THAT,
    TIME,
    TIME_OPENER,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from worker.article import Span
    from worker.enrich.quotes.mentions import Mention
    from worker.enrich.quotes.scene import CueAt, Scene

_WORDS_MIN: Final = 3
_THAT_MAX: Final = 9
_GAP_MAX: Final = 8
_NO_SUBJECT: Final = NEGATION | RELATIVE | DETERMINER | PREPOSITION | POSSESSIVE
_LEAD: Final = DETERMINER | COURTESY | ROLE


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
        if one is not None and (not found or one.parts[0][0] >= found[-1].parts[-1][1]):
            found.append(one)
            done = max(scene.token_at(one.parts[-1][1] - 1) + 1, cue.behind)
    return found


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
        place = _content(scene, cue, end)
        if place is None:
            return None
        mention, rule = subject(scene, start, cue)
        if mention is None and not _plain_subject(scene, start, cue):
            return None
        stop = _clause_end(scene, cue, place, end)
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
    return _told(scene, Attribution(f"before_{rule}", mention, cue), (place, _clause_end(scene, cue, place, end)))


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
    first = mention.start
    while first > start and scene.joined(first) and (tokens[first - 1].bits & _LEAD or tokens[first - 1].capital):
        first -= 1
    if first <= start or cue.first - first > 4 * _GAP_MAX:
        return None
    comma = tokens[first - 1].behind
    if not comma.endswith(",") or comma != ",":
        return None  # Nothing ends there, or a quotation whose beginning is lost.
    parts = [(start, first)]
    if tokens[cue.behind - 1].behind == "," and end - cue.behind >= _WORDS_MIN:
        following = scene.text[scene.begin(cue.behind) : scene.end(cue.behind)]
        if following not in scene.speech.participles:
            parts.append((cue.behind, _clause_end(scene, cue, cue.behind, end)))
    return _told(scene, attribution, *parts)


def _content(scene: Scene, cue: CueAt, end: int) -> int | None:
    """Where the reported words begin behind `cue`, None where none do."""
    tokens = scene.tokens
    number = cue.behind
    if cue.use == "telling" and not tokens[number].bits & THAT:
        number = _behind_listener(scene, number, end)
    while number < end and tokens[number].bits & (TIME | ADVERB):
        number += 1
    if number >= end:
        return None
    bits = tokens[number].bits
    if bits & HOLLOW or (bits & QUOTED and number == cue.behind):
        return None
    if bits & THAT and tokens[number].lead:
        return number
    if bits & THAT:
        return number + 1 if number + 1 < end and scene.joined(number + 1) else None
    if bits & QUESTION and cue.use != "thought":
        return number
    clause = scene.speech.clauses[cue.form]
    if clause == "object" and (number == cue.behind or cue.use != "speech"):
        return number
    if clause == "that" or bits & (PREPOSITION | TIME_OPENER):
        for at in range(number, min(end, number + _THAT_MAX) - 1):
            if at > number and not scene.joined(at):
                break
            if tokens[at].bits & THAT:
                return at + 1
        return None
    if number > cue.behind and cue.use == "telling" and tokens[number - 1].behind:
        return None
    return number


def _behind_listener(scene: Scene, number: int, end: int) -> int:
    """The token behind the listener in `told the council on Monday that …`."""
    tokens = scene.tokens
    first = number
    if tokens[number].bits & DETERMINER:
        number += 1
    capitals = number
    while number < end and tokens[number].capital and (number == first or scene.joined(number)):
        number += 1
    if (number < end and number < first + 2 and not tokens[number].capital) or (
        capitals < number < end - 1 and scene.joined(number) and tokens[number].plain.endswith("s")
    ):
        number += 1
    for at in range(number, min(end, number + _THAT_MAX)):
        if tokens[at].bits & THAT:
            return at
        if tokens[at - 1].behind:
            break
    return number


def _clause_end(scene: Scene, cue: CueAt, place: int, end: int) -> int:
    """Where the reported words end: before another cue of the same sentence, before `, but`, or at its end."""
    tokens = scene.tokens
    for number in range(place, end - 1):
        behind = tokens[number].behind
        if behind and (behind[-1] == ";" or (behind[-1] == "," and tokens[number + 1].bits & BREAK)):
            end = number + 1
            break
    for other in scene.cues_in(max(place, cue.behind) + 1, end):
        previous = tokens[other.first - 1]
        if other.use == "source" or (other.form in scene.speech.participles and previous.behind.endswith(",")):
            return other.first
        if previous.bits & JOINER:
            return other.first - 1
    return end


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
