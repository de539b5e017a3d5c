"""The entities of a text: one row each, under its fullest name, with all its mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.enrich.names.gather import gather
from worker.enrich.names.organisations import find_organisations
from worker.enrich.names.people import find_people
from worker.enrich.names.places import find_places
from worker.enrich.names.recognised import with_recognised
from worker.enrich.names.rows import rows_of

if TYPE_CHECKING:
    from worker.article import Entity
    from worker.enrich.names.found import Found
    from worker.rules import Rules


def entities(text: str, headline: str | None, language: str, rules: Rules) -> tuple[Entity, ...]:
    """The people, organisations, places and events that `text` names, in the order of their first mentions.

    Every mention is a span of `text`; what stands in `headline` alone is left out. `language` is BCP 47. In languages
    without rules of their own only a model finds any.
    """
    base = language.partition("-")[0]
    known = rules.names.get(base)
    found: list[Found] = []
    if known is not None:
        names = gather(text, known)
        found = [*find_people(text, names, known), *find_organisations(text, names), *find_places(text, names, known)]
    recogniser = rules.recogniser
    if recogniser is not None and recogniser.language in {base, "xx"}:
        found = with_recognised(text, found, recogniser)
    return rows_of(text, headline, found, known)
