"""JSON Feed, and its items: the form into which entries of every feed are brought.

An item is the JSON object of https://www.jsonfeed.org/version/1.1/ with some keys more, which only entries of
other feeds have: `publisher`, `rights`, `contributors`, and objects in `tags` and `images`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import orjson

from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse.fragment import images_in, split_marked_up
from worker.parse.json_value import dump_json
from worker.parse.member_names import Names
from worker.parse.members import MEMBERS_MAX, BadMember, Container, Member
from worker.parse.supplied import fields_of, image_of, text_of
from worker.parse.urls import absolute_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.article import Image
    from worker.draft import Fields
    from worker.parse.json_value import Value
    from worker.rules import Rules

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/", re.ASCII)
_IMAGES_MAX = 50
_CUT = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|\[&#8230;\])\s*\Z|\b(?:read more|continue reading|read the full story)\W*\Z",
    re.IGNORECASE,
)
# A description of several paragraphs, or of this length, is the whole article, as many feeds have it.
_WHOLE_CHARACTERS_MIN = 1000
_WHOLE_PARAGRAPHS_MIN = 3


def is_feed(value: Value) -> bool:
    """Whether a JSON value is a JSON Feed."""
    return isinstance(value, dict) and _VERSION.match(str(value.get("version"))) is not None


def entries(feed: Value) -> Container:
    """The items of a JSON Feed as members, each named by its id.

    Raises:
        PermanentError: there is no list of items.
    """
    assert isinstance(feed, dict)
    items = feed.get("items")
    if not isinstance(items, list):
        raise PermanentError("parse", "malformed", "a JSON Feed without its list of items")
    base = absolute_url(text_of(feed.get("feed_url")) or text_of(feed.get("home_page_url")) or "")
    general = {
        "publisher": text_of(feed.get("title")),
        "language": feed.get("language"),
        "authors": feed.get("authors") or feed.get("author"),
    }
    ours = [_with(item, general) for item in items if isinstance(item, dict)]
    return Container("json_feed", members_of(ours, reader("json_feed", "application/feed+json", base)))


def _with(item: dict[str, Value], general: dict[str, Value]) -> dict[str, Value]:
    """`item` with what holds for all of the feed, where it says nothing itself."""
    own = item if "author" not in item else {**item, "authors": item.get("authors") or item["author"]}
    return {**{name: value for name, value in general.items() if value}, **{k: v for k, v in own.items() if v}}


def reader(form: str, media_type: str, base: str | None) -> partial[Draft]:
    """`read_item` for the items of one feed."""
    return partial(read_item, form=form, media_type=media_type, base=base)


def members_of(items: list[dict[str, Value]], read: partial[Draft]) -> Iterator[Member | BadMember]:
    """`items` as members, named by their ids, or else their addresses, headlines or numbers."""
    names = Names()
    for number, item in enumerate(items, 1):
        if number > MEMBERS_MAX:
            raise PermanentError("parse", "too_many_members", f"more than {MEMBERS_MAX} entries")
        name = next((t for key in ("id", "url", "title") if (t := _name(item.get(key)))), str(number))
        yield Member(names.unique(name), dump_json(item), read)


def _name(value: Value) -> str | None:
    return str(value) if isinstance(value, int) else text_of(value)


def read_item(data: bytes, rules: Rules, *, form: str, media_type: str, base: str | None) -> Draft:
    """The draft of an item. Without its content, the summary is its text, and it is flagged.

    Raises:
        PermanentError: it has no text, or its HTML is hostile.
    """
    item = orjson.loads(data)
    fields = fields_of(item, rules.json_keys, rules, base=base)
    content = [item.get("content_html"), item.get("content_text")]
    for text in content:
        paragraphs = split_marked_up(text) if isinstance(text, str) else ()
        if _has_letters(paragraphs):
            fields = _with_images(fields, text, base)
            return Draft(media_type, form, "utf-8", paragraphs, fields=_without_repeat(fields, paragraphs))
    summary = item.get("summary")
    paragraphs = split_marked_up(summary) if isinstance(summary, str) else ()
    if not _has_letters(paragraphs):
        raise PermanentError("parse", "not_an_article", "the entry has no text, only what is said about it")
    fields = replace(_with_images(fields, summary, base), summary=None)
    return Draft(media_type, form, "utf-8", paragraphs, fields=fields, flags=_flags(paragraphs))


def _flags(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    if _CUT.search(paragraphs[-1]):
        return ("summary_only", "truncated")
    characters = sum(map(len, paragraphs))
    is_whole = characters >= _WHOLE_CHARACTERS_MIN or len(paragraphs) >= _WHOLE_PARAGRAPHS_MIN
    return () if is_whole else ("summary_only",)


def _without_repeat(fields: Fields, paragraphs: tuple[str, ...]) -> Fields:
    """`fields` without a summary that is the text again."""
    summary = fields.summary
    return replace(fields, summary=None) if summary and summary == " ".join(" ".join(paragraphs).split()) else fields


def _with_images(fields: Fields, text: str, base: str | None) -> Fields:
    if fields.images:
        return fields
    images: dict[Image, None] = {}
    for address, caption in images_in(text):
        image = image_of(address, caption, base=base)
        if image is not None:
            images[image] = None
    return replace(fields, images=tuple(images)[:_IMAGES_MAX])


def _has_letters(paragraphs: tuple[str, ...]) -> bool:
    return any(c.isalpha() for paragraph in paragraphs for c in paragraph)
