"""Files that arrive in every manner, as long as the faults go on."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

from tests.crashes.harness.corpus import BLANK, Dropped, drop, text

FILES_PER_SECOND = 25


class Dropper(threading.Thread):
    """Drops files until `finish` is called; `dropped` are those that are whole and in the inbox."""

    def __init__(self, inbox: Path, seed: int) -> None:
        super().__init__(daemon=True)
        self.dropped: list[Dropped] = []
        self.error: BaseException | None = None
        self._inbox = inbox
        self._choose = random.Random(seed)
        self._done = threading.Event()
        self._number = 0

    def run(self) -> None:
        """Drop, pause, drop."""
        manners = (self._write, self._slow, self._rename, self._link, self._folder, self._copy, self._reject)
        try:
            while not self._done.wait(self._choose.expovariate(FILES_PER_SECOND)):
                self._choose.choices(manners, (3, 2, 5, 1, 0.5, 2, 0.5))[0]()
        except BaseException as error:
            self.error = error
            raise

    def finish(self) -> None:
        """Complete the file in hand and end."""
        self._done.set()
        self.join(10)
        assert self.error is None, self.error

    def _next(self, name: str = "{}.txt") -> Dropped:
        self._number += 1
        return Dropped(name.format(self._number), text(self._number, self._choose.choice((3, 6, 6, 40))))

    def _put(self, file: Dropped, manner: str) -> None:
        drop(self._inbox, file, manner)  # type: ignore[arg-type]
        self.dropped.append(file)

    def _write(self) -> None:
        self._put(self._next(), "write")

    def _rename(self) -> None:
        self._put(self._next("desk {} é.txt"), "rename")

    def _link(self) -> None:
        self._put(self._next(), "link")

    def _slow(self) -> None:
        file = self._next()
        with open(self._inbox / file.path, "wb", buffering=0) as target:
            for start in range(0, len(file.data), 200):
                target.write(file.data[start : start + 200])
                time.sleep(0.002)  # a writer that takes its time
        self.dropped.append(file)

    def _folder(self) -> None:
        """A whole tree is moved in by one rename."""
        self._number += 1
        name = f"folder-{self._number}"
        outside = self._inbox.parent / "outside" / name
        files = [self._next(name + "/{}.txt") for _ in range(3)] + [self._next(name + "/deep/er/{}.txt")]
        for file in files:
            path = outside.parent / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
        os.rename(outside, self._inbox / name)
        self.dropped += files

    def _copy(self) -> None:
        if self.dropped:
            self._number += 1
            original = self._choose.choice(self.dropped)
            self._put(
                Dropped(f"copy {self._number}{Path(original.path).suffix}", original.data, original.owed),
                "rename",
            )

    def _reject(self) -> None:
        self._number += 1
        self._put(Dropped(f"blank {self._number}.txt", BLANK, "rejection"), "rename")
