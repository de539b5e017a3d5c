"""The dateline: `KYIV, Oct 15 (Reuters) —` before the first word of a text.

A place in capitals before a dash is one, and so is any place with a known agency or outlet in brackets. Its
date is only a date of publication where its year stands there, or where something else in the document tells
the year: the address, a date of change, the year of the copyright line.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from worker.article import Dateline, Moment
from worker.cut.syndication import agency_of
from worker.parse.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.cut.edges import Cut
    from worker.draft import Fields
    from worker.rules import Rules

_HEAD_MAX: Final = 130
_LOOKED_AT_MAX: Final = 600
_CAPITALS: Final = r"(?:[A-ZÀ-ÞŁŚŻŞİČŠŽА-ЯІЇЄ][A-ZÀ-ÞŁŚŻŞİČŠŽА-ЯІЇЄ.'’/-]*)"
_REGION: Final = r"[A-ZÀ-Þ][\w.’'-]{0,15}"
_PLACE: Final = rf"(?P<place>{_CAPITALS}(?: {_CAPITALS}){{0,4}}(?:[,/] ?{_REGION}(?: {_REGION}){{0,2}}){{0,2}})"
_MIXED: Final = r"(?P<place>[A-ZÀ-ÞА-Я][\w.’'/-]{1,20}(?:,? [A-ZÀ-ÞА-Я][\w.’'/-]{0,20}){0,4})"
_DATE: Final = (
    r"(?P<date>[^\W\d]{3,10}\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|"
    r"\d{1,2}\.? (?:de )?[^\W\d]{3,10}\.?(?:,? (?:de )?\d{4})?)"
)
_AGENCY: Final = r"\((?P<agency>[^()\d]{2,45})\)"
_DASH: Final = r"(?:\.?\s?[—–]\s?|\.?\s?--\s?|\.?\s?-\s|\s?―\s?)"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_PLACE}(?:,? {_DATE})?(?:,? {_AGENCY})?{_DASH}(?=\S)",
        rf"{_MIXED}(?:,? {_DATE})?,? {_AGENCY}(?:{_DASH}|\s)(?=\S)",
        rf"{_AGENCY} ?[-–—] ?(?P<place>[A-ZÀ-Þ ]{{3,30}}), {_DATE} ?[-–—] ?(?=\S)",
        rf"(?:{_PLACE},? {_DATE},? )?{_AGENCY}(?:{_DASH}|\s)(?=\S)",
    )
)
_NO_PLACES: Final = frozenset(
    (
        "FILE",
        "UPDATE",
        "UPDATED",
        "EXCLUSIVE",
        "BREAKING",
        "WATCH",
        "OPINION",
        "ANALYSIS",
        "VIDEO",
        "PHOTO",
        "NEW",
        "NOTE",
        "CORRECTION",
        "EDITOR",
        "LIVE",
        "JUST IN",
        "READ",
        "MORE",
        "REPORT",
        "REVIEW",
        "INTERVIEW",
        "SPECIAL",
        "DEVELOPING",
        "QUESTION",
        "ANSWER",
        "CLAIM",
        "VERDICT",
        "FACT",
        "CLOSE",
        "EXPLAINER",
        "PODCAST",
        "AD",
        "TV",
        "PM",
        "AM",
        "NO",
        "YES",
        "OK",
        "I",
        "A",
        "THE",
        "WE",
        "IT",
        "POLL",
        "NOW",
    )
)
_NO_FIRST_WORDS: Final = _NO_PLACES - {"NEW", "FACT", "LIVE", "NO"}
_SIGNS: Final = "(-–—―"
_LETTERS_MIN: Final = 3
_LONG_WORD_MIN: Final = 8
_YEAR_IN_ADDRESS: Final = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>\d\d)(?:[/-](?P<day>\d\d))?(?!\d)")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY: Final = len("2024-10-15")


def with_dateline(first: str, fields: Fields, cuts: Sequence[Cut], rules: Rules) -> tuple[str, Fields, str | None]:
    """The first paragraph without its dateline, the fields with it, and the words that were cut."""
    match = _match(first, rules) if any(sign in first[:_HEAD_MAX] for sign in _SIGNS) else None
    if match is None:
        return first, fields, None
    found = match.groupdict()
    words = match.group().strip()
    if fields.dateline is None:
        fields = replace(fields, dateline=Dateline(found.get("place"), found.get("date"), found.get("agency"), words))
    if fields.published is None and found.get("date"):
        fields = replace(fields, published=_published(found["date"] or "", words, fields, cuts, rules))
    return first[match.end() :], fields, words


def _match(first: str, rules: Rules) -> re.Match[str] | None:
    head = first[:_LOOKED_AT_MAX]
    for at, form in enumerate(_FORMS):
        match = form.match(head)
        if match is None or match.end() >= min(len(first), _HEAD_MAX):
            continue
        if _is_dateline(match, rules, in_capitals=at == 0):
            return match
    return None


def _is_dateline(match: re.Match[str], rules: Rules, *, in_capitals: bool) -> bool:
    found = match.groupdict()
    place, agency, date = found.get("place"), found.get("agency"), found.get("date")
    if date is not None and read_date(f"{date}, 2024", rules.dates, "dateline") is None and not _dated(date, rules):
        return False
    if place is not None and not _is_place(place):
        return False
    if agency is None:
        return in_capitals and place is not None and not _has_common_word(place, match.string)
    return _is_known(agency, rules) or (in_capitals and place is not None)


def _dated(date: str, rules: Rules) -> bool:
    return any(read_date(f"{date}{year}", rules.dates, "dateline") is not None for year in ("", " 2024"))


def _is_place(place: str) -> bool:
    town = re.split(r"[,/]", place)[0].strip()
    letters = sum(letter.isalpha() for letter in town)
    return letters >= _LETTERS_MIN and town not in _NO_PLACES and town.split()[0] not in _NO_FIRST_WORDS


def _has_common_word(place: str, head: str) -> bool:
    """Whether a long word of `place` stands in small letters in the words that follow: a slug, no place."""
    return any(len(word) >= _LONG_WORD_MIN and word.lower() in head for word in place.split())


def _is_known(agency: str, rules: Rules) -> bool:
    sides = re.split(r"\s*[/,]\s*|\s+and\s+", agency)
    return any(agency_of(side, rules) or side.casefold() in rules.cuts.outlets for side in (agency, *sides))


def _published(date: str, words: str, fields: Fields, cuts: Sequence[Cut], rules: Rules) -> Moment | None:
    """The day of publication that a dateline's date is, None where nothing tells its year."""
    if _YEAR.search(date):
        return _day(date, words, rules)
    for year, evidence in _years(fields, cuts):
        both = f"{words} {evidence}"
        moment = _day(f"{date}, {year}", both, rules) or _day(f"{date} {year}", both, rules)
        if moment is not None and _agrees(moment, evidence):
            return moment
    return None


def _day(date: str, evidence: str, rules: Rules) -> Moment | None:
    moment = read_date(date, rules.dates, "dateline")
    return replace(moment, evidence=evidence) if moment is not None and moment.precision == "day" else None


def _years(fields: Fields, cuts: Sequence[Cut]) -> Iterator[tuple[str, str]]:
    """Years that the document tells elsewhere, each with the words."""
    address = _YEAR_IN_ADDRESS.search(fields.url or "")
    if address is not None:
        yield address["year"], address.group()
    if fields.modified is not None and len(fields.modified.value) >= _DAY:
        yield fields.modified.value[:4], fields.modified.value[:_DAY]
    for one in cuts:
        if one.kind == "copyright":
            years = _YEAR.findall(one.text)
            if len(set(years)) == 1:
                yield years[0], one.text[:80]


def _agrees(moment: Moment, evidence: str) -> bool:
    """Whether the month of an address, or a date of change, can belong to the same days."""
    address = _YEAR_IN_ADDRESS.fullmatch(evidence)
    if address is not None:
        return moment.value[5:7] == address["month"]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", evidence):
        return moment.value <= evidence
    return True
