"""Paragraphs that the tests of the cuts stand on."""

from __future__ import annotations

from worker.article import Author, Publisher
from worker.config_files import load_rules
from worker.cut.cut import cut
from worker.draft import Draft, Fields
from worker.normalize.draft import Normalized, normalize

WORDS = [
    "The harbour council met on Monday evening and talked about the ferry for three hours, officials said. Why?",
    "The crews said that they would not return soon. “We have waited for two years,” said Jo Roe, who speaks for them.",
    "A mediator will meet both sides on Thursday. Until then the islands are supplied by a barge once a day.",
]


def cut_of(*paragraphs: str, fields: Fields | None = None) -> Normalized:
    """What is left of an article with these paragraphs."""
    draft = Draft("text/plain", "txt", "utf-8", paragraphs, fields or Fields())
    return cut(normalize(draft), load_rules())


def by(*authors: str, publisher: str | None = None, **more: str) -> Fields:
    """The fields of an article by `authors`."""
    return Fields(
        authors=tuple(Author(name) for name in authors),
        publisher=Publisher(publisher, None) if publisher else None,
        headline=more.get("headline"),
        headline_origin="metadata" if "headline" in more else None,
        url=more.get("url"),
    )
