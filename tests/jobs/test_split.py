from __future__ import annotations

import os
import signal
from collections import deque
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.jobs.documents import ids, payload_of, with_counts
from worker.jobs.split import DEATHS_MAX, KILLS_MAX, MESSAGES, Cause, Death, attempts, death_of, successors

if TYPE_CHECKING:
    from worker.store.wire import Payload

OWN_DOING: tuple[Cause, ...] = ("crashed", "time_limit")


def texts(payloads: tuple[Payload, ...]) -> list[list[bytes]]:
    return [list(payload.blobs) for payload in payloads]


@pytest.mark.parametrize("cause", [*OWN_DOING, "worker_killed"])
def test_the_document_in_hand_is_tried_alone_and_the_others_go_on_first(cause: Cause) -> None:
    payload = payload_of("a", "b", "c")
    assert texts(successors(payload, Death(cause, 1))) == [[b"a", b"c"], [b"b"]]


def test_only_the_document_in_hand_bears_the_death() -> None:
    others, alone = successors(payload_of("a", "b"), Death("crashed", 0))
    assert [(d.deaths, d.kills, d.condemned) for d in alone.documents] == [(1, 0, None)]
    assert [(d.deaths, d.kills, d.condemned) for d in others.documents] == [(0, 0, None)]


@pytest.mark.parametrize("cause", OWN_DOING)
def test_a_second_death_condemns(cause: Cause) -> None:
    (alone,) = successors(with_counts(payload_of("a"), deaths=1), Death(cause, 0))
    assert alone.documents[0].condemned == cause
    assert attempts(alone.documents[0]) == DEATHS_MAX


@pytest.mark.parametrize("cause", OWN_DOING)
def test_a_second_death_among_others_condemns(cause: Cause) -> None:
    others, alone = successors(with_counts(payload_of("a", "b"), deaths=1), Death(cause, 1))
    assert [d.condemned for d in (*others.documents, *alone.documents)] == [None, cause]


def test_a_kill_from_outside_is_no_death() -> None:
    payload = payload_of("a")
    for kills in range(1, KILLS_MAX):
        (payload,) = successors(payload, Death("worker_killed", 0))
        document = payload.documents[0]
        assert (document.kills, document.deaths, document.condemned) == (kills, 0, None)
        assert attempts(document) == 1
    (payload,) = successors(payload, Death("worker_killed", 0))
    assert payload.documents[0].condemned == "worker_killed"
    assert attempts(payload.documents[0]) == KILLS_MAX


def test_without_a_document_in_hand_the_job_is_halved() -> None:
    halves = successors(payload_of("a", "b", "c"), Death("crashed"))
    assert texts(halves) == [[b"a"], [b"b", b"c"]]
    assert all(d.deaths == 0 for half in halves for d in half.documents)


def test_a_single_document_counts_as_the_one_in_hand() -> None:
    (alone,) = successors(payload_of("a"), Death("crashed"))
    assert alone.documents[0].deaths == 1


def test_a_mark_beyond_the_documents_is_no_mark() -> None:
    assert texts(successors(payload_of("a", "b"), Death("crashed", 7))) == [[b"a"], [b"b"]]


def test_where_redis_was_not_there_all_of_it_is_done_again() -> None:
    payload = payload_of("a", "b")
    assert successors(payload, Death("transient", 1)) == (payload,)


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (signal.SIGALRM, "time_limit"),
        (signal.SIGXCPU, "time_limit"),
        (signal.SIGSEGV, "crashed"),
        (signal.SIGABRT, "crashed"),
        (signal.SIGBUS, "crashed"),
        (signal.SIGILL, "crashed"),
        (signal.SIGFPE, "crashed"),
        (signal.SIGKILL, "worker_killed"),
        (signal.SIGTERM, "worker_killed"),
        (signal.SIGINT, "worker_killed"),
        (signal.SIGHUP, "worker_killed"),
    ],
)
def test_what_a_signal_says(number: int, cause: Cause) -> None:
    assert death_of(number, 3) == Death(cause, 3)
    assert death_of(number | 0x80, 3) == Death(cause, 3), "with a core dumped"


def test_a_process_that_leaves_by_itself_has_crashed() -> None:
    assert [death_of(code << 8, 0).cause for code in (0, 1, os.EX_SOFTWARE)] == ["crashed"] * 3


def test_an_alarm_between_documents_is_nobody_s_fault() -> None:
    assert death_of(signal.SIGALRM, None) == Death("worker_killed")


def test_each_reason_has_a_sentence() -> None:
    assert {"time_limit", "crashed", "worker_killed", "memory_limit"} == MESSAGES.keys()


@given(st.integers(1, 40), st.data(), st.booleans())
def test_every_culprit_is_found_and_nobody_else_is_condemned(count: int, data: st.DataObject, marked: bool) -> None:
    """Whether or not the process can say what it had in hand."""
    killers = data.draw(st.sets(st.integers(0, count - 1).map(lambda n: str(n).encode())))
    waiting = deque([payload_of(*map(str, range(count)))])
    done: dict[bytes, str | None] = {}
    runs = 0
    while waiting:
        payload = waiting.popleft()
        runs += 1
        rows = list(zip(payload.documents, payload.blobs, strict=True))
        in_hand = next((n for n, (d, b) in enumerate(rows) if b in killers and not d.condemned), None)
        if in_hand is None:
            assert not done.keys() & set(payload.blobs), "done twice"
            done |= {blob: document.condemned for document, blob in rows}
        else:
            waiting.extend(successors(payload, Death("crashed", in_hand if marked else None)))
    assert len(done) == count
    assert {blob for blob, condemned in done.items() if condemned} == killers
    assert runs <= 1 + len(killers) * (2 * count.bit_length() + 4)


@given(st.integers(1, 30), st.sampled_from([*OWN_DOING, "worker_killed", "transient"]), st.data())
def test_no_document_gets_lost_or_doubled(count: int, cause: Cause, data: st.DataObject) -> None:
    payload = payload_of(*map(str, range(count)))
    index = data.draw(st.none() | st.integers(0, count))
    parts = successors(payload, Death(cause, index))
    assert sorted(name for part in parts for name in ids(part)) == sorted(ids(payload))
    for part in parts:
        assert [len(blob) for blob in part.blobs] == [document.size for document in part.documents]
        assert (part.batch, part.job) == (payload.batch, payload.job)
