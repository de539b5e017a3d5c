"""Who wrote a page's article: its data first, then what stands as a byline, people alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.article import Author
from worker.parse.people import read_names
from worker.parse.supplied import Value, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.parse.html_tree import Element, Page
    from worker.reading_rules import BodyRules, PeopleRules

_BYLINE_LETTERS_MAX = 200
_PEOPLE_MAX = 30
_LINE_LETTERS_MAX = 80
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|autori|firmas?|people|profiles?|by|journalist[aes]?|"
    r"redakt(?:or|ion|eure?)|reporters?|staff|columnist[as]?|contributors?|skribent|yazar(?:lar)?|penulis)/",
    re.IGNORECASE,
)
_FOLD = re.compile(r"[\W_]+")


def people_of(value: Value, sites: frozenset[str], rules: PeopleRules) -> Iterator[str]:
    """The people among the authors that linked data names: objects with names or their parts, strings, lists."""
    if isinstance(value, list):
        for item in value[:_PEOPLE_MAX]:
            yield from people_of(item, sites, rules)
    elif isinstance(value, str):
        yield from names_in(value, sites, rules)
    elif isinstance(value, dict):
        kinds = value.get("@type") or "Person"
        if not any(str(kind).endswith("Person") for kind in (kinds if isinstance(kinds, list) else [kinds])):
            return
        parts = [text_of(value.get(key)) for key in ("givenName", "familyName")]
        name = value.get("name")
        if isinstance(name, list):
            yield from people_of(name, sites, rules)
        elif (text := text_of(name)) is not None:
            yield from names_in(text, sites, rules)
        elif all(parts):
            yield from names_in(" ".join(part for part in parts if part), sites, rules)


def names_in(words: str, sites: frozenset[str], rules: PeopleRules) -> Iterator[str]:
    """The people in `words`, save names that are the site's own."""
    if len(words) > _BYLINE_LETTERS_MAX * 3:
        return
    for name in read_names(words, rules):
        if folded(name) not in sites:
            yield name


def shown_people(
    page: Page,
    holder: Element | None,
    lines: Iterable[str],
    body: BodyRules,
    sites: frozenset[str],
    rules: PeopleRules,
) -> tuple[tuple[str, ...], str | None]:
    """The people in the bylines that the page shows, and the first byline as printed.

    Where nothing is called a byline, one of the `lines` between headline and text may be one: `By` and a name.
    """
    printed: str | None = None
    for element in _bylines(page, holder, body):
        words = element.text()
        if not words or len(words) > _BYLINE_LETTERS_MAX:
            continue
        names = tuple(dict.fromkeys(names_in(element.text("|"), sites, rules)))
        if names:
            return names, words
        printed = printed or words
    for line in lines:
        names = tuple(names_in(line, sites, rules)) if len(line) <= _LINE_LETTERS_MAX else ()
        if names and rules.openers.match(line):
            return names, line
    return (), printed


def _bylines(page: Page, holder: Element | None, body: BodyRules) -> Iterator[Element]:
    """The elements that are called a byline or lead to a writer's page, the likeliest first."""
    end = holder.last if holder is not None else len(page.elements)
    near = [e for e in page.elements if e.order <= end and (_is_author_link(e) or _is_marked(e, body))]
    near.sort(key=lambda e: (not _is_exact(e), not _is_marked(e, body), e.order))
    for element in near:
        if not _is_apart(element):
            yield element


def _is_author_link(element: Element) -> bool:
    if element.tag != "a":
        return False
    attributes = element.attributes
    return "author" in (attributes.get("rel") or "").split() or bool(_AUTHOR_PATH.search(attributes.get("href") or ""))


def _is_marked(element: Element, body: BodyRules) -> bool:
    if element.letters > _BYLINE_LETTERS_MAX or not element.attributes:
        return False
    return _is_exact(element) or not body.byline_words.isdisjoint(element.words)


def _is_exact(element: Element) -> bool:
    return element.attributes.get("itemprop") == "author"


def _is_apart(element: Element) -> bool:
    return element.within(frozenset({"nav", "footer"})) or bool(
        _APART & frozenset(word for e in _around(element) for word in e.words)
    )


_APART = frozenset({"comments", "comment", "related", "recommended", "teaser", "mostread", "popular"})


def _around(element: Element) -> Iterator[Element]:
    current: Element | None = element
    while current is not None and current.tag not in {"body", "html", "main"}:
        yield current
        current = current.parent


def folded(name: str) -> str:
    """A name without case, marks and spaces: to see whether two are the same."""
    return _FOLD.sub("", name.casefold())


def authors_of(names: Iterable[str]) -> tuple[Author, ...]:
    """One author for each name, in order."""
    return tuple(Author(name) for name in dict.fromkeys(names))[:_PEOPLE_MAX]
