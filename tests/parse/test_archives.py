"""zip and tar: each file inside is a document."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
import zipfile

import orjson
import pytest

from tests.documents import WORDS
from tests.parse.opened import error_of, opened, streamed
from worker.parse import tar_archive, zip_archive

FEED = (
    b"<rss><channel><title>The Post</title>"
    b"<item><guid>g1</guid><description>They met.</description></item>"
    b"<item><guid>g2</guid></item></channel></rss>"
)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


FILES = {
    "desk/a.txt": WORDS.encode(),
    "desk/b.json": orjson.dumps({"title": "Council", "text": WORDS}),
    "feed.xml": FEED,
    "lines.jsonl": b'{"text": "One line."}\n{"text": "Two lines."}\n',
    "picture.jpg": b"\xff\xd8\xff\xe0",
    "empty.txt": b"",
    "__MACOSX/._a.txt": b"x",
    "inner.zip": zipped({"a.txt": b"x"}),
    "inner.gz": gzip.compress(b"x"),
    "é/ünï.txt": "Déjà vu à Noël.".encode(),
}
READ = ["desk/a.txt", "desk/b.json", "feed.xml!g1", "lines.jsonl!1", "lines.jsonl!2", "é/ünï.txt"]
REFUSED = {
    "feed.xml!g2": "not_an_article", "picture.jpg": "unsupported_format", "empty.txt": "empty",
    "inner.zip": "nested_archive", "inner.gz": "nested_archive",
}  # fmt: skip


@pytest.mark.parametrize("through", [opened, streamed])
@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("zip", zipped(FILES)),
        ("zip", zipped(FILES, zipfile.ZIP_STORED)),
        ("tar", tarred(FILES)),
        ("tar", tarred(FILES, tarfile.GNU_FORMAT)),
        ("tar", gzip.compress(tarred(FILES))),
    ],
    ids=["zip", "stored zip", "tar", "gnu tar", "tar.gz"],
)
def test_each_file_is_read_by_its_content_and_what_it_holds_in_its_place(
    through: object, form: str, data: bytes
) -> None:
    found = through(data)  # type: ignore[operator]
    assert (found.format, list(found.drafts), found.ended) == (form, READ, None)
    assert found.refused == REFUSED
    assert found.drafts["desk/b.json"].fields.headline == "Council"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_are_only_names(pack: object) -> None:
    names = ["../../etc/passwd", "/etc/passwd", "a\x1b[31m\n.txt", "x" * 2000, "C:\\a.txt"]
    found = opened(pack(dict.fromkeys(names, WORDS.encode())))  # type: ignore[operator]
    assert len(found.drafts) == len(names)
    assert all(name.isprintable() and len(name) <= 300 for name in found.drafts)
    assert list(found.drafts)[:2] == ["../../etc/passwd", "/etc/passwd"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files_of_one_name_are_told_apart() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for _ in range(3):
            archive.writestr("a.txt", WORDS)
    assert list(opened(held.getvalue()).drafts) == ["a.txt", "a.txt#2", "a.txt#3"]


def test_links_and_devices_of_a_tar_are_refused_one_by_one() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        kinds = {"s": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "d": tarfile.CHRTYPE, "f": tarfile.FIFOTYPE}
        for name, kind in kinds.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("a.txt")
        info.size = len(WORDS)
        archive.addfile(info, io.BytesIO(WORDS.encode()))
    found = opened(held.getvalue())
    assert found.refused == dict.fromkeys("shdf", "not_a_file")
    assert list(found.drafts) == ["a.txt"]


MANY = {f"{n}.txt": f"{WORDS} {n} {'x' * (n % 7)}".encode() for n in range(40)}


@pytest.mark.parametrize(
    ("data", "method"), [(zipped(MANY), "zip"), (zipped(MANY, zipfile.ZIP_STORED), "zip"), (tarred(MANY), "tar")]
)
@pytest.mark.parametrize("keep", [0.3, 0.6, 0.75])
def test_of_an_archive_that_is_cut_the_whole_files_are_read(data: bytes, method: str, keep: float) -> None:
    found = opened(data[: int(len(data) * keep)])
    assert (found.format, found.ended) == (method, "truncated")
    assert len(found.drafts) > 5
    assert all(draft.paragraphs == (MANY[name].decode(),) for name, draft in found.drafts.items())


def test_a_damaged_file_costs_no_other() -> None:
    data = bytearray(zipped({"a.txt": WORDS.encode(), "b.txt": b"The other text."}, zipfile.ZIP_STORED))
    data[data.index(b"council")] ^= 1
    found = opened(bytes(data))
    assert (list(found.drafts), found.refused) == (["b.txt"], {"a.txt": "malformed"})


def test_an_encrypted_file_is_named() -> None:
    data = bytearray(zipped({"a.txt": WORDS.encode(), "b.txt": b"The other text."}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found = opened(bytes(data))
    assert (list(found.drafts), found.refused) == (["b.txt"], {"a.txt": "encrypted"})


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_without_bounds_is_not_undone(method: int) -> None:
    found = opened(zipped({"a.txt": b"x" * 100_000}, method))
    assert found.refused == {"a.txt": "unsupported_compression"}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_file_too_large_costs_no_other(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (zip_archive, tar_archive):
        monkeypatch.setattr(module, "MEMBER_BYTES_MAX", 50_000)
    found = opened(pack({"a.txt": b"x" * 60_000, "b.txt": WORDS.encode()}))  # type: ignore[operator]
    assert (list(found.drafts), found.refused) == (["b.txt"], {"a.txt": "too_large"})


def test_a_bomb_of_a_zip_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "FREE_BYTES", 1 << 16)
    assert opened(zipped({"a.txt": b"\0" * 10_000_000})).refused == {"a.txt": "decompression_bomb"}


def test_files_that_share_their_bytes_are_stopped_by_their_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "FREE_BYTES", 1000)
    monkeypatch.setattr(zip_archive, "RATIO_MAX", 2)
    one = zipped({"a.txt": WORDS.encode() * 20}, zipfile.ZIP_STORED)
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    count = 30
    tail = bytearray(one[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = ((end - start) * count).to_bytes(4, "little")
    found = opened(one[:start] + one[start:end] * count + bytes(tail))
    # A library that sees the overlap refuses the copies; one that does not is stopped by the sum.
    assert found.ended == "decompression_bomb" or len(found.refused) >= count - 1


def test_directories_that_do_not_fit_into_memory_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(MANY)
    monkeypatch.setattr(zip_archive, "DIRECTORY_BYTES_MAX", 500)
    assert error_of(data) == "too_many_members"
    monkeypatch.setattr(zip_archive, "DIRECTORY_BYTES_MAX", 1 << 20)
    monkeypatch.setattr(zip_archive, "FILES_MAX", 20)
    assert error_of(data) == "too_many_members"


def test_a_tar_of_more_files_than_allowed_ends_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_archive, "FILES_MAX", 10)
    found = opened(tarred(MANY))
    assert (len(found.drafts), found.ended) == (10, "too_many_members")


def test_a_header_of_a_tar_without_end_is_not_read() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 33
    began = time.process_time()
    assert error_of(info.tobuf() + b"0" * 2_000_000) == "malformed"
    assert time.process_time() - began < 1


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_of_nothing_is_refused(pack: object) -> None:
    assert error_of(pack({})) in {"not_an_article", "empty"}  # type: ignore[operator]
