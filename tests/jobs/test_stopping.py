from __future__ import annotations

import os
import signal

import pytest

from worker.jobs.stopping import StopAskedError, StopForcedError, Stopping

BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@BOTH
def test_a_signal_while_something_is_in_hand_is_noted(number: int) -> None:
    stopping = Stopping()
    with stopping.watching():
        assert not stopping.asked
        send(number)
        assert stopping.asked


@BOTH
def test_a_signal_ends_the_wait_for_work(number: int) -> None:
    stopping = Stopping()
    with stopping.watching(), pytest.raises(StopAskedError), stopping.idle():
        send(number)


def test_a_stop_that_was_asked_for_before_lets_no_wait_begin() -> None:
    stopping = Stopping()
    with stopping.watching():
        send(signal.SIGTERM)
        with pytest.raises(StopAskedError), stopping.idle():
            pytest.fail("the wait began")


def test_a_second_signal_stops_at_once() -> None:
    with Stopping().watching():
        send(signal.SIGTERM)
        with pytest.raises(StopForcedError):
            send(signal.SIGINT)


def test_a_stop_can_be_asked_for_otherwise() -> None:
    asked = False
    stopping = Stopping(lambda: asked)
    assert not stopping.asked
    asked = True
    assert stopping.asked
    with pytest.raises(StopAskedError), stopping.idle():
        pytest.fail("the wait began")


def test_the_handlers_of_before_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Stopping().watching():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
