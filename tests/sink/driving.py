"""The writer's loop without Redis: a list stands for the stream."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.sink.material import KEY
from worker.disk import claims
from worker.settings import Settings
from worker.sink.outputs import access_of
from worker.sink.recorder import Recorder
from worker.sink.seal import seal_segments

if TYPE_CHECKING:
    from tests.sink.material import Place
    from worker.sink.group import Entry

NOW = 1_700_000_000.0


@dataclass(slots=True)
class Driver:
    """Gives entries to a recorder in groups, and begins anew with it after an error as the loop does."""

    place: Place
    settings: Settings = field(default_factory=Settings)
    stream: list[Entry] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    recorder: Recorder | None = None
    group_max: int = 4
    monotonic: float = field(default_factory=time.monotonic)
    errors: int = 0

    def turn(self) -> None:
        """One group and what comes between groups. An OSError is waited out."""
        try:
            self._turn()
        except OSError:
            self.errors += 1
            if self.recorder is not None and not self.recorder.sure:
                self.close()

    def _turn(self) -> None:
        if self.recorder is None:
            self.recorder = Recorder(self.place.out, self.place.works, self.settings, KEY)
        self.monotonic += 100
        self.recorder.keep_house(NOW, self.monotonic)
        if self.stream:
            settled = self.recorder.record(self.stream[: self.group_max], NOW)
            self.stream = [entry for entry in self.stream if entry[0] not in settled.entries]
            self.forgotten.update(settled.documents)

    def seal(self) -> None:
        """What the housekeeping thread does."""
        try:
            sink = self.settings.sink
            access = access_of(self.place.out, sink)
            seal_segments(self.place.out, access, compress=sink.compress == "zstd", stop=lambda: False, done=set())
        except OSError:
            self.errors += 1

    def finish(self, turns: int = 200) -> None:
        """Turn until the stream is empty and nothing waits."""
        for _ in range(turns):
            self.turn()
            self.seal()
            if not self.stream and self.recorder is not None and not self._claimed():
                break
        else:
            raise AssertionError(f"{len(self.stream)} entries, {self._claimed()} still there")
        self.close()
        for batch in self.place.claimed():
            # A folder that a crash left without seal and documents is the intake's to remove.
            claims.remove_batch(self.place.work, batch)

    def _claimed(self) -> list[str]:
        work = self.place.work
        return [document for batch in claims.batches(work) for document in claims.standing(work, batch)]

    def close(self) -> None:
        if self.recorder is not None:
            self.recorder.close()
            self.recorder = None
