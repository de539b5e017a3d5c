"""The writer of the outputs: one group of lines after another, each durable before the next.

The steps of a group, and what a crash behind each of them leaves:

    check        nothing; a stranger's hand is noticed before a byte is written
    reserve      space beyond the ends; a full disk shows here, and nothing is visible
    journal      perhaps a torn record, which does not count; synced, the group is committed
    append       some of the lines; the next start completes them from the journal
    sync         all of the lines, durable
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from worker.disk import fsops
from worker.disk.position import OUTPUTS, write_position
from worker.failpoints import reach
from worker.fill import is_finding
from worker.sink.head import positions_of
from worker.sink.journal import Extent, Record
from worker.sink.outputs import End, access_of
from worker.sink.recovery import Recovered, recover
from worker.sink.rotation import begin_segment, rotate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from worker.disk.layout import OutFolder
    from worker.disk.position import Positions
    from worker.settings import Sink


class Writer:
    """Writes groups and seals segments. Whoever makes one holds the lock of the output folder.

    Times are arguments: `now` in seconds since 1970, `monotonic` in seconds of a clock that never jumps.
    """

    def __init__(self, out: OutFolder, settings: Sink, monotonic: float) -> None:
        """Recover the outputs and open them.

        Raises:
            OutputDamagedError: an output is not as the writer left it.
            ConfigurationError: mode or owner can't be given.
            OSError: the disk.
        """
        self.sure = True
        self._out = out
        self._settings = settings
        self._access = access_of(out, settings)
        self._state: Recovered = recover(out, self._access)
        # As if every segment were just begun: whether one was, a start can't know.
        self._rotated_at = dict.fromkeys(OUTPUTS, monotonic)
        self._leave_hint()

    def close(self) -> None:
        """Give the descriptors back."""
        self._state.close()

    def positions(self) -> Positions:
        """Where the outputs end: all before it is durable."""
        return positions_of({name: output.end for name, output in self._state.outputs.items()})

    def write_group(self, lines: Mapping[str, Sequence[bytes]], now: float) -> None:
        """Append lines (output -> lines without newline) to the outputs; durable when this returns.

        After an OSError with `sure` still true nothing has happened, and the call can be repeated. With
        `sure` false nobody knows: this writer is to be closed, and a new one finds out.

        Raises:
            OutputDamagedError: somebody else changed an output.
            OSError: the disk.
        """
        for output in self._state.outputs.values():
            output.check()
        data = {name: b"\n".join((*rows, b"")) for name, rows in lines.items() if rows}
        for name in data:
            self._require_output(name)
        extents = tuple(self._extent(name, lines.get(name, ()), data.get(name, b""), now) for name in OUTPUTS)
        for name, added in data.items():
            output = self._state.outputs[name]
            fsops.reserve(output.fd, output.end.position.offset, len(added))
        reach("sink.space_reserved")
        self._commit(Record(self._state.generation + 1, extents))
        self._leave_hint()

    def rotate_where_due(self, now: float, monotonic: float) -> bool:
        """Seal what is full or old enough; whether anything was. To be called between two groups.

        Raises:
            OutputDamagedError, OSError: as `write_group`.
        """
        due = [name for name in self._state.outputs if self._is_due(name, now, monotonic)]
        for name in due:
            self._state.outputs[name].check()
            self.sure = False
            rotate(
                self._out,
                self._access,
                self._state.journal,
                self._state.generation,
                self._state.outputs,
                name,
            )
            self.sure = True
            self._rotated_at[name] = monotonic
        if due:
            self._leave_hint()
        return bool(due)

    def _commit(self, record: Record) -> None:
        touched = [(self._state.outputs[extent.output], extent) for extent in record.extents if extent.data]
        self.sure = False
        self._state.journal.commit(record)
        self._state.generation = record.generation
        for output, extent in touched:
            output.append(extent.data, extent.after)
        reach("sink.appended")
        for output, _ in touched:
            fsops.fdatasync(output.fd)
        reach("sink.output_synced")
        self.sure = True

    def _extent(self, name: str, lines: Sequence[bytes], data: bytes, now: float) -> Extent:
        output = self._state.outputs.get(name)
        if output is None:
            return Extent(name, 0, End(), End())
        findings = sum(map(is_finding, lines))
        after = output.end.after(len(lines), len(data), now, findings) if data else output.end
        return Extent(name, output.inode, output.end, after, data)

    def _require_output(self, name: str) -> None:
        if name not in self._state.outputs:
            self._state.outputs[name] = begin_segment(self._out, self._access, name, End())

    def _is_due(self, name: str, now: float, monotonic: float) -> bool:
        end, settings = self._state.outputs[name].end, self._settings
        if not end.position.offset or monotonic - self._rotated_at[name] < settings.rotation_seconds_min:
            return False
        if end.position.offset >= settings.segment_bytes_max:
            return True
        return bool(settings.segment_seconds) and now - end.opened_at >= settings.segment_seconds

    def _leave_hint(self) -> None:
        # A hint that can't be written stays an older one, and that is safe.
        with contextlib.suppress(OSError):
            write_position(self._out, self.positions())
