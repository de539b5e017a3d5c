"""Pieces of HTML inside other formats: a text or a line that may be marked up, or escaped once too often."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from worker.parse.html_body import fragment_paragraphs
from worker.parse.html_limits import refuse_hostile
from worker.parse.plain_text import split_lines, split_paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|blockquote|span|strong|em|b|i|u|a|img|figure|section|article|table|html|body|hr"
    r"|sup|sub|font|small|code|pre|script|style)\b[^<>]*/?>",
    re.IGNORECASE,
)
_ESCAPED_TAG = re.compile(r"&lt;/?(?:p|div|br|h[1-6]|ul|li|blockquote|span|strong|em|b|i|a|img)\b", re.IGNORECASE)
_ESCAPED_BLOCK = re.compile(r"</?(?:p|div|br|h[1-6]|ul|ol|li|blockquote)\b[^<>]*/?>", re.IGNORECASE)


def is_marked_up(text: str) -> bool:
    """Whether there is a tag of HTML in `text`."""
    return "<" in text and _TAG.search(text) is not None


def split_marked_up(text: str) -> tuple[str, ...]:
    """The paragraphs of `text`, which is plain or HTML.

    Raises:
        PermanentError: the HTML is hostile.
    """
    text = _unescaped(text)
    if not is_marked_up(text):
        return tuple(p for p in split_paragraphs(split_lines(text)) if not p.isspace())
    return split_html(text)


def split_html(text: str) -> tuple[str, ...]:
    """The paragraphs of a piece of HTML.

    Raises:
        PermanentError: it is hostile.
    """
    paragraphs = _from_html(text)
    if any(_ESCAPED_BLOCK.search(p) for p in paragraphs):
        # HTML that was escaped, and then put into HTML again.
        paragraphs = _from_html("\n\n".join(paragraphs))
    return paragraphs


def _from_html(text: str) -> tuple[str, ...]:
    return fragment_paragraphs(_harmless(text))


def _harmless(text: str) -> str:
    page = text.replace("\0", "").encode("utf-8", "replace")
    refuse_hostile(page)
    return page.decode()


def _unescaped(text: str) -> str:
    """`text` with its tags as tags where all of them were escaped."""
    if "&lt;" in text and not is_marked_up(text) and _ESCAPED_TAG.search(text):
        return html.unescape(text)
    return text


def strip_markup(text: str) -> str:
    """`text` as one line without tags; entities in it stay, unless it was HTML."""
    text = _unescaped(text)
    if is_marked_up(text):
        text = " ".join(_from_html(text))
    return " ".join(text.split())


def images_in(text: str) -> Iterator[tuple[str, str | None]]:
    """Address and alternative text of each image in the HTML `text`."""
    if "<img" not in text.lower():
        return
    for image in LexborHTMLParser(_harmless(text)).css("img[src]"):
        yield image.attributes.get("src") or "", image.attributes.get("alt") or None
