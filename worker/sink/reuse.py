"""The passages that an article shares with earlier ones, found word for word in their lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Shared
from worker.record import PARTNERS_MAX, PASSAGES_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from worker.article import Passage
    from worker.store.verdict import Partner

_DIGITS = 3


def shared_with(partners: Iterable[Partner], text: str, text_of: Callable[[str], str | None]) -> tuple[Shared, ...]:
    """What `text` shares with each of `partners`, the longest passages of all of them where there are many.

    Where the text of a partner is not found any more, its share is as the index estimated it, without passages; where
    it is found and no passage is long enough, there is nothing to say.
    """
    from worker.dedupe.passages import passages, share_of

    rows = []
    for partner in list(partners)[:PARTNERS_MAX]:
        document = partner.owner.document
        other = text_of(document)
        if other is None:
            rows.append(Shared(document, partner.share, ()))
            continue
        found = passages(text, other)
        if found:
            rows.append(Shared(document, round(share_of(text, found), _DIGITS), found))
    return _bounded(rows)


def _bounded(rows: list[Shared]) -> tuple[Shared, ...]:
    """The same with no more than PASSAGES_MAX passages in all."""
    lengths = sorted((_length(passage) for row in rows for passage in row.passages), reverse=True)
    if len(lengths) <= PASSAGES_MAX:
        return tuple(rows)
    least, room = lengths[PASSAGES_MAX - 1], PASSAGES_MAX
    bounded = []
    for row in rows:
        kept = [passage for passage in row.passages if _length(passage) >= least][:room]
        room -= len(kept)
        bounded.append(replace(row, passages=tuple(kept)))
    return tuple(bounded)


def _length(passage: Passage) -> int:
    return passage.span[1] - passage.span[0]
