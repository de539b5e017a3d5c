"""Where straight quotation marks stand between two sentences that are glued."""

from __future__ import annotations

import time

import pytest

from worker.normalize.glue import part_glued
from worker.normalize.mend import mend


@pytest.mark.parametrize(
    "paragraphs",
    [
        ['"The quay is closed," Reed said. "It opens in May."', "The mayor was not asked."],
        ["The mayor was not asked.", '"The quay is closed," Reed said. "It opens in May."'],
        ['"The quay is closed," Reed said.', '"It opens in May," he added.', "Rain fell.", "It was cold."],
        # The quotation runs on over a paragraph: the mark is opened anew, and nothing closes it before.
        ['Reed was angry. "The quay is closed.', '"It opens in May," he added.', "Rain fell."],
        # A quoted word earlier on is no reason to count the marks of all that is glued.
        ['They spoke of a "war of words."', '"It opens in May," Reed said.', 'He left "at once."', "Rain fell."],
        ['He called it "plain nonsense."', "“It opens in May,” Reed said.", "Rain fell."],
    ],
)
def test_a_straight_mark_stays_with_the_words_that_it_quotes(paragraphs: list[str]) -> None:
    assert mend("".join(paragraphs)).text == "\n\n".join(paragraphs)


def test_a_mark_without_any_other_in_its_paragraph_opens() -> None:
    assert mend('Rain fell."Snow fell."Nobody came.').text == 'Rain fell.\n\n"Snow fell."\n\nNobody came.'


def test_many_glued_marks_cost_no_more_than_their_number() -> None:
    def seconds(count: int) -> float:
        text = 'He left."They stayed.' * count
        began = time.process_time()
        part_glued(text)
        return time.process_time() - began

    few = min(seconds(500) for _ in range(3))
    assert min(seconds(4000) for _ in range(3)) < 40 * max(few, 0.002)
