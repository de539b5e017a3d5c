"""WARC and ARC."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest

from tests.documents import WORDS
from tests.parse.opened import error_of, opened, streamed
from worker.parse import warc

PAGE = f"<html><head><title>Council Meets</title></head><body><p>{WORDS}</p><p>{WORDS}</p></body></html>".encode()


def http(body: bytes = PAGE, kind: str = "text/html; charset=utf-8", status: str = "200 OK", **more: str) -> bytes:
    headers = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{headers}\r\n".encode() + body


def record(
    block: bytes, kind: str = "response", address: str = "https://post.example/1?utm_source=x", media: str = ""
) -> bytes:
    media = media or "application/http; msgtype=" + kind
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-11-06T15:20:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    ).encode() + block + b"\r\n\r\n"  # fmt: skip


CRAWL = [
    record(b"software: x\r\n", "warcinfo"),
    record(b"GET / HTTP/1.1\r\n\r\n", "request"),
    record(http()),
    record(http(b"\xff\xd8", "image/jpeg")),
    record(http(b"{}", "application/json")),
    record(http(status="404 Not Found")),
    record(http(b"", status="301 Moved")),
    record(http(b"", status="200 OK"), "revisit"),
    record(http(b"<html><body>x</body></html>")),
    record(http(), address="https://post.example/2"),
]


@pytest.mark.parametrize("through", [opened, streamed])
@pytest.mark.parametrize(
    "data",
    [b"".join(CRAWL), b"".join(map(gzip.compress, CRAWL)), gzip.compress(b"".join(CRAWL))],
    ids=["plain", "gzip by record", "gzip at once"],
)
def test_only_pages_that_were_found_are_documents(through: object, data: bytes) -> None:
    found = through(data)  # type: ignore[operator]
    assert (found.format, found.ended) == ("warc", None)
    assert list(found.drafts) == ["3 https://post.example/1?utm_source=x", "10 https://post.example/2"]
    assert found.refused == {"9 https://post.example/1?utm_source=x": "not_an_article"}
    draft = next(iter(found.drafts.values()))
    assert (draft.format, draft.paragraphs, draft.fields.url) == ("html", (WORDS, WORDS), "https://post.example/1")
    assert draft.fields.published is None


@pytest.mark.parametrize(
    ("kind", "media", "block", "format_"),
    [
        ("resource", "text/html; charset=utf-8", PAGE, "html"),
        ("conversion", "text/html", PAGE, "html"),
        ("conversion", "text/plain", f"Council Meets\n{WORDS}\n{WORDS}\n".encode(), "txt"),
    ],
)
def test_a_page_or_its_text_that_was_kept_without_a_response_is_a_document(
    kind: str, media: str, block: bytes, format_: str
) -> None:
    found = opened(record(block, kind, media=media))
    draft = found.drafts["1 https://post.example/1?utm_source=x"]
    assert (draft.format, draft.fields.url) == (format_, "https://post.example/1")


@pytest.mark.parametrize(
    ("kind", "media", "address"),
    [
        ("resource", "image/png", "https://post.example/1"),
        ("resource", "text/plain", "https://post.example/robots.txt"),
        ("resource", "text/html", "urn:screenshot:1"),
        ("metadata", "text/html", "https://post.example/1"),
    ],
)
def test_what_was_kept_without_a_response_and_is_no_page_is_passed_over(kind: str, media: str, address: str) -> None:
    found = opened(b"".join((record(http()), record(PAGE, kind, address, media))))
    assert list(found.drafts) == ["1 https://post.example/1?utm_source=x"]


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize(
    "block",
    [
        http(chunked(PAGE), **{"Transfer-Encoding": "chunked"}),
        http(gzip.compress(PAGE), **{"Content-Encoding": "gzip"}),
        http(zlib.compress(PAGE), **{"Content-Encoding": "deflate"}),
        http(brotli.compress(PAGE), **{"Content-Encoding": "br"}),
        http(chunked(gzip.compress(PAGE)), **{"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}),
        http(PAGE, **{"Transfer-Encoding": "chunked"}),
    ],
    ids=["chunked", "gzip", "deflate", "brotli", "both", "said but not chunked"],
)
def test_chunks_and_compression_of_a_page_are_undone(block: bytes) -> None:
    (draft,) = opened(record(block)).drafts.values()
    assert draft.paragraphs == (WORDS, WORDS)


def test_the_charset_is_what_the_server_told() -> None:
    page = PAGE.decode().replace("council", "cäfé").encode("iso-8859-1")
    (draft,) = opened(record(http(page, "text/html; charset=iso-8859-1"))).drafts.values()
    assert "cäfé" in draft.paragraphs[0]
    assert draft.encoding == "windows-1252"


@pytest.mark.parametrize("bomb", [(gzip.compress, "gzip"), (brotli.compress, "br")], ids=["gzip", "brotli"])
def test_a_bomb_in_a_page_costs_no_other(bomb: tuple[object, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MEMBER_BYTES_MAX", 1 << 20)
    pack, name = bomb
    block = http(pack(b" " * (6 << 20)), **{"Content-Encoding": name})  # type: ignore[operator]
    found = opened(record(block) + record(http()))
    assert len(found.drafts) == len(found.refused) == 1
    assert set(found.refused.values()) <= {"too_large", "malformed", "not_an_article"}


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_of_a_crawl_that_is_cut_the_whole_pages_are_read(pack: object, keep: float) -> None:
    pages = [record(http(PAGE.replace(b"Monday", b"day %d" % n))) for n in range(20)]
    data = b"".join(pack(page) for page in pages)  # type: ignore[operator]
    found = opened(data[: int(len(data) * keep) - 299])
    assert 20 * keep - 2 <= len(found.drafts) <= 20 * keep
    assert {*found.refused.values(), found.ended} & {"truncated", "malformed"}


@pytest.mark.parametrize(
    "data",
    [
        b"WARC/1.0\r\n",
        b"WARC/1.0\r\nContent-Length: x\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -5\r\n\r\n" + b"x" * 99,
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999\r\n\r\nx",
        record(http()).replace(b"WARC/1.0", b"WARC/1.0\r\n" + b"X: y\r\n" * 100),
        b"WARC/1.0\r\n" + b"A" * 3_000_000,
        b"filedesc://x 0.0.0.0 20240101000000 text/plain 76\n1 0 X\nURL IP-address\n\nhttp://a 1.1.1.1 2024 x\n",
    ],
)
def test_a_crawl_of_noise_ends_with_its_reason(data: bytes) -> None:
    assert error_of(data) in {"malformed", "not_an_article", "truncated"}
