"""What kind of page it is: an article, a live blog, one whose text is cut, or no article at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from worker.parse.html_runs import HEADINGS, SENTENCE_END, teaser_around, teaser_holders

if TYPE_CHECKING:
    from worker.parse.html_body import Body
    from worker.parse.html_linked import Linked
    from worker.parse.html_tree import Element, Page
    from worker.parse.supplied import Value
    from worker.reading_rules import BodyRules

_LISTS = frozenset({"collectionpage", "searchresultspage", "itemlist", "profilepage", "contactpage", "aboutpage"})
_FRONT = re.compile(r"/?(?:index\.\w{3,5}|home|default\.\w{3,5})?/?", re.IGNORECASE)
_SHORT_TEXT = 1500
_CUT_LETTERS_MAX = 1500
_TEASERS_MIN = 4
_TEASER_SHARE = 0.6
_PROSE_LETTERS = 80
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\])[\"'”»)\]]*\Z")


def why_no_article(page: Page, linked: Linked, body: Body, url: str | None, rules: BodyRules) -> str | None:
    """Why there is no article on the page; None where there is one, or no sign that there is none."""
    letters = sum(map(len, body.paragraphs))
    titles = [title for title in (page.title, _first_heading(page)) if title]
    if letters < _SHORT_TEXT and not linked.article:
        for rule in rules.not_articles:
            if any(rule.pattern.search(title) for title in titles):
                return rule.kind
    if linked.article or "article" in page.meta.get("og:type", ()):
        return None
    if url is not None and _FRONT.fullmatch(urlsplit(url).path) and not urlsplit(url).query:
        return "it is the front page of a site"
    if linked.pages & _LISTS and not _has_prose(body):
        return "it is a list of articles"
    return "it is a list of articles" if _is_list(page, body) else None


def is_live_blog(linked: Linked) -> bool:
    """Whether the page is one of entries that are added while something goes on."""
    return "liveblogposting" in linked.kinds


def is_cut(linked: Linked, body: Body) -> bool:
    """Whether only the beginning of the text is there: the page says so, or it is not free and ends in the open."""
    if any(removal.kind == "paywall" for removal in body.removed):
        return True
    if _is_free(linked.article.get("isAccessibleForFree")) or not body.paragraphs:
        return False
    last = body.paragraphs[-1]
    is_open = _ELLIPSIS.search(last) is not None or SENTENCE_END.search(last) is None
    return is_open or sum(map(len, body.paragraphs)) < _CUT_LETTERS_MAX


def _is_free(said: Value) -> bool:
    return str(said).rpartition("/")[2].casefold() not in {"false", "no", "0"}


def _first_heading(page: Page) -> str | None:
    return next((element.text() for element in page.elements if element.tag == "h1"), None)


def _has_prose(body: Body) -> bool:
    return sum(len(p) for p in body.paragraphs if len(p) >= _PROSE_LETTERS) >= _SHORT_TEXT


def _is_list(page: Page, body: Body) -> bool:
    """Whether most of the words stand in teasers: small elements, many of them, each with a heading that is a link."""
    teasers: set[Element] = set()
    inside = total = 0
    kept = set(body.paragraphs)
    holders = teaser_holders(page)
    for block in page.blocks:
        if block.text not in kept or block.element.tag in HEADINGS:
            continue
        total += len(block.text)
        teaser = teaser_around(block, holders)
        if teaser is not None:
            teasers.add(teaser)
            inside += len(block.text)
    return len(teasers) >= _TEASERS_MIN and inside >= total * _TEASER_SHARE
