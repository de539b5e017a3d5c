"""Speech told without marks: `Jo Roe said that the gate was shut`, `the gate was shut, according to Jo Roe`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.attribution import Attribution, subject
from worker.enrich.quotes.mentions import name_at, words_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from worker.article import Span
    from worker.enrich.quotes.mentions import Mention
    from worker.enrich.quotes.scene import CueAt, Scene

_WORDS_MIN: Final = 3
_LEAD_MAX: Final = 90
_GAP_MAX: Final = 60
_STOPS: Final = frozenset(("", ",", ".", ";", ":", "?", "!", "("))
_CLOSING: Final = " .,;:!?—–-\n"
_CLAUSE: Final = frozenset(("speech", "telling", "asking", "thought", "finding", "judgement"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """Reported words, in one or two parts, with who said them."""

    parts: tuple[Span, ...]
    attribution: Attribution


def told(scene: Scene, taken: Collection[int]) -> list[Told]:
    """The indirect speech of the text, in the order of its cues; those that begin at `taken` have other words already."""
    found: list[Told] = []
    done = 0
    for cue in scene.cues:
        if cue.start < done or cue.start in taken:
            continue
        one = _by_source(scene, cue) if cue.use == "source" else _by_verb(scene, cue) if cue.use in _CLAUSE else None
        if one is not None and one.parts[0][0] >= done:
            found.append(one)
            done = max(one.parts[-1][1], cue.end)
    return found


def _by_source(scene: Scene, cue: CueAt) -> Told | None:
    shown = scene.shown
    start, end = scene.sentence(cue.start)
    mention = name_at(shown, cue.end + 1, end, scene.speech)
    parts: tuple[Span | None, ...]
    if mention is None:
        return None
    if shown[start : cue.start].strip(" “\n"):
        parts = (_trimmed(scene, start, cue.start),)
    else:
        comma = shown.find(", ", cue.end if mention is None else mention.end, end)
        if mention is not None and mention.role is not None and mention.role[0] > mention.end:
            comma = shown.find(", ", mention.role[1], end)
        if comma < 0:
            return None
        parts = (_trimmed(scene, comma + 2, end),)
    return _told(parts, Attribution("source", mention, cue))


def _by_verb(scene: Scene, cue: CueAt) -> Told | None:
    shown, speech = scene.shown, scene.speech
    if speech.clauses[cue.form] == "none":
        return None
    start, end = scene.sentence(cue.start)
    inverted = _inverted(scene, cue, end)
    if inverted is not None:
        return _told((_trimmed(scene, start, cue.start - 2),), Attribution("inverted", inverted, cue))
    mention, rule = subject(scene, start, cue)
    behind = shown[cue.end : cue.end + 1]
    attribution = Attribution(f"before_{rule}", mention, cue)
    if mention is None and not _plain_subject(scene, start, cue):
        return None
    if behind == "," or not shown[cue.end : end].strip(_CLOSING) or _is_time(scene, cue.end, end):
        return _before(scene, cue, start, end, attribution)
    place = _content(scene, cue, end)
    if place is None:
        return None
    stop = _clause_end(scene, cue, place, end)
    comma = shown.find(", ", place, stop)
    if comma > 0 and (_is_subordinate(scene, start, cue) or rule == "relative"):
        stop = comma
    return _told((_trimmed(scene, place, stop),), attribution)


def _inverted(scene: Scene, cue: CueAt, end: int) -> Mention | None:
    """The speaker in `the gate was shut, said Jo Roe.`"""
    shown, speech = scene.shown, scene.speech
    if shown[cue.start - 2 : cue.start - 1] != "," or cue.form in speech.participles or cue.use != "speech":
        return None
    mention = name_at(shown, cue.end + 1, end, speech)
    if mention is None or mention.kind == "pronoun":
        return None
    rest = shown[mention.end : end].strip()
    if mention.kind == "nominal" and mention.role is not None:
        rest = shown[max(mention.end, mention.role[1]) : end].strip()
    word = rest.split(" ", 1)[0].strip(",.")
    return mention if rest[:1] in _STOPS or word in speech.prepositions or word in speech.times else None


def _is_subordinate(scene: Scene, start: int, cue: CueAt) -> bool:
    """Whether the cue stands in a clause before the main one: `While she says …, she …`"""
    words = words_in(scene.shown, start, min(start + 30, cue.start))
    return bool(words) and words[0].plain in scene.speech.subordinators and "," not in scene.shown[start : cue.start]


def _plain_subject(scene: Scene, start: int, cue: CueAt) -> bool:
    """Whether something that is no known name or role does it: `the suit claims that`."""
    words = words_in(scene.shown, max(start, cue.start - 40), cue.start)
    while words and words[-1].plain in scene.speech.adverbs:
        words.pop()
    if not words or not (scene.shown.startswith(" that ", cue.end) or scene.speech.clauses[cue.form] == "any"):
        return False
    plain, speech = words[-1].plain, scene.speech
    return not (
        plain in speech.negations
        or plain in speech.relatives
        or plain in speech.determiners
        or plain in speech.prepositions
        or plain.endswith(("'s", "’s", "s'", "s’"))
    )


def _is_time(scene: Scene, place: int, end: int) -> bool:
    """Whether nothing but a time is left: `…, he said Tuesday.`"""
    rest = scene.shown[place:end].strip(_CLOSING)
    return " " not in rest and rest in scene.speech.times


def _before(scene: Scene, cue: CueAt, start: int, end: int, attribution: Attribution) -> Told | None:
    """The words before `…, Jo Roe said.`, and those behind where it stands in their midst."""
    shown, mention = scene.shown, attribution.mention
    if mention is None or mention.start > cue.start:
        return None
    first = mention.start
    if mention.role is not None and mention.role[0] < first:
        first = mention.role[0]
    comma = shown.rfind(",", start, first)
    if shown[comma + 1 : comma + 2] in {"”", '"', "'", "’"}:
        return None  # The end of a quotation whose beginning is lost.
    if comma < 0 or first - comma > _GAP_MAX or not _is_lead(scene, comma + 1, first):
        return None
    before = _trimmed(scene, start, comma)
    if shown[cue.end] == "," and shown[cue.end : end].strip(_CLOSING):
        behind = _trimmed(scene, cue.end + 1, _clause_end(scene, cue, cue.end + 1, end))
        if behind is not None and len(words_in(shown, *behind)) >= _WORDS_MIN:
            if _is_participle_next(scene, cue.end):
                return _told((before,), attribution)
            return _told((before, behind), attribution)
    return _told((before,), attribution)


def _is_participle_next(scene: Scene, place: int) -> bool:
    word = scene.shown[place + 2 : place + 26].split(" ", 1)[0]
    return word in scene.speech.participles


def _is_lead(scene: Scene, start: int, end: int) -> bool:
    speech = scene.speech
    return all(
        word.plain in speech.determiners or word.plain in speech.courtesy or word.capital or word.plain in speech.roles
        for word in words_in(scene.shown, start, end)
    )


def _content(scene: Scene, cue: CueAt, end: int) -> int | None:
    """Where the reported words begin behind `cue`, None where none do."""
    shown, speech = scene.shown, scene.speech
    words = words_in(shown, cue.end, min(end, cue.end + _LEAD_MAX))
    if not words or words[0].start != cue.end + 1:
        return None
    number = 0
    if cue.use == "telling" and words[0].plain not in speech.that:
        number = _behind_listener(scene, words)
    while number < len(words) and (words[number].plain in speech.times_lower or words[number].plain in speech.adverbs):
        number += 1
    if number >= len(words):
        return None
    first = words[number]
    if first.plain in speech.hollow:
        return None
    if first.plain in speech.that:
        return words[number + 1].start if number + 1 < len(words) and words[number + 1].joined else None
    if first.plain in speech.question and cue.use != "thought":
        return first.start
    clause = speech.clauses[cue.form]
    if clause == "object" and not (number and cue.use == "speech"):
        return first.start
    if clause == "that" or first.plain in speech.prepositions or first.plain in speech.time_openers:
        for at, word in enumerate(words[number:], number):
            if at > number and not word.joined:
                break
            if word.plain in speech.that and at + 1 < len(words):
                return words[at + 1].start
        return None
    if number and cue.use == "telling" and not first.joined:
        return None
    return first.start


def _behind_listener(scene: Scene, words: list) -> int:  # type: ignore[type-arg]
    """The number of the word behind the listener in `told the council on Monday that …`."""
    speech = scene.speech
    number = 0
    if words[0].plain in speech.determiners:
        number = 1
    while number < len(words) and words[number].capital and (number == 0 or words[number].joined):
        number += 1
    if number < len(words) and number < 2 and not words[number].capital:
        number += 1
    if 0 < number < len(words) - 1 and words[number - 1].capital and words[number].joined and words[number].plain[-1] == "s":
        number += 1
    for at, word in enumerate(words[number : number + 6], number):
        if word.plain in speech.that or not word.joined:
            return at if word.plain in speech.that else number
    return number


def _clause_end(scene: Scene, cue: CueAt, place: int, end: int) -> int:
    """Where the reported words end: before another cue of the same sentence, or at its end."""
    shown, speech = scene.shown, scene.speech
    comma = shown.find(", ", place, end)
    while comma >= 0:
        if shown[comma + 2 : comma + 14].split(" ", 1)[0] in speech.breaks:
            end = comma
            break
        comma = shown.find(", ", comma + 2, end)
    semicolon = shown.find("; ", place, end)
    if semicolon > 0:
        end = semicolon
    for other in scene.cues_in(max(place, cue.end), end):
        before = shown.rfind(" ", 0, other.start - 1) + 1
        word = shown[before : other.start].strip().rstrip(",").lower()
        if other.use == "source" or (other.form in speech.participles and shown[other.start - 2 : other.start - 1] == ","):
            return other.start
        if word in speech.joiners and before > place:
            return before
    return end


def _trimmed(scene: Scene, start: int, end: int) -> Span | None:
    shown = scene.shown
    while start < end and shown[start] in " ,\n—–-":
        start += 1
    while end > start and shown[end - 1] in _CLOSING:
        end -= 1
    return (start, end) if end > start else None


def _told(parts: tuple[Span | None, ...], attribution: Attribution) -> Told | None:
    kept = tuple(part for part in parts if part is not None)
    return Told(kept, attribution) if kept else None
