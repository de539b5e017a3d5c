"""Cues between commas inside the marks, as French has them: `« Il faut du temps, a dit Jo Roe, et du calme »`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.scene import lay_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.enrich.quotes.marks import Quotation
    from worker.speech_rules import Speech

_CLAUSE_MAX: Final = 16


def parted(text: str, marked: Sequence[Quotation], speech: Speech) -> list[Quotation]:
    """`marked` with each quotation that a cue stands in parted before and behind it."""
    return [part for one in marked for part in _parts(text, one, speech)]


def _parts(text: str, one: Quotation, speech: Speech) -> Iterator[Quotation]:
    scene = lay_open(text[one.start : one.end], (), speech)
    tokens = scene.tokens
    for cue in scene.cues:
        if cue.first == 0 or tokens[cue.first - 1].behind != "," or cue.use == "source":
            continue
        stop = min(len(tokens), cue.behind + _CLAUSE_MAX)
        last = next((n for n in range(cue.behind - 1, stop) if tokens[n].behind[:1] in {",", "."}), None)
        if last is None or last + 1 >= len(tokens):
            continue
        end = one.start + scene.end(cue.first - 1) + 1
        start = one.start + scene.places[last + 1]
        yield one._replace(end=end, closed=end, goes_on=False)
        yield one._replace(start=start, opened=start, continues=False)
        return
    yield one
