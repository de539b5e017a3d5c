"""How many words a text has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.enrich.words import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Trams.", 1),
        ("The council met.\n\nIt did.", 5),
        ("Совет собрался", 2),
        ("市議会は月曜日", 7),
        ("The 市議会 met", 5),
        ("시의회가 열렸다", 2),
    ],
)
def test_words(text: str, words: int) -> None:
    assert count_words(text) == words


@given(
    st.lists(
        st.lists(st.text(st.sampled_from("abé"), min_size=1, max_size=4), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_as_many_as_stand_between_white_space(paragraphs: list[list[str]]) -> None:
    text = "\n\n".join(" ".join(words) for words in paragraphs)
    assert count_words(text) == len(text.split())
