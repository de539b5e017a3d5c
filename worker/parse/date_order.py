"""Which comes first in `05/06/2024`, by what else the document shows.

Evidence, the surest first: another date of the same form in the document, with a number over 12; the country
of the document's address. Where they contradict each other, or there is none, the year stays all that is sure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worker.parse.date_forms import NUMBERS
from worker.parse.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.article import Moment
    from worker.draft import Fields
    from worker.parse.dates import Order
    from worker.reading_rules import DateRules

_MONTHS = 12


def with_order(fields: Fields, texts: Iterable[str], rules: DateRules) -> Fields:
    """`fields` with days instead of years where the order of day and month shows; `texts` are the document's."""
    if not any(_is_open(moment) for moment in (fields.published, fields.modified)):
        return fields
    found = _by_dates(texts) or _by_country(fields, rules)
    if found is None:
        return fields
    order, evidence = found
    return replace(
        fields,
        published=_settled(fields.published, order, evidence, rules),
        modified=_settled(fields.modified, order, evidence, rules),
    )


def _is_open(moment: Moment | None) -> bool:
    return moment is not None and moment.precision == "year" and NUMBERS.match(moment.evidence) is not None


def _settled(moment: Moment | None, order: Order, evidence: str, rules: DateRules) -> Moment | None:
    if moment is None or not _is_open(moment):
        return moment
    read = read_date(moment.evidence, rules, moment.origin, order)
    return moment if read is None else replace(read, evidence=f"{moment.evidence} ({evidence})")


def _by_dates(texts: Iterable[str]) -> tuple[Order, str] | None:
    orders: dict[Order, str] = {}
    for text in texts:
        for match in NUMBERS.finditer(text):
            one, two = int(match["one"]), int(match["two"])
            if match["mark"] != "." and one > _MONTHS >= two:
                orders.setdefault("day", match.group())
            elif match["mark"] != "." and two > _MONTHS >= one:
                orders.setdefault("month", match.group())
    return next(iter(orders.items())) if len(orders) == 1 else None


def _by_country(fields: Fields, rules: DateRules) -> tuple[Order, str] | None:
    domain = (fields.publisher.domain if fields.publisher else None) or ""
    country = domain.rpartition(".")[2]
    if country in rules.day_first:
        return "day", domain
    return ("month", domain) if country in rules.month_first else None
