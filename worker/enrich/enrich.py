"""What follows from the words themselves: the language, who and what is named, who said what, what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.enrich.dates_mentioned import dates_mentioned
from worker.enrich.figures import figures
from worker.enrich.keyphrases import keyphrases
from worker.enrich.language import language_of
from worker.enrich.names.entities import entities
from worker.enrich.quotes.find import quotes
from worker.enrich.sources import sources_cited

if TYPE_CHECKING:
    from worker.article import CitedSource, Entity, Figure, Keyphrase, MentionedDate, Quote, Removal
    from worker.draft import Fields
    from worker.rules import Rules


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What the words of one article say, field by field as the record has it."""

    language: str
    entities: tuple[Entity, ...]
    quotes: tuple[Quote, ...]
    sources_cited: tuple[CitedSource, ...]
    dates_mentioned: tuple[MentionedDate, ...]
    figures: tuple[Figure, ...]
    keyphrases: tuple[Keyphrase, ...]


def enrich(text: str, fields: Fields, removed: tuple[Removal, ...], rules: Rules) -> Enrichment:
    """What follows from the mended `text`, with what the document says of itself and what was cut from it.

    Every span is one of `text`. Pure and deterministic.
    """
    language = language_of(text, fields.language, rules.words.language)
    named = entities(text, fields.headline, language, rules)
    said = quotes(text, language, named, rules)
    return Enrichment(
        language=language,
        entities=named,
        quotes=said,
        sources_cited=sources_cited(text, language, named, said, fields, removed, rules),
        dates_mentioned=dates_mentioned(text, language, fields.published, rules.words.dates_mentioned),
        figures=figures(text, language, rules.words.figures),
        keyphrases=keyphrases(text, fields.headline, language, rules.words.keyphrases),
    )
