"""Plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents import WORDS, article_of, rejection_of
from worker.parse.plain_text import split_lines, split_paragraphs


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\v", "\f", "\u2028", "\u2029"])
def test_lines_end_in_many_ways(end: str) -> None:
    assert split_lines(f"one{end}two{end}") == ["one", "two", ""]


def test_blank_lines_separate_paragraphs() -> None:
    assert split_paragraphs(["One.", "", " \t", "Two.", "Three."]) == ("One.", "Two.", "Three.")


def test_lines_that_end_with_sentences_are_paragraphs() -> None:
    lines = ["The first one is a sentence.", "“So is the second!”", "And the third?", "The last"]
    assert split_paragraphs(lines) == tuple(lines)


def test_wrapped_lines_are_one_paragraph_with_its_breaks_kept() -> None:
    lines = ["The council met on Monday and talked", "about the tram for three hours. Nobody", "was quite sure why."]
    assert split_paragraphs(lines) == ("\n".join(lines),)


def test_one_sentence_end_among_wrapped_lines_splits_nothing() -> None:
    lines = [
        "The council met on Monday.",
        "It talked about the tram for three",
        "hours, and nobody was quite sure",
        "why.",
    ]
    assert split_paragraphs(lines) == ("\n".join(lines),)


def test_the_text_has_one_empty_line_between_paragraphs_and_no_other_break() -> None:
    wrapped = "It went on behind closed doors in the old hall\r\nuntil late in the night."
    article = article_of(f"Council Meets\r\n\r\n{WORDS}\r\n\r\n\r\n{wrapped}\r\n\r\n")
    assert article.text == f"{WORDS}\n\nIt went on behind closed doors in the old hall until late in the night."
    assert ("line_wrap", 1) in [(repair.kind, repair.count) for repair in article.repairs]


def test_one_endless_line_is_one_paragraph() -> None:
    text = "word " * 15_000 + "end."
    assert article_of(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "21/10/2024 22h20\n",
        "By Jo Roe, Reuters\n\n",
        "-----\n* * *\n",
        "12345",
        "QUAYSIDE EXCLUSIVE:\n",
        "\u200b\u200b",
    ],
)
def test_a_file_without_words_is_no_article(text: str) -> None:
    rejection = rejection_of(text)
    assert (rejection.stage, rejection.error) == ("parse", "not_an_article")


def test_a_single_short_line_is_an_article_and_flagged() -> None:
    article = article_of("Trams stopped at noon.")
    assert article.text == "Trams stopped at noon."
    assert article.quality.flags == ("no_headline", "too_short")


@given(st.lists(st.text(max_size=20), max_size=12))
def test_no_line_is_lost_or_made_up(lines: list[str]) -> None:
    paragraphs = split_paragraphs([line.replace("\n", "") for line in lines])
    kept = [line for paragraph in paragraphs for line in paragraph.split("\n")]
    assert kept == [line.replace("\n", "") for line in lines if line.replace("\n", "").strip()]
    assert all(paragraph.strip() for paragraph in paragraphs)
