"""Indirect speech is found by its cue, with its words and its speaker."""

from __future__ import annotations

import pytest

from tests.enrich.quotes.speech import names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ana Ruiz said that the gate was shut.", "the gate was shut"),
        ("Ana Ruiz said the gate was shut.", "the gate was shut"),
        ("Ana Ruiz said on Monday that the gate was shut.", "the gate was shut"),
        ("Ana Ruiz told the council that the gate was shut.", "the gate was shut"),
        ("Ana Ruiz asked whether the gate was shut.", "whether the gate was shut"),
        ("Ana Ruiz promised to shut the gate.", "to shut the gate"),
        ("Ana Ruiz hinted at endless delays.", "endless delays"),
        ("Ana Ruiz cited endless delays at the gate.", "endless delays at the gate"),
        ("The gate was shut, Ana Ruiz said.", "The gate was shut"),
        ("The gate was shut, said Ana Ruiz.", "The gate was shut"),
        ("The gate was shut, according to Ana Ruiz.", "The gate was shut"),
        ("According to Ana Ruiz, the gate was shut.", "the gate was shut"),
        ("Ana Ruiz said the gate was shut, but nobody had looked.", "the gate was shut"),
        ("Ana Ruiz told The Harbour Post he’s not opening the gate.", "he’s not opening the gate"),
        ("The gate was shut, Ana Ruiz told The Harbour Post.", "The gate was shut"),
        ("Ana Ruiz said in a talk with The Harbour Post late last week that the gate was shut.", "the gate was shut"),
        ("While Ana Ruiz says the gate was shut, nobody had looked.", "the gate was shut"),
    ],
)
def test_the_reported_words_begin_and_end_where_they_do(text: str, words: str) -> None:
    assert names(text) == [("indirect", words, "Ana Ruiz")]


def test_reported_words_end_before_the_words_that_say_whose_they_are() -> None:
    assert names("Ana Ruiz said the gate was shut, the Harbour Courier reported Tuesday.")[0][1:] == (
        "the gate was shut",
        "Ana Ruiz",
    )


def test_a_cue_inside_reported_words_does_not_take_them_from_the_speaker_behind() -> None:
    (row,) = names("The mayor promises to open the gate, Ana Ruiz said.")
    assert row == ("indirect", "The mayor promises to open the gate", "Ana Ruiz")


def test_reported_words_on_both_sides_of_the_cue_are_one_group() -> None:
    assert names("The gate, Ana Ruiz said, was shut for good.") == [
        ("indirect", "The gate", "Ana Ruiz"),
        ("indirect", "was shut for good", "Ana Ruiz"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz did not say that the gate was shut.",
        "Ana Ruiz refused to say whether the gate was shut.",
        "The report on the gate was long.",
        "Ana Ruiz said so.",
        "Ana Ruiz said nothing about the gate.",
    ],
)
def test_what_was_not_said_is_no_speech(text: str) -> None:
    assert names(text) == []


def test_german_clauses_stand_behind_a_comma() -> None:
    assert names("Ana Ruiz sagte, dass das Tor zu sei.", "de") == [("indirect", "das Tor zu sei", "Ana Ruiz")]
    assert names("Ana Ruiz sagte, das Tor sei zu.", "de") == [("indirect", "das Tor sei zu", "Ana Ruiz")]
