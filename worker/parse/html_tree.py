"""A page as a value: its elements in order, the blocks of running words in them, and what its head holds.

The parser's tree is walked once. What follows reads plain Python values, which is some ten times cheaper than
asking the parser's nodes, and needs no recursion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from worker.parse.plain_text import split_paragraphs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborNode

_BLOCK_TAGS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table tbody td
    tfoot th thead tr ul
"""
_SILENT_TAGS = """
    script style template svg iframe object canvas select option button video audio math map textarea input meta link
    title noscript datalist progress meter br
"""
# Elements that end a run of words. Everything else stands inside of one.
_BLOCKS = frozenset(_BLOCK_TAGS.split())
# Elements whose contents are no running words; some of them say something all the same.
_SILENT = frozenset(_SILENT_TAGS.split())
_IMAGES = frozenset({"img", "amp-img", "picture"})
_BOLD = frozenset({"b", "strong"})
_ONE_PARAGRAPH = frozenset({"p", "li", "h1", "h2", "h3", "h4"})
_TEXT, _COMMENT = "-text", "-comment"
_NAMES = ("class", "id", "data-testid", "data-component", "data-qa", "role")
_NAME_CHARACTERS_MAX = 400
_NAMES_KNOWN_MAX = 20_000
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HOLDS_DATA = ("json", "__next_f", "Fusion.globalContent", "__INITIAL_STATE__", "__PRELOADED_STATE__")


@dataclass(slots=True, eq=False)
class Element:
    """An element: `letters` of all words in it, `linked` of those in links, `images` in it; `order` in the page."""

    tag: str
    attributes: Mapping[str, str | None]
    parent: Element | None
    order: int
    node: LexborNode
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


def is_in(element: Element | None, other: Element) -> bool:
    """Whether `element` is `other` or stands in it."""
    while element is not None and element.order > other.order:
        element = element.parent
    return element is other


def is_unseen(element: Element) -> bool:
    """Whether the element itself says that it is not shown."""
    style = element.attributes.get("style")
    return "hidden" in element.attributes or (style is not None and _UNSEEN.search(style) is not None)


def read_page(html: str) -> Page:
    """The page that `html` is. Costs time linear in its length, save what `html_limits` refuses."""
    root = LexborHTMLParser(html).root
    assert root is not None
    return _Walk(root).page


_NO_WORDS: frozenset[str] = frozenset()


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


class _Walk:
    """One walk over a tree, with the words of the open run."""

    def __init__(self, root: LexborNode) -> None:
        self._lines: list[list[str]] = [[]]
        self._linked = 0
        self._open_links = 0
        self._blocks_open: list[Element] = []
        self.page = Page(Element("html", root.attributes, None, 0, root))
        self._blocks_open.append(self.page.root)
        self._walk(root)
        self._flush()
        self._sum_letters()

    def _walk(self, root: LexborNode) -> None:
        """Depth first without recursion: a stack of the open nodes with their elements."""
        stack: list[tuple[LexborNode, Element]] = []
        element = self.page.root
        node = root.first_child
        while True:
            while node is not None:
                tag = node.tag
                if tag == _TEXT:
                    self._add(node.text_content or "")
                elif tag in _SILENT:
                    self._note(tag or "", node, element)
                elif tag != _COMMENT:
                    entered = self._enter(tag or "", node, element)
                    child = node.first_child
                    if child is not None:
                        stack.append((node, element))
                        node, element = child, entered
                        continue
                    self._leave(entered)
                node = node.next
            if not stack:
                return
            self._leave(element)
            node, element = stack.pop()
            node = node.next

    def _enter(self, tag: str, node: LexborNode, parent: Element) -> Element:
        elements = self.page.elements
        element = Element(tag, node.attributes, parent, len(elements) + 1, node)
        elements.append(element)
        if tag in _BLOCKS or ("-" in tag and self._blocks_open[-1].tag not in _ONE_PARAGRAPH):
            self._flush()
            self._blocks_open.append(element)
        elif tag == "a":
            self._open_links += 1
        elif tag in _IMAGES:
            element.images = 1
        return element

    def _leave(self, element: Element) -> None:
        if self._blocks_open[-1] is element:
            self._flush()
            self._blocks_open.pop()
        elif element.tag == "a":
            self._open_links -= 1

    def _note(self, tag: str, node: LexborNode, parent: Element) -> None:
        """What an element says that holds no running words."""
        if tag == "br":
            self._lines.append([])
        elif tag == "meta":
            self._note_meta(node, parent)
        elif tag == "link":
            self._note_link(node.attributes)
        elif tag == "title" and parent.tag == "head":
            self.page.title = self.page.title or node.text()
        elif tag == "script":
            attributes = node.attributes
            text = "" if "src" in attributes else node.text()
            if text and ("json" in (attributes.get("type") or "") or any(mark in text for mark in _HOLDS_DATA[1:])):
                self.page.scripts.append((attributes, text))

    def _note_meta(self, node: LexborNode, parent: Element) -> None:
        attributes = node.attributes
        content = attributes.get("content")
        if not content or not content.strip():
            return
        for attribute in ("property", "name", "itemprop"):
            name = attributes.get(attribute)
            if name:
                self.page.meta.setdefault(name.casefold(), []).append(content)
        if "itemprop" in attributes:
            self.page.elements.append(Element("meta", attributes, parent, len(self.page.elements) + 1, node))

    def _note_link(self, attributes: Mapping[str, str | None]) -> None:
        href = attributes.get("href")
        for relation in (attributes.get("rel") or "").casefold().split():
            if href:
                self.page.links.setdefault(relation, href)

    def _add(self, text: str) -> None:
        self._lines[-1].append(text)
        if self._open_links:
            self._linked += len(text.strip())

    def _flush(self) -> None:
        """End the open run: its words become a block, or several where two line breaks part them."""
        if len(self._lines) == 1:
            text = " ".join("".join(self._lines[0]).split())
            self._lines[0].clear()
            if text:
                self.page.blocks.append(Block(self._blocks_open[-1], text, self._linked))
            self._linked = 0
            return
        lines = [" ".join("".join(pieces).split()) for pieces in self._lines]
        texts = [" ".join(paragraph.split("\n")) for paragraph in split_paragraphs(lines)]
        letters = sum(map(len, texts))
        for text in texts:
            linked = round(self._linked * len(text) / letters)
            self.page.blocks.append(Block(self._blocks_open[-1], text, linked))
        self._lines = [[]]
        self._linked = 0

    def _sum_letters(self) -> None:
        for block in self.page.blocks:
            block.element.letters += len(block.text)
            block.element.linked += block.linked
        for element in reversed(self.page.elements):
            parent = element.parent
            if parent is not None:
                parent.letters += element.letters
                parent.linked += element.linked
                parent.images += element.images
