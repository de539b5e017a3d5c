"""What is done for a segment after it was sealed: its manifest, and its compression. In the background, in small reads.

A crash leaves a segment without manifest, an unfinished copy, or a compressed copy beside the plain
segment; the next pass goes on from there. The plain file goes last, when the compressed one has been read
back.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import zstandard

from worker.disk import fsops
from worker.disk.position import OUTPUTS
from worker.failpoints import reach
from worker.sink.segments import (
    Manifest,
    Segment,
    read_manifest,
    sealed_segments,
    whole_file,
    write_manifest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.disk.layout import OutFolder
    from worker.sink.outputs import Access

_LEVEL = 3
# Of a compressed file: some lines compress by a factor of twenty.
_READ_BYTES = 1 << 16

_log = logging.getLogger("copydesk.sink")


@dataclass(frozen=True, slots=True)
class _Measured:
    """Of a segment's plain lines, and of the file that holds them."""

    lines: int
    bytes: int
    sha256: str
    file_bytes: int
    file_sha256: str


class StoppedError(Exception):
    """The process is to end; the work is taken up by the next one."""


def seal_segments(
    out: OutFolder, access: Access, *, compress: bool, stop: Callable[[], bool], done: set[Segment]
) -> None:
    """Give every sealed segment its manifest and, with `compress`, turn it into zstd. `done` remembers what has it.

    Raises:
        StoppedError: `stop()` became true.
        OSError: the disk.
    """
    for output in OUTPUTS:
        segments = sealed_segments(out, output)
        for segment in segments:
            if segment not in done:
                _finish_readable(out, segment, access, compress=compress, stop=stop)
        done.update(segment for segment in segments if segment.compressed or not compress)


def _finish_readable(
    out: OutFolder, segment: Segment, access: Access, *, compress: bool, stop: Callable[[], bool]
) -> None:
    try:
        _finish(out, segment, access, compress=compress, stop=stop)
    except zstandard.ZstdError as error:
        _log.error("%s is damaged, and there is no other copy: %s", segment.path, error)


def _finish(out: OutFolder, segment: Segment, access: Access, *, compress: bool, stop: Callable[[], bool]) -> None:
    manifest = read_manifest(out, segment.output, segment.first)
    if manifest is None:
        manifest = _manifest(segment, _measure(segment.path, stop))
        write_manifest(out, segment.output, manifest, access)
    reach("rotate.manifest_written")
    if segment.compressed:
        return
    packed = f"{segment.path}.zst"
    fsops.unlink(f"{packed}.new")
    if compress and not os.path.exists(packed):
        _compress(segment.path, packed, access, stop)
        fsops.sync_folder(out.path)
        reach("compress.written")
    if os.path.exists(packed):
        _replace_plain(out, segment, packed, manifest, access, stop)


def _manifest(segment: Segment, measured: _Measured) -> Manifest:
    at = datetime.fromtimestamp(int(os.stat(segment.path).st_mtime), UTC)
    last = segment.first + measured.lines - 1
    sealed_at = at.isoformat().replace("+00:00", "Z")
    manifest = Manifest(segment.first, last, measured.lines, measured.bytes, measured.sha256, sealed_at)
    return _with_compressed(manifest, measured) if segment.compressed else manifest


def _with_compressed(manifest: Manifest, measured: _Measured) -> Manifest:
    return replace(manifest, compressed_bytes=measured.file_bytes, compressed_sha256=measured.file_sha256)


def _compress(path: str, packed: str, access: Access, stop: Callable[[], bool]) -> None:
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj()
    offset = 0
    with whole_file(packed, access) as fd:
        for piece in _pieces(path, stop):
            data = compressor.compress(piece)
            fsops.pwrite_all(fd, data, offset)
            offset += len(data)
        fsops.pwrite_all(fd, compressor.flush(), offset)


def _replace_plain(
    out: OutFolder,
    segment: Segment,
    packed: str,
    manifest: Manifest,
    access: Access,
    stop: Callable[[], bool],
) -> None:
    measured = _measured_copy(packed, stop)
    said = (manifest.lines, manifest.bytes, manifest.sha256)
    if measured is None or (measured.lines, measured.bytes, measured.sha256) != said:
        _log.error(
            "%s does not hold what %s says; compressing again",
            packed,
            out.manifest(segment.output, segment.first),
        )
        fsops.unlink(packed)
        return
    write_manifest(out, segment.output, _with_compressed(manifest, measured), access)
    fsops.unlink(segment.path)


def _measured_copy(packed: str, stop: Callable[[], bool]) -> _Measured | None:
    try:
        return _measure(packed, stop)
    except zstandard.ZstdError:
        return None


def _measure(path: str, stop: Callable[[], bool]) -> _Measured:
    plain, stored = sha256(), sha256()
    lines = plain_bytes = stored_bytes = 0
    unpack = zstandard.ZstdDecompressor().decompressobj() if path.endswith(".zst") else None
    for piece in _pieces(path, stop):
        stored.update(piece)
        stored_bytes += len(piece)
        data = unpack.decompress(piece) if unpack is not None else piece
        plain.update(data)
        plain_bytes += len(data)
        lines += data.count(b"\n")
    return _Measured(lines, plain_bytes, plain.hexdigest(), stored_bytes, stored.hexdigest())


def _pieces(path: str, stop: Callable[[], bool]) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(_READ_BYTES):
            if stop():
                raise StoppedError
            yield piece
