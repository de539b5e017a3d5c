"""What a reader should know about a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.documents import RECEIVED_AT, article_of
from worker.config_files import load_rules
from worker.enrich.quality import quality_flags
from worker.parse.dates import read_date

if TYPE_CHECKING:
    from worker.article import Moment


def moment(words: str) -> Moment:
    found = read_date(words, load_rules().dates, "metadata")
    assert found is not None
    return found


def test_a_sound_article_has_no_flags() -> None:
    assert article_of("Council Meets\n\n" + "The council met on Monday. " * 20).quality.flags == ()


def test_a_missing_headline_and_few_words_are_flagged() -> None:
    assert article_of("The council met on Monday.").quality.flags == ("no_headline", "too_short")


@pytest.mark.parametrize(
    ("words", "is_future"),
    [
        ("2024-11-20T08:59:59Z", False),
        ("2024-11-20T09:00:01Z", True),
        ("2024-11-20T10:30:00+02:00", False),
        ("2024-11-20T08:30:00-02:00", True),
        ("2024-11-20", False),
        ("2024-11-20T23:00", False),
        ("2024-11-21", True),
        ("2024", False),
        ("2025", True),
        ("2024-12", True),
    ],
)
def test_a_date_after_the_document_came_is_flagged(words: str, is_future: bool) -> None:
    flags = quality_flags(headline="x", word_count=100, published=moment(words), received_at=RECEIVED_AT)
    assert (flags == ("future_date",)) == is_future
