"""NewsML 1.x: items of components inside of components, one of which holds the text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from worker.article import Author, Dateline, Publisher, Subject
from worker.draft import Draft, Fields
from worker.errors import PermanentError
from worker.parse.dates import read_date
from worker.parse.fragment import split_marked_up
from worker.parse.member_names import Names
from worker.parse.members import BadMember, Container, Member
from worker.parse.nitf import Story, story_of
from worker.parse.people import is_person, read_names
from worker.parse.supplied import image_of, language_tag
from worker.parse.xml_tree import all_in, first_in, line_of, name_of, paragraphs_of, parse_xml, said_in, text_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

    from worker.article import Image, Moment
    from worker.parse.xml_tree import Tree
    from worker.rules import Rules

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_STATUSES: Mapping[str, Literal["usable", "withheld", "cancelled"]] = {
    "usable": "usable", "embargoed": "withheld", "withheld": "withheld", "canceled": "cancelled",
    "cancelled": "cancelled",
}  # fmt: skip
_MAIN_ROLES = ("main", "body", "main text", "text", "story", "article")
_OTHER_ROLES = frozenset({"stylesheet", "headline", "contact", "caption", "logo", "byline", "dateline", "summary"})
_NOT_WORDS = frozenset({"script", "style", "head", "title", "media", "figure", "figcaption"})
_SUBJECTS = ("SubjectDetail", "SubjectMatter", "Subject", "SubjectQualifier")


def read_items(items: list[Element], tree: Tree, rules: Rules) -> Draft | Container:
    """The article of the only item, or several items as a container.

    Raises:
        PermanentError: the only item has no text.
    """
    envelope = first_in(tree.root, "NewsEnvelope")
    sender = said_in(envelope, "FormalName", "SentFrom", "Party") if envelope is not None else None
    if len(items) == 1:
        return _draft(items[0], sender, tree.flags, rules)
    return Container("newsml", _members(items, sender, tree.flags))


def _members(items: list[Element], sender: str | None, flags: tuple[str, ...]) -> Iterator[Member | BadMember]:
    from lxml import etree

    names = Names()
    for number, item in enumerate(items, 1):
        name = text_in(item, "Identification", "NewsIdentifier", "PublicIdentifier") or str(number)
        data = etree.tostring(item, encoding="utf-8", with_tail=False)
        yield Member(names.unique(name), data, partial(_read_item, sender=sender, flags=flags))


def _read_item(data: bytes, rules: Rules, *, sender: str | None, flags: tuple[str, ...]) -> Draft:
    return _draft(parse_xml(data).root, sender, flags, rules)


def _draft(item: Element, sender: str | None, flags: tuple[str, ...], rules: Rules) -> Draft:
    component, story = _text_of(item, rules)
    if component is None or not any(c.isalpha() for paragraph in story.paragraphs for c in paragraph):
        raise PermanentError("parse", "not_an_article", "the news item has no text")
    fields = _fields(item, component, sender, rules).or_else(story.fields)
    encoding = (item.getroottree().docinfo.encoding or "utf-8").lower()
    return Draft("application/xml", "newsml_1", encoding, story.paragraphs, fields, story.removed, flags)


def _text_of(item: Element, rules: Rules) -> tuple[Element | None, Story]:
    """The component whose text is the article's: that with a main role, or else with the most words."""
    best: tuple[int, Element | None, Story] = (0, None, Story((), Fields(), ()))
    for component in all_in(item, "*", "NewsComponent"):
        role = (said_in(component, "FormalName", "Role") or "").casefold()
        if role in _OTHER_ROLES:
            continue
        story = _story(component, rules)
        letters = sum(map(len, story.paragraphs)) * (1000 if role in _MAIN_ROLES else 1)
        if letters > best[0]:
            best = (letters, component, story)
    return best[1], best[2]


def _story(component: Element, rules: Rules) -> Story:
    """The text of the component's own content."""
    for content in (*all_in(component, "ContentItem", "DataContent"), *all_in(component, "ContentItem", "Encoding")):
        nitf = first_in(content, "*", "nitf")
        if nitf is not None:
            return story_of(nitf, rules)
        if any(name_of(inner) for inner in content):
            paragraphs = paragraphs_of(content, _NOT_WORDS)
        else:
            paragraphs = split_marked_up(content.text or "")
        if paragraphs:
            return Story(paragraphs, Fields(), ())
    return Story((), Fields(), ())


