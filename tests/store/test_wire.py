from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.jobs.documents import payload_of
from worker.store.wire import (
    ForgedError,
    Part,
    Payload,
    pack_part,
    pack_payload,
    sign,
    unpack_part,
    unpack_payload,
    verify,
)

KEY = b"k" * 32
blobs = st.lists(st.binary(max_size=200), min_size=1, max_size=5)


@given(blobs)
def test_a_payload_comes_back_as_it_was(data: list[bytes]) -> None:
    payload = payload_of(*data)
    assert unpack_payload(KEY, pack_payload(KEY, payload)) == payload


@given(st.binary(max_size=500))
def test_a_part_comes_back_as_it_was(body: bytes) -> None:
    part = Part("id", "batch", "00" * 32, "article", "ab" * 16, body)
    assert unpack_part(KEY, pack_part(KEY, part)) == part


def test_a_change_of_any_byte_is_noticed() -> None:
    signed = pack_payload(KEY, payload_of("one"))
    for place in range(len(signed)):
        changed = bytearray(signed)
        changed[place] ^= 1
        with pytest.raises(ForgedError):
            unpack_payload(KEY, bytes(changed))


@given(st.integers(min_value=0, max_value=40))
def test_bytes_cut_short_are_noticed(length: int) -> None:
    with pytest.raises(ForgedError):
        unpack_part(KEY, pack_part(KEY, Part("i", "b", "s", "rejection", "", b"{}"))[:length])


def test_what_was_signed_for_one_purpose_does_not_pass_for_another() -> None:
    with pytest.raises(ForgedError):
        verify(KEY, b"part1", sign(KEY, b"payload1", b"body"))


def test_another_key_does_not_pass() -> None:
    with pytest.raises(ForgedError):
        unpack_payload(b"x" * 32, pack_payload(KEY, payload_of("one")))


def test_only_some_documents_of_a_payload_are_taken() -> None:
    payload = payload_of("one", "two", "three")
    first, _, third = payload.documents
    kept = payload.only("other-job", frozenset({first.id, third.id}))
    assert kept == Payload("other-job", payload.batch, (first, third), (b"one", b"three"))
