"""Who reads the pages: copydesk, and others where they are installed (`requirements/bench.lock`).

Each is used as its documentation says for an article with metadata, from the bytes of the page.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.documents import document
from worker.article import Article
from worker.config_files import load_rules
from worker.errors import PermanentError
from worker.parse.html_page import read_html
from worker.pipeline import process

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody reads from a page. `standfirst`: what they know to stand between headline and text."""

    headline: str | None = None
    published: str | None = None
    people: tuple[str, ...] = ()
    standfirst: str = ""
    body: str = ""


def readers() -> dict[str, Callable[[bytes], Reading]]:
    """The readers that can be run here, copydesk first: its reader of pages alone, and its whole pipeline."""
    known: dict[str, tuple[str, Callable[[bytes], Reading]]] = {
        "copydesk": ("worker", _copydesk),
        "copydesk, mended": ("worker", _pipeline),
        "trafilatura": ("trafilatura", _trafilatura),
        "newspaper4k": ("newspaper", _newspaper),
        "resiliparse": ("resiliparse", _resiliparse),
    }
    return {name: read for name, (module, read) in known.items() if importlib.util.find_spec(module) is not None}


def _copydesk(data: bytes) -> Reading:
    try:
        draft = read_html(data, load_rules())
    except PermanentError:
        return Reading()
    said = draft.fields
    return Reading(
        said.headline,
        said.published.value if said.published else None,
        tuple(author.name for author in said.authors),
        said.subheadline or "",
        "\n".join(draft.paragraphs),
    )


def _pipeline(data: bytes) -> Reading:
    article = process(document(data, "page.html"), load_rules())
    if not isinstance(article, Article):
        return Reading()
    published = article.published.value if article.published else None
    people = tuple(author.name for author in article.authors)
    return Reading(article.headline, published, people, article.subheadline or "", article.text)


def _trafilatura(data: bytes) -> Reading:
    from trafilatura import bare_extraction

    found = bare_extraction(data, with_metadata=True, include_comments=False, include_tables=False)
    if found is None:
        return Reading()
    people = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return Reading(found.title, found.date, people, "", found.text or "")


def _newspaper(data: bytes) -> Reading:
    import newspaper

    article = newspaper.Article("https://page.example/", fetch_images=False)
    article.download(input_html=data.decode("utf-8", "replace"))
    article.parse()
    date = article.publish_date
    published = date.isoformat() if hasattr(date, "isoformat") else date or None
    return Reading(article.title, published, tuple(article.authors), "", article.text)


def _resiliparse(data: bytes) -> Reading:
    """It reads text and title alone."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import detect_encoding
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse_from_bytes(data, detect_encoding(data) or "utf-8")
    text = extract_plain_text(tree, main_content=True, alt_texts=False, comments=False, post_meta=False)
    return Reading(tree.title, None, (), "", text)
