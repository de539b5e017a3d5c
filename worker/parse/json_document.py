"""A JSON file as scrapers and services write it: an article under the usual keys, a list of them, or one a line."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Removal
from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse import json_feed
from worker.parse.decode import Decoded, decode
from worker.parse.fragment import images_in, split_marked_up
from worker.parse.json_lines import is_json_lines, json_lines
from worker.parse.json_value import Value, dump_json, load_json
from worker.parse.member_names import Names
from worker.parse.members import MEMBERS_MAX, BadMember, Container, Member
from worker.parse.ninjs import as_usual, is_ninjs
from worker.parse.supplied import fields_of, found_at, image_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from worker.draft import Fields
    from worker.rules import Rules

_DEPTH_MAX = 8
_ITEMS_MAX = 5000
_TRUNCATION = re.compile(r"\s*\[\+\d{1,9} chars\]\s*\Z", re.ASCII)
_PARTS = ("summary", "headline", "paragraphs", "sections", "text", "content", "value", "children", "rendered")
_IMAGES_MAX = 50
_LINKED = frozenset({"@type", "@graph", "@context"})


@dataclass(frozen=True, slots=True)
class _Found:
    """An object that is an article, and its paragraphs; those of its summary where it has no others."""

    article: dict[str, Value]
    paragraphs: tuple[str, ...]
    is_summary: bool = False


@dataclass(frozen=True, slots=True)
class _Several:
    """What may be several articles: name and value of each."""

    items: tuple[tuple[str, Value], ...]


def read_json(data: bytes, rules: Rules) -> Draft | Container:
    """The draft of the article in a JSON file, or the articles in a list, a feed or JSON Lines.

    Raises:
        PermanentError: it is no JSON, or holds no article.
    """
    decoded = decode(data)
    try:
        value = load_json(decoded.text)
    except PermanentError:
        if is_json_lines(decoded.text):
            return json_lines(io.BytesIO(decoded.text.encode("utf-8", "replace")), read_item)
        raise
    if json_feed.is_feed(value):
        return json_feed.entries(value)
    found = _articles_in(value, rules, 0)
    if isinstance(found, _Several):
        return Container("json", _members(found))
    return _draft(found, decoded, rules)


def stream_json_lines(file: BinaryIO, _rules: Rules) -> Container:
    """The articles in JSON Lines too large for memory.

    Raises:
        PermanentError: it is JSON of another form, which is only read as a whole.
    """
    return json_lines(file, read_item)


def read_item(data: bytes, rules: Rules) -> Draft:
    """The draft of the one article in the JSON of a list's item or a line.

    Raises:
        PermanentError: as for `read_json`; it holds several.
    """
    decoded = decode(data)
    found = _articles_in(load_json(decoded.text), rules, 0)
    if isinstance(found, _Several):
        raise PermanentError("parse", "nested_archive", f"a list of {len(found.items)} inside of a list")
    return _draft(found, decoded, rules)


def _draft(found: _Found | None, decoded: Decoded, rules: Rules) -> Draft:
    if found is None:
        raise PermanentError("parse", "not_an_article", "the JSON has no text under any of the usual keys")
    paragraphs, removed = _without_mark(found.paragraphs)
    flags = (*decoded.flags, *(("truncated",) if removed else ()), *(("summary_only",) if found.is_summary else ()))
    form = "ninjs" if is_ninjs(found.article) else "json"
    fields = _fields(found, rules)
    return Draft("application/json", form, decoded.encoding, paragraphs, fields=fields, removed=removed, flags=flags)


def _fields(found: _Found, rules: Rules) -> Fields:
    fields = fields_of(found.article, rules.json_keys, rules)
    if found.is_summary:
        fields = replace(fields, summary=None)
    if fields.images:
        return fields
    shown = (image for text in _texts(found.article, rules) for image in images_in(text))
    images = (image_of(address, caption, base=fields.url) for address, caption in shown)
    return replace(fields, images=tuple(dict.fromkeys(image for image in images if image))[:_IMAGES_MAX])


def _texts(article: Value, rules: Rules) -> Iterator[str]:
    for key in rules.json_keys["text"]:
        yield from (text for text in found_at(article, key) if isinstance(text, str))


def _without_mark(paragraphs: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Removal, ...]]:
    """The paragraphs without the mark `[+1234 chars]` that a service put where it cut the text."""
    mark = _TRUNCATION.search(paragraphs[-1])
    if mark is None:
        return paragraphs, ()
    return (*paragraphs[:-1], paragraphs[-1][: mark.start()]), (Removal("truncation_mark", mark.group().strip()),)


def _members(found: _Several) -> Iterator[Member | BadMember]:
    names = Names()
    for number, (name, item) in enumerate(found.items):
        if number >= MEMBERS_MAX:
            raise PermanentError("parse", "too_many_members", f"more than {MEMBERS_MAX} items in a list")
        yield Member(names.unique(name), dump_json(item), read_item)


def _articles_in(value: Value, rules: Rules, depth: int) -> _Found | _Several | None:
    """The object with a text in `value`: itself, or under a usual key; several where that is a list."""
    if depth > _DEPTH_MAX:
        return None
    if isinstance(value, list):
        return _in_list(value, rules, depth)
    if not isinstance(value, dict):
        return None
    value = as_usual(value)
    found = _with_text(value, rules)
    if found is not None:
        return found
    folded = {name.casefold(): inner for name, inner in value.items()}
    for key in rules.json_keys["containers"]:
        inside = _articles_in(folded.get(key), rules, depth + 1)
        if inside is not None:
            return inside
    return _with_summary(value, rules) or _by_name(value, rules)


def _in_list(items: list[Value], rules: Rules, depth: int) -> _Found | _Several | None:
    objects = [(str(number), item) for number, item in enumerate(items, 1) if isinstance(item, dict)]
    if any(not _LINKED.isdisjoint(item) for _, item in objects):
        return _in_graph(objects, rules, depth)
    # One that is an article makes the others articles that are damaged.
    if any(_is_article(item, rules, depth) for _, item in objects[:_ITEMS_MAX]):
        return _Several(tuple(objects))
    return None


def _is_article(item: Value, rules: Rules, depth: int) -> bool:
    try:
        return _articles_in(item, rules, depth + 1) is not None
    except PermanentError:
        return False


def _in_graph(objects: list[tuple[str, dict[str, Value]]], rules: Rules, depth: int) -> _Found | _Several | None:
    """The articles among linked data, which describes pages, outlets and people as well."""
    types = frozenset(rules.json_keys["types"])
    typed = [(name, item) for name, item in objects if _types_of(item) & types] or objects
    found = [(name, item, inside) for name, item in typed if (inside := _articles_in(item, rules, depth + 1))]
    whole = [(name, item, inside) for name, item, inside in found if not _is_summary(inside)] or found
    if len(whole) == 1:
        return whole[0][2]
    return _Several(tuple((name, item) for name, item, _ in whole)) if whole else None


def _is_summary(found: _Found | _Several) -> bool:
    return isinstance(found, _Found) and found.is_summary


def _types_of(item: dict[str, Value]) -> frozenset[str]:
    kinds = item.get("@type")
    return frozenset(str(k).rpartition("/")[2].casefold() for k in (kinds if isinstance(kinds, list) else [kinds]))


def _with_text(value: dict[str, Value], rules: Rules) -> _Found | None:
    for key in rules.json_keys["text"]:
        paragraphs = tuple(p for inner in found_at(value, key) for p in _paragraphs(inner, 0))
        if _has_letters(paragraphs):
            return _Found(value, paragraphs)
    return None


def _with_summary(value: dict[str, Value], rules: Rules) -> _Found | None:
    """`value` as an article that is only announced: a headline, a summary, and where or when it stands."""
    said = fields_of(value, rules.json_keys, rules)
    if said.headline and said.summary and (said.url or said.published):
        paragraphs = split_marked_up(said.summary)
        return _Found(value, paragraphs, is_summary=True) if _has_letters(paragraphs) else None
    return None


def _by_name(value: dict[str, Value], rules: Rules) -> _Several | None:
    """The articles of an object that has nothing but articles, each under a name of its own."""
    if len(value) > 1 and all(isinstance(item, dict) and _with_text(item, rules) for item in value.values()):
        return _Several(tuple(value.items()))
    return None


def _has_letters(paragraphs: tuple[str, ...]) -> bool:
    return any(c.isalpha() for paragraph in paragraphs for c in paragraph)


def _paragraphs(value: Value, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield from split_marked_up(value)
    elif depth > _DEPTH_MAX:
        return
    elif isinstance(value, list):
        for item in value[:_ITEMS_MAX]:
            yield from _paragraphs(item, depth + 1)
    elif isinstance(value, dict):
        for name in _PARTS:
            yield from _paragraphs(value.get(name), depth + 1)
