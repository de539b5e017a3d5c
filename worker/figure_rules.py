"""Rules for numbers in running text: `config/rules/figures.<language>.toml`, whose English one says what they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from worker.date_mention_rules import any_word_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

FILES: Final = "figures."
"""What the names of the files begin with; the language follows."""


@dataclass(frozen=True, slots=True)
class UnitRules:
    """How the word that is counted is told among the words behind a number.

    Attributes:
        told_by: `ending` (one of `endings` and none of `not_endings`), `capital`, or `next`: it is the next word.
        words: words that are it in any case, in small letters.
        stop: words that are never it, and end the search, in small letters.
        of: what may stand between number and unit (`de `).
    """

    told_by: Literal["ending", "capital", "next"]
    endings: tuple[str, ...]
    not_endings: tuple[str, ...]
    words: frozenset[str]
    stop: frozenset[str]
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FigureRules:
    """How one language writes numbers and what they count.

    Attributes:
        anchors: finds the places where a number may be, each after a space.
        number: fits a number; groups `currency`, `digits` or `numerals`, `scale`, `percent`, `money`.
        vague: fits a number that has no value (`dozens`); `vague_of` are the words that may stand behind it (`of `).
        units: how the word that is counted is told.
        thousands, decimal: what stands between groups of digits, and before a fraction.
        values: numeral or scale in small letters -> its value.
        qualifiers: words that may stand before a number and say how exact it is, in small letters.
        names_before: words that make the number behind them a name or a label (`page`, `Flight`), in small letters.
        may_precede: words that say nothing of the kind though they begin with a capital, in small letters.
        known_before: words behind which a small number in letters is no news (`the two`), in small letters.
        never_before: up to three words that make the number behind them no figure (`a quarter of`), in small letters.
        never_after: fits what makes the number before it no figure (`p.m.`, `-year-old`).
        ranges: fits what stands between the two numbers of a range (`15 to 30 days`).
    """

    anchors: re.Pattern[str]
    number: re.Pattern[str]
    vague: re.Pattern[str]
    vague_of: tuple[str, ...]
    units: UnitRules
    thousands: str
    decimal: str
    values: Mapping[str, float]
    qualifiers: frozenset[str]
    names_before: frozenset[str]
    may_precede: frozenset[str]
    known_before: frozenset[str]
    never_before: frozenset[str]
    never_after: re.Pattern[str]
    ranges: re.Pattern[str]


def figure_rules_from(files: Mapping[str, Row], own: Iterable[Row]) -> Mapping[str, FigureRules]:
    """Language -> its rules, from the tables of `files` (language -> table); `own` tables may add [[figure]] rows.

    Raises:
        KeyError, TypeError, ValueError, re.error: a table can't be understood.
    """
    added = [row for table in own for row in table.get("figure", ())]
    unknown = {row["language"] for row in added} - set(files)
    if unknown:
        raise ValueError(f"figure: there are no rules for the language {', '.join(sorted(unknown))}")
    return {
        language: _rules(table, [row for row in added if row["language"] == language])
        for language, table in files.items()
    }


def _rules(table: Row, added: Sequence[Row]) -> FigureRules:
    def words(key: str) -> list[str]:
        return [*table[key], *(word for row in added for word in row.get(key, ()))]

    numerals, scales, vague = table["numerals"], table["scales"], table["vague"]
    return FigureRules(
        anchors=_anchors(words("currency_signs"), _cased([*numerals, *vague])),
        number=_number(table, words),
        vague=re.compile(rf"{any_word_of(_cased(vague))}(?!\w)"),
        vague_of=tuple(table["vague_of"]),
        units=_units(table, words("units"), words("stop")),
        thousands=table["thousands"],
        decimal=table["decimal"],
        values={word.lower(): float(value) for word, value in (numerals | scales).items()},
        qualifiers=frozenset(words("qualifiers")),
        names_before=frozenset(words("names_before")),
        may_precede=frozenset([*words("stop"), *words("may_precede")]),
        known_before=frozenset(words("known_before")),
        never_before=frozenset(words("never_before")),
        never_after=re.compile(table["never_after"]),
        ranges=re.compile(table["ranges"]),
    )


def _anchors(signs: Sequence[str], numerals: Sequence[str]) -> re.Pattern[str]:
    firsts = re.escape("".join(sorted({word[0] for word in (*signs, *numerals)})))
    # The look at the next character saves most places the way through the alternatives.
    return re.compile(rf" (?=[0-9{firsts}])(?:[0-9]|{any_word_of(signs)}[ \u00a0]?[0-9]|{any_word_of(numerals)}(?!\w))")


def _number(table: Row, words: Callable[[str], list[str]]) -> re.Pattern[str]:
    thousands, decimal = re.escape(table["thousands"]), re.escape(table["decimal"])
    fraction = rf"(?:{decimal}[0-9]+)?"
    digits = rf"[0-9]{{1,3}}(?:[{thousands}][0-9]{{3}}){{1,6}}(?![0-9]){fraction}|[0-9]+{fraction}"
    joint = rf"[ -](?:{any_word_of(table['joints'])}[ -])?" if table["joints"] else "[ -]"
    numeral = any_word_of(_cased(table["numerals"]))
    scale = any_word_of([*table["scales"], *_cased(table["scales"])])
    of = f"(?:{'|'.join(table['of'])})?" if table["of"] else ""
    percent, money = any_word_of(words("percent")), any_word_of(words("currency_words"))
    space = "[ \u00a0\u202f-]?"
    return re.compile(
        rf"(?:(?P<currency>{any_word_of(words('currency_signs'))})[ \u00a0]?)?"
        rf"(?:(?P<digits>{digits})|(?P<numerals>{numeral}(?:{joint}{numeral}){{0,9}}(?!\w)))"
        rf"(?:{space}(?P<scale>{scale})(?!\w))?"
        rf"(?:{space}(?:(?P<percent>{percent})|{of}(?P<money>{money}))(?!\w))?"
    )


def _units(table: Row, words: Sequence[str], stop: Sequence[str]) -> UnitRules:
    if table["told_by"] not in {"ending", "capital", "next"}:
        raise ValueError(f"told_by = {table['told_by']!r} is none of ending, capital, next")
    return UnitRules(
        told_by=table["told_by"],
        endings=tuple(table["endings"]),
        not_endings=tuple(table["not_endings"]),
        words=frozenset(word.lower() for word in words),
        stop=frozenset(word.lower() for word in stop),
        of=tuple(table["of"]),
    )


def _cased(words: Iterable[str]) -> list[str]:
    return sorted({form for word in words for form in (word, word[0].upper() + word[1:])})
