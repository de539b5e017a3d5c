"""Rules for whom an article has something from: `config/rules/sources.toml` with the agencies of `agencies.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from worker.speech_rules import branches

if TYPE_CHECKING:
    from collections.abc import Mapping

NameKind = Literal["agency", "outlet"]


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What is known of sources.

    Attributes:
        named: finds a known name; no word stands right before or behind it.
        kinds: each known name with its kind and the name that the record has.
        everyday: known names that mean other things as well.
        before, after: for each language the words that make a name beside them a source.
        outlet_words, official_words: what names of outlets and of authorities have in them.
        official_roles, documents: words for people with an office, and for papers.
    """

    named: re.Pattern[str]
    kinds: Mapping[str, tuple[NameKind, str]]
    everyday: frozenset[str]
    before: Mapping[str, tuple[str, ...]]
    after: Mapping[str, re.Pattern[str]]
    outlet_words: frozenset[str]
    official_words: frozenset[str]
    official_roles: frozenset[str]
    documents: frozenset[str]


def source_rules_from(table: Mapping[str, Any], agencies: Mapping[str, Any]) -> SourceRules:
    """The rules of `sources.toml` and `agencies.toml`.

    Raises:
        KeyError, TypeError, re.error: a table can't be understood.
    """
    kinds: dict[str, tuple[NameKind, str]] = {name: ("outlet", name) for name in table["outlets"]}
    for row in agencies["agency"]:
        for name in (row["name"], *row.get("also", ())):
            kinds[name.removeprefix("The ")] = ("agency", row["name"])
    before: dict[str, tuple[str, ...]] = {}
    after: dict[str, list[str]] = {}
    for row in table["beside"]:
        language = row["language"]
        before[language] = before.get(language, ()) + tuple(words.lower() for words in row["before"])
        after.setdefault(language, []).extend(row["after"])
    return SourceRules(
        named=re.compile(rf"(?:{branches(kinds)})(?![\w-])"),
        kinds=kinds,
        everyday=frozenset(table["everyday"]),
        before=before,
        after={
            language: re.compile(rf"(?:['’]s)?,? (?:{branches(words)})(?!\w)|['’]s (?:\w+ )?report")
            for language, words in after.items()
        },
        outlet_words=frozenset(table["outlet_words"]),
        official_words=frozenset(table["official_words"]),
        official_roles=frozenset(word.lower() for word in table["official_roles"]),
        documents=frozenset(word.lower() for word in table["documents"]),
    )
