"""The vocabulary: what an article is, field by field, as the output line has it.

These dataclasses are the record: the JSON Schema that copydesk publishes is generated from them, and a line
has their fields in their order. Absent knowledge is None or an empty tuple, never an empty string, and never
invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Span = tuple[int, int]
"""`[start, end)` in Unicode code points of the article's text."""

_ID = {"pattern": "^[0-7][0-9a-hjkmnp-tv-z]{25}$"}
_SHA256 = {"pattern": "^[0-9a-f]{64}$"}
_SHARE = {"minimum": 0, "maximum": 1}
_MOMENT = r"^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?)?$"
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"


def _says(meaning: str, **limits: object) -> dict[str, object]:
    """What schema and documentation say about a field: its meaning, and limits as JSON Schema keywords."""
    return {"meaning": meaning, **limits}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with the words that it was read from."""

    value: str = field(metadata=_says("ISO 8601 cut to `precision`, an offset only where stated", pattern=_MOMENT))
    precision: Literal["year", "month", "day", "minute", "second"]
    instant: str | None = field(metadata=_says("RFC 3339 in UTC, null without an offset", pattern=_INSTANT))
    origin: Literal["metadata", "header", "dateline", "filename", "inferred"]
    evidence: str = field(metadata=_says("the words that it was read from"))


@dataclass(frozen=True, slots=True)
class Author:
    """A person who wrote the article or contributed to it."""

    name: str
    role: Literal["author", "contributor"] = "author"
    affiliation: str | None = None


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who published this copy."""

    name: str | None
    domain: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A tag or code as supplied."""

    code: str | None
    name: str | None
    scheme: str | None


@dataclass(frozen=True, slots=True)
class Image:
    """An image that belongs to the article."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Dateline:
    """Such as `KYIV, Oct 15 (Reuters) —`."""

    place: str | None
    date: str | None
    agency: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Syndication:
    """Where this copy came from, as far as it says so."""

    agency: str | None
    original_publisher: str | None
    original_headline: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Repair:
    """How often one kind of damage was mended."""

    kind: str
    count: int = field(metadata={"minimum": 1})


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that was cut, word for word. `text` is None only where a line was too long to keep it."""

    kind: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Which earlier line this one repeats."""

    kind: Literal["exact", "near"]
    of: str = field(metadata=_says("the first of its family, itself no duplicate", **_ID))
    similarity: float = field(
        metadata=_says("share of the smaller text's word 3-shingles that stand in `of`", **_SHARE)
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """The same words in this text and in another."""

    span: Span
    other_span: Span


@dataclass(frozen=True, slots=True)
class Shared:
    """Reuse short of a duplicate."""

    with_: str = field(metadata={"name": "with", **_ID})
    share: float = field(metadata=_says("part of this text's words in the passages", **_SHARE))
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """The running story that the article joined."""

    id: str
    size_at_emission: int = field(metadata={"minimum": 1})
    similarity: float = field(metadata=_says("to the story as it was", **_SHARE))


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Degrees north and east."""

    lat: float = field(metadata={"minimum": -90, "maximum": 90})
    lon: float = field(metadata={"minimum": -180, "maximum": 180})


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody, some place or something that the article names."""

    name: str
    type: Literal["person", "organisation", "place", "event", "other"]
    mentions: tuple[Span, ...]
    in_headline: bool
    role: str | None
    affiliation: str | None
    country: str | None = field(metadata=_says("ISO 3166-1 alpha-2", pattern="^[A-Z]{2}$"))
    coordinates: Coordinates | None
    salience: float = field(metadata=_SHARE)
    confidence: float = field(metadata=_SHARE)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it: by the fullest name in the text, or by role alone."""

    name: str | None
    role: str | None
    span: Span | None
    confidence: float = field(metadata=_SHARE)


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said, inside the marks."""

    text: str
    span: Span
    kind: Literal["direct", "fragment", "indirect"]
    group: int
    speaker: Speaker | None
    cue: str | None


@dataclass(frozen=True, slots=True)
class CitedSource:
    """Whom the article says it has it from."""

    name: str
    kind: Literal["agency", "outlet", "official", "document"]
    span: Span | None


@dataclass(frozen=True, slots=True)
class MentionedDate:
    """A date in the text, resolved as far as it can be."""

    text: str
    span: Span
    value: str | None
    precision: Literal["year", "month", "day", "minute", "second"] | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts."""

    text: str
    span: Span
    value: float | None
    unit: str | None
    qualifier: str | None


@dataclass(frozen=True, slots=True)
class Keyphrase:
    """A phrase that tells what the article is about."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What a reader should know about this record."""

    flags: tuple[str, ...] = ()
    trimmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where the document came from: `path` relative to the watched folder `inbox`."""

    inbox: str
    path: str
    member: str | None = field(metadata=_says("the item inside a feed, archive, mailbox or WARC"))
    sha256: str = field(metadata=_says("of the document's bytes", **_SHA256))
    bytes: int = field(metadata={"minimum": 0})
    media_type: str
    format: str
    encoding: str | None
    modified_at: str | None
    received_at: str
    retry_of: str | None = field(metadata=_says("the rejected document tried again", **_ID))


@dataclass(frozen=True, slots=True)
class Processing:
    """What made the line, and when."""

    version: str = field(metadata=_says("of copydesk"))
    rules: str = field(metadata=_says("of the rule data"))
    emitted_at: str = field(metadata=_says("when the line was made, RFC 3339 in UTC"))


@dataclass(frozen=True, slots=True)
class Document:
    """An accepted document on its way through the pipeline: its bytes and what is known from outside."""

    id: str
    inbox: str
    path: str
    member: str | None
    data: bytes
    sha256: str
    modified_at: str | None
    received_at: str
    retry_of: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """Everything that copydesk makes of one document by itself, in the order of the record.

    What depends on other documents (`seq`, `version`, `replaces`, `duplicate`, `shared`, `story`) and on the
    moment of writing (`processing`) is added when the line is rendered and written: see `record.py`.
    """

    id: str = field(metadata=_says("one accepted document, the same over retries, restarts and reprocessing", **_ID))
    guid: str | None = field(metadata=_says("the publisher's identifier"))
    url: str | None = field(metadata=_says("canonical address without tracking parameters"))
    headline: str | None = field(metadata=_says("null where the document has none, never made up"))
    headline_origin: Literal["metadata", "first_line", "heading", "footer"] | None = field(
        metadata=_says("where the headline was found")
    )
    subheadline: str | None = field(metadata=_says("a second headline under the first"))
    summary: str | None = field(metadata=_says("as supplied, not written by copydesk"))
    text: str = field(
        metadata=_says(
            "the article's own words, mended; paragraphs separated by an empty line; no headline, byline or boilerplate"
        )
    )
    word_count: int = field(metadata=_says("words of `text`", minimum=0))
    language: str = field(metadata=_says("BCP 47, `und` if unknown"))
    published: Moment | None = field(
        metadata=_says("when this copy was published, as far as it says so; a date in the body is never taken for it")
    )
    modified: Moment | None = field(metadata=_says("when it was last changed, as far as it says so"))
    status: Literal["usable", "withheld", "cancelled"] | None = field(metadata=_says("as the source says"))
    embargoed_until: str | None = field(metadata=_says("RFC 3339, as the source says"))
    byline: str | None = field(metadata=_says("as printed"))
    authors: tuple[Author, ...] = field(
        metadata=_says("the people who wrote or contributed, never an agency or an outlet")
    )
    publisher: Publisher | None = field(metadata=_says("who published this copy"))
    section: str | None = field(metadata=_says("as supplied"))
    genre: str | None = field(metadata=_says("as supplied"))
    rights: str | None = field(metadata=_says("as supplied"))
    subjects: tuple[Subject, ...] = field(metadata=_says("as supplied: tags, IPTC Media Topics"))
    images: tuple[Image, ...] = field(metadata=_says("images that belong to the article"))
    dateline: Dateline | None = field(metadata=_says('such as "KYIV, Oct 15 (Reuters) —"'))
    syndication: Syndication | None = field(metadata=_says("where this copy came from, as far as it says so"))
    repairs: tuple[Repair, ...] = field(metadata=_says("what was mended, and how often"))
    removed: tuple[Removal, ...] = field(metadata=_says("what was cut, word for word"))
    entities: tuple[Entity, ...] = field(
        metadata=_says("people, organisations, places: one row each, under the fullest name in the document")
    )
    quotes: tuple[Quote, ...] = field(metadata=_says("who said what; `text` is `text[span]`, inside the marks"))
    sources_cited: tuple[CitedSource, ...] = field(metadata=_says("whom the article says it has it from"))
    dates_mentioned: tuple[MentionedDate, ...] = field(
        metadata=_says("dates in the text, resolved against `published`")
    )
    figures: tuple[Figure, ...] = field(metadata=_says("numbers with what they count"))
    keyphrases: tuple[Keyphrase, ...] = field(metadata=_says("what the article is about"))
    quality: Quality = field(metadata=_says("what a reader should know about this record"))
    source: Source = field(metadata=_says("where the document came from"))


@dataclass(frozen=True, slots=True)
class Rejection:
    """A document that is not an article, with the reason."""

    id: str
    path: str
    member: str | None
    sha256: str
    stage: str
    error: str
    message: str
    attempts: int = 1


Outcome = Article | Rejection
