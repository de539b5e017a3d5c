"""Rules for telling languages: `config/rules/languages.toml`, whose top says what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class CloseLanguages:
    """Languages that are much alike. `words`: a word in small letters -> those that have it."""

    languages: frozenset[str]
    words: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class LanguageRules:
    """What tells languages. `model` is the file of letter sequences, see `worker/enrich/ngrams.py`."""

    model: bytes
    scripts: Mapping[str, str]
    close: tuple[CloseLanguages, ...]
    aliases: Mapping[str, str]
    same: Mapping[str, str]

    def close_to(self, one: str, other: str) -> CloseLanguages | None:
        """The group that both are in."""
        return next((group for group in self.close if {one, other} <= group.languages), None)


def language_rules_from(table: Mapping[str, Any], own: Sequence[Mapping[str, Any]], model: bytes) -> LanguageRules:
    """The rules in the `table` of `languages.toml`, and the groups in `own` tables.

    Raises:
        KeyError, TypeError, ValueError: a table can't be understood.
    """
    rows = [row for one in (table, *own) for row in one.get("close", ())]
    return LanguageRules(
        model=model,
        scripts=dict(table["scripts"]),
        close=tuple(_close(row) for row in rows),
        aliases=dict(table["aliases"]),
        same=dict(table["same"]),
    )


def _close(row: Mapping[str, Any]) -> CloseLanguages:
    languages = frozenset(row["languages"])
    found: dict[str, set[str]] = {}
    for language, words in row["words"].items():
        if language not in languages or not all(isinstance(word, str) and word == word.lower() for word in words):
            raise ValueError(f"close.words.{language}: one of `languages` and words in small letters are needed")
        for word in words:
            found.setdefault(word, set()).add(language)
    # A word that all of them have says nothing.
    return CloseLanguages(languages, {word: frozenset(has) for word, has in found.items() if len(has) < len(languages)})
