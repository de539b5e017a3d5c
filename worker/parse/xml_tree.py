"""XML of the news trade as a tree: entities and other files are never fetched, and damage costs what is behind it."""

from __future__ import annotations

import html.entities
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.errors import PermanentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import XMLParser
    from lxml.etree import _Element as Element

BYTES_MAX = 16 << 20
_BLOCKS = frozenset(
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "hl2", "li", "dd", "dt", "pre", "block", "blockquote", "bq", "div",
        "section", "article", "tr", "table", "ul", "ol", "dl", "fn", "note", "head", "body", "body.content",
    }
)  # fmt: skip
_BREAKS = frozenset({"br", "hr"})
_BLOCK_MARK, _BREAK_MARK = "\v", "\f"
_TWO_BREAKS = re.compile(r"\f\s*\f")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
# Byte order marks, and the first character without one. UTF-32 comes first: its mark begins like that of UTF-16.
_WIDE = {
    b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
    b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be",
}  # fmt: skip
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_PREDEFINED = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})


@dataclass(frozen=True, slots=True)
class Tree:
    """`flags` says whether the markup is damaged: then the tree ends where it can no longer be made out."""

    root: Element
    flags: tuple[str, ...]


def parse_xml(data: bytes) -> Tree:
    """The tree of an XML document; comments and processing instructions are left out.

    Raises:
        PermanentError: it is too large or too deep, declares entities, or nothing can be made out.
    """
    from lxml import etree

    if len(data) > BYTES_MAX:
        raise PermanentError("parse", "too_large", f"XML of {len(data)} bytes; {BYTES_MAX} are allowed")
    data = _narrow(data)
    if b"<!ENTITY" in data:
        raise PermanentError("parse", "entity_declaration", "XML that declares entities of its own is not read")
    data = _ENTITY.sub(_as_number, data)
    try:
        return Tree(etree.fromstring(data, _parser(recover=False)), ())
    except (etree.XMLSyntaxError, ValueError) as error:
        if "Excessive depth" in str(error):
            raise PermanentError("parse", "too_deep", "XML nested too deeply") from None
        reason = str(error)
    try:
        root = etree.fromstring(data, _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise PermanentError("parse", "malformed", f"the XML is damaged: {reason}")
    return Tree(root, ("damaged_markup",))


def _narrow(data: bytes) -> bytes:
    """`data` in UTF-8 where its characters have two bytes or four: its entities are looked for as bytes."""
    codec = next((codec for mark, codec in _WIDE.items() if data.startswith(mark)), None)
    if codec is None:
        return data
    return _DECLARATION.sub("", data.decode(codec, "replace").removeprefix("\ufeff"), count=1).encode(
        "utf-8", "replace"
    )


def _parser(*, recover: bool) -> XMLParser:
    from lxml import etree

    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _as_number(match: re.Match[bytes]) -> bytes:
    """An entity of HTML as the number that XML knows; others stay."""
    name = match[1]
    if name in _PREDEFINED:
        return match[0]
    characters = html.entities.html5.get(name.decode("ascii") + ";")
    return b"".join(b"&#%d;" % ord(c) for c in characters) if characters else match[0]


def name_of(element: Element) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def all_in(element: Element, *path: str) -> Iterator[Element]:
    """The elements that are reached from `element` along `path`, child by child; `*` leads to any depth."""
    if not path:
        yield element
        return
    step, rest = path[0], path[1:]
    if step == "*":
        for inner in element.iterdescendants():
            if name_of(inner) == rest[0]:
                yield from all_in(inner, *rest[1:])
    else:
        for inner in element:
            if name_of(inner) == step:
                yield from all_in(inner, *rest)


def first_in(element: Element, *path: str) -> Element | None:
    """The first of them."""
    return next(all_in(element, *path), None)


def text_in(element: Element | None, *path: str) -> str | None:
    """The text of the first of them that has any, on one line."""
    found = all_in(element, *path) if element is not None else ()
    return next((text for inner in found if (text := line_of(inner))), None)


def said_in(element: Element | None, name: str, *path: str) -> str | None:
    """The attribute `name` of the first of them that has it."""
    found = all_in(element, *path) if element is not None else ()
    return next((text for inner in found if (text := (inner.get(name) or "").strip())), None)


def line_of(element: Element, skipped: frozenset[str] = frozenset()) -> str | None:
    """All the text in `element` on one line, but for that of the elements called as in `skipped`."""
    return " ".join("".join(_pieces(element, skipped)).split()) or None


def paragraphs_of(element: Element, skipped: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The paragraphs in `element`: between elements that are blocks, and between two line breaks.

    A single line break stays one.
    """
    blocks = "".join(_pieces(element, skipped)).split(_BLOCK_MARK)
    return tuple(text for block in blocks for part in _TWO_BREAKS.split(block) if (text := _lines(part)))


def _lines(block: str) -> str:
    lines = (" ".join(line.split()) for line in block.split(_BREAK_MARK))
    return "\n".join(line for line in lines if line)


def _pieces(element: Element, skipped: frozenset[str]) -> Iterator[str]:
    """The text of `element`, with a mark at each end of a block and at each line break."""
    name = name_of(element).lower()
    if not name or name in skipped:
        return
    mark = _BLOCK_MARK if name in _BLOCKS else _BREAK_MARK if name in _BREAKS else ""
    yield mark
    text = element.text or ""
    yield text.replace("\n", _BREAK_MARK) if name == "pre" else text
    for inner in element:
        yield from _pieces(inner, skipped)
        yield inner.tail or ""
    yield mark if mark == _BLOCK_MARK else ""
