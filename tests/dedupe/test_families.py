"""Families over arrival: the reference that any other index is held against."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dedupe.families import COMMON_FAMILIES, Index
from tests.dedupe.planted import article, edited
from worker.dedupe.sketch import sketch_of

WHOLE = article(random.Random(1), 600)
A, B, C = " ".join(WHOLE[:330]), " ".join(WHOLE), " ".join(WHOLE[-330:])
"""B has all of A and of C, which have little in common."""


def index_of(*texts: str, day: int = 0) -> Index:
    index = Index()
    for name, text in zip("abcdefghijkl", texts, strict=False):
        index.claim(name, sketch_of(text), day)
    return index


def test_the_first_of_a_kind_is_no_duplicate() -> None:
    claimed = Index().claim("a", sketch_of(A), 0)
    assert (claimed.kind, claimed.of, claimed.joined, claimed.shared) == (None, None, (), ())


def test_of_is_the_first_of_the_family_and_not_the_text_that_led_there() -> None:
    claimed = index_of(A, B).claim("c", sketch_of(C), 0)
    assert (claimed.kind, claimed.of, claimed.joined) == ("near", "a", ())
    assert claimed.similarity < 0.3


def test_a_text_that_repeats_two_families_joins_them_under_the_earlier() -> None:
    index = index_of(A, C)
    claimed = index.claim("late", sketch_of(B), 0)
    assert (claimed.kind, claimed.of, claimed.joined) == ("near", "a", ("b",))
    assert index.families() == {"a": "a", "b": "a", "late": "a"}


def test_an_exact_copy_of_the_first_is_exact_and_of_another_near() -> None:
    index = index_of(B, A)
    assert index.claim("x", sketch_of(B), 0).kind == "exact"
    claimed = index.claim("y", sketch_of(A), 0)
    assert (claimed.kind, claimed.of) == ("near", "a")


def test_copies_further_apart_than_the_window_are_strangers() -> None:
    assert index_of(A).claim("b", sketch_of(A), 30).kind == "exact"
    assert index_of(A).claim("b", sketch_of(A), 31).kind is None
    assert index_of(A, day=31).claim("b", sketch_of(A), 0).kind is None


def test_a_shared_passage_is_told_with_its_share() -> None:
    other = article(random.Random(2), 300)
    claimed = index_of(B).claim("b", sketch_of(" ".join(other + WHOLE[100:300])), 0)
    assert claimed.kind is None
    ((name, share),) = claimed.shared
    assert name == "a"
    assert 0.25 < share < 0.55


def test_what_stands_under_many_articles_makes_none_a_copy_of_another() -> None:
    gallery = article(random.Random(3), 900)
    texts = [" ".join(article(random.Random(seed), 40) + gallery) for seed in range(10, 30)]
    index = Index()
    own = [" ".join(article(random.Random(seed), 300) + gallery) for seed in range(40, 40 + COMMON_FAMILIES + 2)]
    for number, text in enumerate(own + texts):
        assert index.claim(str(number), sketch_of(text), 0).kind is None
    copy = " ".join(edited(random.Random(5), texts[-1].split(), 0.02))
    assert index.claim("copy", sketch_of(copy), 0).of == str(len(own) + len(texts) - 1)


@settings(max_examples=25)
@given(st.permutations(range(12)))
def test_families_are_the_same_in_any_order(order: list[int]) -> None:
    texts = []
    for seed in range(4):
        whole = article(random.Random(seed), 500)
        texts += [" ".join(piece) for piece in (whole[:280], whole, whole[-280:])]
    index = Index()
    for number in order:
        index.claim(str(number), sketch_of(texts[number]), 0)
    families = index.families()
    assert [families[str(n)] == families[str(n // 3 * 3)] for n in range(12)] == [True] * 12
    assert len(set(families.values())) == 4
