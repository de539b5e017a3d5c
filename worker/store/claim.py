"""What a document claims in the index, as the scripts read it: see `lua/index.lua` and `lua/document.lua`.

    claim = fingerprint (16 bytes), day (4), bounds of the last change (4 and 4, seconds since 1970), by file (1),
            how many names, keys, and keys to be stored (1 each), names (8 each), keys (4 each, those to be stored
            first), sketch; all numbers little-endian

A text is looked for under all of its keys and stored under half of them: they are most of what it takes in Redis.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from worker.dedupe.fingerprint import FINGERPRINT_BYTES, exact_fingerprint
from worker.dedupe.sketch import POSTINGS_OF_ALL, sketch_of
from worker.dedupe.succession import Succession, succession_of, succession_of_line

if TYPE_CHECKING:
    from worker.article import Article
    from worker.dedupe.sketch import Sketch

_HEADER = struct.Struct("<16sIIIBBBB")
STORED_OF_ALL, STORED_OF_LEAD = 12, 4
_SECONDS_MAX = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Claim:
    """The packed claim of a text."""

    data: bytes

    @property
    def fingerprint(self) -> bytes:
        """That of the exact text."""
        return self.data[:FINGERPRINT_BYTES]


def claim_of(article: Article) -> Claim:
    """The claim of `article`."""
    return _claim(article.text, succession_of(article))


def claim_of_line(line: dict[str, Any]) -> Claim:
    """The same, from the line of an article."""
    return _claim(line["text"], succession_of_line(line))


def pack_claim(fingerprint: bytes, succession: Succession, sketch: Sketch | None = None) -> bytes:
    """The bytes of a claim; without a sketch, of a text that is like no other."""
    earliest, latest = (min(max(bound, 0), _SECONDS_MAX) for bound in (succession.earliest, succession.latest))
    names, keys = succession.names, sketch.postings if sketch is not None else ()
    chosen = keys[:STORED_OF_ALL] + (keys[POSTINGS_OF_ALL:] or keys[STORED_OF_ALL:])[:STORED_OF_LEAD]
    # Two keys of a text can be the same number, if rarely.
    ordered, stored = dict.fromkeys(chosen + keys), len(dict.fromkeys(chosen))
    header = _HEADER.pack(
        fingerprint, succession.day, earliest, latest, succession.by_file, len(names), len(ordered), stored
    )
    packed = struct.pack(f"<{len(ordered)}I", *ordered)
    return b"".join((header, *names, packed, sketch.data if sketch is not None else b""))


def _claim(text: str, succession: Succession) -> Claim:
    fingerprint = exact_fingerprint(text)
    return Claim(pack_claim(fingerprint, succession, sketch_of(text, fingerprint)))
