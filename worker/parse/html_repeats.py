"""What an article's text repeats of its own head: the headline, the byline."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Removal
from worker.parse.people import read_names

if TYPE_CHECKING:
    from worker.draft import Fields
    from worker.parse.html_body import Body
    from worker.reading_rules import PeopleRules

_FIRST, _LAST = 4, 2
_HEADLINE_TIMES_MAX = 1.6
_BYLINE_LETTERS_MAX = 100
# Room for `By`, `Von`, `Text:` and the like.
_REST_LETTERS_MAX = 12
_FOLD = re.compile(r"[\W_]+")


def without_repeats(body: Body, fields: Fields, rules: PeopleRules) -> Body:
    """`body` without lines near its beginning or end that are the headline, or name the authors and no more."""
    kept, removed = [], []
    count = len(body.paragraphs)
    headline = _folded(fields.headline or "")
    authors = frozenset(author.name for author in fields.authors)
    for place, paragraph in enumerate(body.paragraphs):
        kind = None
        if place < _FIRST and headline and _is_headline(paragraph, headline):
            kind = "headline_repeat"
        elif (place < _FIRST or place >= count - _LAST) and _is_byline(paragraph, authors, rules):
            kind = "byline"
        if kind is None:
            kept.append(paragraph)
        else:
            removed.append(Removal(kind, paragraph))
    if not removed or not kept:
        return body
    return replace(body, paragraphs=tuple(kept), removed=(*removed, *body.removed))


def _is_headline(paragraph: str, headline: str) -> bool:
    folded = _folded(paragraph)
    return folded.endswith(headline) and len(folded) <= len(headline) * _HEADLINE_TIMES_MAX


def _is_byline(paragraph: str, authors: frozenset[str], rules: PeopleRules) -> bool:
    if len(paragraph) > _BYLINE_LETTERS_MAX or not any(name in paragraph for name in authors):
        return False
    names = read_names(paragraph, rules)
    rest = paragraph
    for name in names:
        rest = rest.replace(name, " ")
    return bool(names) and authors.issuperset(names) and len(_folded(rest)) <= _REST_LETTERS_MAX


def _folded(text: str) -> str:
    return _FOLD.sub("", text.casefold())
