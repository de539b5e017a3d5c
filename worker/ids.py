"""Identifiers of documents and batches: 26 characters, sortable by the time of minting, safe as a file or job name.

The form is a ULID in lower case (48 bits of milliseconds, 80 random bits, Crockford's base 32). Nothing is ever decided
by the time in it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")


def _encode(number: int) -> str:
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def mint() -> str:
    """A new identifier, never seen before."""
    return _encode(time.time_ns() // 1_000_000 << 80 | secrets.randbits(80))


def derive(parent: str, member: str) -> str:
    """The identifier of a member of the document `parent`: the same for the same two arguments, for ever."""
    digest = hashlib.sha256(f"{parent}\0{member}".encode("utf-8", "surrogateescape")).digest()
    return parent[:10] + _encode(int.from_bytes(digest[:10], "big"))[10:]


def is_id(text: str) -> bool:
    """Whether `text` has the form of an identifier."""
    return ID.fullmatch(text) is not None


def finding_id(kind: str, subject: str, object_: str) -> str:
    """The identifier of a finding about two documents or stories: the same for the same three arguments, for ever."""
    digest = hashlib.sha256(f"{kind}\0{subject}\0{object_}".encode()).digest()
    return _encode(int.from_bytes(digest[:16], "big"))
