"""What readers go by: header lines, names of people, dates, keys and pages, as values made of `config/rules/*.toml`.

Each file says at its top what it holds and how it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Keys = Mapping[str, tuple[str, ...]]
"""For each field of the record the keys or paths where it is found, the best first."""

_NAMED_GROUP = re.compile(r"\(\?P<\w+>")


@dataclass(frozen=True, slots=True)
class LineRule:
    """A form that a header line or a prefix has; named groups hold what is found."""

    kind: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class HeaderRules:
    """What stands above the words of a plain text. `any_line` fits what one of `lines` fits, and names the first."""

    lines: tuple[LineRule, ...]
    any_line: re.Pattern[str]
    prefixes: tuple[LineRule, ...]
    sections: frozenset[str]
    outlet_words: frozenset[str]

    def fitting(self, line: str) -> tuple[LineRule, ...]:
        """The first of `lines` that fits `line`, and those after it; none where none fits."""
        match = self.any_line.fullmatch(line)
        return self.lines[int((match.lastgroup or "_0")[1:]) :] if match is not None else ()


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """How the name of a person is told from that of a desk or an agency."""

    organisation_words: frozenset[str]
    not_persons: frozenset[str]
    particles: frozenset[str]
    joiners: re.Pattern[str]
    openers: re.Pattern[str]
    closers: re.Pattern[str]
    organisation_endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateRules:
    """Words in dates: month name -> 1 to 12, zone -> offset; countries by the order of day and month."""

    months: Mapping[str, int]
    zones: Mapping[str, str]
    day_first: frozenset[str]
    month_first: frozenset[str]


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What in a page is not the article's text, and what is. `skipped_words`: word -> kind of what is cut."""

    skipped_elements: frozenset[str]
    elsewhere_words: frozenset[str]
    body_words: frozenset[str]
    skipped_words: Mapping[str, str]
    standfirst_words: frozenset[str]
    byline_words: frozenset[str]
    date_labels: frozenset[str]
    openers: tuple[LineRule, ...]
    lines: tuple[LineRule, ...]
    credits: tuple[LineRule, ...]
    not_articles: tuple[LineRule, ...]


def headers_from(table: dict[str, Any]) -> HeaderRules:
    """The rules of `headers.toml`."""
    return HeaderRules(
        lines=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["rule"]),
        any_line=_any_of([row["pattern"] for row in table["rule"]]),
        prefixes=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["prefix"]),
        sections=frozenset(table["sections"]["names"]),
        outlet_words=frozenset(table["outlets"]["words"]),
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    """One pattern for all: the first that fits, number n, is its last group, `_n`."""
    return re.compile("|".join(f"(?P<_{n}>{_NAMED_GROUP.sub('(?:', one)})" for n, one in enumerate(patterns)))


def people_from(table: dict[str, Any], outlet_words: frozenset[str]) -> PeopleRules:
    """The rules of `people.toml`; `outlet_words` are those of outlets, which are no people either."""
    joiners = "|".join(re.escape(word) for word in table["joiners"])
    openers = "|".join(re.escape(word) for word in sorted(table["openers"], key=len, reverse=True))
    closers = "|".join(re.escape(word) for word in sorted(table["closers"], key=len, reverse=True))
    return PeopleRules(
        organisation_words=frozenset(table["organisation_words"]) | outlet_words,
        not_persons=frozenset(name.removeprefix("the ") for name in table["not_persons"]),
        particles=frozenset(table["particles"]),
        joiners=re.compile(rf",?\s+(?:{joiners})\s+", re.IGNORECASE),
        openers=re.compile(rf"(?:{openers})\s*:\s*|(?:{openers})\s+", re.IGNORECASE),
        closers=re.compile(rf"\s+(?:{closers})\b.*", re.IGNORECASE),
        organisation_endings=tuple(table["organisation_endings"]),
    )


def dates_from(table: dict[str, Any]) -> DateRules:
    """The rules of `dates.toml`."""
    months = {name: int(number) for number, names in table["months"].items() for name in names}
    order = table["order"]
    return DateRules(months, dict(table["zones"]), frozenset(order["day_first"]), frozenset(order["month_first"]))


def tracking_from(table: dict[str, Any]) -> re.Pattern[str]:
    """What the names of parameters fit that only track readers, from `urls.toml`."""
    names = [re.escape(name.removesuffix("*")) + (".*" if name.endswith("*") else "") for name in table["tracking"]]
    return re.compile("|".join(names), re.IGNORECASE)


def keys_from(table: dict[str, Any]) -> Keys:
    """The keys of `json_keys.toml` or `html_meta.toml`."""
    return {name: tuple(key.casefold() for key in row["keys"]) for name, row in table.items()}


def body_from(table: dict[str, Any]) -> BodyRules:
    """The rules of `html_body.toml`."""
    return BodyRules(
        skipped_elements=frozenset(table["skipped_elements"]),
        elsewhere_words=frozenset(table["elsewhere_words"]),
        body_words=frozenset(table["body_words"]),
        skipped_words={word: row["kind"] for row in table["skipped"] for word in row["words"]},
        standfirst_words=frozenset(table["standfirst"]["words"]),
        byline_words=frozenset(table["byline"]["words"]),
        date_labels=frozenset(table["date"]["labels"]),
        openers=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["opener"]),
        lines=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["line"]),
        credits=tuple(LineRule("credit", re.compile(row["pattern"])) for row in table["credit"]),
        not_articles=tuple(LineRule(row["reason"], re.compile(row["pattern"])) for row in table["not_article"]),
    )