def _fields(item: Element, component: Element, sender: str | None, rules: Rules) -> Fields:
    around = [component, *(e for e in component.iterancestors() if name_of(e) == "NewsComponent")]
    management = first_in(item, "NewsManagement")
    first, revision = (_moment(management, name, rules) for name in ("FirstCreated", "ThisRevisionCreated"))
    headline = _line(item, around, "HeadLine")
    status = (said_in(management, "FormalName", "Status") or "").casefold()
    dateline, byline = _line(item, around, "DateLine"), _line(item, around, "ByLine")
    embargo = text_in(management, "StatusWillChange", "DateAndTime") if status == "embargoed" else None
    until = read_date(embargo, rules.dates, "metadata") if embargo else None
    publisher = _party(around, "Provider") or sender or text_in(item, "*", "ProviderId")
    return Fields(
        guid=text_in(item, "Identification", "NewsIdentifier", "PublicIdentifier"),
        headline=headline,
        headline_origin="metadata" if headline else None,
        subheadline=_line(item, around, "SubHeadLine"),
        summary=_line(item, around, "SummaryLine"),
        published=first or revision,
        modified=revision if first and revision != first else None,
        status=_STATUSES.get(status),
        embargoed_until=None if until is None else until.instant or until.value,
        byline=byline,
        authors=tuple(_authors(byline, around, rules)),
        publisher=Publisher(publisher, None) if publisher else None,
        genre=_said(around, "DescriptiveMetadata", "Genre"),
        rights=_line(item, around, "CopyrightLine") or _line(item, around, "RightsLine"),
        subjects=tuple(dict.fromkeys(_subjects(item, around))),
        images=tuple(dict.fromkeys(_images(item))),
        dateline=Dateline(None, None, None, dateline) if dateline else None,
        language=language_tag(_said(around, "DescriptiveMetadata", "Language") or item.get(_LANG) or ""),
    )


def _moment(management: Element | None, name: str, rules: Rules) -> Moment | None:
    words = text_in(management, name)
    return read_date(words, rules.dates, "metadata") if words else None


def _line(item: Element, around: list[Element], name: str) -> str | None:
    """A news line of the component, of those around it, or of any in the item."""
    own = (text for component in around if (text := text_in(component, "NewsLines", name)))
    return next(own, None) or text_in(item, "*", "NewsLines", name)


def _said(around: list[Element], *path: str) -> str | None:
    found = (text for component in around if (text := said_in(component, "FormalName", *path)))
    return next(found, None)


def _party(around: list[Element], name: str) -> str | None:
    return _said(around, "AdministrativeMetadata", name, "Party")


def _authors(byline: str | None, around: list[Element], rules: Rules) -> Iterator[Author]:
    names = read_names(byline, rules.people) if byline else ()
    creator = _party(around, "Creator")
    if not names and creator and is_person(creator, rules.people):
        names = (creator,)
    yield from map(Author, names)


def _subjects(item: Element, around: list[Element]) -> Iterator[Subject]:
    for component in around:
        for code in all_in(component, "DescriptiveMetadata", "SubjectCode"):
            for subject in code:
                if name_of(subject) in _SUBJECTS and subject.get("FormalName"):
                    yield Subject(subject.get("FormalName"), None, subject.get("Vocabulary") or subject.get("Scheme"))
    for line in all_in(item, "*", "NewsLines"):
        for keyword in all_in(line, "KeywordLine"):
            if line_of(keyword):
                yield Subject(None, line_of(keyword), None)


def _images(item: Element) -> Iterator[Image]:
    """The largest picture of each component, with the caption that stands in it or beside it."""
    for component in all_in(item, "*", "NewsComponent"):
        if (said_in(component, "FormalName", "Role") or "").casefold() == "logo":
            continue
        pictures = [content for content in all_in(component, "ContentItem") if _is_picture(content)]
        credit = text_in(component, "NewsLines", "CreditLine")
        for content in sorted(pictures, key=_width)[-1:]:
            image = image_of(content.get("Href") or "", _caption(component), credit, base=None)
            if image is not None:
                yield image


def _is_picture(content: Element) -> bool:
    kind = said_in(content, "FormalName", "MimeType") or said_in(content, "FormalName", "MediaType") or ""
    return kind.casefold().startswith(("image", "photo", "graphic"))


def _width(content: Element) -> int:
    widths = (p.get("Value") or "" for p in all_in(content, "Characteristics", "Property") if "Width" in str(p.attrib))
    return max((int(width) for width in widths if width.isdecimal() and len(width) < 9), default=0)


def _caption(component: Element) -> str | None:
    beside = component.getparent()
    for place in (component, *([] if beside is None else beside)):
        if name_of(place) == "NewsComponent" and said_in(place, "FormalName", "Role") == "Caption":
            return text_in(place, "ContentItem", "DataContent")
    return None
