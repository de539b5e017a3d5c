"""File names are data: bytes that a stranger chose. Here they become text that can be shown and names that are safe."""

from __future__ import annotations

import os
import re
import unicodedata
from urllib.parse import quote_from_bytes, unquote_to_bytes

_UNSAFE = re.compile(r"[^\w.,+=@-]+")
_SAFE_BYTES_MAX = 120


def shown(path: bytes) -> str:
    """A path as text: UTF-8, with `%XX` for each byte that is no UTF-8 and for each control or format character.

    An ordinary name comes out as it is, so this can't always be turned back; `encoded` can.
    """
    text = path.decode("utf-8", "surrogateescape")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))


def encoded(path: bytes) -> str:
    """A path as ASCII text that `decoded` turns back into the same bytes."""
    return quote_from_bytes(path, safe="/")


def decoded(text: str) -> bytes:
    """The bytes that `encoded` was given."""
    return unquote_to_bytes(text)


def safe_name(path: bytes) -> str:
    """A short, harmless file name that a person still recognises: no separator, no leading dot, at most 120 bytes."""
    name = unicodedata.normalize("NFC", os.path.basename(path).decode("utf-8", "replace"))
    name = _UNSAFE.sub("_", name).lstrip(".")
    while len(name.encode()) > _SAFE_BYTES_MAX:
        stem, dot, suffix = name.rpartition(".")
        name = f"{stem[:-1]}{dot}{suffix}" if dot and len(suffix) < 16 and len(stem) > 1 else name[:-1]
    return name or "unnamed"
