"""What day, month or year a mention of a date means.

What can mean several days is cut to the part that is sure: `last week` is a month where the week lies in one, and
else a year.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import re

    from worker.date_mention_rules import DateMentionRules

Precision = Literal["year", "month", "day"]
Value = tuple[str | None, Precision | None]
WillBe = Callable[[], bool]

NOTHING: Final[Value] = (None, None)
_AHEAD_WEIGHT = 2.5
_MONTHS, _WEEK = 12, 7


def resolved(match: re.Match[str], sign: int, rules: DateMentionRules, today: date | None, will_be: WillBe) -> Value:
    """Value and precision of what `match` found; (None, None) where it stays unknown.

    Its groups: `year`, `month` or `month_number`, `day`, `last_day`, `weekday`, `shift` (last, this, next), `unit`,
    `count` or `number`, `offset` (days from today), `vague`, `first`, `second` and `numeric_year` (a date in numbers of
    unknown order). `sign` is that of the form. `will_be` tells whether the words before speak of the future.
    """
    found = {name: said for name, said in match.groupdict().items() if said}
    if "vague" in found:
        return NOTHING
    try:
        if "first" in found:
            return _numeric(int(found["first"]), int(found["second"]), int(found["numeric_year"]))
        if "month" in found or "month_number" in found:
            return _in_month(found, rules, today, will_be)
        if "year" in found:
            return found["year"], "year"
        return NOTHING if today is None else _from_today(found, sign, rules, today, will_be)
    except (ValueError, OverflowError):
        return NOTHING


def _number(found: dict[str, str], group: str, rules: DateMentionRules) -> int:
    return int(rules.meanings[group][found[group].lower()])


def _in_month(found: dict[str, str], rules: DateMentionRules, today: date | None, will_be: WillBe) -> Value:
    month = int(found["month_number"]) if "month_number" in found else _number(found, "month", rules)
    day = int(found["day"]) if "day" in found and "last_day" not in found else None
    year = int(found["year"]) if "year" in found else _year(found, month, day, rules, today, will_be)
    if year is None:
        return NOTHING
    if day is None:
        return f"{year:04}-{date(year, month, 1).month:02}", "month"
    return date(year, month, day).isoformat(), "day"


def _numeric(first: int, second: int, year: int) -> Value:
    """`10/15/2024` in an order that only the numbers tell."""
    if first > _MONTHS or first == second:
        return date(year, second, first).isoformat(), "day"
    if second > _MONTHS:
        return date(year, first, second).isoformat(), "day"
    return f"{year:04}", "year"


def _year(
    found: dict[str, str],
    month: int,
    day: int | None,
    rules: DateMentionRules,
    today: date | None,
    will_be: WillBe,
) -> int | None:
    """The year of a day or month without one: by `last`, `next` and tense; else the nearer day, the last month."""
    if today is None:
        return None
    shift = _number(found, "shift", rules) if "shift" in found else None
    if shift is not None and "unit" in found:
        return today.year + shift
    if shift == 0:
        return today.year
    if day is not None and shift is None:
        years = [year for year in (today.year - 1, today.year, today.year + 1) if _is_day(year, month, day)]
        days = {year: (date(year, month, day) - today).days for year in years}
        # Without a word of the future a day to come has to be near: most that is told has been.
        weight = 1.0 if will_be() else _AHEAD_WEIGHT
        return min(days, key=lambda year: -days[year] if days[year] < 0 else weight * days[year], default=None)
    mine, now = (month, day or 0), (today.month, today.day if day else 0)
    if (shift or 0) > 0 or (shift is None and will_be()):
        return today.year + (mine < now or (shift is not None and mine == now))
    return today.year - (mine > now or (shift is not None and mine == now))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _from_today(found: dict[str, str], sign: int, rules: DateMentionRules, today: date, will_be: WillBe) -> Value:
    if "offset" in found:
        return (today + timedelta(_number(found, "offset", rules))).isoformat(), "day"
    shift = _number(found, "shift", rules) if "shift" in found else None
    if "weekday" in found:
        return _weekday(_number(found, "weekday", rules), shift, today, will_be).isoformat(), "day"
    if "unit" not in found:
        return NOTHING
    count = int(found["number"]) if "number" in found else _number(found, "count", rules) if "count" in found else 1
    return _units(sign * count if sign else (shift or 0), str(rules.meanings["unit"][found["unit"].lower()]), today)


def _weekday(weekday: int, shift: int | None, today: date, will_be: WillBe) -> date:
    """The nearest one before or on the day, after it where that is said, in the same week for `this`."""
    if shift == 0:
        return today + timedelta(weekday - today.weekday())
    if (shift or 0) > 0 or (shift is None and will_be()):
        ahead = (weekday - today.weekday()) % _WEEK
        return today + timedelta(ahead or (_WEEK if shift else 0))
    back = (today.weekday() - weekday) % _WEEK
    return today - timedelta(back or (_WEEK if shift else 0))


def _units(count: int, unit: str, today: date) -> Value:
    """`count` days, weeks, months or years from today."""
    match unit:
        case "day":
            return (today + timedelta(count)).isoformat(), "day"
        case "week":
            monday = today + timedelta(_WEEK * count - today.weekday())
            sunday = monday + timedelta(_WEEK - 1)
            if monday.month == sunday.month:
                return f"{monday:%Y-%m}", "month"
            return (f"{monday.year:04}", "year") if monday.year == sunday.year else NOTHING
        case "month":
            months = today.year * _MONTHS + today.month - 1 + count
            return f"{date(months // _MONTHS, months % _MONTHS + 1, 1):%Y-%m}", "month"
        case "year":
            return f"{date(today.year + count, 1, 1).year:04}", "year"
        case _:
            return NOTHING
