"""What a reader should know about a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.article import Moment

WORDS_FEW = 50
_DAY = len("2024-10-21")


def quality_flags(
    *, headline: str | None, word_count: int, published: Moment | None, received_at: str
) -> tuple[str, ...]:
    """The flags `no_headline`, `too_short` (fewer than 50 words) and `future_date`, those that hold.

    `received_at` is RFC 3339 in UTC. Without an offset a date is only from the future from the next day on.
    """
    flags = []
    if headline is None:
        flags.append("no_headline")
    if word_count < WORDS_FEW:
        flags.append("too_short")
    if published is not None and _is_after(published, received_at):
        flags.append("future_date")
    return tuple(flags)


def _is_after(published: Moment, received_at: str) -> bool:
    if published.instant is not None:
        return published.instant[:-1] > received_at[: len(published.instant) - 1]
    said = published.value[:_DAY]
    return said > received_at[: len(said)]
