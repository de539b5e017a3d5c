"""NITF, the News Industry Text Format of the IPTC (versions 2 to 3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from worker.article import Author, Dateline, Image, Publisher, Removal, Subject
from worker.draft import Draft, Fields
from worker.errors import PermanentError
from worker.parse.dates import read_date
from worker.parse.people import is_person, read_names
from worker.parse.supplied import image_of, language_tag
from worker.parse.urls import canonical_url, domain_of
from worker.parse.xml_tree import all_in, first_in, line_of, paragraphs_of, parse_xml, said_in, text_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

    from worker.article import Moment
    from worker.rules import Rules

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_WORDS = frozenset({"media", "byline", "dateline", "copyrite", "script", "style", "note", "nitf-table"})
_STATUSES: Mapping[str, Literal["usable", "withheld", "cancelled"]] = {
    "usable": "usable", "embargoed": "withheld", "withheld": "withheld", "pulled": "cancelled", "killed": "cancelled",
    "canceled": "cancelled", "cancelled": "cancelled",
}  # fmt: skip
_SUBJECT_PARTS = ("detail", "matter", "type")


@dataclass(frozen=True, slots=True)
class Story:
    """The article in a NITF element."""

    paragraphs: tuple[str, ...]
    fields: Fields
    removed: tuple[Removal, ...]


def read_nitf(data: bytes, rules: Rules) -> Draft:
    """The draft of a NITF document.

    Raises:
        PermanentError: the XML is hostile or nothing but damage, or there is no text in it.
    """
    tree = parse_xml(data)
    root = tree.root if tree.root.tag == "nitf" else first_in(tree.root, "*", "nitf")
    story = story_of(tree.root if root is None else root, rules)
    if not any(c.isalpha() for paragraph in story.paragraphs for c in paragraph):
        raise PermanentError("parse", "not_an_article", "the NITF document has no text")
    encoding = (tree.root.getroottree().docinfo.encoding or "utf-8").lower()
    return Draft(
        "application/nitf+xml", "nitf", encoding, story.paragraphs, story.fields, story.removed, flags=tree.flags
    )


def story_of(nitf: Element, rules: Rules) -> Story:
    """The article in a `nitf` element, which may stand inside of another format."""
    content = first_in(nitf, "body", "body.content")
    paragraphs = paragraphs_of(content, _NOT_WORDS) if content is not None else ()
    lines = [text_in(nitf, "body", "body.end", name) for name in ("tagline", "bibliography")]
    removed = tuple(Removal("tagline", line) for line in lines if line)
    return Story(paragraphs, _fields(nitf, rules), removed)


def _fields(nitf: Element, rules: Rules) -> Fields:
    head, top = first_in(nitf, "head"), first_in(nitf, "body", "body.head")
    headline = text_in(top, "hedline", "hl1") or text_in(head, "title")
    byline = text_in(top, "byline")
    issue = _moment(
        said_in(head, "norm", "docdata", "date.issue") or said_in(head, "date.publication", "pubdata"), rules
    )
    release = _moment(said_in(head, "norm", "docdata", "date.release"), rules)
    status = (said_in(head, "management-status", "docdata") or "").casefold()
    url = canonical_url(said_in(head, "ex-ref", "pubdata") or "", rules)
    name = said_in(head, "name", "pubdata") or said_in(head, "holder", "docdata", "doc.copyright")
    name = name or text_in(top, "distributor")
    return Fields(
        guid=said_in(head, "id-string", "docdata", "doc-id"),
        url=url,
        headline=headline,
        headline_origin="metadata" if headline else None,
        subheadline=text_in(top, "hedline", "hl2"),
        summary=text_in(top, "abstract"),
        published=issue or release,
        status=_STATUSES.get(status),
        embargoed_until=_embargo(issue, release, status),
        byline=byline,
        authors=tuple(_authors(top, rules)),
        publisher=Publisher(name, domain_of(url)) if name or url else None,
        section=said_in(head, "position.section", "pubdata"),
        genre=said_in(head, "tobject.property.type", "tobject", "tobject.property"),
        rights=text_in(top, "rights") or _copyright(head),
        subjects=tuple(dict.fromkeys(_subjects(head))),
        images=tuple(dict.fromkeys(_images(nitf))),
        dateline=_dateline(first_in(top, "dateline") if top is not None else None),
        language=language_tag(nitf.get(_LANG) or said_in(nitf, _LANG, "body") or ""),
    )


def _moment(words: str | None, rules: Rules) -> Moment | None:
    return read_date(words, rules.dates, "metadata") if words else None


def _embargo(issue: Moment | None, release: Moment | None, status: str) -> str | None:
    """The date of release, where it lies behind that of issue or the document says that it is embargoed."""
    if release is None:
        return None
    is_later = issue is not None and issue.instant and release.instant and issue.instant < release.instant
    return release.instant or release.value if is_later or status == "embargoed" else None


def _authors(top: Element | None, rules: Rules) -> Iterator[Author]:
    for byline in all_in(top, "byline") if top is not None else ():
        people = [name for person in all_in(byline, "person") if (name := line_of(person, frozenset({"function"})))]
        words = line_of(byline, frozenset({"byttl", "location"})) or ""
        for name in people or read_names(words, rules.people):
            if people or is_person(name, rules.people):
                yield Author(name)


def _copyright(head: Element | None) -> str | None:
    holder, year = (said_in(head, name, "docdata", "doc.copyright") for name in ("holder", "year"))
    return f"© {year} {holder}" if holder and year else holder


def _subjects(head: Element | None) -> Iterator[Subject]:
    if head is None:
        return
    for subject in all_in(head, "tobject", "tobject.subject"):
        names = (subject.get(f"tobject.subject.{part}") for part in _SUBJECT_PARTS)
        name, code = next(filter(None, names), None), subject.get("tobject.subject.refnum")
        if name or code:
            yield Subject(code, name, subject.get("tobject.subject.ipr"))
    for keyword in all_in(head, "docdata", "key-list", "keyword"):
        if keyword.get("key"):
            yield Subject(None, keyword.get("key"), None)
    for classifier in all_in(head, "docdata", "identified-content", "classifier"):
        if classifier.get("value"):
            yield Subject(classifier.get("value"), None, classifier.get("type"))


def _images(nitf: Element) -> Iterator[Image]:
    for media in all_in(nitf, "body", "*", "media"):
        if (media.get("media-type") or "image") != "image":
            continue
        for reference in all_in(media, "media-reference"):
            address = reference.get("source") or reference.get("data-location") or ""
            image = image_of(address, text_in(media, "media-caption"), text_in(media, "media-producer"), base=None)
            if image is not None:
                yield image
                break


def _dateline(dateline: Element | None) -> Dateline | None:
    text = line_of(dateline) if dateline is not None else None
    if text is None:
        return None
    date = text_in(dateline, "story.date")
    place = text_in(dateline, "location") or (None if date else text)
    return Dateline(place, date, None, text)
