"""The text of a page's article where its data hold it: linked data, and what frameworks leave in the page.

`articleBody` of JSON-LD; the state that Next.js and others put into a script of JSON, or in pieces of
JavaScript that each push a string. Only the longest text under a usual name is taken, and only where the page
itself shows clearly less.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson

from worker.parse.html_runs import Kinds
from worker.parse.html_tree import read_page
from worker.parse.plain_text import split_lines, split_paragraphs
from worker.parse.supplied import Value, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.parse.html_linked import Linked
    from worker.parse.html_tree import Page
    from worker.rules import Rules

_LETTERS_MIN = 400
_LETTERS_MIN_LINKED = 40
_SHOWN_ENOUGH = 1500
_SCRIPT_LETTERS_MAX = 4_000_000
_DEPTH_MAX = 24
_ENTRIES_MAX = 500
_TAG = re.compile(r"</?(?:p|div|br|span|a|h[2-6]|li)\b[^<>]*>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<(?:p|br)\b", re.IGNORECASE)
_PUSHED = re.compile(r"__next_f\.push\(\[1,(\"(?:[^\"\\]|\\.)*\")\]\)")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.){400,})\"")
_RAW_ROW = re.compile(rb"(?:^|\n)[0-9a-f]+:T([0-9a-f]{1,7}),")
_ASSIGNED = re.compile(r"(?:Fusion\.globalContent|__PRELOADED_STATE__|__INITIAL_STATE__)\s*=\s*(?=\{)")
_NAMES = frozenset(
    {
        "articlebody",
        "body",
        "content",
        "text",
        "html",
        "bodyhtml",
        "contenthtml",
        "articlecontent",
        "story",
        "paragraphs",
    }
)


def supplied_text(page: Page, linked: Linked, rules: Rules) -> tuple[str, ...]:
    """The paragraphs that the data of `page` hold; empty without any. Scripts are only read where little is shown."""
    entries = _entries(linked.article.get("liveBlogUpdate"))
    if "liveblogposting" in linked.kinds:
        return tuple(paragraph for text in entries for paragraph in _paragraphs(text, rules))
    for key in rules.json_keys["text"][:1]:
        for value in found_at(linked.article, key):
            if isinstance(value, str) and len(value) >= _LETTERS_MIN_LINKED:
                return _paragraphs(value, rules)
    if sum(len(block.text) for block in page.blocks if block.element.tag == "p") >= _SHOWN_ENOUGH:
        return ()
    longest = max(_texts(page), key=len, default="")
    return _paragraphs(longest, rules) if len(longest) >= _LETTERS_MIN else ()


def _entries(updates: Value) -> Iterator[str]:
    """The entries of a live blog: heading and text of each. Its own `articleBody` is a summary or one entry."""
    for update in updates[:_ENTRIES_MAX] if isinstance(updates, list) else ():
        if isinstance(update, dict):
            for name in ("headline", "articleBody"):
                text = update.get(name)
                if isinstance(text, str) and text.strip():
                    yield text


def _paragraphs(text: str, rules: Rules) -> tuple[str, ...]:
    if _TAG.search(text):
        page = read_page(text)
        blocks = page.blocks
        kinds = Kinds(blocks, page.root, rules.html_body)
        return tuple(block.text for block in blocks if kinds.of(block) is None)
    return split_paragraphs(split_lines(text))


def _texts(page: Page) -> Iterator[str]:
    """The running texts in the page's scripts."""
    pushed = []
    for attributes, text in page.scripts:
        if len(text) > _SCRIPT_LETTERS_MAX:
            continue
        pieces = _PUSHED.findall(text)
        if pieces:
            pushed += pieces
            continue
        value = _loaded(text)
        if value is not None and "ld+json" not in (attributes.get("type") or ""):
            yield from _texts_in(value, 0)
    yield from _strings_in("".join(filter(None, map(_unquoted, pushed))))


def _loaded(text: str) -> Value:
    assigned = _ASSIGNED.search(text)
    if assigned is not None:
        text = text[assigned.end() :]
        text = text[: text.find("};") + 1] if "};" in text else text.strip().rstrip(";")
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def _texts_in(value: Value, depth: int) -> Iterator[str]:
    """Strings under the usual names of a text; lists of pieces with texts of their own are put together."""
    if depth > _DEPTH_MAX:
        return
    if isinstance(value, list):
        pieces = [_piece(item) for item in value]
        if sum(map(len, pieces)) >= _LETTERS_MIN:
            yield "\n\n".join(filter(None, pieces))
        for item in value:
            yield from _texts_in(item, depth + 1)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                if name.casefold().replace("_", "") in _NAMES and len(inner) >= _LETTERS_MIN and " " in inner:
                    yield inner
            else:
                yield from _texts_in(inner, depth + 1)


def _piece(item: Value) -> str:
    """The text of one element of a story, as content systems keep them."""
    if not isinstance(item, dict) or str(item.get("type", "text")).casefold() not in {
        "text",
        "paragraph",
        "p",
        "header",
    }:
        return ""
    for name in ("content", "text", "html", "value"):
        inner = item.get(name)
        if isinstance(inner, str):
            return inner
    return ""


def _strings_in(stream: str) -> Iterator[str]:
    """Texts with paragraphs in what a server streamed in pieces: raw rows with their length, and rows of JSON."""
    data = stream.encode("utf-8", "replace")
    for found in _RAW_ROW.finditer(data):
        text = data[found.end() : found.end() + int(found[1], 16)].decode("utf-8", "replace")
        if _PARAGRAPH.search(text):
            yield text
    for quoted in _STRING.finditer(stream):
        if _PARAGRAPH.search(quoted[1]) or "\\u003cp" in quoted[1].lower():
            text = _unquoted(f'"{quoted[1]}"') or ""
            if _PARAGRAPH.search(text):
                yield text


def _unquoted(quoted: str) -> str | None:
    try:
        value = orjson.loads(quoted)
    except ValueError:
        return None
    return value if isinstance(value, str) else None
