"""What gzip compresses, as a file that is read once from its start; bombs and damage end it early."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

from worker.errors import PermanentError

if TYPE_CHECKING:
    from typing import BinaryIO

    from typing_extensions import Buffer

_CHUNK_BYTES = 1 << 16
_GZIP = 31
RATIO_MAX = 250
"""Text shrinks to a third or a tenth, the most repetitive logs to a hundredth; deflate can't do better than 1,032."""
FREE_BYTES = 16 << 20
"""Up to here any ratio passes."""
UNPACKED_BYTES_MAX = 256 << 30


class Gunzip(io.RawIOBase):
    """The unpacked bytes of `file`, of all its members. After damage it ends, and `raise_damage` says why."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._inflate = zlib.decompressobj(_GZIP)
        self._packed = b""
        self._in = self._out = 0
        self._has_begun = False
        self._damage: PermanentError | None = None
        self._is_over = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill `buffer` with the next bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        piece = b""
        while not piece and not self._is_over:
            piece = self._next(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def raise_damage(self) -> None:
        """Say why it ended early.

        Raises:
            PermanentError: it was cut off, damaged, or a bomb.
        """
        if self._damage is not None:
            raise self._damage

    def _next(self, bytes_max: int) -> bytes:
        if self._inflate.eof and not self._next_member():
            return b""
        if not self._packed:
            self._packed = self._read()
            if not self._packed:
                if self._has_begun:
                    self._end(PermanentError("parse", "truncated", "the gzip file is cut off"))
                self._is_over = True
                return b""
        self._has_begun = True
        before = self._inflate.copy()
        try:
            piece = self._inflate.decompress(self._packed, bytes_max)
        except zlib.error as error:
            self._end(PermanentError("parse", "malformed", f"the gzip data is damaged: {error}"))
            return _up_to_damage(before, self._packed, bytes_max)
        self._packed = self._inflate.unconsumed_tail or self._inflate.unused_data
        self._out += len(piece)
        if self._out > min((self._in - len(self._packed)) * RATIO_MAX + FREE_BYTES, UNPACKED_BYTES_MAX):
            message = f"more than {RATIO_MAX} bytes come out of each byte"
            self._end(PermanentError("parse", "decompression_bomb", message))
        return piece

    def _next_member(self) -> bool:
        """Whether another member follows; zeros between and behind are padding."""
        self._packed = self._packed.lstrip(b"\0")
        while not self._packed:
            read = self._read()
            if not read:
                self._is_over = True
                return False
            self._packed = read.lstrip(b"\0")
        if not self._packed.startswith(b"\x1f"):
            self._end(PermanentError("parse", "malformed", "something that is no gzip stands behind the gzip data"))
            return False
        self._inflate = zlib.decompressobj(_GZIP)
        self._has_begun = False
        return True

    def _read(self) -> bytes:
        read = self._file.read(_CHUNK_BYTES)
        self._in += len(read)
        return read

    def _end(self, damage: PermanentError) -> None:
        self._damage = damage
        self._is_over = True


def _up_to_damage(inflate: zlib._Decompress, packed: bytes, bytes_max: int) -> bytes:
    """What comes out of `packed` before the byte that is damaged: zlib itself gives nothing then."""
    out = bytearray()
    for number in packed:
        try:
            out += inflate.decompress(bytes([number]))
        except zlib.error:
            break
    return bytes(out[:bytes_max])


class Joined(io.RawIOBase):
    """`head`, which was read already, and the rest of `file` behind it."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._file = file

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill `buffer` with the next bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        piece: bytes | memoryview = self._head[: len(view)]
        if piece:
            self._head = self._head[len(piece) :]
        else:
            piece = self._file.read(len(view))
        view[: len(piece)] = piece
        return len(piece)
