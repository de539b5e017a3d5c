"""One walk over the parser's tree makes a page of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from worker.parse.html_tree import Block, Element, Page
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
_HOLDS_DATA = ("json", "__next_f", "Fusion.globalContent", "__INITIAL_STATE__", "__PRELOADED_STATE__")


def read_page(html: str) -> Page:
    """The page that `html` is. Costs time linear in its length, save what `html_limits` refuses."""
    root = LexborHTMLParser(html).root
    assert root is not None
    return _Walk(root).page


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
        self.page.root.last = len(self.page.elements)
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
        element.last = len(self.page.elements)
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
            order = len(self.page.elements) + 1
            self.page.elements.append(Element("meta", attributes, parent, order, node, order))

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
