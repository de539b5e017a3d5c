"""An HTML page: its words, and what its head and its linked data say about them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
from resiliparse.parse.html import HTMLTree

from worker.draft import Draft, Fields
from worker.errors import PermanentError
from worker.parse.decode import decode
from worker.parse.html_body import page_paragraphs
from worker.parse.html_limits import refuse_hostile
from worker.parse.plain_text import split_lines, split_paragraphs
from worker.parse.supplied import Value, fields_of, found_at, text_of
from worker.parse.urls import canonical_url, domain_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.rules import Rules

_HEAD_BYTES = 4096
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_LINKED_DATA_BYTES_MAX = 1_000_000
_LINKED_DATA_MAX = 20
_DEPTH_MAX = 6
_META_MAX = 500
_CHARACTERS_MIN = 100
_CHARACTERS_MIN_OF_ARTICLE = 20
_HEADLINE_CHARACTERS_MAX = 500


def read_html(data: bytes, rules: Rules) -> Draft:
    """The draft of the article in a page.

    Raises:
        PermanentError: the page is hostile, or there is no article in it.
    """
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    decoded = decode(data, declared[1].decode("ascii") if declared else None)
    refuse_hostile(data)
    tree = HTMLTree.parse(decoded.text.replace("\0", "").encode("utf-8", "replace").decode())
    linked = _linked_article(tree, rules)
    fields = _fields(tree, linked, rules)
    paragraphs = page_paragraphs(tree, rules.html_body)
    if linked is not None:
        paragraphs = _fuller(paragraphs, linked, rules)
    characters = sum(map(len, paragraphs))
    if characters < (_CHARACTERS_MIN if linked is None else _CHARACTERS_MIN_OF_ARTICLE):
        raise PermanentError("parse", "not_an_article", "the page has no running text")
    return Draft("text/html", "html", decoded.encoding, paragraphs, fields=fields, flags=decoded.flags)


def _fuller(paragraphs: tuple[str, ...], linked: Value, rules: Rules) -> tuple[str, ...]:
    """The text in the linked data, where the page itself yields less than half of it."""
    for key in rules.json_keys["text"]:
        for value in found_at(linked, key):
            if isinstance(value, str) and len(value) > 2 * sum(map(len, paragraphs)) and "<" not in value:
                return split_paragraphs(split_lines(value))
    return paragraphs


def _fields(tree: HTMLTree, linked: Value, rules: Rules) -> Fields:
    """Linked data first, then meta elements, then what the page shows."""
    canonical = _canonical(tree, rules)
    said = Fields(url=canonical)
    if linked is not None:
        said = said.or_else(fields_of(linked, rules.json_keys, rules, base=canonical))
    meta = fields_of(_meta(tree), rules.html_meta, rules, base=canonical)
    shown = _shown(tree)
    if shown.headline and shown.headline in (meta.headline or ""):
        # Meta elements and titles carry the name of the site behind the headline; the heading does not.
        meta = replace(meta, headline=shown.headline, headline_origin=shown.headline_origin)
    said = said.or_else(meta).or_else(shown)
    return said.with_domain(domain_of(said.url))


def _canonical(tree: HTMLTree, rules: Rules) -> str | None:
    head = tree.head
    link = head.query_selector('link[rel="canonical"]') if head is not None else None
    return canonical_url(link.getattr("href") or "", rules) if link is not None else None


def _linked_article(tree: HTMLTree, rules: Rules) -> Value:
    """The first object of an article's type in the page's JSON-LD; None without one."""
    scripts = tree.document.query_selector_all('script[type="application/ld+json"]') if tree.document else None
    for script in scripts.values()[:_LINKED_DATA_MAX] if scripts else ():
        text = script.text or ""
        if len(text) > _LINKED_DATA_BYTES_MAX:
            continue
        try:
            value = orjson.loads(text)
        except ValueError:
            # Line breaks inside strings are the usual fault.
            try:
                value = orjson.loads(" ".join(text.split()))
            except ValueError:
                continue
        found = next(_articles_in(value, frozenset(rules.json_keys["types"]), 0), None)
        if found is not None:
            return found
    return None


def _articles_in(value: Value, types: frozenset[str], depth: int) -> Iterator[Value]:
    if depth > _DEPTH_MAX:
        return
    if isinstance(value, list):
        for item in value:
            yield from _articles_in(item, types, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        named = {str(kind).rpartition("/")[2].casefold() for kind in (kinds if isinstance(kinds, list) else [kinds])}
        if named & types:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _articles_in(value.get(key), types, depth + 1)


def _meta(tree: HTMLTree) -> dict[str, Value]:
    """Each name of a meta element with all its contents."""
    found: dict[str, list[str]] = {}
    elements = tree.document.query_selector_all("meta[content]").values() if tree.document else ()
    for element in elements[:_META_MAX]:
        content = element.getattr("content") or ""
        for attribute in ("property", "name", "itemprop"):
            name = element.getattr(attribute)
            if name and content.strip():
                found.setdefault(name.casefold(), []).append(content)
    return dict(found)


def _shown(tree: HTMLTree) -> Fields:
    """The heading, or else the title, as the headline."""
    body = tree.body
    heading = body.query_selector("h1") if body is not None else None
    text = text_of(heading.inner_text) if heading is not None else None
    if text is None:
        text = text_of(tree.title)
    if text is None or len(text) > _HEADLINE_CHARACTERS_MAX:
        return Fields()
    return Fields(headline=text, headline_origin="heading" if heading is not None else "metadata")
