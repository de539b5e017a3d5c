"""A draft with all its words mended: the text, and what the document says about itself."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Author, Image, Publisher, Repair, Subject
from worker.normalize.mend import Mended, mend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.article import Removal
    from worker.draft import Draft, Fields
    from worker.normalize.edits import Change


# Words and marks that no mender has a question about, none of which can be a stand-in. Most headlines and names are
# such, and are let through at once.
_WHOLE_LINE = re.compile(r"[A-Za-z0-9,:;$%()/'’‘“”–—-]+(?: [A-Za-z0-9,:;$%()/'’‘“”–—-]+)*")


@dataclass(frozen=True, slots=True)
class Normalized:
    """`text` is empty where no words are left. `repairs` are those of text and fields, by kind, `flags` of the text.

    `changes` tells the mended places of the text one by one, `removed` what was cut from it.
    """

    text: str
    fields: Fields
    repairs: tuple[Repair, ...]
    flags: tuple[str, ...]
    mended: Mended
    removed: tuple[Removal, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """What stood where in the text, before and after."""
        return self.mended.changes


def normalize(draft: Draft) -> Normalized:
    """The words of `draft` as their author wrote them, as far as they tell."""
    counts: Counter[str] = Counter()
    text = _sound("\n\n".join(draft.paragraphs))
    mended = mend(text)
    _count(mended, counts)
    fields = _fields(draft.fields, counts, mended.stand_in)
    repairs = tuple(Repair(kind, count) for kind, count in sorted(counts.items()))
    return Normalized(mended.text, fields, repairs, mended.flags, mended, draft.removed)


def _count(mended: Mended, counts: Counter[str]) -> None:
    for repair in mended.repairs:
        counts[repair.kind] += repair.count


def _sound(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate, which is no character and has no UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _fields(fields: Fields, counts: Counter[str], stand_in: str | None) -> Fields:
    def line(text: str | None, stand_in: str | None = stand_in) -> str | None:
        if text is None or _WHOLE_LINE.fullmatch(text):
            return text
        mended = mend(_sound(text), stand_in)
        _count(mended, counts)
        return " ".join(mended.text.split("\n")).replace("  ", " ") or None

    publisher = fields.publisher
    if publisher is not None and publisher.name is not None:
        name = line(publisher.name)
        publisher = Publisher(name, publisher.domain) if name or publisher.domain else None
    headline = line(fields.headline)
    return replace(
        fields,
        guid=line(fields.guid, None),
        headline=headline,
        headline_origin=fields.headline_origin if headline else None,
        subheadline=line(fields.subheadline),
        summary=line(fields.summary),
        byline=line(fields.byline),
        section=line(fields.section),
        genre=line(fields.genre),
        rights=line(fields.rights),
        publisher=publisher,
        authors=tuple(_authors(fields.authors, line)),
        subjects=tuple(_subjects(fields.subjects, line)),
        images=tuple(Image(image.url, line(image.caption), line(image.credit)) for image in fields.images),
    )


def _authors(authors: tuple[Author, ...], line: Callable[[str | None], str | None]) -> Iterator[Author]:
    for author in authors:
        name = line(author.name)
        if name is not None:
            yield Author(name, author.role, line(author.affiliation))


def _subjects(subjects: tuple[Subject, ...], line: Callable[[str | None], str | None]) -> Iterator[Subject]:
    for subject in subjects:
        code, name = line(subject.code), line(subject.name)
        if code or name:
            yield Subject(code, name, line(subject.scheme))
