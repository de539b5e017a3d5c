"""Documents and articles that the tests of the pure parts work on."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from worker.article import (
    Article,
    Author,
    CitedSource,
    Coordinates,
    Dateline,
    Document,
    Entity,
    Figure,
    Image,
    Keyphrase,
    MentionedDate,
    Moment,
    Publisher,
    Quality,
    Quote,
    Rejection,
    Removal,
    Repair,
    Source,
    Speaker,
    Subject,
    Syndication,
)
from worker.config_files import load_rules
from worker.fill import Standing, fill_article
from worker.pipeline import process
from worker.record import render_article

if TYPE_CHECKING:
    from worker.article import Duplicate

ID = "01jdabcdefghjkmnpqrstvwxyz"
OTHER_ID = "01jdzzzzzzzzzzzzzzzzzzzzzz"
RECEIVED_AT = "2024-11-20T09:00:00Z"
EMITTED_AT = "2024-11-20T09:00:01.250Z"
LINE_BYTES_MAX = 100_000

WORDS = "The council met on Monday and talked about the tram for three hours. Nobody was quite sure why."


def document(data: bytes | str, path: str = "inbox/a.txt") -> Document:
    """A document of these bytes."""
    data = data.encode() if isinstance(data, str) else data
    return Document(
        id=ID,
        inbox="inbox",
        path=path,
        member=None,
        data=data,
        sha256=sha256(data).hexdigest(),
        modified_at="2024-11-20T08:59:00Z",
        received_at=RECEIVED_AT,
    )


def article_of(data: bytes | str, path: str = "a.txt") -> Article:
    """What the pipeline makes of it, which must be an article."""
    outcome = process(document(data, path), load_rules())
    assert isinstance(outcome, Article), outcome
    return outcome


def rejection_of(data: bytes | str, path: str = "a.txt") -> Rejection:
    """What the pipeline makes of it, which must be a rejection."""
    outcome = process(document(data, path), load_rules())
    assert isinstance(outcome, Rejection), f"no rejection: {outcome!r:.200}"
    return outcome


def line_of(article: Article, *, seq: int = 1, duplicate: Duplicate | None = None) -> bytes:
    """The final line of `article`."""
    body = render_article(article, LINE_BYTES_MAX, "0123456789ab")
    assert isinstance(body, bytes), body
    return fill_article(body, seq=seq, standing=Standing(duplicate), emitted_at=EMITTED_AT)


def parsed(line: bytes) -> dict[str, Any]:
    """The object that a line is."""
    value = orjson.loads(line)
    assert isinstance(value, dict)
    return value


def full_article() -> Article:
    """An article with something in every field."""
    text = "“We met,” said Jo Roe in Oslo. Some 1,500 people came."
    moment = Moment("2024-11-19T20:15+01:00", "minute", "2024-11-19T19:15:00Z", "header", "19.11.2024, 20:15 CET")
    plain = article_of(WORDS)
    return replace(
        plain,
        guid="tag:example,2024:1",
        url="https://example.org/1",
        headline="Council meets",
        headline_origin="metadata",
        subheadline="For three hours",
        summary="They met.",
        text=text,
        published=moment,
        modified=replace(moment, precision="day", value="2024-11-20", instant=None),
        status="usable",
        embargoed_until="2024-11-20T00:00:00Z",
        byline="By Jo Roe",
        authors=(Author("Jo Roe"), Author("Al Poe", "contributor", "Wire")),
        publisher=Publisher("Example", "example.org"),
        section="Local",
        genre="Report",
        rights="© Example",
        subjects=(Subject("1", "trams", None),),
        images=(Image("https://example.org/a.jpg", "A tram", "Jo Roe"),),
        dateline=Dateline("OSLO", "Nov 19", "Wire", "OSLO, Nov 19 (Wire) —"),
        syndication=Syndication("Wire", "Other", "Council met", "The post …"),
        repairs=(Repair("whitespace", 2),),
        removed=(Removal("label", "EXCLUSIVE:"),),
        entities=(Entity("Oslo", "place", ((26, 30),), False, None, None, "NO", Coordinates(59.9, 10.7), 0.5, 0.9),),
        quotes=(Quote("We met,", (1, 8), "direct", 1, Speaker("Jo Roe", None, (15, 21), 0.9), "said"),),
        sources_cited=(CitedSource("Wire", "agency", None),),
        dates_mentioned=(MentionedDate("Monday", (0, 6), None, None),),
        figures=(Figure("1,500 people", (37, 49), 1500.0, "people", "some"),),
        keyphrases=(Keyphrase("tram", 0.7),),
        quality=Quality(("too_short",), ()),
        source=Source(
            "inbox", "a/b.txt", "3", "0" * 64, 10, "text/plain", "txt", "utf-8", RECEIVED_AT, RECEIVED_AT, OTHER_ID
        ),
    )
