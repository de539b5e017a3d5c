"""gzip: what is inside is read as if it were not compressed."""

from __future__ import annotations

import gzip
import io
import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import WORDS
from tests.parse.opened import draft_of, error_of, opened, streamed
from worker.errors import PermanentError
from worker.parse import gunzip
from worker.parse.gunzip import Gunzip

LINES = b"\n".join(orjson.dumps({"title": f"{n}", "text": f"{WORDS} {n}"}) for n in range(200))


def test_a_compressed_document_is_that_document() -> None:
    draft = draft_of(gzip.compress(WORDS.encode()), "a.txt.gz")
    assert (draft.format, draft.paragraphs) == ("txt", (WORDS,))


def test_the_name_inside_settles_what_the_content_leaves_open() -> None:
    assert draft_of(gzip.compress(f"The council met.<p>{WORDS}</p>".encode() * 9), "A.HTM.GZ").format == "html"


@pytest.mark.parametrize("through", [opened, streamed])
def test_compressed_lines_are_read_one_by_one(through: object) -> None:
    found = through(gzip.compress(LINES), "a.jsonl.gz")  # type: ignore[operator]
    assert (found.format, len(found.drafts), found.ended) == ("jsonl", 200, None)


def test_lines_larger_than_memory_are_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.parse.formats.MEMBER_BYTES_MAX", 5000)
    found = streamed(gzip.compress(LINES), "a.jsonl.gz")
    assert (len(found.drafts), found.ended) == (200, None)


def test_parts_put_behind_each_other_are_one_file() -> None:
    parts = LINES.split(b"\n", 100)
    data = gzip.compress(b"\n".join(parts[:100]) + b"\n") + gzip.compress(parts[100]) + b"\0" * 999
    assert len(opened(data).drafts) == 200


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda data: data[:-500], "truncated"),
        (lambda data: data[:-4], "truncated"),
        (lambda data: data[:-6] + b"\0\0\0\0\0\0", "malformed"),
        (lambda data: data + b"something else", "malformed"),
    ],
    ids=["cut", "cut in its last bytes", "wrong sum", "more behind"],
)
def test_what_is_whole_before_the_damage_is_read(damage: object, error: str) -> None:
    found = opened(damage(gzip.compress(LINES)))  # type: ignore[operator]
    assert len(found.drafts) > 100
    assert found.ended == error


def test_a_damaged_document_is_refused() -> None:
    assert error_of(gzip.compress(WORDS.encode())[:-9]) == "truncated"


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunzip, "FREE_BYTES", 1 << 20)
    inside = Gunzip(io.BytesIO(gzip.compress(bytes(64 << 20))))
    assert sum(len(piece) for piece in iter(lambda: inside.read(1 << 16), b"")) < 4 << 20
    with pytest.raises(PermanentError, match="decompression_bomb"):
        inside.raise_damage()


@pytest.mark.parametrize(
    "inside",
    [gzip.compress(b"x"), b"PK\x03\x04" + bytes(60), b"BZh91AY&SY" + bytes(60)],
    ids=["gzip", "zip", "bzip2"],  # the bytes of gzip hold the time
)
def test_archives_in_archives_are_refused(inside: bytes) -> None:
    assert error_of(gzip.compress(inside)) in {"nested_archive", "unsupported_format"}


def test_a_large_document_that_is_no_stream_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.parse.formats.MEMBER_BYTES_MAX", 50)
    assert error_of(gzip.compress(WORDS.encode())) == "too_large"


@given(st.binary(max_size=5000), st.integers(1, 5000), st.lists(st.integers(0, 4000), max_size=2))
@settings(max_examples=60, deadline=None)
def test_reading_in_pieces_yields_what_zlib_yields(data: bytes, size: int, cuts: list[int]) -> None:
    packed = b"".join(gzip.compress(data[a:b]) for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 5000], strict=True))
    inside = Gunzip(io.BytesIO(packed))
    assert b"".join(iter(lambda: inside.read(size), b"")) == data
    inside.raise_damage()


def test_noise_behind_the_mark_is_damage_and_no_bug() -> None:
    noise = random.Random(1)
    damages = set()
    for _ in range(200):
        inside = Gunzip(io.BytesIO(b"\x1f\x8b\x08\0" + noise.randbytes(noise.randrange(60))))
        inside.read()
        with pytest.raises(PermanentError) as raised:
            inside.raise_damage()
        damages.add(raised.value.error)
    assert damages == {"malformed", "truncated"}
