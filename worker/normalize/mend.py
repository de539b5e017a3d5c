"""All mending, in its order, and what it counted.

A mend is a function from text to the mended text and how often it had to act. It is one of `MENDS`, under
the name that `repairs` has for it. In the text an empty line stands between paragraphs, and a single line
feed is a line break of the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Author, Image, Publisher, Repair, Subject
from worker.normalize.characters import compose, mend_controls, mend_spaces
from worker.normalize.entities import mend_entities
from worker.normalize.lines import join_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.draft import Draft, Fields

Mend = Callable[[str], tuple[str, int]]

# Later ones rely on earlier ones: what is written out becomes a character before characters are looked at,
# what shows nothing goes before anything hides behind it, and lines are joined when their ends are bare.
MENDS: tuple[tuple[str, Mend], ...] = (
    ("entity", mend_entities),
    ("control_character", mend_controls),
    ("composition", compose),
    ("whitespace", mend_spaces),
    ("line_wrap", join_lines),
)


@dataclass(frozen=True, slots=True)
class Mended:
    """The words of a draft and what it says about itself, mended; the repairs in the order of `MENDS`."""

    text: str
    fields: Fields
    repairs: tuple[Repair, ...]


def mend(draft: Draft) -> Mended:
    """The words of `draft` mended; `text` is empty where nothing is left of them."""
    counts: Counter[str] = Counter()
    text = mend_text("\n\n".join(draft.paragraphs), counts)
    fields = _fields(draft.fields, counts)
    return Mended(text, fields, tuple(Repair(kind, counts[kind]) for kind, _ in MENDS if counts[kind]))


def mend_text(text: str, counts: Counter[str]) -> str:
    """`text` after all mends, which are added to `counts`."""
    for kind, function in MENDS:
        text, count = function(text)
        if count:
            counts[kind] += count
    return text


def _fields(fields: Fields, counts: Counter[str]) -> Fields:
    def line(text: str | None) -> str | None:
        return None if text is None else mend_text(text, counts) or None

    publisher = fields.publisher
    if publisher is not None and publisher.name is not None:
        name = line(publisher.name)
        publisher = Publisher(name, publisher.domain) if name or publisher.domain else None
    headline = line(fields.headline)
    return replace(
        fields,
        guid=line(fields.guid),
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
