"""Where the copy came from: footers, credits, dateline and byline that name another outlet or an agency."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from worker.article import Syndication

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.cut.edges import Cut
    from worker.draft import Fields
    from worker.rules import Rules

_SIDES: Final = re.compile(r"\s*[/,;|]\s*|\s+(?:and|und|et|y)\s+")
_BY: Final = re.compile(r"(?:by|von|par|por|di)\s+", re.IGNORECASE)


def with_syndication(fields: Fields, cuts: Sequence[Cut], rules: Rules) -> Fields:
    """`fields` with `syndication`, where anything names a source that is not the publisher itself."""
    if fields.syndication is not None:
        return fields
    agency = headline = outlet = None
    evidence = ""
    for name, words in _agencies(fields, cuts, rules):
        if not _is_publisher(name, fields):
            agency, evidence = name, words
            break
    for one in cuts:
        if one.kind == "syndication_footer" and "original_publisher" in one.says:
            name = one.says["original_publisher"].strip(' .*_)”"')
            known = agency_of(name, rules)
            agency, outlet = agency or known, name
            headline = (one.says.get("original_headline") or "").strip(' “”"') or None
            evidence = one.text
            break
    if agency is None and outlet is None:
        return fields
    fields = replace(fields, syndication=Syndication(agency, outlet, headline, evidence))
    if headline and fields.headline is None:
        fields = replace(fields, headline=headline, headline_origin="footer")
    return fields


def agency_of(name: str, rules: Rules) -> str | None:
    """The agency that `name` is, by its own name."""
    return rules.cuts.agencies.get(name.casefold().strip(" ."))


def _agencies(fields: Fields, cuts: Sequence[Cut], rules: Rules) -> Iterator[tuple[str, str]]:
    """The agencies that the document names as its source, the surest first, each with the words that say so."""
    if fields.dateline is not None and fields.dateline.agency is not None:
        for side in _SIDES.split(fields.dateline.agency):
            found = agency_of(side, rules)
            if found:
                yield found, fields.dateline.text
    if fields.byline is not None:
        for side in _SIDES.split(_BY.sub("", fields.byline, count=1)):
            found = agency_of(side, rules)
            if found:
                yield found, fields.byline
    for one in cuts:
        if "agency" in one.says:
            found = agency_of(one.says["agency"], rules)
            if found:
                yield found, one.text


def _is_publisher(agency: str, fields: Fields) -> bool:
    """Whether the agency itself published this copy."""
    publisher = fields.publisher
    if publisher is None:
        return False
    letters = "".join(agency.casefold().split())
    domain = (publisher.domain or "").replace("-", "").replace(".", "")
    name = "".join((publisher.name or "").casefold().split()).removeprefix("the")
    return letters in domain or bool(name and (letters == name or name.startswith(letters)))
