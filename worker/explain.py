"""What the pipeline makes of one document, and what it mended and cut on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Article, Rejection
from worker.cut.parted import part_footer
from worker.draft import Draft
from worker.errors import PermanentError
from worker.ids import derive
from worker.normalize.draft import normalize
from worker.parse.formats import format_of, read
from worker.parse.members import Container
from worker.pipeline import process, process_member, rejection_of

if TYPE_CHECKING:
    from worker.article import Document, Outcome, Removal, Repair
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
    repairs: tuple[Repair, ...]
    removed: tuple[Removal, ...]
    flags: tuple[str, ...]
    unknown: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


def explain(document: Document, rules: Rules) -> Explanation:
    """What becomes of `document`, with reasons; of the first member where it holds several."""
    outcome = process(document, rules)
    if isinstance(outcome, Container):
        outcome = _first(document, outcome, rules)
    looks_like = format_of(document.data, document.path).called
    if isinstance(outcome, Rejection):
        return Explanation(outcome, looks_like, (), (), (), ())
    return Explanation(
        outcome, looks_like, outcome.repairs, outcome.removed, outcome.quality.flags, _unknown(outcome),
        _marks(document, rules),
    )  # fmt: skip


def _marks(document: Document, rules: Rules) -> tuple[Mark, ...]:
    draft = read(document.data, document.path, rules)
    if not isinstance(draft, Draft):
        return ()
    normalized = normalize(part_footer(draft, rules))
    text = normalized.text
    marks = []
    for change in sorted(normalized.changes, key=lambda change: change.place):
        end = change.place + len(change.after)
        around = text[max(change.place - _AROUND, 0) : change.place], text[end : end + _AROUND]
        marks.append(Mark(change.kind, change.before, change.after, *around))
    return tuple(marks)


def _first(document: Document, container: Container, rules: Rules) -> Outcome:
    try:
        member = next(container.members, None)
    except PermanentError as error:
        return rejection_of(document, error)
    if member is None:
        return rejection_of(document, PermanentError("parse", "empty", "there is no document in it"))
    own = replace(document, id=derive(document.id, member.name), member=member.name, data=member.data)
    return process_member(own, member, rules)


def _unknown(article: Article) -> tuple[str, ...]:
    return tuple(name for name in Article.__slots__ if getattr(article, name) in (None, (), "und"))
