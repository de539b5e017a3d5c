"""A desk of folders for one test: an inbox, its work folder, the output, and what a claim left in them."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from worker.disk import claims
from worker.disk.layout import OutFolder, StateFolder, WorkFolder, work_folder
from worker.intake.attached import Attached, Place
from worker.settings import Intake, Paths, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.claims import Claim

DEADLINE_SECONDS = 10.0


@dataclass
class Desk:
    """The folders below `path`."""

    path: str
    intake: Intake = field(default_factory=lambda: Intake(settle_seconds=0.1, file_bytes_max=32 << 20))
    wake: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        os.makedirs(self.inbox)
        self.out.create()
        self.state.create()

    @property
    def inbox(self) -> str:
        return f"{self.path}/inbox"

    @property
    def out(self) -> OutFolder:
        return OutFolder(f"{self.path}/out")

    @property
    def state(self) -> StateFolder:
        return StateFolder(f"{self.path}/state")

    @property
    def work(self) -> WorkFolder:
        return work_folder(self.inbox, self.state, keep=self.intake.mode == "keep")

    @property
    def settings(self) -> Settings:
        return Settings(paths=Paths((self.inbox,), self.out.path, self.state.path), intake=self.intake)

    def put(self, name: str | bytes, data: bytes = b"words", *, below: str = "inbox") -> bytes:
        """Write a file and return its path."""
        path = os.path.join(os.fsencode(f"{self.path}/{below}"), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def attach(self) -> Attached:
        """The inbox as a fresh intake has it, without the lock."""
        self.work.create()
        place = Place(self.inbox, os.path.realpath(self.inbox), self.work, self.out)
        return Attached(place, self.intake, self.wake)

    def waiting(self) -> set[bytes]:
        """The files that are still in the inbox, by path below it."""
        root = os.fsencode(self.inbox)
        return {
            os.path.relpath(os.path.join(folder, name), root)
            for folder, _, names in os.walk(root)
            for name in names
            if b".copydesk" not in folder
        }

    def standing(self) -> dict[bytes, bytes]:
        """The documents that stand sealed in `claimed/`: path to bytes. Fails if a path stands twice."""
        found: dict[bytes, bytes] = {}
        for batch in claims.batches(self.work):
            claim = claims.read_claim(self.work, batch)
            assert claim is not None, f"{batch} has no manifest"
            assert claim.sealed, f"{batch} is not sealed"
            assert {file.id for file in claim.files} == set(claims.standing(self.work, batch))
            for file in claim.files:
                assert file.path not in found, f"{file.path!r} was claimed twice"
                found[file.path] = self.bytes_of(claim, file.id)
        return found

    def bytes_of(self, claim: Claim, document: str) -> bytes:
        with open(claims.document_path(self.work, claim.batch, document), "rb") as file:
            return file.read()


def claim_all(attached: Attached, now: float | None = None, files_max: int = 64) -> list[Claim]:
    """Claim until nothing is ready at this moment."""
    sealed: list[Claim] = []
    moment = time.monotonic() if now is None else now
    for _ in range(10_000):
        if not attached.fill(moment):
            return sealed
        claimed = attached.claim(files_max, 8 << 20, moment)
        if claimed.claim is not None:
            sealed.append(claimed.claim)
    raise AssertionError("the inbox never gets empty")


def eventually(happened: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    """Wait until it happened, or fail."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def claim_until(attached: Attached, happened: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    """Claim what comes until it happened, or fail."""

    def look() -> bool:
        claim_all(attached)
        return happened()

    eventually(look, seconds)
