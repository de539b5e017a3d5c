"""zip: each file inside is a member. The directory is checked before it is read, and names are only names."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.errors import PermanentError
from worker.parse.gunzip import FREE_BYTES, RATIO_MAX
from worker.parse.member_names import Names
from worker.parse.members import MEMBER_BYTES_MAX, BadMember, Container, Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO
    from zipfile import ZipFile, ZipInfo

    from worker.rules import Rules

FILES_MAX = 100_000
"""The most files of an archive: its directory is held in memory."""
DIRECTORY_BYTES_MAX = 16 << 20
_END = b"PK\x05\x06"
_END_BYTES = 22
_COMMENT_BYTES_MAX = 65_535
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
_LEFT_OVERS = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)")
_CHUNK_BYTES = 1 << 16


def is_left_over(name: str) -> bool:
    """Whether a file is only what an operating system leaves in archives."""
    return _LEFT_OVERS.fullmatch(name) is not None


def stream_zip(file: BinaryIO, _rules: Rules) -> Container:
    """The files in a zip archive; of one whose end is missing, those that are whole.

    Raises:
        PermanentError: it has too many files, or its directory is damaged.
    """
    from zipfile import BadZipFile, ZipFile

    size = file.seek(0, io.SEEK_END)
    end = _directory_end(file, size)
    if end is None:
        return Container("zip", _salvaged(file))
    entries, directory_bytes = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    is_zip64 = entries == 0xFFFF or directory_bytes == 0xFFFFFFFF
    if directory_bytes > DIRECTORY_BYTES_MAX and not is_zip64:
        raise PermanentError("parse", "too_many_members", "the directory of the zip archive is too large")
    if is_zip64 and _directory_bytes_64(file, size, end) > DIRECTORY_BYTES_MAX:
        raise PermanentError("parse", "too_many_members", "the directory of the zip archive is too large")
    try:
        archive = ZipFile(file)
    except (BadZipFile, ValueError, NotImplementedError, OSError, EOFError, UnicodeError) as error:
        raise PermanentError("parse", "malformed", f"the zip archive is damaged: {error}") from None
    if len(archive.infolist()) > FILES_MAX:
        raise PermanentError("parse", "too_many_members", f"more than {FILES_MAX} files in the zip archive")
    return Container("zip", _members(archive, size))


def _directory_end(file: BinaryIO, size: int) -> bytes | None:
    """The record at the end, which says where the directory is; None where it is missing."""
    start = max(0, size - _END_BYTES - _COMMENT_BYTES_MAX)
    file.seek(start)
    tail = file.read(size - start)
    found = tail.rfind(_END)
    return tail[found : found + _END_BYTES] if 0 <= found <= len(tail) - _END_BYTES else None


def _directory_bytes_64(file: BinaryIO, size: int, end: bytes) -> int:
    """How long the directory is in an archive of more than 65,535 files: from where it begins to the end."""
    start = max(0, size - _COMMENT_BYTES_MAX)
    file.seek(start)
    tail = file.read(size - start)
    record = tail.rfind(b"PK\x06\x06")
    return int.from_bytes(tail[record + 40 : record + 48], "little") if record >= 0 else len(end)


def _members(archive: ZipFile, size: int) -> Iterator[Member | BadMember]:
    names = Names()
    allowed = size * RATIO_MAX + FREE_BYTES
    for info in archive.infolist():
        if info.filename.endswith("/") or is_left_over(info.filename):
            continue
        name = names.unique(info.filename)
        found = _file(archive, info)
        if isinstance(found, PermanentError):
            yield BadMember(name, found)
            continue
        allowed -= len(found)
        if allowed < 0:
            # Files of an archive may share their bytes: only the sum of what comes out tells.
            raise PermanentError("parse", "decompression_bomb", f"more than {RATIO_MAX} bytes come out of each byte")
        yield Member(name, found)


def _file(archive: ZipFile, info: ZipInfo) -> bytes | PermanentError:
    from zipfile import BadZipFile

    if info.flag_bits & _ENCRYPTED:
        return PermanentError("parse", "encrypted", "the file is encrypted")
    if info.compress_type not in {_STORED, _DEFLATED}:
        message = f"compressed by method {info.compress_type}; only deflate is read"
        return PermanentError("parse", "unsupported_compression", message)
    if info.file_size > MEMBER_BYTES_MAX:
        return PermanentError("parse", "too_large", f"{info.file_size} bytes; {MEMBER_BYTES_MAX} are allowed")
    if info.file_size > info.compress_size * RATIO_MAX + FREE_BYTES:
        return PermanentError("parse", "decompression_bomb", f"more than {RATIO_MAX} bytes come out of each byte")
    try:
        with archive.open(info) as file:
            found = file.read(info.file_size)
            file.read(1)
    except (BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError, UnicodeError) as error:
        return PermanentError("parse", "malformed", f"the file is damaged: {error}")
    return found


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before a file's bytes."""

    name: str
    flags: int
    method: int
    packed_bytes: int


def _salvaged(file: BinaryIO) -> Iterator[Member | BadMember]:
    """The files of an archive without its end, one behind the other, as far as they are whole."""
    cut = PermanentError("parse", "truncated", "the zip archive is cut off")
    file.seek(0)
    names = Names()
    for _ in range(FILES_MAX):
        header = _header(file)
        if header is None:
            raise cut
        found = _next_file(file, header)
        if found is None:
            raise cut
        if found and not is_left_over(header.name):
            yield Member(names.unique(header.name), found)


def _header(file: BinaryIO) -> _Header | None:
    head = file.read(30)
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        return None
    flags, method = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    packed_bytes = int.from_bytes(head[18:22], "little")
    raw = file.read(int.from_bytes(head[26:28], "little"))
    file.read(int.from_bytes(head[28:30], "little"))
    return _Header(raw.decode("utf-8" if flags & 0x800 else "cp437", "replace"), flags, method, packed_bytes)


def _next_file(file: BinaryIO, header: _Header) -> bytes | None:
    """The bytes of the file that comes next; None where they can't be had, or where it ends can't be told."""
    if header.flags & _ENCRYPTED or header.method not in {_STORED, _DEFLATED}:
        return None
    if header.method == _STORED:
        found = file.read(min(header.packed_bytes, MEMBER_BYTES_MAX + 1))
        return found if len(found) == header.packed_bytes and not header.flags & 0x8 else None
    start = file.tell()
    inflate = zlib.decompressobj(-15)
    found, read = b"", 0
    while not inflate.eof:
        packed = inflate.unconsumed_tail or file.read(_CHUNK_BYTES)
        if not packed:
            return None
        read += 0 if inflate.unconsumed_tail else len(packed)
        try:
            found += inflate.decompress(packed, MEMBER_BYTES_MAX + 1 - len(found))
        except zlib.error:
            return None
        if len(found) > MEMBER_BYTES_MAX:
            return None
    file.seek(start + read - len(inflate.unused_data))
    if header.flags & 0x8 and file.read(4) != b"PK\x07\x08":
        return None
    file.read(12 if header.flags & 0x8 else 0)
    return found
