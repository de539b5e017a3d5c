"""WARC and ARC: the pages that a crawl kept.

Responses with HTML are members, pages that were kept without their response, and the texts that others have taken from
pages (`conversion`, as in WET files). Everything else is passed over.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from worker.draft import Fields
from worker.errors import PermanentError
from worker.parse.decode import decode
from worker.parse.html_page import read_html
from worker.parse.member_names import printable
from worker.parse.members import MEMBER_BYTES_MAX, MEMBERS_MAX, BadMember, Container, Member
from worker.parse.plain_text import read_text
from worker.parse.urls import canonical_url
from worker.parse.watched_file import WatchedFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

    from worker.draft import Draft
    from worker.rules import Rules

RECORDS_MAX = 10_000_000
_PAGES = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_TEXT = re.compile(r"\s*text/plain\b", re.IGNORECASE)
_KEPT_ALONE = frozenset({"resource", "conversion"})
_LOOKS_LIKE_A_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE | re.ASCII)
_ENDED = re.compile(rb"\n\r?\n\Z")
_ANY_END = re.compile(rb"\Z")
_HEAD_BYTES = 1024
_CHUNK_BYTES = 1 << 16


def stream_warc(file: BinaryIO, rules: Rules) -> Container:
    """The pages in a WARC file, each named by its number among the records and its address."""
    return Container("warc", _members(file, rules, _ENDED))


def stream_arc(file: BinaryIO, rules: Rules) -> Container:
    """The same of an ARC file, the form before WARC."""
    return Container("arc", _members(file, rules, _ANY_END))


def _members(file: BinaryIO, rules: Rules, ended: re.Pattern[bytes]) -> Iterator[Member | BadMember]:
    found = 0
    for number, record in enumerate(_records(file, ended), 1):
        member = _member(number, record, rules)
        if member is None:
            continue
        found += 1
        if found > MEMBERS_MAX or number > RECORDS_MAX:
            raise PermanentError("parse", "too_many_members", f"more than {MEMBERS_MAX} pages")
        yield member


def _records(file: BinaryIO, ended: re.Pattern[bytes]) -> Iterator[Any]:
    """The records of a file that is whole where its last bytes fit `ended`.

    The library's remarks on odd ones, which it prints, are dropped.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.bufferedreaders import BufferedReader

    watched = WatchedFile(file)
    if "br" in BufferedReader.DECOMPRESSORS:
        BufferedReader.DECOMPRESSORS["br"] = _Brotli
    with contextlib.redirect_stderr(io.StringIO()):
        records = iter(ArchiveIterator(watched, arc2warc=True))
    while True:
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                record = next(records, None)
        except MemoryError:
            raise
        except Exception as error:  # the library stumbles over odd records in many ways
            raise PermanentError("parse", "malformed", f"the web archive is damaged: {_first_line(error)}") from None
        if record is None:
            if not ended.search(watched.tail):
                # The library takes a record that is cut in its header for one without a page.
                raise PermanentError("parse", "truncated", "the web archive is cut off")
            return
        yield record


def _first_line(error: Exception) -> str:
    return printable(next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__))


def _member(number: int, record: Any, rules: Rules) -> Member | BadMember | None:
    """The page in a record, or its text; None where it holds none."""
    kind = _kind(record)
    if kind is None:
        return None
    is_text = _TEXT.match(kind) is not None
    address = str(record.rec_headers.get_header("WARC-Target-URI") or "")
    name = printable(f"{number} {address}".strip())
    page = _body(record)
    if isinstance(page, PermanentError):
        return BadMember(name, page)
    if not kind and not _LOOKS_LIKE_A_PAGE.match(page[:_HEAD_BYTES]):
        return None
    charset = _CHARSET.search(kind)
    read = read_text if is_text else partial(_read_page, charset=charset[1] if charset else None)
    return Member(name, page, read, Fields(url=canonical_url(address, rules)))


def _kind(record: Any) -> str | None:
    """The media type of the page in a record, empty where it says none; None where it holds no page."""
    http = record.http_headers
    if record.rec_type == "response":
        if http is None or str(http.get_statuscode()) != "200":
            return None
        kind = str(http.get_header("Content-Type") or "")
        return kind if not kind or _PAGES.match(kind) else None
    address = str(record.rec_headers.get_header("WARC-Target-URI"))
    if record.rec_type not in _KEPT_ALONE or not address.startswith("http"):
        return None
    kind = str(record.rec_headers.get_header("Content-Type") or "")
    is_text = record.rec_type == "conversion" and _TEXT.match(kind)
    return kind if _PAGES.match(kind) or is_text else None


def _body(record: Any) -> bytes | PermanentError:
    """The page without chunks and compression."""
    pieces: list[bytes] = []
    size = 0
    try:
        stream = record.content_stream()
        while piece := stream.read(_CHUNK_BYTES):
            pieces.append(piece)
            size += len(piece)
            if size > MEMBER_BYTES_MAX:
                return PermanentError("parse", "too_large", f"a page of over {MEMBER_BYTES_MAX} bytes")
        while record.raw_stream.read(_CHUNK_BYTES):
            pass
    except MemoryError:
        raise
    except Exception as error:  # decoders of several libraries, each with errors of its own
        return PermanentError("parse", "malformed", f"the page can't be unpacked: {_first_line(error)}")
    if getattr(record.raw_stream, "limit", 0) > 0 and not _is_all(record, size):
        return PermanentError("parse", "truncated", "the record is shorter than it says")
    return b"".join(pieces)


def _is_all(record: Any, size: int) -> bool:
    """Whether the server meant to send no more than `size` bytes: crawlers count their records wrong at times."""
    http = record.http_headers
    said = str(http.get_header("Content-Length") or "") if http is not None else ""
    return said.isdecimal() and len(said) < 12 and int(said) <= size


class _Brotli:
    """What the library takes for a decompressor of Brotli, whose own gives out any amount at once."""

    unused_data = None

    def __init__(self) -> None:
        import brotli

        self._decompressor = brotli.Decompressor()

    def decompress(self, data: bytes) -> bytes:
        """The bytes that come out of `data`."""
        found: bytes = self._decompressor.process(data, output_buffer_limit=MEMBER_BYTES_MAX)
        if len(found) >= MEMBER_BYTES_MAX or not self._decompressor.can_accept_more_data():
            raise ValueError("too much comes out of it")
        return found


def _read_page(data: bytes, rules: Rules, *, charset: str | None) -> Draft:
    """The draft of a page whose charset the server told; a mark of its own in the page counts more."""
    if charset is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return read_html(data, rules)
    decoded = decode(data, charset)
    draft = read_html(codecs.BOM_UTF8 + decoded.text.encode("utf-8", "replace"), rules)
    return replace(draft, encoding=decoded.encoding, flags=(*decoded.flags, *draft.flags))
