"""Which folder is where. Everything that copydesk keeps lies in one of three places.

    <inbox>/.copydesk/       a work folder, on the inbox's own mount: claimed/ archive/ rejected/ retry/
    <state>/work/<name>/     a work folder for what is claimed by copy (keep mode, `ingest`)
    <out>/                   the outputs; <out>/.copydesk/ holds the writer's head, journal and lock
    <state>/                 the key, the embedded Redis, switches

Nothing else on the disk is written to.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256

from worker.disk import fsops

HIDDEN = ".copydesk"


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """Where claimed, archived and rejected files of one inbox lie. All paths are absolute."""

    path: str

    @property
    def claimed(self) -> str:
        """`claimed/<batch>/<document id>` beside `intent.json` and `sealed.json`: the write-ahead log."""
        return f"{self.path}/claimed"

    @property
    def archive(self) -> str:
        """`archive/<day>/<document id>.<name>`: files whose lines are durable."""
        return f"{self.path}/archive"

    @property
    def rejected(self) -> str:
        """`rejected/<day>/<document id>.<name>`, each beside `<document id>.json` with its reason."""
        return f"{self.path}/rejected"

    @property
    def retry(self) -> str:
        """`retry/<document id>.<name>` and `.json`: rejected files that the intake is to claim again."""
        return f"{self.path}/retry"

    @property
    def lock(self) -> str:
        """Held by the one intake of this folder."""
        return f"{self.path}/intake.lock"

    @property
    def ledger(self) -> str:
        """What keep mode and `ingest` have taken already (SQLite)."""
        return f"{self.path}/ledger.sqlite"

    @property
    def refused(self) -> str:
        """What the intake can't take now, with reasons (JSON, rewritten at each change)."""
        return f"{self.path}/refused.json"

    def create(self) -> None:
        """Make the folders that are missing."""
        for path in (self.claimed, self.archive, self.rejected, self.retry):
            fsops.make_folder(path)


@dataclass(frozen=True, slots=True)
class OutFolder:
    """The folder that other systems read from."""

    path: str

    @property
    def hidden(self) -> str:
        """The writer's own files."""
        return f"{self.path}/{HIDDEN}"

    @property
    def lock(self) -> str:
        """Held by the one writer for its life."""
        return f"{self.hidden}/writer.lock"

    @property
    def head(self) -> str:
        """Durable at each rotation: the next ordinal and the segment of each output."""
        return f"{self.hidden}/head.json"

    @property
    def position(self) -> str:
        """A hint, never synced: how far each output had got. Older than the truth or right, never newer."""
        return f"{self.hidden}/position.json"

    @property
    def learned(self) -> str:
        """What was learned of each publisher: the writer's."""
        return f"{self.hidden}/learned.json"

    @property
    def decisions(self) -> str:
        """What people decided about it: `copydesk rules`."""
        return f"{self.hidden}/decisions.json"

    def active(self, output: str) -> str:
        """The file that lines of `output` (such as `articles`) are appended to."""
        return f"{self.path}/{output}.jsonl"

    def sealed(self, output: str, first: int) -> str:
        """A full segment; `first` is the ordinal of its first line. Compressed it ends in `.zst` besides."""
        return f"{self.path}/{output}-{first:012}.jsonl"

    def manifest(self, output: str, first: int) -> str:
        """What stands in the sealed segment (JSON)."""
        return f"{self.path}/{output}-{first:012}.manifest.json"

    @property
    def rebuild(self) -> str:
        """Stands where the index is to be made anew."""
        return f"{self.hidden}/index.rebuild"

    @property
    def places(self) -> str:
        """Where the lines of documents stand: hints, see `sink/places.py`."""
        return f"{self.hidden}/places"

    @property
    def filling(self) -> str:
        """How far the filling of the index has got (JSON): a hint."""
        return f"{self.hidden}/index.filling"

    def journal(self, slot: int) -> str:
        """The two journal files are written in turn, so that a torn one leaves the other whole."""
        return f"{self.hidden}/journal.{slot}"

    def create(self) -> None:
        """Make the folders that are missing."""
        fsops.make_folder(self.path, 0o755)
        fsops.make_folder(self.hidden)


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The key, the embedded Redis and the switches of one installation; mode 0700."""

    path: str

    @property
    def key(self) -> str:
        """The signing key, made once by the intake, mode 0600."""
        return f"{self.path}/key"

    @property
    def redis(self) -> str:
        """Data, socket and access list of the embedded Redis."""
        return f"{self.path}/redis"

    @property
    def redis_url(self) -> str:
        """The address of the embedded Redis, password included, mode 0600."""
        return f"{self.redis}/url"

    @property
    def lock(self) -> str:
        """Held by the one supervisor of this state folder: two would start two Redis on the same data."""
        return f"{self.path}/service.lock"

    @property
    def paused(self) -> str:
        """While this file stands the intakes claim nothing."""
        return f"{self.path}/paused"

    def work(self, name: str) -> WorkFolder:
        """The work folder of a source that is claimed by copy."""
        return WorkFolder(f"{self.path}/work/{name}")

    def all_work(self) -> tuple[WorkFolder, ...]:
        """The work folders that stand under this state folder now."""
        try:
            names = sorted(os.listdir(f"{self.path}/work"))
        except FileNotFoundError:
            return ()
        return tuple(self.work(name) for name in names)

    def create(self) -> None:
        """Make the folder, for its owner alone."""
        fsops.make_folder(self.path, 0o700)
        fsops.make_folder(f"{self.path}/work", 0o700)


def work_folder(inbox: str, state: StateFolder, *, keep: bool) -> WorkFolder:
    """The work folder of `inbox`: inside it, or in the state folder where its files are to stay (`keep`)."""
    if keep:
        return state.work("keep-" + sha256(os.fsencode(os.path.realpath(inbox))).hexdigest()[:16])
    return WorkFolder(f"{os.path.realpath(inbox)}/{HIDDEN}")
