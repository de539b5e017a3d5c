"""What counts as a word, and as the same one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.dedupe.words import words_of


def spelled(text: str) -> list[str]:
    words = words_of(text)
    return [text[start:end] for start, end in zip(words.starts.tolist(), words.ends.tolist(), strict=True)]


def numbers(text: str) -> list[int]:
    return list(words_of(text).hashes.tolist())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("…—!", []),
        ("a", ["a"]),
        ("The council (all nine) met.", ["The", "council", "all", "nine", "met"]),
        ("It’s 3,000 it's", ["It", "s", "3", "000", "it", "s"]),
        ("日本語 and more", ["日", "本", "語", "and", "more"]),
        ("naïve 🎉 élan", ["naïve", "élan"]),
        ("𠀀𠀁", ["𠀀", "𠀁"]),
        ("𐐷𐐷 x", ["𐐷𐐷", "x"]),
        ("สวัสดีเมืองไทย", ["สวัสดี", "เมือง", "ไทย"]),
        ("ក្រុងភ្នំពេញ", ["ក្រុងភ្នំពេ", "ញ"]),
    ],
)
def test_words_and_their_places(text: str, words: list[str]) -> None:
    assert spelled(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("COUNCIL Met", "council met"),
        ("Beyoncé in Łódź, Besançon", "beyonce in Łodz (Besancon)"),
        ("“It’s late,” she said", '"It\'s late" she said'),
        ("cafe\u0301s", "CAFE\u0301S"),
        ("one\n\ntwo", "one two"),
    ],
)
def test_case_accents_and_marks_do_not_count(one: str, other: str) -> None:
    assert numbers(one) == numbers(other)


def test_order_and_place_do_count_as_they_should() -> None:
    assert numbers("abc cba abc")[0] == numbers("cba xyz abc")[2]
    assert len(set(numbers("abc acb bac bca cab cba"))) == 6


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=5), max_size=40))
def test_two_words_have_one_number_only_if_they_are_the_same(words: list[str]) -> None:
    found = numbers(" ".join(words))
    assert len(found) == len(words)
    assert len(set(found)) == len(set(words))


@given(st.text())
def test_any_text_has_words_in_order_within_it(text: str) -> None:
    words = words_of(text)
    places = [place for pair in zip(words.starts.tolist(), words.ends.tolist(), strict=True) for place in pair]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert len(words.hashes) == len(words.starts)


def test_a_word_that_never_ends_takes_no_longer_than_any_other_text() -> None:
    started = time.process_time()
    assert len(words_of("a" * 1_000_000).hashes) == 1
    assert time.process_time() - started < 2
