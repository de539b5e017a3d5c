"""What the pipeline makes of one file, and what it mended and cut on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Article
from worker.cut.parted import part_footer
from worker.draft import Draft
from worker.errors import PermanentError
from worker.ids import derive
from worker.normalize.draft import normalize
from worker.parse.formats import format_of, read
from worker.pipeline import finished, member_draft, rejection_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.article import Document, Outcome, Removal, Repair
    from worker.parse.members import Container
    from worker.rules import Rules

_AROUND = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """One mended place of the text: what stood there, what stands there now, and the words on both sides."""

    kind: str
    before: str
    after: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`outcome` is the record or the rejection. `looks_like` is the format in words, such as `a PDF`.

    `repairs`, `removed` and `flags` are those of the record, empty for a rejection. `unknown` names the
    fields of the record for which the document gave nothing. `marks` are the mended places of the text in its order,
    those in what was cut from it later included.
    """

    outcome: Outcome
    looks_like: str
    repairs: tuple[Repair, ...] = ()
    removed: tuple[Removal, ...] = ()
    flags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


def explain(document: Document, rules: Rules) -> Iterator[Explanation]:
    """What becomes of `document`, with reasons: one explanation, or one for each member where it holds several."""
    looks_like = format_of(document.data, document.path).called
    try:
        found = read(document.data, document.path, rules)
        if isinstance(found, Draft):
            yield _explained(document, found, looks_like, rules)
        else:
            yield from _members(document, found, looks_like, rules)
    except PermanentError as error:
        yield Explanation(rejection_of(document, error), looks_like)


def _members(document: Document, container: Container, looks_like: str, rules: Rules) -> Iterator[Explanation]:
    for member in container.members:
        own = replace(document, id=derive(document.id, member.name), member=member.name, data=member.data)
        try:
            yield _explained(own, member_draft(own, member, rules), looks_like, rules)
        except PermanentError as error:
            yield Explanation(rejection_of(own, error), looks_like)


def _explained(document: Document, draft: Draft, looks_like: str, rules: Rules) -> Explanation:
    article = finished(document, draft, rules)
    unknown = tuple(name for name in Article.__slots__ if getattr(article, name) in (None, (), "und"))
    return Explanation(
        article,
        looks_like,
        article.repairs,
        article.removed,
        article.quality.flags,
        unknown,
        _marks(draft, rules),
    )


def _marks(draft: Draft, rules: Rules) -> tuple[Mark, ...]:
    normalized = normalize(part_footer(draft, rules))
    text = normalized.text
    marks = []
    for change in sorted(normalized.changes, key=lambda change: change.place):
        end = change.place + len(change.after)
        around = text[max(change.place - _AROUND, 0) : change.place], text[end : end + _AROUND]
        marks.append(Mark(change.kind, change.before, change.after, *around))
    return tuple(marks)
