"""The linked data of a page: which of its objects is the article, and what the others say beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from worker.parse.supplied import Value, text_of
from worker.parse.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.parse.html_tree import Page
    from worker.rules import Rules

_BYTES_MAX = 1_000_000
_SCRIPTS_MAX = 40
_DEPTH_MAX = 8
_OBJECTS_MAX = 2000
_WRAPPED = re.compile(r"\A\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*;?\s*\Z")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_CONTROLS = dict.fromkeys(range(0x20), " ")

Object = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Linked:
    """The article's object, references in it followed; empty without one. `names` of the sites and publishers said.

    `pages` are the types of everything that the page's data hold.
    """

    article: Object
    names: tuple[str, ...] = ()
    section: str | None = None
    pages: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """The types of the article, in small letters."""
        return kinds_of(self.article)


def read_linked(page: Page, url: str | None, headlines: frozenset[str], rules: Rules) -> Linked:
    """What the page's JSON-LD says. `url` and `headlines` (in small letters) tell which article is the page's own."""
    objects = [o for _, text in _scripts(page) for o in _objects_in(_loaded(text), 0)][:_OBJECTS_MAX]
    if not objects:
        return Linked({})
    types = frozenset(rules.json_keys["types"])
    by_id = {str(o["@id"]): o for o in objects if isinstance(o.get("@id"), str) and len(o) > 1}
    articles = [o for o in objects if kinds_of(o) & types]
    names = tuple(n for o in objects if kinds_of(o) & _SITES and (n := text_of(o.get("name"))))
    section = next((s for o in objects if "breadcrumblist" in kinds_of(o) and (s := _section_of(o))), None)
    pages = frozenset(kind for o in objects for kind in kinds_of(o))
    if not articles:
        return Linked({}, names, section, pages)
    chosen = max(articles, key=lambda o: _fits(o, url, headlines, rules))
    return Linked(_resolved(chosen, by_id), names, section, pages)


_SITES = frozenset({"website", "organization", "newsmediaorganization"})


def kinds_of(value: Object) -> frozenset[str]:
    """The types of an object in small letters, without the address of their vocabulary."""
    kinds = value.get("@type")
    return frozenset(
        str(kind).rpartition("/")[2].casefold() for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind
    )


def _scripts(page: Page) -> Iterator[tuple[object, str]]:
    found = [(a, t) for a, t in page.scripts if "ld+json" in (a.get("type") or "").casefold() and len(t) <= _BYTES_MAX]
    yield from found[:_SCRIPTS_MAX]


def _loaded(text: str) -> Value:
    """The value of a script; the usual faults are forgiven: line breaks in strings, comments around, spare commas."""
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    text = _WRAPPED.sub("", _WRAPPED.sub("", text)).translate(_CONTROLS).strip().rstrip(";")
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return orjson.loads(attempt)
        except ValueError:
            continue
    return None


def _objects_in(value: Value, depth: int) -> Iterator[Object]:
    """The objects that stand for something of their own: at the top, in a graph, and what a page is about."""
    if depth > _DEPTH_MAX:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects_in(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart", "video"):
            yield from _objects_in(value.get(key), depth + 1)


def _fits(value: Object, url: str | None, headlines: frozenset[str], rules: Rules) -> tuple[int, int]:
    """How sure it is that this is the page's article: by address, by headline, and by how much it says."""
    said = [text for key in ("url", "@id", "mainEntityOfPage") if (text := _address(value.get(key)))]
    is_here = url is not None and any(canonical_url(text, rules, base=url) == url for text in said)
    headline = (text_of(value.get("headline")) or text_of(value.get("name")) or "").casefold()
    return 2 * is_here + (headline in headlines), sum(1 for key in _TELLING if value.get(key))


_TELLING = ("headline", "datePublished", "author", "articleBody", "image", "publisher")


def _address(value: Value) -> str | None:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) else None


def _resolved(value: Object, by_id: dict[str, Object]) -> Object:
    """The same with references to other objects of the page replaced by them, one level deep."""

    def follow(inner: Value) -> Value:
        if isinstance(inner, list):
            return [follow(item) for item in inner[:_SCRIPTS_MAX]]
        if isinstance(inner, dict) and set(inner) <= {"@id", "@type", "name"} and isinstance(inner.get("@id"), str):
            target = by_id.get(str(inner["@id"]))
            return {**target, **inner} if target is not None else inner
        return inner

    return {
        key: follow(inner) if key in {"author", "publisher", "image", "creator", "contributor"} else inner
        for key, inner in value.items()
    }


def _section_of(breadcrumbs: Object) -> str | None:
    """The last step but the page itself; the first step is the site."""
    items = breadcrumbs.get("itemListElement")
    if not isinstance(items, list):
        return None
    names = [text_of(item) or text_of(item.get("item")) for item in items if isinstance(item, dict)]
    steps = [name for name in names if name]
    return steps[1] if len(steps) > 2 else None
