"""Dates in running text."""

from __future__ import annotations

import time

import pytest

from worker.article import Moment
from worker.config_files import load_rules
from worker.enrich.dates_mentioned import dates_mentioned, spaced

RULES = load_rules().words.dates_mentioned


def day(value: str) -> Moment:
    return Moment(value, "day", None, "header", value)


def found(text: str, published: str | None = None, language: str = "en") -> list[tuple[str, str | None]]:
    mentions = dates_mentioned(text, language, day(published) if published else None, RULES)
    assert all(text[slice(*one.span)] == one.text for one in mentions)
    return [(one.text, one.value) for one in mentions]


def test_a_date_without_a_year_stays_unknown_where_nothing_is_published() -> None:
    (mention,) = dates_mentioned("It happened on Tuesday, October 15th.", "en", None, RULES)
    assert (mention.text, mention.value, mention.precision) == ("Tuesday, October 15th", None, None)


def test_a_year_that_is_all_that_is_known_of_publication_resolves_nothing() -> None:
    published = Moment("2024", "year", None, "header", "2024")
    assert dates_mentioned("He left on Tuesday.", "en", published, RULES)[0].value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("She said Wednesday", "2024-10-23"),
        ("She said Thursday", "2024-10-17"),
        ("It will open Thursday", "2024-10-24"),
        ("It will be released on Wednesday", "2024-10-23"),
        ("next Wednesday", "2024-10-30"),
        ("last Wednesday", "2024-10-16"),
        ("this Friday", "2024-10-25"),
        ("in October", "2024-10"),
        ("in November", "2023-11"),
        ("until November", "2024-11"),
        ("next October", "2025-10"),
        ("on December 24", "2024-12-24"),
        ("on March 1", "2024-03-01"),
        ("on Dec. 31 last year", "2023-12-31"),
        ("tomorrow", "2024-10-24"),
        ("last year", "2023"),
        ("next month", "2024-11"),
        ("10 months ago", "2023-12"),
        ("last weekend", "2024-10"),
    ],
)
def test_a_relative_date_is_resolved_against_a_wednesday(text: str, value: str) -> None:
    assert [said for _, said in found(f"{text}.", "2024-10-23")] == [value]


def test_a_week_over_two_months_is_a_year_and_over_two_years_unknown() -> None:
    assert found("this week", "2024-10-30") == [("this week", "2024")]
    assert found("this week", "2024-12-31") == [("this week", None)]


@pytest.mark.parametrize("text", ["February 30", "31 April 2023", "13/13/2024", "2024-02-31"])
def test_a_day_that_is_none_has_no_value(text: str) -> None:
    assert all(value is None or len(value) == 4 for _, value in found(text, "2024-10-23"))


def test_the_day_of_a_leap_year_is_resolved_to_one() -> None:
    assert found("on February 29", "2024-10-23") == [("February 29", "2024-02-29")]


def test_other_languages_have_none() -> None:
    assert found("2024-10-21", "2024-10-23", "fi") == []


def test_a_region_does_not_matter() -> None:
    assert found("yesterday", "2024-10-23", "en-GB") == [("yesterday", "2024-10-22")]


def test_spacing_moves_no_letter() -> None:
    text = "“Now”—he\nsaid (on Monday)"
    assert len(spaced(text)) == len(text) + 1


@pytest.mark.parametrize(
    "piece",
    [
        "October ",
        "October 1",
        "1 of ",
        "last ",
        "Monday, ",
        "\n",
        "20",
        "2019-",
        "10/10/",
        "ago two years ",
        "the 31st of ",
    ],
)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_the_cost_of_nasty_text_is_linear(piece: str, language: str) -> None:
    begun = time.process_time()
    dates_mentioned(piece * (1_000_000 // len(piece)), language, day("2024-10-23"), RULES)
    assert time.process_time() - begun < 5
