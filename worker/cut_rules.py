"""Rules for what is cut from around an article: `[[cut]]` tables in any file of `config/rules/`.

Which keys a rule has, and what becomes of its named groups, stands on top of `config/rules/footers.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Place = Literal["start", "end", "anywhere"]

PLACES: tuple[Place, ...] = ("start", "end", "anywhere")
_ENDING_MAX = 24
_MARKS = ' -–—*•⦁#>_[](){}|:.,…»■□◆"“”'
_FIRST_MAX = 32


@dataclass(frozen=True, slots=True, eq=False)
class CutRule:
    """A form of paragraph that is no part of an article.

    Attributes:
        kind: its name in `removed`.
        at: where in a text it is looked for.
        opens, closes, hints: what such a paragraph begins with, ends with, and holds, in small letters.
        pattern: fits the whole paragraph; what its groups hold goes to the record.
        links: a list of links that follows goes with it.
        sentence: it is also sought as the last sentence of a paragraph.
        flag: goes to `quality.flags`.
    """

    kind: str
    at: Place
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    links: bool = False
    sentence: bool = False
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class CutIndex:
    """The rules of one place, by what betrays them: a first word, an ending, a word inside."""

    opens: Mapping[str, tuple[CutRule, ...]]
    closes: Mapping[str, tuple[CutRule, ...]]
    endings: tuple[str, ...]
    hints: tuple[tuple[str, tuple[CutRule, ...]], ...]

    def betrayed(self, paragraph: str, first: str) -> tuple[CutRule, ...]:
        """The rules that `paragraph`, whose first word is `first`, gives reason to try."""
        found = self.opens.get(first, ())
        if self.endings and (ending := paragraph[-_ENDING_MAX:].lower()).endswith(self.endings):
            found += tuple(rule for word, rules in self.closes.items() if ending.endswith(word) for rule in rules)
        return found + self.hinted(paragraph) if self.hints else found

    def hinted(self, text: str) -> tuple[CutRule, ...]:
        """The rules for which a hint stands anywhere in `text`."""
        lowered = text.lower()
        found: tuple[CutRule, ...] = ()
        for hint, rules in self.hints:
            if hint in lowered:
                found += rules
        return found


@dataclass(frozen=True, slots=True)
class CutRules:
    """What is known of edges. `sentences` are those rules of the end that are sought as a last sentence, too.

    `agencies`: a name in small letters -> the agency's own name. `outlets` are the others that stand in datelines.
    """

    start: CutIndex
    end: CutIndex
    anywhere: CutIndex
    sentences: CutIndex
    agencies: Mapping[str, str]
    outlets: frozenset[str]


def first_words(paragraphs: Sequence[str]) -> list[str]:
    """Of each paragraph the first word in small letters without the marks around it; "" where it is all marks."""
    return [one[:_FIRST_MAX].lstrip(_MARKS).partition(" ")[0].rstrip(_MARKS).lower() for one in paragraphs]


def cut_rules_from(tables: Iterable[Mapping[str, Any]], agencies: Mapping[str, Any]) -> CutRules:
    """The rules of all `[[cut]]` rows in `tables`; `agencies` is the table of `agencies.toml`.

    Raises:
        KeyError, ValueError, re.error: a row can't be understood.
    """
    rules = [_rule(row) for table in tables for row in table.get("cut", ())]
    names = {name.casefold(): row["name"] for row in agencies["agency"] for name in (row["name"], *row.get("also", ()))}
    return CutRules(
        start=_index(rule for rule in rules if rule.at == "start"),
        end=_index(rule for rule in rules if rule.at != "start"),
        anywhere=_index(rule for rule in rules if rule.at == "anywhere"),
        sentences=_index(rule for rule in rules if rule.sentence),
        agencies=names,
        outlets=frozenset(name.casefold() for name in agencies["dateline_outlets"]),
    )


def _rule(row: Mapping[str, Any]) -> CutRule:
    at = row.get("at", "end")
    if at not in PLACES:
        raise ValueError(f"at = {at!r} is none of {', '.join(PLACES)}")
    opens, closes, hints = (tuple(row.get(key, ())) for key in ("opens", "closes", "hints"))
    if not opens + closes + hints or any(word != word.lower() for word in opens + closes + hints):
        raise ValueError(f"{row['kind']}: opens, closes or hints are needed, in small letters")
    if at == "anywhere" and hints:
        raise ValueError(f"{row['kind']}: a rule for any place needs opens or closes instead of hints")
    return CutRule(
        kind=row["kind"],
        at=cast("Place", at),
        opens=opens,
        closes=closes,
        hints=hints,
        pattern=re.compile(row["pattern"], re.IGNORECASE),
        links=bool(row.get("links", False)),
        sentence=bool(row.get("sentence", False)),
        flag=row.get("flag"),
    )


def _index(rules: Iterable[CutRule]) -> CutIndex:
    tables: tuple[dict[str, list[CutRule]], ...] = ({}, {}, {})
    for rule in rules:
        for table, words in zip(tables, (rule.opens, rule.closes, rule.hints), strict=True):
            for word in words:
                table.setdefault(word, []).append(rule)
    opens, closes, hints = ({word: tuple(found) for word, found in table.items()} for table in tables)
    return CutIndex(opens, closes, tuple(closes), tuple(hints.items()))
