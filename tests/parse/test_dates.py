"""Dates are read strictly, and never guessed."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.config_files import config_folder, load_rules
from worker.parse.dates import read_date, read_epoch

RULES = load_rules().dates


@pytest.mark.parametrize(
    ("words", "value", "instant"),
    [
        ("2024-10-21T22:20:05.123Z", "2024-10-21T22:20:05Z", "2024-10-21T22:20:05Z"),
        ("2024-10-21 22:20:05+02:00", "2024-10-21T22:20:05+02:00", "2024-10-21T20:20:05Z"),
        ("2024-10-21T22:20:05+0530", "2024-10-21T22:20:05+05:30", "2024-10-21T16:50:05Z"),
        ("20241021T222005Z", "2024-10-21T22:20:05Z", "2024-10-21T22:20:05Z"),
        ("2024-12-31T23:30-05:00", "2024-12-31T23:30-05:00", "2025-01-01T04:30:00Z"),
        ("2024-10-21 22:20:05", "2024-10-21T22:20:05", None),
        ("2024-10-21", "2024-10-21", None),
        ("20241021", "2024-10-21", None),
        ("2024-10", "2024-10", None),
        ("2024", "2024", None),
        ("Mon, 21 Oct 2024 22:20:05 GMT", "2024-10-21T22:20:05Z", "2024-10-21T22:20:05Z"),
        ("Mon, 21 Oct 2024 22:20:05 -0000", "2024-10-21T22:20:05", None),
        ("Tuesday, October 22, 2024", "2024-10-22", None),
        ("22nd October 2024", "2024-10-22", None),
        ("2024/10/21 10:11", "2024-10-21T10:11", None),
        ("2024年10月21日", "2024-10-21", None),
        ("12:30 PM October 22, 2024", "2024-10-22T12:30", None),
        ("12/31/2024", "2024-12-31", None),
        ("31/12/2024 5:06 pm", "2024-12-31T17:06", None),
        ("October 22, 2024 12:05 am", "2024-10-22T00:05", None),
        ("October 22, 2024 12:05 pm", "2024-10-22T12:05", None),
    ],
)
def test_dates_of_machines_and_mastheads(words: str, value: str | None, instant: str | None) -> None:
    moment = read_date(words, RULES, "metadata")
    assert (moment and moment.value, moment and moment.instant) == (value, instant)


@pytest.mark.parametrize(
    "words",
    [
        "2024-13-01", "2024-02-30", "2024-10-21T24:00", "2024-10-21T10:60", "0024-10-21", "9999-01-01", "202410",
        "yesterday", "", "on 2024-10-21", "2024-10-21 or later", "October 32, 2024", "Marchember 3, 2024",
        "October 22, 2024 13:00 pm", "32/10/2024", "13/13/2024", "3,000 people", "12" * 60,
    ],
)  # fmt: skip
def test_what_is_no_date_gives_none(words: str) -> None:
    assert read_date(words, RULES, "metadata") is None


@pytest.mark.parametrize("words", ["05/06/2024", "5-6-2024", "05/06/2024 10:00", "1/12/2024 3:00 PM EST"])
def test_a_day_and_month_in_unknown_order_leave_the_year(words: str) -> None:
    moment = read_date(words, RULES, "header")
    assert moment is not None
    assert (moment.value, moment.precision, moment.instant) == ("2024", "year", None)


@pytest.mark.parametrize("zone", ["CST", "IST", "BST", "XYZ", "ET"])
def test_a_zone_with_two_meanings_states_no_offset(zone: str) -> None:
    moment = read_date(f"October 22, 2024 10:00 {zone}", RULES, "header")
    assert moment is not None
    assert (moment.value, moment.instant) == ("2024-10-22T10:00", None)


def test_the_words_and_the_place_are_kept() -> None:
    moment = read_date("  Oct. 22, 2024 ", RULES, "header")
    assert moment is not None
    assert (moment.evidence, moment.origin, moment.precision) == ("Oct. 22, 2024", "header", "day")


NATIONAL = """
    2024年10月21日(月) 22時20分         2024-10-21T22:20
    2024년 10월 21일 22:20              2024-10-21T22:20
    2024. 10. 21.                       2024-10-21
    Oct. 21, 2024, 6:05 p.m. ET         2024-10-21T18:05
    Montag, 21. Oktober 2024, 14.30 Uhr 2024-10-21T14:30
    21. Jänner 2024                     2024-01-21
    21.10.2024, 14:30 Uhr               2024-10-21T14:30
    Monday, 21-Oct-24 22:20:05 GMT      2024-10-21T22:20:05Z
    Mon Oct 21 22:20:05 2024            2024-10-21T22:20:05
    Mon Oct 21 22:20:05 +0200 2024      2024-10-21T22:20:05+02:00
    2024-W43-1                          2024-10-21
    2024W431                            2024-10-21
    21.10.24                            2024-10-21
    21/10/24                            2024-10-21
    10/21/99                            1999-10-21
    Oct 21 ’24                          2024-10-21
    21. 10. 2024 14:30                  2024-10-21T14:30
    2024. október 21., 14:30            2024-10-21T14:30
    21 Ekim 2024 14:30                  2024-10-21T14:30
    21 октября 2024 г., 14:30           2024-10-21T14:30
    21 жовтня 2024 року                 2024-10-21
    21 Οκτωβρίου 2024, 14:30            2024-10-21T14:30
    21 oktober 2024 kl 14.30            2024-10-21T14:30
    21. oktober 2024 kl. 14:30          2024-10-21T14:30
    21.10.2024 klo 14.30                2024-10-21T14:30
    12. syyskuuta 2024                  2024-09-12
    21 października 2024, godz. 14:30   2024-10-21T14:30
    21. října 2024                      2024-10-21
    lundi 21 octobre 2024 à 14h30       2024-10-21T14:30
    1er octobre 2024                    2024-10-01
    21 de octubre de 2024 a las 14:30   2024-10-21T14:30
    21/10/2024 às 22h20                 2024-10-21T22:20
    21 ottobre 2024 ore 14:30           2024-10-21T14:30
    21 oktober 2024 14.30 uur           2024-10-21T14:30
    21 octombrie 2024, ora 14:30        2024-10-21T14:30
    3:05 PM EST Nov 12, 2024            2024-11-12T15:05-05:00
    14:30, 21 October 2024              2024-10-21T14:30
