# ruff: noqa: E501 - sentences of news, each on its line
"""What a text is about."""

from __future__ import annotations

import time

import pytest

from worker.config_files import load_rules
from worker.enrich.keyphrases import keyphrases

RULES = load_rules().words.keyphrases

TEXT = (
    "The harbour council met in Port Arden on Monday. The ferry strike went into its second week, and Mayor Edith Quill "
    "said that the ferry strike would cost the islands dearly. Ferry crews want higher wages. The crews walked out after "
    "talks with Arden Lines failed. Arden Lines runs all ferries to the islands, where fuel is running low. “We want wages "
    "that feed a family,” a member of the ferry crews said. Quill asked Arden Lines to return to the talks about wages."
)


def test_the_words_of_the_subject_come_first() -> None:
    found = [one.text for one in keyphrases(TEXT, "Ferry strike in its second week", "en", RULES)]
    assert found[0].lower() in {"ferry strike", "ferry"}
    assert {"Arden Lines", "wages"} <= set(found)


def test_they_stand_in_the_text_as_they_are_given() -> None:
    assert all(one.text in TEXT for one in keyphrases(TEXT, None, "en", RULES))


def test_there_are_at_most_ten_of_at_most_four_words_with_falling_scores() -> None:
    found = keyphrases(TEXT, None, "en", RULES)
    scores = [one.score for one in found]
    assert 0 < len(found) <= 10
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert all(1 <= len(one.text.split()) <= 4 for one in found)


def test_no_usual_word_stands_at_an_edge() -> None:
    table = RULES.table("en")
    assert table is not None
    for one in keyphrases(TEXT, None, "en", RULES):
        for word in (one.text.split()[0], one.text.split()[-1]):
            assert word not in table.common or word in table.inside


def test_a_headline_lifts_its_words() -> None:
    def score(headline: str | None) -> float:
        return next((one.score for one in keyphrases(TEXT, headline, "en", RULES) if "islands" in one.text), 0.0)

    assert score("Islands run out of fuel") > score(None)


def test_the_same_text_gives_the_same() -> None:
    assert keyphrases(TEXT, None, "en", RULES) == keyphrases(TEXT, None, "en-GB", RULES)


@pytest.mark.parametrize(("text", "language"), [("Too short.", "en"), (TEXT, "und"), (TEXT, "ja"), ("", "en")])
def test_without_words_or_a_table_there_are_none(text: str, language: str) -> None:
    assert keyphrases(text, None, language, RULES) == ()


@pytest.mark.parametrize("piece", ["word ", "a", "Aa Bb ", "…", "’s ", "ferry strike ", "é "])
def test_it_costs_no_more_for_a_long_or_nasty_text(piece: str) -> None:
    keyphrases(TEXT, None, "en", RULES)
    begun = time.process_time()
    keyphrases(piece * (1_000_000 // len(piece)), piece * 50, "en", RULES)
    assert time.process_time() - begun < 0.2
