"""What keyphrases are told by: `config/models/words.<language>.zlib` and `config/rules/keyphrases.toml`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREFIX: Final = "words."
"""What the names of the tables begin with; the language follows."""


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """How often the words of one language are used.

    Attributes:
        zipf: word in small letters -> log10 of its uses among 10^9 words; rarer words than in the table have none.
        common: words that are too usual to tell anything, in small letters and as they begin a sentence.
        inside: those of them that may be part of a phrase, with their capital: `White House`.
    """

    zipf: Mapping[str, float]
    common: frozenset[str]
    inside: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class PhraseRules:
    """`tables`: language -> its table as it is shipped. `never`: words that are no part of a keyphrase.

    `inside`: usual words that may be part of a name.
    """

    tables: Mapping[str, bytes]
    never: Mapping[str, frozenset[str]]
    inside: Mapping[str, frozenset[str]]
    common_zipf_min: float

    def table(self, language: str) -> WordTable | None:
        """The table of a language (`en`), read at its first use."""
        data = self.tables.get(language)
        if data is None:
            return None
        nothing: frozenset[str] = frozenset()
        never, inside = self.never.get(language, nothing), self.inside.get(language, nothing)
        return _table(data, never, inside, self.common_zipf_min)


@cache
def _table(data: bytes, never: frozenset[str], inside: frozenset[str], common_min: float) -> WordTable:
    zipf: dict[str, float] = {}
    common = set(never) | {word.capitalize() for word in never}
    for line in zlib.decompress(data).decode().split("\n"):
        step, *words = line.split(" ")
        frequency = int(step) / 10
        zipf.update(dict.fromkeys(words, frequency))
        if frequency >= common_min:
            common.update(words)
            common.update(word.capitalize() for word in words)
    return WordTable(zipf, frozenset(common), frozenset(word.capitalize() for word in inside))


def phrase_rules_from(
    table: Mapping[str, Any], own: Sequence[Mapping[str, Any]], models: Mapping[str, bytes], models_prefix: str
) -> PhraseRules:
    """The rules in the `table` of `keyphrases.toml`, with [[keyphrase]] rows of `own` tables, and the word tables.

    Raises:
        KeyError, TypeError, ValueError: a table can't be understood.
    """
    rows = [*table["keyphrase"], *(row for one in own for row in one.get("keyphrase", ()))]
    lists: dict[str, dict[str, set[str]]] = {"never": {}, "inside": {}}
    for row in rows:
        for key, found in lists.items():
            words = row.get(key, ())
            if any(word != word.lower() for word in words):
                raise ValueError(f"keyphrase.{key}: words in small letters are needed")
            found.setdefault(row["language"], set()).update(words)
    never, inside = ({language: frozenset(words) for language, words in found.items()} for found in lists.values())
    start = f"{models_prefix}{PREFIX}"
    return PhraseRules(
        tables={name[len(start) :].partition(".")[0]: data for name, data in models.items() if name.startswith(start)},
        never=never,
        inside=inside,
        common_zipf_min=float(table["common_zipf_min"]),
    )
