"""Sealed segments: their names, their manifests, and their lines, compressed or not."""

from __future__ import annotations

import contextlib
import io
import os
import re
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, cast

import orjson
import zstandard

from worker.disk import fsops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.disk.layout import OutFolder
    from worker.sink.outputs import Access

_SCHEMA = "segment/1"
_NAME = re.compile(r"-(\d{12,})\.jsonl(\.zst)?")
BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed segment; `first` is the ordinal of its first line."""

    output: str
    first: int
    path: str

    @property
    def compressed(self) -> bool:
        """Whether it is kept as zstd."""
        return self.path.endswith(".zst")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in a sealed segment. `lines`, `bytes` and `sha256` are those of the plain lines.

    `compressed_bytes` and `compressed_sha256` are those of the compressed file, None while there is none.
    """

    first: int
    last: int
    lines: int
    bytes: int
    sha256: str
    sealed_at: str
    compressed_bytes: int | None = None
    compressed_sha256: str | None = None


def sealed_segments(out: OutFolder, output: str) -> list[Segment]:
    """The sealed segments of `output` that stand in the folder, in order. Of one that stands twice the plain file."""
    found: dict[int, str] = {}
    for name in sorted(os.listdir(out.path), reverse=True):
        match = _NAME.fullmatch(name, len(output)) if name.startswith(output) else None
        if match:
            found[int(match[1])] = name  # in this order `.jsonl` comes after `.jsonl.zst` and stays
    return [Segment(output, first, f"{out.path}/{name}") for first, name in sorted(found.items())]


def open_segment(segment: Segment) -> IO[bytes]:
    """Its plain bytes, as a file that gives line by line.

    Raises:
        FileNotFoundError: it has been moved away, or compressed just now.
    """
    file = open(segment.path, "rb", buffering=BUFFER_BYTES)  # noqa: SIM115 - it is given to the caller
    if not segment.compressed:
        return file
    reader = zstandard.ZstdDecompressor().stream_reader(file, closefd=True, read_across_frames=True)
    return cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", reader), BUFFER_BYTES))


def write_manifest(out: OutFolder, output: str, manifest: Manifest, access: Access) -> None:
    """Make the manifest durable."""
    data = orjson.dumps({"schema": _SCHEMA, "output": output, **asdict(manifest)}, option=orjson.OPT_APPEND_NEWLINE)
    with whole_file(out.manifest(output, manifest.first), access) as fd:
        fsops.pwrite_all(fd, data, 0)
    fsops.sync_folder(out.path)


def read_manifest(out: OutFolder, output: str, first: int) -> Manifest | None:
    """The manifest of a segment, None where there is none that can be read."""
    try:
        with open(out.manifest(output, first), "rb") as file:
            value = orjson.loads(file.read())
        return Manifest(**{name: value[name] for name in Manifest.__dataclass_fields__})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def whole_file(path: str, access: Access) -> Iterator[int]:
    """The descriptor of a new file that stands at `path` when the block ends: durable, but for its name."""
    temporary = f"{path}.new"
    fd = fsops.open_file(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, access.mode)
    try:
        access.give(fd)
        yield fd
        fsops.fdatasync(fd)
    finally:
        os.close(fd)
    fsops.rename(temporary, path)
