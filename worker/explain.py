"""What the pipeline makes of one document, and what it mended and cut on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.article import Article, Rejection
from worker.parse.formats import format_of
from worker.pipeline import process

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
    """What becomes of `document`, with reasons."""
    outcome = process(document, rules)
    looks_like = format_of(document.data, document.path).called
    if isinstance(outcome, Rejection):
        return Explanation(outcome, looks_like, (), (), (), ())
    return Explanation(outcome, looks_like, outcome.repairs, outcome.removed, outcome.quality.flags, _unknown(outcome))


def _unknown(article: Article) -> tuple[str, ...]:
    return tuple(name for name in Article.__slots__ if getattr(article, name) in (None, (), "und"))
