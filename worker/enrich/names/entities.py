"""The entities of a text: one row each, under its fullest name, with all its mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.enrich.names.gather import gather
from worker.enrich.names.organisations import find_organisations
from worker.enrich.names.people import find_people
from worker.enrich.names.places import find_places
from worker.enrich.names.rows import rows_of

if TYPE_CHECKING:
    from worker.article import Entity
    from worker.rules import Rules


def entities(text: str, headline: str | None, language: str, rules: Rules) -> tuple[Entity, ...]:
    """The people, organisations, places and events that `text` names, in the order of their first mentions.

    Every mention is a span of `text`; what stands in `headline` alone is left out. `language` is BCP 47. Languages
    without rules of their own have none.
    """
    known = rules.names.get(language.partition("-")[0])
    if known is None:
        return ()
    names = gather(text, known)
    people = find_people(text, names, known)
    organisations = find_organisations(text, names)
    places = find_places(text, names, known)
    return rows_of(text, headline, [*people, *organisations, *places], known)
