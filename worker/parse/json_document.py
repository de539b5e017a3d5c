"""A JSON file as scrapers and feeds write it: one article under the usual keys."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from worker.article import Removal
from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse.decode import decode
from worker.parse.html_body import fragment_paragraphs
from worker.parse.html_limits import refuse_hostile
from worker.parse.plain_text import split_lines, split_paragraphs
from worker.parse.supplied import Value, fields_of, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.rules import Rules

_DEPTH_MAX = 8
_ITEMS_MAX = 5000
_TAG = re.compile(r"</?(?:p|div|br|h[1-6]|ul|ol|li|blockquote|span|strong|em|a|figure)\b[^<>]*/?>", re.IGNORECASE)
_TRUNCATION = re.compile(r"\s*\[\+\d{1,9} chars\]\s*\Z", re.ASCII)
_PARTS = ("summary", "headline", "paragraphs", "sections", "text", "content", "value", "children")


@dataclass(frozen=True, slots=True)
class _Found:
    """An object that is an article, and its paragraphs."""

    article: dict[str, Value]
    paragraphs: tuple[str, ...]


def read_json(data: bytes, rules: Rules) -> Draft:
    """The draft of the article in a JSON file.

    Raises:
        PermanentError: it is no JSON, holds several articles or none.
    """
    decoded = decode(data)
    found = _article_in(_loaded(decoded.text), rules, 0)
    if found is None:
        raise PermanentError("parse", "not_an_article", "the JSON has no text under any of the usual keys")
    paragraphs, removed = _without_mark(found.paragraphs)
    return Draft(
        "application/json",
        "json",
        decoded.encoding,
        paragraphs,
        fields=fields_of(found.article, rules.json_keys, rules),
        removed=removed,
        flags=(*decoded.flags, "truncated") if removed else decoded.flags,
    )


def _without_mark(paragraphs: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Removal, ...]]:
    """The paragraphs without the mark `[+1234 chars]` that a service put where it cut the text."""
    mark = _TRUNCATION.search(paragraphs[-1])
    if mark is None:
        return paragraphs, ()
    return (*paragraphs[:-1], paragraphs[-1][: mark.start()]), (Removal("truncation_mark", mark.group().strip()),)


def _loaded(text: str) -> Value:
    """The value of a JSON text. What Python's own writer makes of NaN and infinity is read as null."""
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    try:
        value: Value = json.loads(text, parse_constant=lambda _: None, parse_int=_whole)
    except RecursionError:
        raise PermanentError("parse", "too_deep", "the JSON is nested too deeply") from None
    except ValueError as error:
        first_line = text.lstrip().partition("\n")[0]
        if _is_json(first_line) and first_line.startswith("{"):
            raise PermanentError("parse", "unsupported_format", "it is JSON Lines, one document per line") from None
        raise PermanentError("parse", "malformed", f"the JSON is damaged: {error}") from None
    return value


def _whole(digits: str) -> int | None:
    """Python refuses to read numbers of thousands of digits; none of them means anything here."""
    return int(digits) if len(digits) <= 20 else None


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def _article_in(value: Value, rules: Rules, depth: int) -> _Found | None:
    """The one object with a text in `value`: itself, or in a list or under a usual key."""
    if depth > _DEPTH_MAX:
        return None
    if isinstance(value, list):
        found = [f for item in value[:_ITEMS_MAX] if (f := _article_in(item, rules, depth + 1)) is not None]
        if len(found) > 1:
            message = f"it is a list of {len(found)} articles; one per file is read"
            raise PermanentError("parse", "unsupported_format", message)
        return found[0] if found else None
    if not isinstance(value, dict):
        return None
    for key in rules.json_keys["text"]:
        paragraphs = tuple(p for inner in found_at(value, key) for p in _paragraphs(inner, 0))
        if any(c.isalpha() for paragraph in paragraphs for c in paragraph):
            return _Found(value, paragraphs)
    inside = [inner for key in rules.json_keys["containers"] for inner in found_at(value, key)]
    return _article_in(inside, rules, depth + 1) if inside else None


def _paragraphs(value: Value, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield from _split(value)
    elif depth > _DEPTH_MAX:
        return
    elif isinstance(value, list):
        for item in value[:_ITEMS_MAX]:
            yield from _paragraphs(item, depth + 1)
    elif isinstance(value, dict):
        for name in _PARTS:
            yield from _paragraphs(value.get(name), depth + 1)


def _split(text: str) -> tuple[str, ...]:
    if _TAG.search(text):
        refuse_hostile(text.encode("utf-8", "replace"))
        return fragment_paragraphs(text.encode("utf-8", "replace").decode())
    return tuple(p for p in split_paragraphs(split_lines(text)) if not p.isspace())
