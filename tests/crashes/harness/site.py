"""One installation in a folder of its own: where its things are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.disk.layout import OutFolder, StateFolder, WorkFolder, work_folder

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Site:
    """An inbox, an output and a state folder below `base`."""

    base: Path
    keep: bool = False

    @property
    def inbox(self) -> Path:
        """The watched folder."""
        return self.base / "inbox"

    @property
    def out(self) -> OutFolder:
        """The outputs."""
        return OutFolder(str(self.base / "out"))

    @property
    def state(self) -> StateFolder:
        """The state folder."""
        return StateFolder(str(self.base / "state"))

    @property
    def logs(self) -> Path:
        """One file of standard error per started process."""
        return self.base / "logs"

    @property
    def reached(self) -> Path:
        """The names of the failpoints that fired, one per line."""
        return self.base / "reached"

    @property
    def work(self) -> WorkFolder:
        """The work folder of the inbox."""
        return work_folder(str(self.inbox), self.state, keep=self.keep)

    def works(self) -> tuple[WorkFolder, ...]:
        """Every work folder that stands."""
        return tuple({work.path: work for work in (self.work, *self.state.all_work())}.values())

    def create(self) -> None:
        """Make the folders."""
        for path in (self.inbox, self.logs):
            path.mkdir(parents=True, exist_ok=True)
        self.out.create()
        self.state.create()