"""


@pytest.mark.parametrize("row", [line.strip() for line in NATIONAL.strip().split("\n")])
def test_the_usual_national_styles(row: str) -> None:
    words, _, value = row.rpartition(" ")
    moment = read_date(words, RULES, "header")
    assert moment is not None
    assert moment.value == value


@pytest.mark.parametrize("words", ["Oct. 21, 2024, 6 p.m.", "21. Oktober 2024, 14 Uhr", "21/10/2024 22h"])
def test_an_hour_without_minutes_leaves_the_day(words: str) -> None:
    moment = read_date(words, RULES, "header")
    assert moment is not None
    assert (moment.value, moment.precision) == ("2024-10-21", "day")


@pytest.mark.parametrize("words", ["24-10-21", "05/06/07", "10 11 12", "listopada 3, 2024", "2024-W54-1", "October 21"])
def test_what_could_be_another_day_or_year_is_no_date(words: str) -> None:
    assert read_date(words, RULES, "header") is None


def test_each_month_has_its_number_in_the_main_languages() -> None:
    languages = [
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "januar februar mars april mai juni juli august september oktober november desember",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        "ιαν φεβ μαρ απρ μαϊ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    ]
    for names in languages:
        assert [RULES.months[name] for name in names.split()] == list(range(1, 13)), names


def test_no_name_is_that_of_two_months() -> None:
    with open(f"{config_folder()}/rules/dates.toml", "rb") as file:
        months = tomllib.load(file)["months"]
    names = [name for found in months.values() for name in set(found)]
    assert sorted(names) == sorted(set(names))


def test_seconds_and_milliseconds_since_1970() -> None:
    for number in (1729549599, 1729549599.9, 1729549599123):
        moment = read_epoch(number, "metadata")
        assert moment is not None
        assert moment.value == moment.instant == "2024-10-21T22:26:39Z"


@pytest.mark.parametrize("number", [0, -1, 20241021, 1e308, float("inf"), 10**30])
def test_other_numbers_are_no_moments(number: float) -> None:
    assert read_epoch(number, "metadata") is None


@given(
    st.datetimes(datetime(1600, 1, 2), datetime(2190, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_every_iso_moment_with_an_offset_has_its_instant(time: datetime, minutes: int) -> None:
    stated = time.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    moment = read_date(stated.isoformat(), RULES, "metadata")
    assert moment is not None
    assert moment.instant is not None
    assert datetime.fromisoformat(moment.instant) == stated.astimezone(UTC)
    assert datetime.fromisoformat(moment.value) == stated


@given(st.text(st.sampled_from("0123456789/-.: ,TZ+ahpmOctNvGMT年月日"), max_size=40))
def test_no_words_are_too_strange(words: str) -> None:
    moment = read_date(words, RULES, "header")
    assert moment is None or moment.value
