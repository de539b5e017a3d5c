"""What is known of words: rules and models for language, dates, figures and keyphrases of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worker.date_mention_rules import FILES as DATE_FILES
from worker.date_mention_rules import DateMentionRules, date_mention_rules_from
from worker.errors import ConfigurationError
from worker.figure_rules import FILES as FIGURE_FILES
from worker.figure_rules import FigureRules, figure_rules_from
from worker.language_rules import LanguageRules, language_rules_from
from worker.phrase_rules import PhraseRules, phrase_rules_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Table = Mapping[str, Any]

MODELS: Final = "models/"
"""What the names of the models begin with among the rule files."""

OWN_TABLES: Final = frozenset({"close", "date", "figure", "keyphrase"})
"""The tables of these rules that a file of the user may hold."""


@dataclass(frozen=True, slots=True, eq=False)
class WordRules:
    """Rules by finder; `dates_mentioned` and `figures` by language."""

    language: LanguageRules
    dates_mentioned: Mapping[str, DateMentionRules]
    figures: Mapping[str, FigureRules]
    keyphrases: PhraseRules


def word_rules_from(tables: Mapping[str, Table], own: Mapping[str, Table], models: Mapping[str, bytes]) -> WordRules:
    """The rules in `tables` and `own` (name of the file -> its table) and `models` (name -> bytes).

    Raises:
        ConfigurationError: a file of the user can't be understood.
        KeyError, TypeError, ValueError, re.error: another can't.
    """
    for name, table in own.items():
        if not OWN_TABLES.isdisjoint(table):
            try:
                _rules(tables, [table], models)
            except (KeyError, TypeError, ValueError, re.error) as error:
                problem = f"a rule can't be read ({error})"
                raise ConfigurationError(f"paths.rules/{name}", problem, "correct it") from None
    return _rules(tables, list(own.values()), models)


def _rules(tables: Mapping[str, Table], own: Sequence[Table], models: Mapping[str, bytes]) -> WordRules:
    return WordRules(
        language=language_rules_from(tables["languages.toml"], own, models[f"{MODELS}language.npz"]),
        dates_mentioned=date_mention_rules_from(_by_language(tables, DATE_FILES), own),
        figures=figure_rules_from(_by_language(tables, FIGURE_FILES), own),
        keyphrases=phrase_rules_from(tables["keyphrases.toml"], own, models, MODELS),
    )


def _by_language(tables: Mapping[str, Table], prefix: str) -> dict[str, Table]:
    """Language -> table, of the files that are named `prefix` and a language."""
    return {
        name[len(prefix) :].removesuffix(".toml"): table for name, table in tables.items() if name.startswith(prefix)
    }
