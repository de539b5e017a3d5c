"""Names of members: printable, of bounded length, and each only once in its container."""

from __future__ import annotations

import hashlib

_CHARACTERS_MAX = 300


class Names:
    """Gives out names; a name that was given out before gets its count behind it."""

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}

    def unique(self, raw: str) -> str:
        """`raw` made fit to be a name, different from all before."""
        name = printable(raw)
        key = hashlib.blake2b(name.encode(), digest_size=8).digest()
        number = self._counts[key] = self._counts.get(key, 0) + 1
        return name if number == 1 else self.unique(f"{name}#{number}")


def printable(raw: str) -> str:
    """`raw` with controls and what is no character as `%xx`; the middle of a long one is replaced by a hash."""
    name = raw
    if not raw.isprintable():
        name = "".join(c if c.isprintable() else _escaped(c) for c in raw)
    if len(name) <= _CHARACTERS_MAX:
        return name or "%"
    mark = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _CHARACTERS_MAX - 60]}…{mark}…{name[-40:]}"


def _escaped(character: str) -> str:
    errors = "surrogateescape" if _is_byte(character) else "surrogatepass"
    return "".join(f"%{byte:02x}" for byte in character.encode("utf-8", errors))


def _is_byte(character: str) -> bool:
    """Whether it stands for a byte of a file name that is no UTF-8."""
    return "\udc80" <= character <= "\udcff"
