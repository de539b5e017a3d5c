"""Who said what: the quotations of a text with their speakers, and speech that is told without marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.article import Quote
from worker.enrich.quotes.incise import parted
from worker.enrich.quotes.indirect import Told, told
from worker.enrich.quotes.judge import attributed
from worker.enrich.quotes.marks import quotations
from worker.enrich.quotes.people import People
from worker.enrich.quotes.scene import lay_open
from worker.enrich.quotes.speakers import Speakers

if TYPE_CHECKING:
    from worker.article import Entity, Speaker
    from worker.enrich.quotes.attribution import Attribution
    from worker.enrich.quotes.judge import Found, Kind
    from worker.enrich.quotes.marks import Quotation
    from worker.rules import Rules

_WORDS_MIN: Final = 5
_SIGNS_MIN: Final = 8
_UNKNOWN: Final = "und"
_ENGLISH: Final = "en"


def quotes(text: str, language: str, entities: tuple[Entity, ...], rules: Rules) -> tuple[Quote, ...]:
    """What somebody says in `text`, in its order: quotations with their speakers, and indirect speech.

    In a language without rules the quotations alone, with nobody as their speaker. Titles and scare quotes are left
    out. Where the language is `und`, English is tried: without its cues nothing comes of it but the quotations.
    """
    marked = quotations(text)
    speech = rules.speech.get(_ENGLISH if language == _UNKNOWN else language.partition("-")[0])
    if speech is None:
        return tuple(_bare(text, marked))
    if speech.cue_inside:
        marked = parted(text, marked, speech)
    scene = lay_open(text, marked, speech)
    if not marked and not scene.cues:
        return ()
    found = attributed(scene, marked)
    group = found[-1].group + 1 if found else 0
    reported = told(scene, _with_words(found))
    heard = _heard(found, reported, Speakers(scene, People(scene, entities)))
    rows = [_quote(text, one.quotation, one.kind, one.group, heard[id(one)], one.attribution) for one in found]
    rows += [
        Quote(text[start:end], (start, end), "indirect", number, heard[id(one)], _cue(one.attribution))
        for number, one in enumerate(reported, group)
        for start, end in one.parts
    ]
    rows.sort(key=_span)
    return tuple(rows)


def _with_words(found: list[Found]) -> frozenset[int]:
    """The cues that have direct quotations."""
    return frozenset(
        one.attribution.cue.first
        for one in found
        if one.kind == "direct" and one.attribution is not None and one.attribution.cue is not None
    )


def _heard(found: list[Found], reported: list[Told], speakers: Speakers) -> dict[int, Speaker | None]:
    """The speaker of each, asked for in the order of the text: a pronoun stands for one who was heard before."""
    heard: dict[int, Speaker | None] = {}
    asked: list[Found | Told] = [*found, *reported]
    asked.sort(key=_mentioned)
    for one in asked:
        if one.attribution is not None and (isinstance(one, Told) or one.like is None):
            heard[id(one)] = speakers.of(one.attribution)
    for one in found:
        heard[id(one)] = heard.get(id(one)) if one.like is None else heard[id(one.like)]
    return heard


def _mentioned(one: Found | Told) -> int:
    """The token at which the speaker is mentioned."""
    attribution = one.attribution
    if attribution is None:
        return 0
    if attribution.mention is not None:
        return attribution.mention.first
    return attribution.cue.first if attribution.cue is not None else 0


def _span(row: Quote) -> tuple[int, int]:
    return row.span


def _quote(
    text: str, quotation: Quotation, kind: Kind, group: int, speaker: Speaker | None, attribution: Attribution | None
) -> Quote:
    start, end = quotation.start, quotation.end
    return Quote(text[start:end], (start, end), kind, group, speaker, _cue(attribution))


def _cue(attribution: Attribution | None) -> str | None:
    return attribution.cue.form if attribution is not None and attribution.cue is not None else None


def _bare(text: str, marked: list[Quotation]) -> list[Quote]:
    """The quotations that are long enough to be no titles, with nobody as their speaker."""
    found = []
    group = -1
    for one in marked:
        if not one.continues:
            group += 1
        words = text.count(" ", one.start, one.end) + 1
        unspaced = words == 1 and one.end - one.start >= _SIGNS_MIN and not text[one.start : one.end].isascii()
        if one.goes_on or one.continues or words >= _WORDS_MIN or unspaced:
            found.append(Quote(text[one.start : one.end], (one.start, one.end), "direct", group, None, None))
    return found
