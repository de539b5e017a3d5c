"""The flow on one page: bytes in, article or rejection out.

    parse      the format is told by content; the bytes become a draft: paragraphs, and what it says of itself;
               or they are a container, whose members go the same way one after another
    normalize  a footer glued to the last words is parted; then all are mended, and what was mended is counted
    cut        what is not the article is cut off its edges, and kept
    enrich     what follows from the words themselves
    article    all of it in the order of the record

Pure: the same document and rules give the same outcome, and nothing outside is read or written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Article, Document, Outcome, Quality, Rejection, Source
from worker.cut.cut import cut
from worker.cut.parted import part_footer
from worker.enrich.enrich import enrich
from worker.enrich.quality import quality_flags
from worker.enrich.words import count_words
from worker.errors import PermanentError
from worker.normalize.draft import normalize
from worker.parse.formats import read
from worker.parse.members import BadMember, Container, Member

if TYPE_CHECKING:
    from worker.draft import Draft
    from worker.normalize.draft import Normalized
    from worker.rules import Rules


def process(document: Document, rules: Rules) -> Outcome | Container:
    """The article that `document` holds, the reason why it holds none, or its members where it may hold several.

    A file that is too large for memory is opened by `parse.formats.open_file` instead.
    """
    try:
        found = read(document.data, document.member or document.path, rules)
        return found if isinstance(found, Container) else finished(document, found, rules)
    except PermanentError as error:
        return rejection_of(document, error)


def process_member(document: Document, member: Member | BadMember, rules: Rules) -> Outcome:
    """The article that `member` of a container holds, or the reason why it holds none.

    `document` is the member as a document of its own: its id, name and bytes.
    """
    try:
        return finished(document, member_draft(document, member, rules), rules)
    except PermanentError as error:
        return rejection_of(document, error)


def member_draft(document: Document, member: Member | BadMember, rules: Rules) -> Draft:
    """The draft of a member, with what its container says of it.

    Raises:
        PermanentError: there is none.
    """
    if isinstance(member, BadMember):
        raise member.error
    reader = member.read
    draft = read(member.data, document.member or document.path, rules) if reader is None else reader(member.data, rules)
    if isinstance(draft, Container):
        raise PermanentError("parse", "nested_archive", f"it is a {draft.format} inside another file")
    return replace(draft, fields=draft.fields.or_else(member.fields))


def finished(document: Document, draft: Draft, rules: Rules) -> Article:
    """The article that `draft` of `document` makes.

    Raises:
        PermanentError: no words are left.
    """
    return _article(document, draft, cut(normalize(part_footer(draft, rules)), rules), rules)


def rejection_of(document: Document, error: PermanentError, attempts: int = 1) -> Rejection:
    """The record of `document` refused for `error` after `attempts`."""
    return Rejection(
        id=document.id,
        path=document.path,
        member=document.member,
        sha256=document.sha256,
        stage=error.stage,
        error=error.error,
        message=error.message,
        attempts=attempts,
    )


def _article(document: Document, draft: Draft, normalized: Normalized, rules: Rules) -> Article:
    fields = normalized.fields
    word_count = _count(normalized.text)
    found = enrich(normalized.text, fields, normalized.removed, rules)
    return Article(
        id=document.id,
        guid=fields.guid,
        url=fields.url,
        headline=fields.headline,
        headline_origin=fields.headline_origin,
        subheadline=fields.subheadline,
        summary=fields.summary,
        text=normalized.text,
        word_count=word_count,
        language=found.language,
        published=fields.published,
        modified=fields.modified,
        status=fields.status,
        embargoed_until=fields.embargoed_until,
        byline=fields.byline,
        authors=fields.authors,
        publisher=fields.publisher,
        section=fields.section,
        genre=fields.genre,
        rights=fields.rights,
        subjects=fields.subjects,
        images=fields.images,
        dateline=fields.dateline,
        syndication=fields.syndication,
        repairs=normalized.repairs,
        removed=normalized.removed,
        entities=found.entities,
        quotes=found.quotes,
        sources_cited=found.sources_cited,
        dates_mentioned=found.dates_mentioned,
        figures=found.figures,
        keyphrases=found.keyphrases,
        quality=_quality(document, draft, normalized, word_count),
        source=_source(document, draft),
    )


def _count(text: str) -> int:
    if not text:
        raise PermanentError("normalize", "not_an_article", "no words are left after mending")
    return count_words(text)


def _quality(document: Document, draft: Draft, normalized: Normalized, word_count: int) -> Quality:
    flags = quality_flags(
        headline=normalized.fields.headline,
        word_count=word_count,
        published=normalized.fields.published,
        received_at=document.received_at,
    )
    return Quality(flags=tuple(dict.fromkeys((*draft.flags, *normalized.flags, *flags))))


def _source(document: Document, draft: Draft) -> Source:
    return Source(
        inbox=document.inbox,
        path=document.path,
        member=document.member,
        sha256=document.sha256,
        bytes=len(document.data),
        media_type=draft.media_type,
        format=draft.format,
        encoding=draft.encoding,
        modified_at=document.modified_at,
        received_at=document.received_at,
        retry_of=document.retry_of,
    )
