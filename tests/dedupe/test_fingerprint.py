"""When two texts are exact copies."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from worker.dedupe.fingerprint import FINGERPRINT_BYTES, exact_fingerprint


def test_a_fingerprint_has_sixteen_bytes() -> None:
    assert len(exact_fingerprint("The council met.")) == FINGERPRINT_BYTES == 16


def test_it_never_changes_since_old_lines_are_compared_with_new_ones() -> None:
    assert exact_fingerprint("The council met.\n\nNobody came — “why?”").hex() == "85ef98b3332fe78c48c72ec1a0b3ee4b"


def test_white_space_does_not_count() -> None:
    assert exact_fingerprint("The council\n\nmet.") == exact_fingerprint("The  council met. \t")


def test_any_other_character_counts() -> None:
    base = exact_fingerprint("The council met.")
    for other in ("The council met!", "the council met.", "The councíl met.", "The council met"):
        assert exact_fingerprint(other) != base


def test_a_lone_surrogate_does_no_harm() -> None:
    assert len(exact_fingerprint("a\ud800")) == FINGERPRINT_BYTES


@given(st.text(), st.text())
def test_different_letters_have_different_fingerprints(one: str, two: str) -> None:
    assume([c for c in one if c not in " \t\r\n\v\f"] != [c for c in two if c not in " \t\r\n\v\f"])
    assert exact_fingerprint(one) != exact_fingerprint(two)
