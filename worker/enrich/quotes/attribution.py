"""By which cue a quotation is given to whom: before it, behind it, or from what stands around it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.mentions import Mention, name_at, name_before, words_in

if TYPE_CHECKING:
    from worker.enrich.quotes.marks import Quotation
    from worker.enrich.quotes.scene import CueAt, Scene

_BEHIND_MAX: Final = 220
_QUOTING: Final = frozenset(("speech", "telling", "asking"))
_TRIMMED: Final = " ,—–-\u00a0"
_OWN_SENTENCE: Final = frozenset("?!…")
_LISTENER_MAX: Final = 90
_LISTENER_WORDS: Final = 3


@dataclass(frozen=True, slots=True)
class Attribution:
    """A cue with its speaker, and the rule that found them: it tells how sure they are."""

    rule: str
    mention: Mention | None
    cue: CueAt | None


def behind(scene: Scene, quotation: Quotation, limit: int) -> Attribution | None:
    """The cue behind the closing mark: `“…,” Jo Roe said` or `“…,” said Jo Roe`. Looks no further than `limit`."""
    shown = scene.shown
    start = quotation.closed
    number = bisect_left(scene.starts, start)
    stop = scene.starts[number] if number < len(scene.starts) else len(shown)
    own = True
    if not shown[start:stop].strip():
        if shown[quotation.end - 1] not in _OWN_SENTENCE or "\n" in shown[start:stop]:
            return None
        own = False
        start = stop
        stop = scene.starts[number + 1] if number + 1 < len(scene.starts) else len(shown)
    stop = min(stop, limit, start + _BEHIND_MAX)
    for cue in scene.cues_in(start - 1, stop):
        if cue.use not in _QUOTING and cue.use != "source":
            continue
        found = _behind_by(scene, cue, start, stop)
        if found is not None and not own and not _ends_there(scene, found, cue, stop):
            return None
        return found
    return None


def at_end(scene: Scene, quotation: Quotation, limit: int) -> Attribution | None:
    """The cue with which a sentence ends that has quoted words in it: `… is “shut,” the mayor said on Monday.`"""
    _, stop = scene.sentence(quotation.opened)
    for cue in reversed(scene.cues_in(quotation.closed, min(stop, limit))):
        if cue.use == "source":
            mention = name_at(scene.shown, cue.end + 1, stop, scene.speech)
        elif cue.use in _QUOTING and cue.form not in scene.speech.participles:
            mention = name_before(scene.shown, quotation.closed, cue.start, scene.speech)
            first = mention.start if mention is not None else cue.start
            if "," not in scene.shown[quotation.closed : first]:
                continue
        else:
            continue
        if mention is not None:
            return Attribution("inside", mention, cue)
    return None


def _behind_by(scene: Scene, cue: CueAt, start: int, stop: int) -> Attribution | None:
    shown, speech = scene.shown, scene.speech
    gap = shown[start : cue.start].strip(_TRIMMED)
    if cue.use == "source":
        if gap:
            return None
        mention = name_at(shown, cue.end + 1, stop, speech)
        return Attribution("source", mention, cue)
    if not gap or gap.lower() in speech.adverbs:
        mention = name_at(shown, cue.end + 1, stop, speech)
        return Attribution("inverted", mention, cue)
    mention = name_before(shown, start, cue.start, speech)
    if mention is None:
        words = words_in(shown, start, cue.start)
        if cue.form in speech.participles or any(word.plain in speech.relatives for word in words[:1]):
            return None
        return Attribution("behind", None, cue) if words and len(words) < 8 else None
    return Attribution("behind", mention, cue)


def _ends_there(scene: Scene, found: Attribution, cue: CueAt, stop: int) -> bool:
    """Whether nothing is said in the sentence behind `“…?” Jo Roe asked` that the cue could be for."""
    end = cue.end
    if found.mention is not None and found.mention.start > cue.start:
        end = max(end, found.mention.end)
    rest = scene.shown[end:stop].strip()
    if rest[:1] in {"", ".", ",", "“", "?", "!", ";", ":"}:
        return True
    first = rest.split(" ", 1)[0].strip(".,")
    if cue.use in {"telling", "asking"} and first.lower() not in scene.speech.question | scene.speech.that:
        return True
    return (
        first in scene.speech.times or first.lower() in scene.speech.prepositions or first.lower() in scene.speech.adverbs
    )


def before(scene: Scene, quotation: Quotation, floor: int) -> Attribution | None:
    """The cue before the opening mark: `Jo Roe said: “…”`. Looks no further back than `floor`."""
    shown, speech = scene.shown, scene.speech
    place = quotation.opened
    start, _ = scene.sentence(place)
    if not shown[max(start, floor) : place].strip():
        return None
    return before_place(scene, start, max(start, floor), place)


def before_place(scene: Scene, start: int, floor: int, place: int) -> Attribution | None:
    """The last cue of `shown[floor:place]` that what follows at `place` can belong to, in a sentence from `start`."""
    shown, speech = scene.shown, scene.speech
    lead = shown[start:place].rstrip()
    colon = lead.endswith(":")
    for cue in reversed(scene.cues_in(floor - 1, place)):
        if cue.use not in _QUOTING:
            if cue.use == "source" and "," in shown[cue.end : place]:
                return Attribution("source", name_at(shown, cue.end + 1, place, speech), cue)
            continue
        between = shown[cue.end : place].strip()
        if not _leads_on(scene, cue, between, colon):
            break
        mention, rule = subject(scene, start, cue)
        return Attribution(f"before_{rule}", mention, cue)
    if colon:
        mention = _label(scene, start, place)
        if mention is not None:
            return Attribution("label", mention, None)
        mention = main_subject(scene, start, place)
        if mention is not None:
            return Attribution("colon", mention, None)
    return None


def _leads_on(scene: Scene, cue: CueAt, between: str, colon: bool) -> bool:  # noqa: FBT001
    if between in {"", ",", ":", "—", "–", "-"} or between.rstrip(",:") in scene.speech.that:
        return True
    if colon or between.endswith(","):
        return len(between) < _LISTENER_MAX * (2 if colon else 1)
    return cue.use == "telling" and between.count(" ") < _LISTENER_WORDS


def _label(scene: Scene, start: int, place: int) -> Mention | None:
    """`Jo Roe:` at the start of a line or behind a dash."""
    shown = scene.shown
    colon = len(shown[start:place].rstrip()) + start - 1
    mention = name_before(shown, start, colon, scene.speech)
    if mention is None or mention.kind != "name":
        return None
    before = shown[start : mention.start].rstrip()
    return mention if not before or before[-1] in "-—–\n]." else None


def subject(scene: Scene, start: int, cue: CueAt) -> tuple[Mention | None, str]:
    """Who does what `cue` says, in a sentence that begins at `start`, and by which rule."""
    shown, speech = scene.shown, scene.speech
    if cue.form in speech.participles:
        for other in reversed(scene.cues_in(start - 1, cue.start)):
            if other.use in _QUOTING and other.form not in speech.participles:
                mention, _ = subject(scene, start, other)
                if mention is not None:
                    return mention, "participle"
        return main_subject(scene, start, cue.start), "participle"
    mention = name_before(shown, start, cue.start, speech)
    if mention is not None:
        return mention, "subject"
    words = words_in(shown, max(start, cue.start - 80), cue.start)
    while words and words[-1].plain in speech.adverbs and not words[-1].capital:
        words.pop()
    if words and words[-1].plain in speech.joiners:
        return main_subject(scene, start, cue.start), "joined"
    if words and words[-1].plain in speech.relatives:
        return _before_relative(scene, start, words[-1].start), "relative"
    return None, "subject"


def _before_relative(scene: Scene, start: int, place: int) -> Mention | None:
    """Whom `who` at `place` stands for: what stands before its comma."""
    stop = place
    while stop > start and scene.shown[stop - 1] in " ,":
        stop -= 1
    return name_before(scene.shown, start, stop, scene.speech)


def main_subject(scene: Scene, start: int, end: int) -> Mention | None:
    """Whom the sentence from `start` is about: its first noun phrase, behind `On Monday,` and the like."""
    shown, speech = scene.shown, scene.speech
    place = start
    for _ in range(3):
        while place < end and shown[place] in " \n“”‘'\u00a0—–-":
            place += 1
        word = shown[place : place + 24].split(" ", 1)[0]
        plain = word.strip(",.'’").lower()
        if not plain:
            return None
        if plain in speech.pronouns or plain in speech.determiners or plain not in speech.openers:
            mention = name_at(shown, place, end, speech)
            if mention is not None and (mention.kind != "name" or mention.start > place or scene.is_name(mention)):
                return mention
            if mention is None and plain in speech.pronouns:
                return None
            comma = shown.find(", ", place, end)
            if comma < 0:
                return None
            place = comma + 1
            continue
        if plain in speech.joiners or word.endswith(","):
            place += len(word)
            continue
        comma = shown.find(", ", place, end)
        follower = shown[place + len(word) : place + len(word) + 24].strip().split(" ", 1)[0]
        if plain not in speech.prepositions and plain not in speech.subordinators and follower[:1].isupper():
            place += len(word)
        elif comma < 0:
            return None
        else:
            place = comma + 1
    return None
