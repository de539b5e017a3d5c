"""From stream entries to durable lines and filed documents: the writer's disk side, which knows no Redis."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from worker.disk.position import NUMBERED, OUTPUTS
from worker.failpoints import reach
from worker.fill import document_of, is_finding
from worker.sink.claimed import Batch, Claimed, ClaimedDocument
from worker.sink.emitted import emitted_lines
from worker.sink.filing import Filing, file_away, keep_members
from worker.sink.group import Entry, Group, form_group
from worker.sink.index_rows import Last
from worker.sink.places import Places
from worker.sink.rendering import Lines, Style, render
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from worker.disk.layout import OutFolder, WorkFolder
    from worker.disk.position import Positions
    from worker.settings import Settings

_COMPLAINT_SECONDS = 60.0
_CONTAINERS_MAX = 1000

_log = logging.getLogger("copydesk.sink")


@dataclass(frozen=True, slots=True)
class Settled:
    """What Redis can drop: stream entries that are dealt with, documents that are filed or not to be written.

    Also claims in the index (fingerprint, document) of bytes that their documents no longer have.
    """

    entries: list[bytes]
    documents: list[str]
    outdated: list[tuple[bytes, str]]


class Recorder:
    """Writes what the stream has, each document once.

    What it knows of a document beyond the outputs is whether its line is durable while its file still
    stands: in `unfiled`; and of a container, how many of its members have lines: in `members`. The rest say the
    claimed folders: what is not there any more has its line.
    """

    def __init__(
        self, out: OutFolder, works: Callable[[], tuple[WorkFolder, ...]], settings: Settings, key: bytes
    ) -> None:
        """Recover the outputs, and file what was written and not filed when the last writer ended.

        Raises:
            OutputDamagedError: an output is not as the writer left it.
            OSError: the disk.
        """
        self._out = out
        self._settings = settings
        self._key = key
        self._writer = Writer(out, settings.sink, time.monotonic())
        self._places = Places(out, settings.index.documents_max)
        self._start: Positions = self._writer.positions()
        self._claimed = Claimed(works, self._on_found)
        self._unfiled: dict[str, Filing] = {}
        self._members: dict[str, int] = {}
        self._filed: list[str] = []
        self._complained_at: float | None = None
        try:
            self._note_emitted(self._claimed.take_stock())
            self._file(list(self._unfiled), time.time())
        except BaseException:
            self.close()
            raise

    @property
    def sure(self) -> bool:
        """Whether it still knows what is on disk; if not, it is to be closed, and a new one to be made."""
        return self._writer.sure

    @property
    def last(self) -> Last:
        """The numbers of the last durable lines."""
        ends = self._writer.positions()
        return Last(ends.articles.ordinal - 1, ends.duplicates.ordinal - 1)

    def close(self) -> None:
        """Give the descriptors back."""
        self._places.close()
        self._writer.close()

    def record(self, entries: list[Entry], now: float) -> Settled:
        """Write the lines of the first of `entries`, one group, and file their documents.

        Raises:
            OutputDamagedError: somebody else changed an output.
            OSError: the disk. Nothing is lost: the same entries can be given again, where it is still `sure`.
        """
        reach("sink.group_read")
        group = form_group(
            entries,
            self._key,
            self._claimed.document,
            self._claimed.standing,
            self._unfiled,
            self._members,
            self._settings.sink.group_bytes_max,
        )
        if group.accepted:
            self._write(group, now)
        _report(group)
        return Settled(group.entries, group.settled + self.take_filed(), group.outdated)

    def _write(self, group: Group, now: float) -> None:
        at = _utc(now).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        sink = self._settings.sink
        style = Style(at, sink.line_bytes_max, drop_duplicates=sink.duplicates == "drop")
        before = self._writer.positions()
        lines = render(group, before, style, lambda document: self._places.text_of(document, before))
        keep_members(lines.kept)
        if any(lines.by_output.values()):
            self._writer.write_group(lines.by_output, now)
            self._note_places(lines, before)
        self._members.update(lines.members)
        self._unfiled.update(lines.filings)
        if any(not filing.rejection and document in self._members for document, filing in lines.filings.items()):
            reach("sink.container_ended")
        self._file(lines.filings, now)
        reach("sink.files_archived")

    def _note_places(self, lines: Lines, before: Positions) -> None:
        for output in NUMBERED:
            at = before.of(output)
            offset = at.offset
            for line in lines.by_output[output]:
                if not is_finding(line):
                    self._places.note(document_of(line), output, at.segment, offset)
                offset += len(line) + 1

    def take_filed(self) -> list[str]:
        """The documents that were filed since this was asked: Redis can forget them."""
        filed, self._filed = self._filed, []
        return filed

    def keep_house(self, now: float, monotonic: float) -> bool:
        """Between groups: seal segments that are due, try again to file what could not be. Whether one was sealed.

        Raises:
            OutputDamagedError, OSError: as `record`.
        """
        rotated = self._writer.rotate_where_due(now, monotonic)
        self._file(list(self._unfiled), now)
        self._claimed.tidy()
        if len(self._members) > _CONTAINERS_MAX:
            # Files that somebody else has removed: only they leave something behind here.
            standing = self._claimed.standing()
            self._members = {name: count for name, count in self._members.items() if name in standing}
        return rotated

    def _file(self, documents: Iterable[str], now: float) -> None:
        """File what can be filed. The lines are durable: a disk that refuses must not hold up the next ones."""
        day = _utc(now).date().isoformat()
        for document in documents:
            # The one that fails is then the last to be tried again.
            filing = self._unfiled[document] = self._unfiled.pop(document)
            try:
                file_away(filing, day, self._settings.archive.keep_days)
                del self._unfiled[document]
                self._members.pop(document, None)
                self._filed.append(document)
                self._claimed.left(filing.claimed.batch, document)
            except OSError as error:
                self._complain(error)
                break

    def _complain(self, error: OSError) -> None:
        if self._complained_at is None or time.monotonic() - self._complained_at >= _COMPLAINT_SECONDS:
            self._complained_at = time.monotonic()
            _log.error("files whose lines are written can't be moved away, trying again: %s", error)

    def _on_found(self, batch: Batch) -> None:
        since, ends = batch.claim.since, self._writer.positions()
        for output in OUTPUTS:
            if not self._start.of(output).ordinal <= since.of(output).ordinal <= ends.of(output).ordinal:
                # Not claimed under this writer: its lines may be among those that were there before.
                self._note_emitted([batch])
                break

    def _note_emitted(self, batches: list[Batch]) -> None:
        found = emitted_lines(self._out, self._writer.positions(), batches)
        self._members.update(found.members)
        for document, line in found.lines.items():
            batch = next(batch for batch in batches if document in batch.waiting)
            self._unfiled[document] = Filing(ClaimedDocument(batch, batch.files[document]), line.line)


def _utc(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def _report(group: Group) -> None:
    for reason, count in group.refused.items():
        _log.warning("dropped %d entries of the stream: %s", count, reason)
    if group.accepted:
        _log.debug("wrote %d lines", len(group.accepted))
