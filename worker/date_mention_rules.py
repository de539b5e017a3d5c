"""Rules for dates in running text: `config/rules/dates_mentioned.<language>.toml`.

What a file holds stands on top of `dates_mentioned.en.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]
    Words = Mapping[str, Mapping[str, int | str]]

FILES: Final = "dates_mentioned."
"""What the names of the files begin with; the language follows."""

_PLACEHOLDER: Final = re.compile(r"\{(?:([a-z_]+):)?([a-z_]+(?:\|[a-z_]+)*)\}")
_DIGITS: Final = {
    "day": r"(?P<day>[0-3]?[0-9])(?![0-9]|[.,:][0-9])",
    "last_day": r"(?P<last_day>[0-3]?[0-9])(?![0-9]|[.,:][0-9])",
    "year": r"(?P<year>(?:1[5-9]|20)[0-9]{2})(?![0-9]|[.,:][0-9])",
    "month_number": r"(?P<month_number>[01]?[0-9])",
    "number": r"(?P<number>[0-9]{1,3})",
}


@dataclass(frozen=True, slots=True, eq=False)
class DateForm:
    """One way to write a date.

    Attributes:
        pattern: fits the mention, and what must stand around it.
        sign: -1 where it counts back from today, 1 forward.
        words_before: how many words before its anchor it may begin.
        mention: the group that is the mention, 0 for all of it.
    """

    pattern: re.Pattern[str]
    sign: int
    words_before: int
    mention: str | int


@dataclass(frozen=True, slots=True)
class TenseWords:
    """Words that tell what is to come from what was. After one of `passive` the form of the past says nothing."""

    future: frozenset[str]
    past: frozenset[str]
    past_endings: tuple[str, ...]
    passive: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class DateMentionRules:
    """The forms of one language.

    Attributes:
        anchors: finds the places where a date may be, each after a space.
        forms: anchor -> the forms to try, in order. The anchor is a word or the name of the group that fits.
        meanings: group of a pattern -> word in small letters -> what it means.
        tense: what tells which Tuesday is meant.
    """

    anchors: re.Pattern[str]
    forms: Mapping[str, tuple[DateForm, ...]]
    meanings: Words
    tense: TenseWords


def date_mention_rules_from(files: Mapping[str, Row], own: Iterable[Row]) -> Mapping[str, DateMentionRules]:
    """Language -> its rules, from the tables of `files` (language -> table); `own` tables may add [[date]] rows.

    Raises:
        KeyError, TypeError, ValueError, re.error: a table can't be understood.
    """
    added = [row for table in own for row in table.get("date", ())]
    unknown = {row["language"] for row in added} - set(files)
    if unknown:
        raise ValueError(f"date: there are no rules for the language {', '.join(sorted(unknown))}")
    return {
        language: _rules(table, [row for row in added if row["language"] == language])
        for language, table in files.items()
    }


def _rules(table: Row, added: Sequence[Row]) -> DateMentionRules:
    words = {name: dict(pairs) for name, pairs in table["words"].items()}
    forms: dict[str, list[DateForm]] = {}
    meanings: dict[str, dict[str, int | str]] = {}
    digits: list[str] = []
    for row in (*added, *table["date"]):
        pattern = rf"(?<!\w)(?:{_expanded(row['pattern'], words, meanings)})(?!\w)"
        compiled = re.compile(pattern)
        mention = "mention" if "mention" in compiled.groupindex else 0
        form = DateForm(compiled, int(row.get("sign", 0)), int(row.get("words_before", 0)), mention)
        for anchor in _anchors(row["anchor"], words, digits):
            forms.setdefault(anchor, []).append(form)
    anchor_words = [anchor for anchor in forms if anchor[0] != "_"]
    first_letters = "".join(sorted({word[0] for word in anchor_words}))
    patterns = [any_word_of(anchor_words), *(f"(?P<_{n}>{one})" for n, one in enumerate(digits))]
    return DateMentionRules(
        # The look at the next character saves most places the way through the alternatives.
        anchors=re.compile(rf" (?=[{re.escape(first_letters)}0-9])(?:{'|'.join(patterns)})"),
        forms={anchor: tuple(found) for anchor, found in forms.items()},
        meanings=meanings,
        tense=TenseWords(
            frozenset(table["tense"]["future"]),
            frozenset(table["tense"]["past"]),
            tuple(table["tense"]["past_endings"]),
            frozenset(table["tense"]["passive"]),
        ),
    )


def any_word_of(words: Iterable[str], depth: int = 2) -> str:
    """A pattern for any of `words`, the longest that fits.

    It looks at each of the first `depth` letters once, which makes it fast where most words fit none.
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        by_first.setdefault(word[:1], []).append(word[1:])
    ends = by_first.pop("", None)
    parts = []
    for first, rest in by_first.items():
        is_plain = depth == 1 or len(rest) == 1
        rest_pattern = "(?:" + "|".join(map(re.escape, rest)) + ")" if is_plain else any_word_of(rest, depth - 1)
        parts.append(re.escape(first) + rest_pattern)
    return "(?:" + "|".join(parts + ([""] if ends else [])) + ")"


def _anchors(said: str | Sequence[str], words: Words, digits: list[str]) -> list[str]:
    """The anchors that a row names: each word of a table, and a pattern for digits by its name in `digits`."""
    found = []
    for one in [said] if isinstance(said, str) else said:
        match = _PLACEHOLDER.fullmatch(one)
        if match is not None:
            found += _both_cases(match[2].split("|"), words)
        elif one[0].isalpha():
            found.append(one)
        else:
            if one not in digits:
                digits.append(one)
            found.append(f"_{digits.index(one)}")
    return found


def _both_cases(tables: Sequence[str], words: Words) -> list[str]:
    """The words of `tables`, and those in small letters also as they begin a sentence."""
    return sorted({form for name in tables for word in words[name] for form in (word, word[0].upper() + word[1:])})


def _expanded(pattern: str, words: Words, meanings: dict[str, dict[str, int | str]]) -> str:
    """`pattern` with `{month}` and the like as groups of the words of these tables, which are added to `meanings`."""

    def group(match: re.Match[str]) -> str:
        names = match[2].split("|")
        if names[0] in _DIGITS:
            return _DIGITS[names[0]]
        name = match[1] or names[0]
        known = meanings.setdefault(name, {})
        for table in names:
            known.update((word.lower(), meaning) for word, meaning in words[table].items())
        return f"(?P<{name}>{any_word_of(_both_cases(names, words))})"

    return _PLACEHOLDER.sub(group, pattern)
