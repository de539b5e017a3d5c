"""Who said what: the quotations of a text with their speakers, and speech that is told without marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.article import Quote
from worker.enrich.quotes.incise import parted
from worker.enrich.quotes.indirect import told
from worker.enrich.quotes.judge import attributed
from worker.enrich.quotes.marks import quotations
from worker.enrich.quotes.people import People
from worker.enrich.quotes.scene import lay_open
from worker.enrich.quotes.speakers import Speakers

if TYPE_CHECKING:
    from worker.article import Entity
    from worker.enrich.quotes.judge import Found
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
    speakers = Speakers(scene, People(scene, entities))
    found = attributed(scene, marked, speakers)
    rows = [_quote(text, one) for one in found]
    group = found[-1].group + 1 if found else 0
    taken = {
        one.attribution.cue.first
        for one in found
        if one.attribution is not None and one.attribution.cue is not None and one.kind == "direct"
    }
    for number, one in enumerate(told(scene, taken), group):
        speaker = speakers.of(one.attribution)
        cue = one.attribution.cue
        for start, end in one.parts:
            rows.append(Quote(text[start:end], (start, end), "indirect", number, speaker, cue.form if cue else None))
    rows.sort(key=_span)
    return tuple(rows)


def _span(row: Quote) -> tuple[int, int]:
    return row.span


def _quote(text: str, one: Found) -> Quote:
    start, end = one.quotation.start, one.quotation.end
    cue = one.attribution.cue if one.attribution is not None else None
    return Quote(text[start:end], (start, end), one.kind, one.group, one.speaker, cue.form if cue is not None else None)


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
