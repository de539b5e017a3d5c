"""The passages that two texts have in common."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dedupe.planted import article
from worker.article import Passage
from worker.dedupe.passages import PASSAGE_WORDS, passages, share_of


def words(count: int, seed: int = 1) -> str:
    return " ".join(article(random.Random(seed), count))


def test_a_passage_is_told_by_its_places_in_both_texts() -> None:
    common = words(30)
    text, other = f"{words(5, 2)} {common} {words(9, 3)}", f"{common}\n\n{words(50, 4)}"
    (found,) = passages(text, other)
    assert text[slice(*found.span)] == common
    assert other[slice(*found.other_span)] == common


def test_case_accents_marks_and_white_space_do_not_count() -> None:
    text = "“The mayor of Besançon,” he said, “has not told anybody — neither friend nor foe — why.”"
    other = "the Mayor of Besancon he said has not\ntold anybody neither friend nor foe why"
    assert passages(text, other) == (Passage(span=(1, len(text) - 2), other_span=(0, len(other))),)


@pytest.mark.parametrize(("count", "number"), [(PASSAGE_WORDS - 1, 0), (PASSAGE_WORDS, 1)])
def test_twelve_words_make_a_passage(count: int, number: int) -> None:
    common = " ".join(f"word{place}" for place in range(count))
    assert len(passages(f"before {common} after", f"above {common} below")) == number


def test_passages_that_another_word_parts_are_two() -> None:
    one, two = words(20, 1), words(20, 2)
    text, other = f"{one} x {two}", f"{two} y {one}"
    assert [text[slice(*found.span)] for found in passages(text, other)] == [one, two]
    assert [other[slice(*found.other_span)] for found in passages(text, other)] == [one, two]


def test_of_two_places_the_one_that_goes_on_is_taken() -> None:
    one, two = words(15, 1), words(15, 2)
    other = f"{one} elsewhere {one} {two}"
    (found,) = passages(f"{one} {two}", other)
    assert other[slice(*found.other_span)] == f"{one} {two}"


def test_twelve_characters_of_a_script_without_spaces_are_no_passage() -> None:
    name, sentence = "日本放送協会東京都渋谷区神", "昨日の午後、市議会は新しい橋の建設計画を賛成多数で可決した"
    assert passages(f"{name}南", f"{name}北") == ()
    assert len(passages(f"{sentence}。", f"「{sentence}」")) == 1


def test_the_share_is_that_of_words_in_passages() -> None:
    common = words(30)
    text = f"{words(10, 2)} {common} {words(20, 3)}"
    assert share_of(text, passages(text, common)) == 0.5
    assert share_of(text, ()) == 0
    assert share_of("", ()) == 0


SENTENCES = [" ".join(article(random.Random(seed), 5)) for seed in range(8)]


@given(st.lists(st.sampled_from(SENTENCES), max_size=14), st.lists(st.sampled_from(SENTENCES), max_size=14))
def test_passages_are_common_maximal_in_order_and_cover_what_can_be_found(ours: list[str], theirs: list[str]) -> None:
    text, other = " ".join(ours), " ".join(theirs)
    known, sought = other.split(), text.split()
    runs = {tuple(known[at : at + PASSAGE_WORDS]) for at in range(len(known) - PASSAGE_WORDS + 1)}
    end = 0
    for found in passages(text, other):
        inside = text[slice(*found.span)]
        assert inside == other[slice(*found.other_span)]
        assert len(inside.split()) >= PASSAGE_WORDS
        assert found.span[0] >= end
        after, other_after = text[found.span[1] :].split(), other[found.other_span[1] :].split()
        assert not (after and other_after and after[0] == other_after[0])
        between = text[end : found.span[0]].split()
        assert not any(tuple(between[at : at + PASSAGE_WORDS]) in runs for at in range(len(between)))
        end = found.span[1]
    assert passages(text, text) == (() if len(sought) < PASSAGE_WORDS else (Passage((0, len(text)), (0, len(text))),))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("a " * 50_000, "a " * 40_000),
        ("a b " * 25_000, "a b a " * 16_000),
        ("a b c d e f g h i j k l m " * 4_000, "a b c d e f g h i j k l m n " * 4_000),
        ("x" * 100_000, "x" * 100_000),
        ("日" * 100_000, "日本" * 50_000),
        (words(17_000, 1), words(17_000, 1)[50_000:] + words(8_000, 2)),
    ],
)
def test_a_hundred_kilobytes_take_bounded_time(text: str, other: str) -> None:
    started = time.process_time()
    passages(text, other)
    assert time.process_time() - started < 3
