"""What one text is to another."""

from __future__ import annotations

import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dedupe.planted import KINDS, article, edited, pair
from worker.dedupe.likeness import Likeness, lead_in_body, lead_in_lead, least_part, verdict
from worker.dedupe.sketch import Sample, sample_of, sketch_of


def sampled(words: list[str] | str) -> Sample:
    return sample_of(sketch_of(words if isinstance(words, str) else " ".join(words)).data)


def told(new: list[str] | str, old: list[str] | str, boilerplate: float = 0.0) -> Likeness:
    return verdict(sampled(new), sampled(old), boilerplate)


def words(count: int, seed: int = 1) -> list[str]:
    return article(random.Random(seed), count)


def test_the_same_words_in_other_lines_are_exact() -> None:
    assert told("The council met.\n\nNobody came.", "The council  met. Nobody\ncame.") == Likeness("exact", 1.0, 1.0)


def test_other_punctuation_is_near() -> None:
    text = " ".join(words(300))
    assert told(text.replace(" ", ", ", 5), text).kind == "near"


@pytest.mark.parametrize("count", [12, 30, 60, 160, 170, 500, 2_000])
def test_one_other_word_is_near_at_any_length(count: int) -> None:
    old = words(count)
    assert told([*old[:6], "elsewhere", *old[7:]], old).kind == "near"


@pytest.mark.parametrize("count", [1, 2, 3, 8, 40, 500, 3_000])
def test_other_words_are_nothing(count: int) -> None:
    assert told(words(count, 1), words(count, 2)).kind is None


def test_an_article_inside_another_is_near() -> None:
    old = words(400)
    found = told(words(300, 2) + old + words(500, 3), old)
    assert found.kind == "near"
    assert found.similarity > 0.95
    assert found.share == pytest.approx(1 / 3, abs=0.1)


def test_a_copy_with_a_lead_of_its_own_before_the_first_is_near() -> None:
    old = words(500)
    assert told(words(50, 2) + edited(random.Random(3), old, 0.05), old).kind == "near"


@pytest.mark.parametrize("own", [120, 200, 400])
@pytest.mark.parametrize("place", ["before", "between", "below"])
def test_different_articles_under_one_long_boilerplate_are_no_duplicates(own: int, place: str) -> None:
    boilerplate = words(500, 9)

    def published(seed: int) -> list[str]:
        text = words(own, seed)
        at = {"before": 80, "between": own // 2, "below": own}[place]
        return text[:at] + boilerplate + text[at:]

    assert told(published(1), published(2)).kind == "shared"


def test_boilerplate_that_is_known_to_be_common_counts_for_nothing() -> None:
    boilerplate = words(900, 9)
    new, old = words(40, 1) + boilerplate, words(40, 2) + boilerplate
    assert told(new, old).kind == "near"
    assert told(new, old, boilerplate=1.0).kind is None
    assert told(new, [*new, "end"], boilerplate=0.9).kind == "near"


def test_a_line_that_stands_in_a_long_text_makes_no_copy_of_it() -> None:
    line = "photo by our own reporter"
    assert told(line, f"{' '.join(words(800))} {line}").kind is None


def test_a_quarter_of_the_words_makes_shared() -> None:
    old = words(600)
    found = told(words(450, 2) + old[200:350], old)
    assert found.kind == "shared"
    assert found.share == pytest.approx(0.25, abs=0.1)


def test_similarity_is_that_of_all_shingles_give_or_take_its_error() -> None:
    choice = random.Random(5)
    errors = []
    for _ in range(60):
        old = article(choice, 800)
        new = edited(choice, old, choice.uniform(0, 0.4))
        ours, theirs = ({tuple(text[at : at + 3]) for at in range(798)} for text in (new, old))
        errors.append(told(new, old).similarity - len(ours & theirs) / min(len(ours), len(theirs)))
    assert abs(fmean(errors)) < 0.015
    assert fmean(error**2 for error in errors) ** 0.5 < 0.05


@given(st.integers(0, 1 << 32), st.sampled_from(KINDS), st.integers(1, 700), st.sampled_from([0.0, 0.3, 1.0]))
def test_kind_and_similarity_are_the_same_from_both_sides(seed: int, kind: str, count: int, boilerplate: float) -> None:
    one, other = (sampled(text) for text in pair(random.Random(seed), kind, count))
    there, back = verdict(one, other, boilerplate), verdict(other, one, boilerplate)
    assert (there.kind, there.similarity) == (back.kind, back.similarity)
    assert 0 <= there.share <= 1
    assert verdict(one, one).kind == "exact"


def test_a_lead_is_found_in_the_lead_and_in_the_body_of_another() -> None:
    text = words(600)
    own = words(300, 2)
    assert lead_in_lead(sampled(text), sampled(text)) == 1
    assert lead_in_lead(sampled(text), sampled(own + text)) == 0
    assert lead_in_body(sampled(text), sampled(own + text)) > 0.4
    assert lead_in_body(sampled(text), sampled(own)) == 0
    assert lead_in_lead(sampled(""), sampled(own)) == lead_in_body(sampled(""), sampled(own)) == 0


def test_what_is_empty_is_like_nothing_but_itself() -> None:
    assert told("", "").kind == "exact"
    assert told("", "…").kind is None
    assert told("", words(20)).kind is None


@pytest.mark.parametrize(("share", "kind"), [(0.05, "near"), (0.1, "near"), (0.15, "near"), (0.4, "shared")])
def test_words_replaced_all_over_are_near_up_to_every_sixth(share: float, kind: str) -> None:
    choice = random.Random(11)
    old = words(600)
    assert told(edited(choice, old, share), old).kind == kind


def test_an_update_with_another_lead_and_half_of_the_old_text_is_shared() -> None:
    old = words(600)
    assert told(words(200, 2) + old[150:], old).kind == "shared"


def test_the_least_part_is_that_of_eight_where_least_is_found() -> None:
    assert least_part([True] * 80) == 1
    assert least_part([True] * 70 + [False] * 10) == 0
    assert least_part(([True] + [False] * 4) * 16) == 0.2
