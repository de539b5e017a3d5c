"""What a reader makes of a document's bytes: the same value for every format."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from worker.article import Publisher

if TYPE_CHECKING:
    from worker.article import Author, Dateline, Image, Moment, Removal, Subject, Syndication


@dataclass(frozen=True, slots=True)
class Fields:
    """What a document says about itself, apart from its text. None and () where it says nothing."""

    guid: str | None = None
    url: str | None = None
    headline: str | None = None
    headline_origin: Literal["metadata", "first_line", "heading", "footer"] | None = None
    subheadline: str | None = None
    summary: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    status: Literal["usable", "withheld", "cancelled"] | None = None
    embargoed_until: str | None = None
    byline: str | None = None
    authors: tuple[Author, ...] = ()
    publisher: Publisher | None = None
    section: str | None = None
    genre: str | None = None
    rights: str | None = None
    subjects: tuple[Subject, ...] = ()
    images: tuple[Image, ...] = ()
    dateline: Dateline | None = None
    syndication: Syndication | None = None
    language: str | None = None

    def or_else(self, other: Fields) -> Fields:
        """These, and those of `other` where these say nothing."""
        return Fields(*[mine or theirs for mine, theirs in zip(_values(self), _values(other), strict=True)])

    def with_domain(self, domain: str | None) -> Fields:
        """The same with a publisher of that domain where none is known."""
        publisher = self.publisher or Publisher(None, None)
        if domain is None or publisher.domain is not None:
            return self
        return replace(self, publisher=Publisher(publisher.name, domain))


_values = attrgetter(*(f.name for f in fields(Fields)))


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as read, before anything is mended.

    `paragraphs` are in order and not empty; a line feed inside one is a line break of the source that ends no
    paragraph. `removed` is what the reader cut, word for word, and `flags` go to `quality.flags`.
    """

    media_type: str
    format: str
    encoding: str
    paragraphs: tuple[str, ...]
    fields: Fields = Fields()
    removed: tuple[Removal, ...] = ()
    flags: tuple[str, ...] = ()
