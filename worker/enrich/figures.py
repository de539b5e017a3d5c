"""The numbers that a text gives, with what they count and how exact they are said to be.

Not figures: dates and times, ages behind a name or as `45-year-old`, scores, ordinals, numbers of telephones, pages,
sections and the like, numbers that are part of a name (`Boeing 737`, `G7`), and a small bare number.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.article import Figure
from worker.enrich.dates_mentioned import spaced
from worker.enrich.units import unit_behind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.figure_rules import FigureRules

_CHARACTERS_MAX = 200_000
"""So much of a text is looked at."""
_BEFORE_CHARACTERS = 32
_YEAR_FIRST, _YEAR_LAST = 1500, 2099
_OPENERS, _ENDS = "“\"‘'(«„", '.,;:!?”"»)'
_HUNDRED, _THOUSAND = 100, 1000
# Behind a number: more of a date, time, score, ratio, telephone or version, or a closing bracket of a list.
_GOES_ON: Final = re.compile(r"[:/'’][0-9]|[.,][0-9]|/|[-–][A-Z0-9]|\)(?= [A-Z])|[A-Za-z°]")


def figures(text: str, language: str, rules: Mapping[str, FigureRules]) -> tuple[Figure, ...]:
    """The figures in `text` in their order, none over another.

    `text[span]` goes from the qualifier to the unit. `value` is None for a number without one (`dozens of homes`);
    `unit` is the word that is counted, a sign of money or `%`, None where the number stands alone.
    """
    known = rules.get(language.partition("-")[0])
    if known is None:
        return ()
    found: list[Figure] = []
    end = 0
    # A space that holds number and unit together is a space all the same.
    unbroken = "\u00a0" in text
    seen = text[:_CHARACTERS_MAX].replace("\u00a0", " ") if unbroken else text[:_CHARACTERS_MAX]
    for anchor in known.anchors.finditer(spaced(seen)):
        place = anchor.start()
        if place >= end:
            figure = _figure(seen, place, end, known)
            if figure is not None:
                found.append(replace(figure, text=text[slice(*figure.span)]) if unbroken else figure)
                end = figure.span[1]
    return tuple(found)


class _Number(NamedTuple):
    """The groups of a number's pattern."""

    digits: str | None = None
    numerals: str | None = None
    currency: str | None = None
    scale: str | None = None
    percent: str | None = None
    money: str | None = None

    @property
    def measure(self) -> str | None:
        """Money or per cent."""
        return "%" if self.percent else self.currency or self.money


_VAGUE: Final = _Number()


def _figure(text: str, place: int, start: int, rules: FigureRules) -> Figure | None:
    """The figure whose number begins at `place`; its qualifier begins at `start` at the earliest."""
    match = rules.number.match(text, place)
    number = _VAGUE if match is None else _Number._make(match.group(*_Number._fields))
    match = match or rules.vague.match(text, place)
    if match is None:
        return None
    end, measure = match.end(), number.measure
    second = None if number is _VAGUE or measure else _second(text, end, rules)
    if second is not None:
        measure, end = _Number._make(second.group(*_Number._fields)).measure, second.end()
    elif number.digits and not measure and not number.scale and _GOES_ON.match(text, end):
        return None
    before = _words_before(text[max(start, place - _BEFORE_CHARACTERS) : place])
    if not rules.never_before.isdisjoint(map(str.lower, before)) or rules.never_after.match(text, end):
        return None
    qualifier = next((words for words in before if words.lower() in rules.qualifiers), None)
    unit = measure
    if measure is None:
        unit, end = unit_behind(text, end, rules.units, rules.vague_of if number is _VAGUE else rules.units.of)
        if not _counts(number, before[-1] if before else "", unit is not None, qualifier is not None, rules):
            return None
    begin = place - (len(qualifier) + 1 if qualifier else 0)
    value = None if second or number is _VAGUE else _value(number, rules)
    return Figure(text[begin:end], (begin, end), value, unit, qualifier)


def _second(text: str, end: int, rules: FigureRules) -> re.Match[str] | None:
    """The second number of a range, of which the first one ends at `end`."""
    between = rules.ranges.match(text, end)
    match = rules.number.match(text, between.end()) if between else None
    if match is None or match["currency"] or not match["digits"] or _GOES_ON.match(text, match.end()):
        return None
    return (
        match
        if match["percent"] or match["money"] or unit_behind(text, match.end(), rules.units, rules.units.of)[0]
        else None
    )


def _words_before(before: str) -> list[str]:
    """The last three, two words and the last word of `before`, each as it stands there; none where no space follows."""
    if before[-1:] != " ":
        return []
    before = before[:-1]
    last = before.rfind(" ")
    second = before.rfind(" ", 0, max(last, 0))
    third = before.rfind(" ", 0, max(second, 0))
    return [before[third + 1 :], before[second + 1 :], before[last + 1 :]]


def _counts(number: _Number, word: str, has_unit: bool, qualified: bool, rules: FigureRules) -> bool:  # noqa: FBT001
    """Whether a number that is neither money nor per cent, behind `word`, is a figure."""
    if number is _VAGUE:
        return has_unit
    digits = number.digits or ""
    is_large = number.scale is not None or any(mark in digits for mark in rules.thousands)
    if qualified:
        return has_unit or is_large or (len(digits) > 1 and not _is_year(digits))
    word = word.rpartition("\n")[2]
    lowered = word.lower().strip(_OPENERS)
    if lowered in rules.names_before:
        return False
    if is_large or not has_unit:
        return is_large
    if word[:1].isupper() and word[-1] not in _ENDS and lowered not in rules.may_precede:
        return False
    if digits:
        return not _is_year(digits)
    return lowered not in rules.known_before


def _is_year(digits: str) -> bool:
    return digits.isdecimal() and _YEAR_FIRST <= int(digits) <= _YEAR_LAST


def _value(number: _Number, rules: FigureRules) -> float:
    digits = number.digits
    if digits is None:
        value = _value_of_words(number.numerals or "", rules)
    else:
        for mark in rules.thousands:
            digits = digits.replace(mark, "")
        value = float(digits.replace(rules.decimal, "."))
    return round(value * rules.values.get((number.scale or "").lower(), 1.0), 6)


def _value_of_words(words: str, rules: FigureRules) -> float:
    """`two hundred and fifty thousand` as a number: what is smaller multiplies what comes next, else it is added."""
    total = part = 0.0
    lowered = words.lower()
    if lowered in rules.values:
        return rules.values[lowered]
    # `forty-one` is a number of its own: `one` alone is none.
    parts = (part for word in lowered.split() for part in ((word,) if word in rules.values else word.split("-")))
    for word in parts:
        value = rules.values.get(word)
        if value is None:
            continue
        if value >= _THOUSAND:
            total += (part or 1) * value
            part = 0.0
        elif value >= _HUNDRED or (0 < part < 1):
            part = (part or 1) * value
        else:
            part += value
    return total + part
