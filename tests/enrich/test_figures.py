"""Figures in running text."""

from __future__ import annotations

import time

import pytest

from worker.config_files import load_rules
from worker.enrich.figures import figures

RULES = load_rules().words.figures


def found(text: str, language: str = "en") -> list[tuple[str, float | None, str | None, str | None]]:
    figures_found = figures(text, language, RULES)
    assert all(text[slice(*one.span)] == one.text for one in figures_found)
    return [(one.text, one.value, one.unit, one.qualifier) for one in figures_found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("twenty-five men", 25),
        ("two hundred and fifty thousand men", 250_000),
        ("one million men", 1_000_000),
        ("thirty-one men", 31),
        ("two hundred and forty-one men", 241),
        ("half a dozen men", 6),
        ("5\u00a0million men", 5_000_000),
        ("two dozen men", 24),
        ("3.5 million men", 3_500_000),
        ("1,234,567 men", 1_234_567),
        ("$3bn", 3e9),
        ("0.5%", 0.5),
    ],
)
def test_a_number_is_read(text: str, value: float) -> None:
    assert [figure[1] for figure in found(f"There were {text}.")] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "On October 15 and 16 June, at 3 p.m. or 10:30, in 2015",
        "Jane Roe, 45, and a 30-year-old man",
        "They won 3-2 and 21-14",
        "Boeing 737 jets and the G7",
        "page 4, Section 12, Chapter 11 and No. 3",
        "Call 555-1234 or (202) 555-0100",
        "It opened 24/7 after 9/11",
        "two of the men and one in five riders",
        "In 2015 protesters came back",
        "about 1950 it began",
        "nearly two-thirds of it for 1 in 5 riders",
        "the two leaders",
        "the 3rd time, the 21st century",
        "version 2.0.1 of it",
    ],
)
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    assert found(f"It is said: {text}.") == []


def test_a_qualifier_may_end_a_line_before() -> None:
    assert found("It is about\n1,500 men.")[0][1:3] == (1500, "men")


def test_a_space_that_holds_words_together_stands_between_number_and_unit() -> None:
    assert found("There were 33,000\u00a0votes.") == [("33,000\u00a0votes", 33000, "votes", None)]


def test_the_unit_is_sought_in_its_sentence_only() -> None:
    assert found("There were 12,000. Soldiers left.") == [("12,000", 12000, None, None)]


def test_a_range_has_no_value() -> None:
    assert found("It takes 10 to 15 days.") == [("10 to 15 days", None, "days", None)]


def test_other_languages_have_none() -> None:
    assert found("5 prosenttia", "fi") == []


@pytest.mark.parametrize(
    "piece", ["1,", "1 ", "$1 ", "two ", "million ", "1-", "5 a b c d ", "1.1", "about ", "1 000 ", "half a "]
)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_the_cost_of_nasty_text_is_linear(piece: str, language: str) -> None:
    begun = time.process_time()
    figures(piece * (1_000_000 // len(piece)), language, RULES)
    assert time.process_time() - begun < 5
