"""Who said what: the quotations of a text with their speakers, and speech that is told without marks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from worker.article import Quote
from worker.enrich.quotes.attribution import Attribution, at_end, before, before_place, behind, main_subject, subject
from worker.enrich.quotes.indirect import told
from worker.enrich.quotes.marks import quotations
from worker.enrich.quotes.people import People
from worker.enrich.quotes.scene import lay_open
from worker.enrich.quotes.speakers import Speakers

if TYPE_CHECKING:
    from worker.article import Entity, Speaker
    from worker.enrich.quotes.marks import Quotation
    from worker.enrich.quotes.scene import Scene
    from worker.rules import Rules

Kind = Literal["direct", "fragment"]

_SENTENCE_WORDS: Final = 5
_PHRASE_WORDS: Final = 3
_LONG_WORDS: Final = 4
_STOPS: Final = frozenset(".?!…—-–")
_COMMAS: Final = frozenset(",;:")


@dataclass(slots=True)
class _Found:
    """A quotation with its kind, its attribution and the group that it belongs to."""

    quotation: Quotation
    kind: Kind
    attribution: Attribution | None
    group: int
    speaker: Speaker | None = None


def quotes(text: str, language: str, entities: tuple[Entity, ...], rules: Rules) -> tuple[Quote, ...]:
    """What somebody says in `text`, in its order: quotations with their speakers, and indirect speech.

    In a language without rules the quotations alone, with nobody as their speaker. Titles and scare quotes are left out.
    """
    marked = quotations(text)
    speech = rules.speech.get(language.partition("-")[0]) or (rules.speech["en"] if language == "und" else None)
    if speech is None:
        return tuple(_bare(text, marked))
    scene = lay_open(text, marked, speech)
    speakers = Speakers(scene, People(text, scene.shown, speech, entities))
    found = _attributed(scene, speakers)
    rows = [_quote(text, one) for one in found]
    group = found[-1].group + 1 if found else 0
    taken = {
        one.attribution.cue.start
        for one in found
        if one.attribution is not None and one.attribution.cue is not None and one.kind == "direct"
    }
    for number, one in enumerate(told(scene, taken), group):
        speaker = speakers.of(one.attribution)
        cue = one.attribution.cue
        for start, end in one.parts:
            rows.append(Quote(text[start:end], (start, end), "indirect", number, speaker, cue.form if cue else None))
    rows.sort(key=lambda row: row.span)
    return tuple(rows)


def _quote(text: str, one: _Found) -> Quote:
    start, end = one.quotation.start, one.quotation.end
    cue = one.attribution.cue if one.attribution is not None else None
    return Quote(text[start:end], (start, end), one.kind, one.group, one.speaker, cue.form if cue is not None else None)


def _bare(text: str, marked: list[Quotation]) -> list[Quote]:
    found = []
    group = -1
    for one in marked:
        if not one.continues:
            group += 1
        if text.count(" ", one.start, one.end) + 1 >= _SENTENCE_WORDS or one.goes_on or one.continues:
            found.append(Quote(text[one.start : one.end], (one.start, one.end), "direct", group, None, None))
    return found


def _attributed(scene: Scene, speakers: Speakers) -> list[_Found]:
    found: list[_Found] = []
    group = -1
    marked = scene.quotations
    for number, one in enumerate(marked):
        floor = marked[number - 1].closed if number else 0
        limit = marked[number + 1].opened if number + 1 < len(marked) else len(scene.text)
        previous = found[-1] if found else None
        if one.continues and previous is not None and previous.quotation.goes_on:
            found.append(_Found(one, "direct", previous.attribution, previous.group, previous.speaker))
            if previous.speaker is None and not one.goes_on:
                _take_from_behind(scene, found, limit, speakers)
            continue
        last = one
        following = number
        while last.goes_on and following + 1 < len(marked):
            following += 1
            last = marked[following]
        result = _read(scene, one, last, floor, limit if last is one else _limit(scene, following), previous)
        if result is None:
            continue
        kind, attribution, same = result
        if not (same and previous is not None):
            group += 1
        speaker = None
        if attribution is not None:
            speaker = previous.speaker if attribution.rule in {"same", "next"} and previous else speakers.of(attribution)
        found.append(_Found(one, kind, attribution, group, speaker))
    return found


def _limit(scene: Scene, number: int) -> int:
    return scene.quotations[number + 1].opened if number + 1 < len(scene.quotations) else len(scene.text)


def _take_from_behind(scene: Scene, found: list[_Found], limit: int, speakers: Speakers) -> None:
    """Give a quotation of several paragraphs the speaker that stands behind its last."""
    attribution = behind(scene, found[-1].quotation, limit)
    if attribution is None:
        return
    speaker = speakers.of(attribution)
    group = found[-1].group
    for one in found:
        if one.group == group:
            one.attribution, one.speaker = attribution, speaker


def _read(
    scene: Scene, one: Quotation, last: Quotation, floor: int, limit: int, previous: _Found | None
) -> tuple[Kind, Attribution | None, bool] | None:
    """Kind, attribution, and whether it goes on with the quotation before; None for a title or a scare quote."""
    text, shown = scene.text, scene.shown
    words = text.count(" ", one.start, one.end) + 1
    start, _ = scene.sentence(one.opened)
    lead = shown[max(start, floor) : one.opened].strip()
    opens_sentence = not lead or lead in "(—–-•*"
    final = text[one.end - 1]
    capital = text[one.start].isupper() or not text[one.start].isalpha()
    after = behind(scene, last, limit) if final not in "." or not shown[last.closed : last.closed + 2].strip()[:1].isupper() else None
    if opens_sentence:
        ahead = before_colon(scene, one, floor)
        if after is not None and (words >= _PHRASE_WORDS or final in _COMMAS or final in _STOPS) and after.mention is not None:
            return "direct", after, _continues(scene, one, previous, after)
        sentence = one.goes_on or final in _STOPS or final in _COMMAS or _ends_sentence(shown, one)
        if ahead is not None and (words >= _PHRASE_WORDS or sentence):
            return "direct", ahead, False
        if words >= _PHRASE_WORDS and sentence:
            if after is not None:
                return "direct", after, False
            carried = _carried(scene, one, floor, previous)
            return "direct", carried, carried is not None and carried.rule == "same"
        if after is not None:
            return ("direct" if words >= _SENTENCE_WORDS else "fragment"), after, False
        inside = _inside(scene, one, start, limit)
        if inside is not None:
            return "fragment", inside, False
        return ("direct", None, False) if words >= 2 * _SENTENCE_WORDS and capital else None
    ahead = before(scene, one, floor)
    if ahead is not None:
        follows = lead[-1:] in {",", ":"}
        kind: Kind = "direct" if (capital and words >= 2) or follows or words >= _SENTENCE_WORDS else "fragment"
        return kind, ahead, _splits(scene, one, floor, start, previous)
    if previous is not None and previous.quotation.closed == floor and floor >= start and previous.kind == "direct":
        gap = shown[floor : one.opened]
        if gap.rstrip().endswith(",") and previous.attribution is not None and previous.attribution.rule in {"behind", "inverted"}:
            return "direct", replace(previous.attribution, rule="same"), True
    if after is not None and after.mention is not None and lead[-1:] in {",", ":", "—", "-"} and words >= _SENTENCE_WORDS:
        return "direct", after, False
    inside = _inside(scene, one, start, limit)
    if inside is None:
        if words >= _SENTENCE_WORDS and capital and final in ".?!" and not _is_title(text, one):
            return "direct", None, False
        return None
    if _is_title(text, one):
        return None
    return "fragment", inside, False


def _ends_sentence(shown: str, one: Quotation) -> bool:
    return shown[one.closed : one.closed + 1] in {".", ",", "!", "?", "\n", ""}


def before_colon(scene: Scene, one: Quotation, floor: int) -> Attribution | None:
    """What leads to a quotation at the start of a paragraph: a paragraph before it that ends with a colon."""
    shown = scene.shown
    lead = shown[max(floor, one.opened - 6) : one.opened]
    if "\n" not in lead:
        return None
    stop = one.opened
    while stop > 0 and shown[stop - 1] in " \n\u00a0":
        stop -= 1
    if shown[stop - 1 : stop] not in {":", ","} or stop <= floor:
        return None
    start, _ = scene.sentence(stop - 1)
    return before_place(scene, start, max(start, floor), stop)


def _continues(scene: Scene, one: Quotation, previous: _Found | None, after: Attribution) -> bool:
    return False


def _splits(scene: Scene, one: Quotation, floor: int, start: int, previous: _Found | None) -> bool:
    """Whether the cue between two quotations of a sentence is that of the first, too."""
    return previous is not None and previous.quotation.closed == floor and floor > start and previous.kind == "direct"


def _carried(scene: Scene, one: Quotation, floor: int, previous: _Found | None) -> Attribution | None:
    """The speaker of the quotation before, where this one goes on with it; else whom the sentence before is about."""
    shown = scene.shown
    if previous is not None and previous.quotation.closed == floor and previous.attribution is not None:
        gap = shown[floor : one.opened]
        if "\n" not in gap:
            ends = sum(floor < place < one.opened for place in scene.starts)
            if ends <= 1:
                return replace(previous.attribution, rule="same")
        elif previous.kind == "direct" and (not gap.strip() or not any(floor < place < floor + len(gap.split("\n", 1)[0]) for place in scene.starts) and not gap.strip().count("\n")):
            return replace(previous.attribution, rule="next")
    start, _ = scene.sentence(one.opened - 2) if one.opened > 1 else (0, 0)
    if "\n" in shown[start : one.opened]:
        return None
    mention = main_subject(scene, max(start, floor), one.opened)
    return None if mention is None or mention.kind == "body" else Attribution("subject", mention, None)


def _inside(scene: Scene, one: Quotation, start: int, limit: int) -> Attribution | None:
    """The cue of the sentence that quoted words stand in: the last one before them, else one at its end."""
    spare: Attribution | None = None
    for cue in reversed(scene.cues_in(start - 1, one.opened)):
        if cue.use == "source":
            continue
        mention, _ = subject(scene, start, cue)
        if mention is not None and mention.kind in {"name", "pronoun"}:
            return Attribution("inside", mention, cue)
        if mention is not None and spare is None:
            spare = Attribution("inside", mention, cue)
    if spare is not None:
        return spare
    after = behind(scene, one, limit)
    return after if after is not None and after.mention is not None else at_end(scene, one, len(scene.text))


def _is_title(text: str, one: Quotation) -> bool:
    """Whether the quoted words look like a title: capitals all through."""
    words = text[one.start : one.end].split()
    return len(words) > 1 and all(word[0].isupper() or len(word) <= _LONG_WORDS for word in words) and words[-1][0].isupper()
