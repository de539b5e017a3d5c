"""The parts of a group become finished lines, and what is to be filed with them is noted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import orjson

from worker.article import Duplicate, Shared
from worker.fill import Standing, fill_article, fill_rejection, render_relation
from worker.sink.filing import Filing, KeptMember
from worker.sink.group import OTHER_VERSION
from worker.sink.reuse import shared_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.position import Positions
    from worker.sink.group import Accepted, Group
    from worker.store.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Style:
    """How lines are made: at the moment `at` (RFC 3339 in UTC), of `line_bytes_max` bytes at the most.

    With `drop_duplicates` a line that repeats another goes to `duplicates`.
    """

    at: str
    line_bytes_max: int
    drop_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a group, without newlines, and what is to be done about files.

    `filings` are to be filed once the lines are durable, `kept` are the bytes of rejected members, to be kept before.
    `members` says of each container how many of its members have lines then.
    """

    articles: list[bytes] = field(default_factory=list)
    duplicates: list[bytes] = field(default_factory=list)
    rejected: list[bytes] = field(default_factory=list)
    filings: dict[str, Filing] = field(default_factory=dict)
    kept: list[KeptMember] = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)

    @property
    def by_output(self) -> dict[str, list[bytes]]:
        """The lines of each output, all of one group."""
        return {"articles": self.articles, "duplicates": self.duplicates, "rejected": self.rejected}


def render(group: Group, ends: Positions, style: Style, text_of: Callable[[str], str | None] = lambda _: None) -> Lines:
    """The finished lines of `group`, numbered on from the `ends` of the outputs.

    `text_of` finds the text of an earlier line by the id of its document.

    A part that can't be finished, since a worker of another version made it, is moved to the refused ones, and with a
    member all that follows it in its container.
    """
    rendering = _Rendering(ends, style, text_of)
    unfinished: set[str] = set()
    for accepted in group.accepted:
        claimed = accepted.part.claimed
        if claimed in unfinished or not rendering.add(accepted):
            group.refused[OTHER_VERSION] += 1
            group.settled.append(claimed)
            unfinished.add(claimed)
    return rendering.lines


class _Rendering:
    """The lines of a group in the making."""

    def __init__(self, ends: Positions, style: Style, text_of: Callable[[str], str | None]) -> None:
        self.lines = Lines()
        self._text_of = text_of
        self._lines_of: dict[str, bytes] = {}
        self._ends = ends
        self._style = style

    def add(self, accepted: Accepted) -> bool:
        """Finish one part; False, and nothing is added, where that can't be done."""
        part, rejection = accepted.part, b""
        if part.kind == "article" and not self._add_article(accepted):
            return False
        if part.kind == "rejection":
            rejection = fill_rejection(part.body, self._style.at)
            self.lines.rejected.append(rejection)
        self._file(accepted, rejection)
        return True

    def _add_article(self, accepted: Accepted) -> bool:
        part, style, standing = accepted.part, self._style, standing_of(accepted.verdict)
        dropped = style.drop_duplicates and standing.duplicate is not None
        output = self.lines.duplicates if dropped else self.lines.articles
        first = (self._ends.duplicates if dropped else self._ends.articles).ordinal
        fill = partial(
            fill_article,
            part.body,
            seq=first + len(output),
            emitted_at=style.at,
            line_bytes_max=style.line_bytes_max,
        )
        try:
            line = fill(standing=standing)
        except ValueError:
            return False
        if standing.shared:
            text = orjson.loads(line)["text"]
            shared = shared_with(accepted.verdict.shared, text, self._earlier_text)
            line = fill(standing=replace(standing, shared=shared))
        output.append(line)
        self._lines_of[part.document] = line
        self._add_findings(accepted)
        return True

    def _earlier_text(self, document: str) -> str | None:
        """The text of an earlier line, of this group or of another."""
        line = self._lines_of.get(document)
        return self._text_of(document) if line is None else str(orjson.loads(line)["text"])

    def _add_findings(self, accepted: Accepted) -> None:
        """What it shows of others stands behind it, in the same group: with its line, or not at all."""
        articles, body = self.lines.articles, accepted.part.body
        for joined in accepted.verdict.joined:
            seq = self._ends.articles.ordinal + len(articles)
            later, earlier = joined.later.document, joined.earlier.document
            articles.append(render_relation(seq, later, earlier, body, self._style.at))

    def _file(self, accepted: Accepted, rejection: bytes) -> None:
        part, lines = accepted.part, self.lines
        if part.place is None:
            lines.filings[part.document] = Filing(accepted.claimed, rejection)
            return
        lines.members[part.claimed] = part.place.ordinal + 1
        if part.data:
            lines.kept.append(KeptMember(accepted.claimed, part.document, part.place.name, rejection, part.data))


def standing_of(verdict: Verdict) -> Standing:
    """How the line says it."""
    repeated, replaces = verdict.repeated, verdict.replaces
    return Standing(
        duplicate=None if repeated is None else Duplicate(repeated.kind, repeated.of.document, repeated.similarity),
        version=verdict.version,
        replaces=None if replaces is None else replaces.document,
        superseded=verdict.superseded,
        shared=tuple(Shared(partner.owner.document, partner.share, ()) for partner in verdict.shared),
    )
