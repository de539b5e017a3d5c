"""Line breaks that end no paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.normalize.lines import join_lines


@pytest.mark.parametrize(
    ("text", "joined", "count"),
    [
        ("One.\n\nTwo.", "One.\n\nTwo.", 0),
        ("The council\nmet on\nMonday.\n\nIt\ndid.", "The council met on Monday.\n\nIt did.", 3),
        ("市議会は\n月曜日に", "市議会は月曜日に", 1),
        ("市議会\nCouncil", "市議会 Council", 1),
        ("né\nà Nice", "né à Nice", 1),
    ],
)
def test_a_paragraph_stands_on_one_line(text: str, joined: str, count: int) -> None:
    assert join_lines(text) == (joined, count)


@given(
    st.lists(st.lists(st.text(st.sampled_from("ab. é市"), min_size=1, max_size=5), min_size=1, max_size=4), max_size=5)
)
def test_paragraphs_stay_apart_and_nothing_else_breaks(paragraphs: list[list[str]]) -> None:
    text, count = join_lines("\n\n".join("\n".join(lines) for lines in paragraphs))
    assert text.count("\n\n") == max(0, len(paragraphs) - 1)
    assert text.count("\n") == 2 * text.count("\n\n")
    assert count == sum(len(lines) - 1 for lines in paragraphs)
