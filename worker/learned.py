"""What was learned of a publisher: paragraphs that stand in many of its articles. The value that the stages are given.

A paragraph is known by its mark: eight bytes of a hash of its words, without case, white space and the style of its
marks. The words themselves stay with the writer, which has learned them.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from worker.article import Publisher

MARK_BYTES = 8
CHARACTERS_MIN, CHARACTERS_MAX = 12, 600
"""How long a paragraph is that can be learned."""

_FOLDED = (*((sign, '"') for sign in "“”„«»"), *((sign, "'") for sign in "‘’`"), ("–", "-"), ("—", "-"))


@dataclass(frozen=True, slots=True)
class Learned:
    """The marks of what is to be cut, by publisher, and a short hash of them all: equal versions, equal marks."""

    version: str
    marks: Mapping[str, frozenset[bytes]]


NOTHING_LEARNED = Learned("", {})


def publisher_key(publisher: Publisher | None) -> str:
    """What the articles of one publisher have in common: its domain, else its name; empty where neither is known."""
    if publisher is None:
        return ""
    return (publisher.domain or publisher.name or "").casefold().removeprefix("www.")


def mark_of(paragraph: str) -> bytes:
    """The mark of a paragraph."""
    if not paragraph.isascii():
        for sign, plain in _FOLDED:
            paragraph = paragraph.replace(sign, plain)
    words = " ".join(paragraph.casefold().split())
    return blake2b(words.encode("utf-8", "replace"), digest_size=MARK_BYTES).digest()


def learned_from(marks: Iterable[tuple[str, bytes]]) -> Learned:
    """The value of `marks` (publisher, mark), in any order."""
    known: dict[str, set[bytes]] = {}
    for publisher, mark in marks:
        known.setdefault(publisher, set()).add(mark)
    if not known:
        return NOTHING_LEARNED
    digest = blake2b(digest_size=4)
    for publisher in sorted(known):
        digest.update(b"%s\0%s\0" % (publisher.encode("utf-8", "replace"), b"".join(sorted(known[publisher]))))
    return Learned(digest.hexdigest(), {publisher: frozenset(found) for publisher, found in known.items()})
