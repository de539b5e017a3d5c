"""An HTML page: its words, and what its head, its linked data and its looks say about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse.decode import decode
from worker.parse.html_body import Body, page_body, weight_of
from worker.parse.html_fields import Sources, headings_of, page_fields, page_url
from worker.parse.html_limits import refuse_hostile
from worker.parse.html_linked import Linked, read_linked
from worker.parse.html_page_kind import is_cut, is_live_blog, why_no_article
from worker.parse.html_supplied import supplied_text
from worker.parse.html_tree import Page, read_page

if TYPE_CHECKING:
    from worker.rules import Rules

_HEAD_BYTES = 4096
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_CHARACTERS_MIN = 100
_CHARACTERS_MIN_OF_ARTICLE = 20
# The page's own text gives way to a supplied one that is so many times longer.
_LONGER = 1.6


def read_html(data: bytes, rules: Rules) -> Draft:
    """The draft of the article in a page.

    Raises:
        PermanentError: the page is hostile, or there is no article in it.
    """
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    decoded = decode(data, declared[1].decode("ascii") if declared else None)
    refuse_hostile(data)
    page = read_page(decoded.text.replace("\0", "").encode("utf-8", "replace").decode())
    url = page_url(page, rules)
    headlines = frozenset(element.text().casefold() for element in headings_of(page))
    linked = read_linked(page, url, headlines, rules)
    body = _body(page, linked, rules)
    _refuse_others(page, linked, body, url, rules)
    fields = page_fields(Sources(page, linked, body, url), rules)
    flags = (
        *decoded.flags,
        *(["truncated"] if is_cut(linked, body) else ()),
        *(["live_blog"] if is_live_blog(linked) else ()),
    )
    return Draft("text/html", "html", decoded.encoding, body.paragraphs, fields, body.removed, flags)


def _refuse_others(page: Page, linked: Linked, body: Body, url: str | None, rules: Rules) -> None:
    """Let a page with an article pass."""
    characters = sum(map(weight_of, body.paragraphs))
    if characters < (_CHARACTERS_MIN_OF_ARTICLE if linked.article else _CHARACTERS_MIN):
        raise PermanentError("parse", "not_an_article", "the page has no running text")
    reason = why_no_article(page, linked, body, url, rules.html_body)
    if reason is not None:
        raise PermanentError("parse", "not_an_article", reason)


def _body(page: Page, linked: Linked, rules: Rules) -> Body:
    """The words that the page shows, or those that its data hold where it shows clearly less."""
    supplied = supplied_text(page, linked, rules)
    body = page_body(page, rules.html_body, "\n".join(supplied) or None)
    if sum(map(len, supplied)) > _LONGER * sum(map(len, body.paragraphs)):
        return Body(supplied, body.standfirst, body.removed, body.holder, body.above)
    return body
