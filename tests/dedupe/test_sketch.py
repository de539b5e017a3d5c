"""What is kept of a text."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dedupe.planted import article, pair
from worker.dedupe.fingerprint import exact_fingerprint
from worker.dedupe.sketch import LEAD_WORDS, SAMPLE_MAX, sample_of, sketch_of

POSTINGS_MAX = 32
KNOWN = " ".join(str(number) for number in range(1000))


def of_words(count: int, seed: int = 1) -> str:
    return " ".join(article(random.Random(seed), count))


def test_it_never_changes_since_old_lines_are_compared_with_new_ones() -> None:
    sketch = sketch_of(KNOWN)
    assert sketch.data[:16].hex() == "01036e1fe803000014e7fd93e3d8dd8d"
    assert exact_fingerprint(sketch.data.hex()).hex() == "5948fc7061c6b61fc64ba49532e4e761"
    assert sorted(sketch.postings)[:3] == [261938691, 369146628, 396035360]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 30, 160, 500, 5_000, 50_000])
def test_a_sketch_is_small_whatever_the_text(count: int) -> None:
    sketch = sketch_of(of_words(count))
    sample = sample_of(sketch.data)
    assert sample.words == count
    assert len(sample.whole) <= SAMPLE_MAX
    assert len(sample.whole) >= min(count - 2, SAMPLE_MAX // 2 - 24)
    assert len(sample.lead) <= LEAD_WORDS
    assert len(sketch.data) <= 460
    assert len(sketch.postings) == len(set(sketch.postings)) <= POSTINGS_MAX
    assert all(0 <= key < 1 << 32 for key in sketch.postings)
    assert bool(sketch.postings) == bool(count)


@given(st.text())
def test_any_text_has_a_sketch_that_can_be_read(text: str) -> None:
    sample = sample_of(sketch_of(text).data)
    assert sample.exact == exact_fingerprint(text)[:8]
    assert len(set(sample.whole)) == len(sample.whole)


def test_white_space_and_punctuation_change_nothing_but_the_exact_fingerprint() -> None:
    text = of_words(700)
    one, other = sketch_of(text), sketch_of(text.upper().replace(" ", ", \n"))
    assert (one.data[:8], one.data[16:], one.postings) == (other.data[:8], other.data[16:], other.postings)
    assert one.data[8:16] != other.data[8:16]


def test_the_sample_keeps_the_order_of_the_text() -> None:
    first, second = " ".join(map(str, range(60))), " ".join(map(str, range(200, 260)))
    whole = sample_of(sketch_of(f"{first} {second}").data).whole
    assert whole[:58] == sample_of(sketch_of(first).data).whole
    assert whole[-58:] == sample_of(sketch_of(second).data).whole


def test_a_phrase_repeated_for_ever_does_not_displace_the_rest() -> None:
    own = of_words(150)
    for phrase in ("read it first here", "again and again", "more", "of all that we have"):
        sample = sample_of(sketch_of(f"{own} {' '.join([phrase] * 1_000)}").data)
        assert len(sample.whole) >= SAMPLE_MAX // 2 - 24


@pytest.mark.parametrize("kind", ["edited", "cut", "own_lead", "embedded"])
def test_a_copy_is_found_under_a_key_of_its_original(kind: str) -> None:
    choice = random.Random(7)
    pairs = [pair(choice, kind, 600) for _ in range(50)]
    missed = [1 for one, other in pairs if not set(sketch_of(one).postings) & set(sketch_of(other).postings)]
    assert len(missed) <= (5 if kind == "edited" else 1)


def test_unrelated_texts_have_no_key_in_common() -> None:
    keys = [key for seed in range(60) for key in sketch_of(of_words(500, seed)).postings]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "data", [b"", b"\x01" * 15, b"\x02" + sketch_of("a b c d").data[1:], sketch_of("a b").data + b"x"]
)
def test_another_version_or_length_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no sketch of version 1"):
        sample_of(data)


@pytest.mark.parametrize("unit", ["a ", "ab cd ", "日", "a\u0301", "x" * 999 + " ", "\ud800 ", "🎉𠀀 "])
def test_a_megabyte_of_anything_takes_bounded_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    sketch_of(text)
    assert time.process_time() - started < 3
