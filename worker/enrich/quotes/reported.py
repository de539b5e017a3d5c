"""Where reported words begin and end: behind their cue, and before the words that say whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.subjects import QUOTING, subject
from worker.enrich.quotes.tokens import (
    ADVERB,
    BREAK,
    COURTESY,
    DETERMINER,
    HOLLOW,
    JOINER,
    PREPOSITION,
    QUESTION,
    QUOTED,
    ROLE,
    THAT,
    TIME,
    TIME_OPENER,
)

if TYPE_CHECKING:
    from worker.enrich.quotes.mentions import Mention
    from worker.enrich.quotes.scene import CueAt, Scene

_THAT_MAX: Final = 14
_GAP_MAX: Final = 32
_LEAD: Final = DETERMINER | COURTESY | ROLE


def words_before(scene: Scene, mention: Mention, start: int, cue: CueAt) -> int | None:
    """The token behind the comma that ends reported words before `…, Jo Roe said`, None where none ends there."""
    tokens = scene.tokens
    first = mention.start
    while first > start and scene.joined(first) and (tokens[first - 1].bits & _LEAD or tokens[first - 1].capital):
        first -= 1
    if first <= start or cue.first - first > _GAP_MAX:
        return None
    # Nothing ends there, or a quotation whose beginning is lost.
    return first if tokens[first - 1].behind == "," else None


def content(scene: Scene, cue: CueAt, end: int) -> int | None:
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
        capitals < number < end - 1
        and scene.joined(number)
        and tokens[number].plain.endswith("s")
        and tokens[number].plain.isalpha()
    ):
        number += 1
    for at in range(number, min(end, number + _THAT_MAX)):
        if tokens[at].bits & THAT:
            return at
        if tokens[at - 1].behind:
            break
    return number


def clause_end(scene: Scene, cue: CueAt, place: int, end: int) -> int:
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
        if other.use in QUOTING and _is_last(scene, other, end):
            mention, _ = subject(scene, place, other)
            stop = (
                None if mention is None or mention.first > other.first else words_before(scene, mention, place, other)
            )
            return end if stop is None else stop
    return end


def _is_last(scene: Scene, cue: CueAt, end: int) -> bool:
    """Whether the sentence ends with `cue`, but for a time: `…, the Harbour Courier reported Tuesday`."""
    last = cue.behind
    while last < end and scene.tokens[last].bits & (TIME | ADVERB):
        last += 1
    return last == end or not any(scene.tokens[n].size for n in range(last, end))
