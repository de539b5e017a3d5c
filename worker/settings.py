"""Every setting, with its unit, its limits and the reason for its default.

Values come from, in rising order: the defaults here, a TOML file, `COPYDESK_<SECTION>_<KEY>` variables, flags
(see `settings_load.py`). `config/copydesk.toml` is this file as text (see `settings_text.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a setting means and may be. `choices` are the allowed words, `low` and `high` inclusive bounds."""

    unit: str
    reason: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


def _setting(
    default: Any,
    reason: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    return field(default=default, metadata={"limits": Limits(unit, reason, low, high, choices)})


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things are."""

    inboxes: tuple[str, ...] = _setting(("inbox",), "The watched folders.")
    out: str = _setting("out", "The folder of the outputs. Other systems read from it.")
    state: str = _setting(
        "", "The key, the embedded Redis, files claimed by copy. Empty: `.copydesk/state` inside the output."
    )
    rules: str = _setting("", "A folder with rules of your own (`*.toml`), read beside those of copydesk. Empty: none.")


@dataclass(frozen=True, slots=True)
class Intake:
    """How files are noticed and taken."""

    mode: str = _setting(
        "move",
        "`move` takes files out of the inbox and archives them; `keep` leaves them (read-only folders).",
        choices=("move", "keep"),
    )
    poll: bool = _setting(False, "List on a timer instead of by event, for mounts that give no events (NFS, SMB).")
    poll_seconds: float = _setting(1.0, "How often to list with `poll`.", unit="seconds", low=0.05, high=3600)
    rescan_seconds: float = _setting(
        10.0,
        "How often to list although no event came: events can be lost.",
        unit="seconds",
        low=0.5,
        high=3600,
    )
    settle_seconds: float = _setting(
        2.0,
        "How long size and time of a file must stand still where nothing else tells that it is complete.",
        unit="seconds",
        low=0.1,
        high=3600,
    )
    reconcile_seconds: float = _setting(
        3.0, "How often claimed batches are compared with Redis.", unit="seconds", low=0.2, high=600
    )
    ignore: tuple[str, ...] = _setting(
        (".*", "*.tmp", "*.part", "*.partial", "*.crdownload", "*.filepart", "*.swp", "*~"),
        "Names that are not finished files, as shell patterns; folders too.",
    )
    depth_max: int = _setting(32, "Folders below this depth are not entered.", unit="levels", low=1, high=200)
    payload_bytes_max: int = _setting(
        16 * MIB,
        "The largest file that crosses Redis. Larger ones stay on disk and are opened there, piece by piece.",
        unit="bytes",
        low=1024,
        high=256 * MIB,
    )
    file_bytes_max: int = _setting(
        64 << 30,
        "The largest file that is taken at all: a crawl of a day has some gigabytes, a sparse file of a terabyte none.",
        unit="bytes",
        low=1024,
        high=1 << 50,
    )
    batch_max: int = _setting(64, "The most files in one job.", unit="files", low=1, high=500)
    batch_bytes_max: int = _setting(
        8 * MIB, "The most bytes in one job of several files.", unit="bytes", low=1024, high=256 * MIB
    )
    in_flight_documents_max: int = _setting(
        2048,
        "Claimed and not yet written; the rest waits in the inbox.",
        unit="documents",
        low=1,
        high=100_000,
    )
    in_flight_bytes_max: int = _setting(
        64 * MIB, "The same in bytes: what Redis has to hold.", unit="bytes", low=MIB, high=16 << 30
    )
    disk_free_bytes_min: int = _setting(
        256 * MIB,
        "With less free space on any of the disks nothing more is claimed.",
        unit="bytes",
        low=0,
        high=1 << 50,
    )


@dataclass(frozen=True, slots=True)
class Redis:
    """The queue."""

    url: str = _setting("", "Address of a Redis or Valkey >= 6.2. Empty: copydesk starts its own.")
    prefix: str = _setting("copydesk", "Begins every key and names the queue.")


@dataclass(frozen=True, slots=True)
class Worker:
    """How documents are worked on."""

    count: int = _setting(2, "Worker processes of `copydesk run` and `ingest`.", unit="processes", low=1, high=256)
    document_seconds: float = _setting(
        20.0, "Time for one document, waiting included.", unit="seconds", low=0.1, high=3600
    )
    document_cpu_seconds: int = _setting(10, "Processor time for one document.", unit="seconds", low=1, high=3600)
    document_memory_bytes: int = _setting(
        512 * MIB,
        "Memory that a process may take beyond what it starts with.",
        unit="bytes",
        low=16 * MIB,
        high=64 << 30,
    )
    commit_bytes_max: int = _setting(
        8 * MIB,
        "The most that one commit carries: a larger one stalls Redis.",
        unit="bytes",
        low=MIB,
        high=64 * MIB,
    )


@dataclass(frozen=True, slots=True)
class Sink:
    """How lines are written."""

    line_bytes_max: int = _setting(
        100_000,
        "The longest line: several log shippers drop longer ones.",
        unit="bytes",
        low=10_000,
        high=16_000_000,
    )
    duplicates: str = _setting(
        "mark",
        "`mark` leaves articles that repeat an earlier one among the others; `drop` writes them to `duplicates.jsonl`.",
        choices=("mark", "drop"),
    )
    segment_bytes_max: int = _setting(
        256 * MIB, "A segment of this size is sealed.", unit="bytes", low=1000, high=1 << 40
    )
    segment_seconds: int = _setting(
        86_400, "A segment of this age is sealed; 0: never by age.", unit="seconds", low=0, high=366 * 86_400
    )
    rotation_seconds_min: float = _setting(
        10.0,
        "Two rotations are never closer than this: `tail -F` would skip a segment.",
        unit="seconds",
        low=0,
        high=3600,
    )
    compress: str = _setting("none", "What becomes of sealed segments.", choices=("none", "zstd"))
    group_documents_max: int = _setting(
        256, "The most documents in one synced group.", unit="documents", low=1, high=10_000
    )
    group_bytes_max: int = _setting(
        8 * MIB, "The most bytes in one synced group.", unit="bytes", low=MIB, high=256 * MIB
    )
    file_mode: str = _setting("0644", "Permissions of the outputs, in octal.")
    owner: str = _setting(
        "", "`uid:gid` of the outputs. Empty: as the process; where that is root, as the output folder."
    )


@dataclass(frozen=True, slots=True)
class Archive:
    """What becomes of files whose lines are durable."""

    keep_days: int = _setting(
        30, "Archived files are removed after this; 0: at once; -1: never.", unit="days", low=-1, high=36_500
    )


@dataclass(frozen=True, slots=True)
class Enrich:
    """What is read from the words of an article."""

    ner: str = _setting(
        "",
        "A spaCy pipeline that finds names besides the rules: `spacy:` with its name or folder. Empty: none. Needs the "
        "extra `spacy`.",
    )


@dataclass(frozen=True, slots=True)
class Index:
    """What duplicates are found against."""

    window_days: int = _setting(
        30, "How long a text is remembered, and how far apart two are compared.", unit="days", low=1, high=3650
    )
    documents_max: int = _setting(
        1_000_000, "How many texts are remembered at the most.", unit="documents", low=1000, high=100_000_000
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """What is cut from around articles beyond the rule files."""

    learn: str = _setting(
        "on",
        "What stands in many articles of one publisher is boilerplate. `on` cuts it from the next ones, `ask` waits "
        "until `copydesk rules approve`, `off` learns nothing and cuts nothing that was learned.",
        choices=("on", "ask", "off"),
    )
    learn_articles_min: int = _setting(
        8, "In how many articles of a publisher a paragraph must have stood.", unit="articles", low=3, high=10_000
    )


@dataclass(frozen=True, slots=True)
class Service:
    """How `copydesk run` behaves."""

    drain_seconds: float = _setting(8.0, "How long a stop waits for work in hand.", unit="seconds", low=0, high=600)
    log_level: str = _setting("info", "What is logged.", choices=("debug", "info", "warning", "error"))


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by section."""

    paths: Paths = field(default_factory=Paths)
    intake: Intake = field(default_factory=Intake)
    redis: Redis = field(default_factory=Redis)
    worker: Worker = field(default_factory=Worker)
    sink: Sink = field(default_factory=Sink)
    archive: Archive = field(default_factory=Archive)
    enrich: Enrich = field(default_factory=Enrich)
    index: Index = field(default_factory=Index)
    rules: Rules = field(default_factory=Rules)
    service: Service = field(default_factory=Service)

    @property
    def state_path(self) -> str:
        """The state folder, where none is named: inside the output folder."""
        return self.paths.state or f"{self.paths.out}/.copydesk/state"
