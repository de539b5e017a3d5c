"""A page as a value: its elements in order, the blocks of running words in them, and what its head holds.

`html_walk` makes it of a page's text. What follows reads plain Python values, which is some ten times cheaper than
asking the parser's nodes, and needs no recursion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborNode

_NAMES = ("class", "id", "data-testid", "data-component", "data-qa", "role")
_NAME_CHARACTERS_MAX = 400
_NAMES_KNOWN_MAX = 20_000
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NO_WORDS: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Element:
    """An element: `letters` of all words in it, `linked` of those in links, `images` in it.

    `order` is its place in the page, `last` that of the last element inside.
    """

    tag: str
    attributes: Mapping[str, str | None]
    parent: Element | None
    order: int
    node: LexborNode
    last: int = 0
    letters: int = 0
    linked: int = 0
    images: int = 0
    _words: frozenset[str] | None = None

    @property
    def words(self) -> frozenset[str]:
        """What it is called, in single words and in pairs, in small letters."""
        words = self._words
        if words is None:
            words = self._words = _words_of(self.names) if self.attributes else _NO_WORDS
        return words

    @property
    def names(self) -> str:
        """What it is called, as it is written."""
        return " ".join([value for name in _NAMES if (value := self.attributes.get(name))])

    def text(self, between: str = " ") -> str:
        """All words in it, inline elements too, with `between` the pieces, on one line."""
        return " ".join(self.node.text(separator=between).split())

    def within(self, tags: frozenset[str]) -> bool:
        """Whether it or an element around it is one of `tags`."""
        element: Element | None = self
        while element is not None:
            if element.tag in tags:
                return True
            element = element.parent
        return False


@dataclass(slots=True, eq=False)
class Block:
    """A run of words that nothing interrupts, in the innermost block `element`. `linked`: letters of it in links."""

    element: Element
    text: str
    linked: int


@dataclass(slots=True)
class Page:
    """What a page holds: `meta` is every name of a meta element with its contents, `scripts` those that hold data."""

    root: Element
    elements: list[Element] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    scripts: list[tuple[Mapping[str, str | None], str]] = field(default_factory=list)
    title: str | None = None


def is_in(element: Element, other: Element) -> bool:
    """Whether `element` is `other` or stands in it."""
    return other.order <= element.order <= other.last


def is_unseen(element: Element) -> bool:
    """Whether the element itself says that it is not shown."""
    style = element.attributes.get("style")
    return "hidden" in element.attributes or (style is not None and _UNSEEN.search(style) is not None)


def _words_of(names: str) -> frozenset[str]:
    found: set[str] = set()
    for name in names[:_NAME_CHARACTERS_MAX].split():
        found.update(_words_in(name))
    return frozenset(found)


@lru_cache(maxsize=_NAMES_KNOWN_MAX)
def _words_in(name: str) -> tuple[str, ...]:
    if "[" in name or ":" in name:
        return ()  # how it looks on what screen, not what it is
    words = [word.lower() for word in _WORDS.findall(name)]
    return (*words, *[one + two for one, two in pairwise(words)])
