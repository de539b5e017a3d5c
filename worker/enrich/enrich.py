"""What follows from the words themselves: the language, who and what is named, who said what, what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    language = fields.language or "und"
    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    sources_cited: tuple[CitedSource, ...] = ()
    dates_mentioned: tuple[MentionedDate, ...] = ()
    figures: tuple[Figure, ...] = ()
    keyphrases: tuple[Keyphrase, ...] = ()
    return Enrichment(language, entities, quotes, sources_cited, dates_mentioned, figures, keyphrases)
