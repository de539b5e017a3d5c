"""Rows of the record from what was found: roles, salience, the headline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.article import Entity
from worker.enrich.names.roles import role_of

if TYPE_CHECKING:
    from worker.enrich.names.found import Found
    from worker.name_rules import NameRules


def rows_of(text: str, headline: str | None, found: list[Found], rules: NameRules | None) -> tuple[Entity, ...]:
    """One entity for each of `found`, in the order of first mentions."""
    starts = {span[0]: span for one in found if one.type == "organisation" for span in one.spans}
    ends = {span[1]: span for one in found if one.type in {"organisation", "place"} for span in one.spans}
    most = max((len(one.spans) for one in found), default=1)
    rows = []
    for one in sorted(found, key=lambda one: (one.spans[0][0], -one.spans[0][1])):
        in_headline = headline is not None and any(_is_in(form, headline) for form in one.forms)
        role, affiliation = one.role, one.affiliation
        if one.type == "person" and rules is not None:
            role, affiliation = role_of(text, one, starts, ends, rules)
        rows.append(
            Entity(
                name=one.name,
                type=one.type,
                mentions=tuple(one.spans),
                in_headline=in_headline,
                role=role,
                affiliation=affiliation,
                country=one.country,
                coordinates=one.coordinates,
                salience=_salience(len(one.spans) / most, one.spans[0][0] / max(1, len(text)), in_headline=in_headline),
                confidence=one.confidence,
            )
        )
    return tuple(rows)


def _is_in(form: str, headline: str) -> bool:
    at = headline.find(form)
    while at >= 0:
        end = at + len(form)
        if not (at and headline[at - 1].isalnum()) and not headline[end : end + 1].isalnum():
            return True
        at = headline.find(form, at + 1)
    return False


def _salience(often: float, position: float, *, in_headline: bool) -> float:
    """0 to 1: a half for how often beside the most frequent one, a quarter each for how early and the headline."""
    return round(0.5 * often + 0.25 * (1 - position) + 0.25 * in_headline, 3)
