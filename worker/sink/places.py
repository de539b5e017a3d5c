"""Where the line of a document stands: a table of hints on disk, to find the text of an earlier line in one read.

A slot holds 8 bytes of a digest of the id, the output (1 byte), the number of the segment's first line (8) and the
offset there (8). The id tells the slot, and a later document takes it from an earlier one. Nothing is synced: what a
hint says is believed only where the line that stands there has that id. Segments that were compressed or moved away
have no texts any more.
"""

from __future__ import annotations

import os
import struct
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from worker.disk import fsops

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder
    from worker.disk.position import Positions

_OUTPUTS = ("articles", "duplicates")
_SLOT = struct.Struct("<8sBQQ")
_SLOTS_FOR_EACH = 2
_READ_BYTES = 1 << 17


class Places:
    """The table of one output folder, of which the writer is the only user. It grows to `documents_max` documents."""

    def __init__(self, out: OutFolder, documents_max: int) -> None:
        """Open the table, made where it is missing. Raises OSError."""
        self._out = out
        self._slots = documents_max * _SLOTS_FOR_EACH
        self._fd = fsops.open_file(out.places, os.O_RDWR | os.O_CREAT, 0o600)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)

    def note(self, document: str, output: str, segment: int, offset: int) -> None:
        """The line of `document` stands there. Raises OSError."""
        digest, slot = self._slot(document)
        os.pwrite(self._fd, _SLOT.pack(digest, _OUTPUTS.index(output), segment, offset), slot)

    def text_of(self, document: str, ends: Positions) -> str | None:
        """The text of `document`, None where it is not found. `ends` are those of the outputs, as they are now."""
        digest, slot = self._slot(document)
        data = os.pread(self._fd, _SLOT.size, slot)
        if len(data) < _SLOT.size:
            return None
        found, number, segment, offset = _SLOT.unpack(data)
        if found != digest or number >= len(_OUTPUTS):
            return None
        output = _OUTPUTS[number]
        is_active = ends.of(output).segment == segment
        line = _line_at(self._out.active(output) if is_active else self._out.sealed(output, segment), offset)
        try:
            value = orjson.loads(line)
            return str(value["text"]) if value["id"] == document else None
        except (ValueError, KeyError, TypeError):
            return None

    def _slot(self, document: str) -> tuple[bytes, int]:
        digest = blake2b(document.encode(), digest_size=16).digest()
        return digest[:8], int.from_bytes(digest[8:], "big") % self._slots * _SLOT.size


def _line_at(path: str, offset: int) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        data = b""
        while b"\n" not in data[-_READ_BYTES:]:
            piece = os.pread(fd, _READ_BYTES, offset + len(data))
            if not piece:
                return b""
            data += piece
        return data.partition(b"\n")[0]
    finally:
        os.close(fd)
