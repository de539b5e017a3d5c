"""A file settles by standing still between two looks, on the clock that never jumps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from worker.intake.scan import Signature
from worker.intake.settle import Settling

ONE = Signature(1, 10, 100, 100)
TWO = Signature(1, 11, 101, 101)


def test_a_file_has_settled_when_it_looked_the_same_for_long_enough() -> None:
    settling = Settling(2.0)
    assert [settling.note(b"a", ONE, now) for now in (0.0, 1.9, 2.0)] == [False, False, True]


def test_a_change_begins_the_wait_again() -> None:
    settling = Settling(2.0)
    looks = [(ONE, 0.0), (TWO, 1.9), (TWO, 3.8), (TWO, 3.9)]
    assert [settling.note(b"a", *look) for look in looks] == [False, False, False, True]


def test_a_file_is_due_once_after_each_wait() -> None:
    settling = Settling(2.0)
    settling.note(b"a", ONE, 0.0)
    assert (settling.due(1.9), settling.next_due()) == ([], 2.0)
    assert (settling.due(2.0), settling.due(2.1), settling.next_due()) == ([b"a"], [], None)


def test_a_forgotten_file_is_never_due() -> None:
    settling = Settling(2.0)
    settling.note(b"a", ONE, 0.0)
    settling.forget(b"a")
    assert settling.due(9.0) == []


def test_a_file_that_goes_on_changing_makes_room_when_there_is_none() -> None:
    settling = Settling(2.0, watched_max=1)
    settling.note(b"busy", ONE, 0.0)
    assert (settling.room, settling.note(b"quiet", ONE, 0.0)) == (0, False)
    settling.renew(b"busy", TWO, 2.0)
    assert settling.room == 1
    settling.note(b"quiet", ONE, 2.0)
    assert settling.note(b"quiet", ONE, 4.0)


@given(st.floats(0, 1e6), st.floats(0.1, 3600))
def test_what_is_due_has_settled_whatever_the_rounding(start: float, seconds: float) -> None:
    settling = Settling(seconds)
    settling.note(b"a", ONE, start)
    due = settling.next_due()
    assert due is not None
    assert settling.due(due) == [b"a"]
    assert settling.note(b"a", ONE, due)
