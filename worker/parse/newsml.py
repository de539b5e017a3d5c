"""NewsML-G2: news items, alone or in a message; what they hold as text is NITF, XHTML or plain."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from worker.article import Author, Dateline, Publisher, Subject
from worker.draft import Draft, Fields
from worker.errors import PermanentError
from worker.parse import newsml_1
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
    "usable": "usable", "withheld": "withheld", "canceled": "cancelled", "cancelled": "cancelled",
}  # fmt: skip
_MEDIA_TYPE = "application/vnd.iptc.g2.newsitem+xml"
_TEXTS = frozenset({"", "text", "composite"})
_MARKUP = frozenset({"html", "body", "div", "article", "section", "main", "p"})
_NOT_WORDS = frozenset({"script", "style", "figure", "figcaption", "head", "title"})


def read_newsml(data: bytes, rules: Rules) -> Draft | Container:
    """The article in a news item, or the items in a message.

    Raises:
        PermanentError: the XML is hostile or nothing but damage, or there is no text in it.
    """
    tree = parse_xml(data)
    if name_of(tree.root) == "newsItem":
        return _draft(tree.root, tree, rules)
    first = [*all_in(tree.root, "*", "NewsItem")]
    if first:
        return newsml_1.read_items(first, tree, rules)
    items = [item for item in all_in(tree.root, "*", "newsItem") if _is_text(item)]
    if name_of(tree.root) == "newsMessage" and items:
        return Container("newsml", _members(items, tree.flags))
    if len(items) > 1:
        return Container("newsml", _members(items, tree.flags))
    if items:
        return _draft(items[0], tree, rules)
    nitf = first_in(tree.root, "*", "nitf")
    if nitf is None:
        raise PermanentError("parse", "not_an_article", f"<{name_of(tree.root)}> without a news item that has a text")
    story = _worded(story_of(nitf, rules))
    return Draft("application/xml", "nitf", _encoding(tree), story.paragraphs, story.fields, story.removed, tree.flags)


def _members(items: list[Element], flags: tuple[str, ...]) -> Iterator[Member | BadMember]:
    from lxml import etree

    names = Names()
    for number, item in enumerate(items, 1):
        data = etree.tostring(item, encoding="utf-8", with_tail=False)
        yield Member(names.unique(item.get("guid") or str(number)), data, partial(_read_item, flags=flags))


def _read_item(data: bytes, rules: Rules, *, flags: tuple[str, ...]) -> Draft:
    tree = parse_xml(data)
    draft = _draft(tree.root, tree, rules)
    return Draft(draft.media_type, draft.format, "utf-8", draft.paragraphs, draft.fields, draft.removed, flags)


def _encoding(tree: Tree) -> str:
    return (tree.root.getroottree().docinfo.encoding or "utf-8").lower()


def _is_text(item: Element) -> bool:
    kind = said_in(item, "qcode", "itemMeta", "itemClass") or said_in(item, "uri", "itemMeta", "itemClass") or ""
    return kind.replace("/", ":").rpartition(":")[2] in _TEXTS


def _draft(item: Element, tree: Tree, rules: Rules) -> Draft:
    if not _is_text(item):
        raise PermanentError("parse", "not_an_article", "the news item is a picture, sound or video")
    story = _body(item, rules)
    fields = _fields(item, rules)
    flags = tree.flags
    if not story.paragraphs and fields.summary:
        story = Story(split_marked_up(fields.summary), Fields(), ())
        flags = (*flags, "summary_only")
    story = _worded(story)
    fields = fields.or_else(story.fields)
    return Draft(
        "application/vnd.iptc.g2.newsitem+xml",
        "newsml",
        _encoding(tree),
        story.paragraphs,
        fields,
        story.removed,
        flags,
    )


def _worded(story: Story) -> Story:
    if not any(c.isalpha() for paragraph in story.paragraphs for c in paragraph):
        raise PermanentError("parse", "not_an_article", "the news item has no text")
    return story


def _body(item: Element, rules: Rules) -> Story:
    """The first text of the content; other renditions say the same."""
    for inline in all_in(item, "contentSet", "inlineXML"):
        nitf = first_in(inline, "*", "nitf")
        if nitf is not None:
            return story_of(nitf, rules)
        marked = [inner for inner in inline if name_of(inner).lower() in _MARKUP]
        paragraphs = tuple(text for inner in marked for text in paragraphs_of(inner, _NOT_WORDS))
        if paragraphs:
            return Story(paragraphs, Fields(images=tuple(_shown(inline))), ())
    for inline in all_in(item, "contentSet", "inlineData"):
        paragraphs = split_marked_up("".join(map(str, inline.itertext())))
        if paragraphs:
            return Story(paragraphs, Fields(), ())
    return Story((), Fields(), ())


def _shown(inline: Element) -> Iterator[Image]:
    for shown in all_in(inline, "*", "img"):
        image = image_of(shown.get("src") or "", shown.get("alt"), base=None)
        if image is not None:
            yield image


def _fields(item: Element, rules: Rules) -> Fields:
    meta, content = first_in(item, "itemMeta"), first_in(item, "contentMeta")
    first, version = _moment(meta, "firstCreated", rules), _moment(meta, "versionCreated", rules)
    headline = _by_role(content, "headline", ("hld:main", "main", "", "*")) or text_in(meta, "title")
    embargo = _moment(meta, "embargoed", rules)
    status = (said_in(meta, "qcode", "pubStatus") or said_in(meta, "uri", "pubStatus") or "").replace("/", ":")
    dateline = text_in(content, "dateline")
    return Fields(
        guid=item.get("guid"),
        headline=headline,
        headline_origin="metadata" if headline else None,
        subheadline=_by_role(content, "headline", ("hld:subHeadline", "hld:sub", "hlrole:sub")),
        summary=_by_role(content, "description", ("drol:summary", "drol:lead", "", "*")),
        published=first or version,
        modified=version if first and version != first else None,
        status=_STATUSES.get(status.rpartition(":")[2].casefold()),
        embargoed_until=None if embargo is None else embargo.instant or embargo.value,
        byline=text_in(content, "by"),
        authors=tuple(dict.fromkeys(_authors(content, rules))),
        publisher=_publisher(item),
        genre=_name(first_in(content, "genre") if content is not None else None),
        rights=text_in(item, "rightsInfo", "copyrightNotice") or text_in(item, "rightsInfo", "usageTerms"),
        subjects=tuple(dict.fromkeys(_subjects(content))),
        images=tuple(dict.fromkeys(_images(item))),
        dateline=Dateline(None, None, None, dateline) if dateline else None,
        language=language_tag(said_in(content, "tag", "language") or item.get(_LANG) or ""),
    )


def _moment(meta: Element | None, name: str, rules: Rules) -> Moment | None:
    words = text_in(meta, name)
    return read_date(words, rules.dates, "metadata") if words else None


def _by_role(content: Element | None, name: str, roles: tuple[str, ...]) -> str | None:
    """The text of the element `name` whose role stands first in `roles`; "" is no role, "*" any that is left."""
    found = [*all_in(content, name)] if content is not None else []
    for role in roles:
        for element in found:
            if role in {"*", element.get("role") or ""} and (text := line_of(element)):
                return text
    return None


def _name(element: Element | None) -> str | None:
    """What a concept is called: its name, or else its literal or the code behind its prefix."""
    if element is None:
        return None
    code = (element.get("qcode") or "").partition(":")[2]
    return text_in(element, "name") or element.get("literal") or code or None


def _authors(content: Element | None, rules: Rules) -> Iterator[Author]:
    if content is None:
        return
    for by in all_in(content, "by"):
        yield from (Author(name) for name in read_names(line_of(by) or "", rules.people))
    for creator in all_in(content, "creator"):
        name = text_in(creator, "name") or creator.get("literal")
        if name and is_person(name, rules.people):
            yield Author(name)
    for contributor in all_in(content, "contributor"):
        name = text_in(contributor, "name") or contributor.get("literal")
        if name and is_person(name, rules.people):
            yield Author(name, "contributor")


def _publisher(item: Element) -> Publisher | None:
    sources = (("itemMeta", "provider"), ("rightsInfo", "copyrightHolder"), ("contentMeta", "infoSource"))
    found = (_name(first_in(item, *path)) for path in sources)
    name = next(filter(None, found), None)
    return Publisher(name, None) if name else None


def _subjects(content: Element | None) -> Iterator[Subject]:
    if content is None:
        return
    for subject in all_in(content, "subject"):
        scheme, _, code = (subject.get("qcode") or "").partition(":")
        if not code and subject.get("uri"):
            scheme, _, code = (subject.get("uri") or "").rpartition("/")
        name = text_in(subject, "name") or subject.get("literal")
        if code or name:
            yield Subject(code or None, name, scheme or None)
    for keyword in all_in(content, "keyword"):
        if line_of(keyword):
            yield Subject(None, line_of(keyword), None)


def _images(item: Element) -> Iterator[Image]:
    for remote in all_in(item, "contentSet", "remoteContent"):
        if (remote.get("contenttype") or "").startswith("image/"):
            image = image_of(remote.get("href") or "", base=None)
            if image is not None:
                yield image
