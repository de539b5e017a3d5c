"""What the pipeline makes of one document, and what it mended and cut on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Article, Rejection
from worker.errors import PermanentError
from worker.ids import derive
from worker.parse.formats import format_of
from worker.parse.members import Container
from worker.pipeline import process, process_member, rejection_of

if TYPE_CHECKING:
    from worker.article import Document, Outcome, Removal, Repair
    from worker.rules import Rules


@dataclass(frozen=True, slots=True)
class Explanation:
    """`outcome` is the record or the rejection. `looks_like` is the format in words, such as `a PDF`.

    `repairs`, `removed` and `flags` are those of the record, empty for a rejection. `unknown` names the
    fields of the record for which the document gave nothing.
    """

    outcome: Outcome
    looks_like: str
    repairs: tuple[Repair, ...]
    removed: tuple[Removal, ...]
    flags: tuple[str, ...]
    unknown: tuple[str, ...]


def explain(document: Document, rules: Rules) -> Explanation:
    """What becomes of `document`, with reasons; of the first member where it holds several."""
    outcome = process(document, rules)
    if isinstance(outcome, Container):
        outcome = _first(document, outcome, rules)
    looks_like = format_of(document.data, document.path).called
    if isinstance(outcome, Rejection):
        return Explanation(outcome, looks_like, (), (), (), ())
    return Explanation(outcome, looks_like, outcome.repairs, outcome.removed, outcome.quality.flags, _unknown(outcome))


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
