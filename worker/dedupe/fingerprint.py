"""When two texts are exact copies of each other."""

from __future__ import annotations

from hashlib import sha256

FINGERPRINT_BYTES = 16
_WHITE_SPACE = b" \t\n\r\v\f"


def exact_fingerprint(text: str) -> bytes:
    """16 bytes that two texts share when they differ in nothing but white space.

    A copy that was wrapped, or split into paragraphs, in another way is still a copy. It is a function of the
    emitted `text` alone, so that the index can be built again from the output.
    """
    letters = text.encode("utf-8", "replace").translate(None, _WHITE_SPACE)
    return sha256(letters).digest()[:FINGERPRINT_BYTES]
