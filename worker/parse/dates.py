"""Dates as words, read strictly: ISO 8601, RFC 2822, seconds since 1970, and what stands above articles.

Nothing is guessed: what can mean two days is cut to the part that is sure, and a zone that can mean two
offsets is no offset.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

from worker.article import Moment
from worker.parse.date_forms import FORMS, ISO, ISO_WEEK, MONTH_AND_YEAR, OFFSET

if TYPE_CHECKING:
    from worker.reading_rules import DateRules

Origin = Literal["metadata", "header", "dateline", "filename", "inferred"]
Order = Literal["day", "month"]
"""Which comes first in `05/06/2024`."""

_CHARACTERS_MAX = 80
_YEAR_MIN, _YEAR_MAX = 1500, 2199
# 1990 to 2100: smaller numbers are something else.
_EPOCH_MIN, _EPOCH_MAX = 631_152_000, 4_102_444_800
_MONTHS = 12
_NOON = 12
_POSIX_PIVOT = 69

_DIGIT = re.compile(r"\d", re.ASCII)


def read_date(words: str, rules: DateRules, origin: Origin, order: Order | None = None) -> Moment | None:
    """The date that `words` are, and nothing else; None where they are none, or can't be one.

    `order`: what else in the document tells of the order of day and month, None where nothing does.
    """
    words = words.strip()
    if len(words) > _CHARACTERS_MAX or _DIGIT.search(words) is None:
        return None
    iso = ISO.fullmatch(words)
    if iso is not None:
        return _moment(iso.groupdict(), words, rules, origin, order)
    for form in FORMS:
        match = form.fullmatch(words)
        if match is not None:
            return _moment(match.groupdict(), words, rules, origin, order)
    match = MONTH_AND_YEAR.fullmatch(words)
    return _week(words, origin) if match is None else _moment(match.groupdict(), words, rules, origin, order)


def read_epoch(number: float, origin: Origin) -> Moment | None:
    """The moment `number` seconds or milliseconds after 1970 began; None where it can't be meant so."""
    for unit in (1, 1000):
        if _EPOCH_MIN <= number / unit < _EPOCH_MAX:
            value = datetime.fromtimestamp(int(number // unit), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return Moment(value, "second", value, origin, f"{number:.15g}")
    return None


def _week(words: str, origin: Origin) -> Moment | None:
    """A day of an ISO week, `2024-W43-1`."""
    match = ISO_WEEK.fullmatch(words)
    if match is None:
        return None
    try:
        day = date.fromisocalendar(int(match["year"]), int(match["week"]), int(match["weekday"]))
    except ValueError:
        return None
    return Moment(day.isoformat(), "day", None, origin, words)


def _moment(
    found: dict[str, str | None], words: str, rules: DateRules, origin: Origin, order: Order | None
) -> Moment | None:
    """The moment of the named groups in `found`."""
    year = _year(found)
    if year is None:
        return None
    month, day = _month_and_day(found, rules, order)
    if month is None:
        # A word that is no month makes it no date; a day and month in unknown order leave the year.
        return None if found.get("month_name") else Moment(f"{year:04}", "year", None, origin, words)
    if day is None:
        if not 1 <= month <= _MONTHS or found.get("dash") == "":
            return None
        return Moment(f"{year:04}-{month:02}", "month", None, origin, words)
    hour, minute, second = _clock(found)
    try:
        time = datetime(year, month, day, hour or 0, minute, second or 0)  # noqa: DTZ001 - an offset may be unknown
    except ValueError:
        return None
    # An hour without minutes, `6 p.m.`, is no minute: the day is sure.
    if hour is None or found.get("minute") is None:
        return Moment(time.date().isoformat(), "day", None, origin, words)
    return _with_offset(time, found, words, rules, origin)


def _year(found: dict[str, str | None]) -> int | None:
    """The year; of two digits that of 1969 to 2068, as POSIX has it. None where the form can be another's."""
    short = found.get("short_year")
    if short is not None:
        if found.get("one") is not None and _may_end_with_day(found):
            return None
        return int(short) + (1900 if int(short) >= _POSIX_PIVOT else 2000)
    year = int(found["year"] or 0)
    return year if _YEAR_MIN <= year <= _YEAR_MAX else None


def _may_end_with_day(found: dict[str, str | None]) -> bool:
    """Whether the year may as well come first: `24-10-21`, and `05/06/07`, where nothing is over 12."""
    one, two, mark = int(found["one"] or 0), int(found["two"] or 0), (found["mark"] or "")[0]
    return mark != "." and ((mark == "-" and one > _MONTHS) or (one <= _MONTHS and two <= _MONTHS))


def _month_and_day(
    found: dict[str, str | None], rules: DateRules, order: Order | None
) -> tuple[int | None, int | None]:
    name = found.get("month_name")
    if name is not None:
        month = rules.months.get(name.casefold())
    elif found.get("one") is not None:
        return _ordered(int(found["one"] or 0), int(found["two"] or 0), found, order)
    else:
        digits = found.get("month")
        month = int(digits) if digits else None
    day = found.get("day")
    return month, int(day) if day and month is not None else None


def _ordered(one: int, two: int, found: dict[str, str | None], order: Order | None) -> tuple[int | None, int | None]:
    """Month and day of `one` and `two`: sure where one of them is over 12, both are the same, or `order` tells.

    A dot between them, and an hour written as `22h20`, are only used where the day comes first.
    """
    if one > _MONTHS or one == two or (found["mark"] or "")[0] == "." or found.get("h"):
        return two, one
    if two > _MONTHS:
        return one, two
    if order is not None:
        return (two, one) if order == "day" else (one, two)
    return None, None


def _clock(found: dict[str, str | None]) -> tuple[int | None, int, int | None]:
    """Hour, minute and second; None for what is not said."""
    if not found.get("hour"):
        return None, 0, None
    hour = int(found["hour"] or 0)
    half = found.get("half")
    if half:
        if not 1 <= hour <= _NOON:
            return 99, 0, None
        hour = hour % _NOON + (_NOON if half in "pP" else 0)
    second = found.get("second")
    return hour, int(found["minute"] or 0), int(second) if second else None


def _with_offset(time: datetime, found: dict[str, str | None], words: str, rules: DateRules, origin: Origin) -> Moment:
    precision: Literal["minute", "second"] = "second" if found.get("second") else "minute"
    value = time.isoformat(timespec="seconds" if precision == "second" else "minutes")
    offset = _offset(found.get("zone") or "", rules)
    if offset is None:
        return Moment(value, precision, None, origin, words)
    minutes = 0 if offset == "Z" else int(f"{offset[0]}1") * (int(offset[1:3]) * 60 + int(offset[4:]))
    instant = time.replace(tzinfo=timezone(timedelta(minutes=minutes))).astimezone(UTC)
    return Moment(
        value + offset, precision, f"{instant.replace(tzinfo=None).isoformat(timespec='seconds')}Z", origin, words
    )


def _offset(zone: str, rules: DateRules) -> str | None:
    """`Z` or `+hh:mm`; None where none is stated surely: RFC 2822's `-0000` says that it is unknown."""
    named = rules.zones.get(zone.casefold())
    if named is not None:
        return named
    match = OFFSET.fullmatch(zone)
    if match is None:
        return None
    sign, hours, minutes = match["sign"], int(match["hours"]), int(match["minutes"] or 0)
    if hours > 14 or minutes > 59 or (sign == "-" and hours == minutes == 0):
        return None
    return f"{sign}{hours:02}:{minutes:02}"
