"""The compose stack of this project, run for real: up, kill, down, what came out. Every wait is bounded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "copydesk-under-test"
SERVICES = ("redis", "watch", "worker", "files", "sink")
# How a build reaches its packages is a matter of the machine: handed on where it is set.
BUILD_ARGUMENTS = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)


def command(*arguments: str, seconds: float = 60, env: dict[str, str] | None = None) -> str:
    """Run a command and return what it printed; an exit code other than 0 fails the test with all it said."""
    done = subprocess.run(
        arguments,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, f"{' '.join(arguments)}: exit {done.returncode}\n{said}"
    return done.stdout.strip()


def find_compose() -> tuple[str, ...] | None:
    """The Compose that can be had, version 2 before 1; None without it or without an engine that answers."""
    if shutil.which("docker") is None or not _succeeds("docker", "info"):
        return None
    known = (("docker", "compose"), ("docker-compose",))
    return next((words for words in known if _succeeds(*words, "version")), None)


def _succeeds(*arguments: str) -> bool:
    try:
        return subprocess.run(arguments, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def eventually(fact: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Wait until `fact()` holds; fail, saying what did not come true, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Stack:
    """One project of Compose with folders of its own; its services run as the user and group `owner`."""

    compose_words: tuple[str, ...]
    project: str
    inbox: Path
    out: Path
    owner: tuple[int, int]

    def compose(self, *arguments: str, seconds: float = 120) -> str:
        """Run Compose on the project's own docker-compose.yml."""
        env = dict(os.environ) | {
            "COPYDESK_INBOX": str(self.inbox),
            "COPYDESK_OUT": str(self.out),
            "COPYDESK_UID": str(self.owner[0]),
            "COPYDESK_GID": str(self.owner[1]),
            "COPYDESK_IMAGE": IMAGE,
            "COMPOSE_PROJECT_NAME": self.project,
        }
        return command(*self.compose_words, *arguments, seconds=seconds, env=env)

    def up(self, workers: int = 2) -> None:
        """Start what is not running, with so many workers."""
        self.compose("up", "-d", "--scale", f"worker={workers}")

    def containers(self, service: str) -> list[str]:
        """The ids of the service's containers."""
        return self.compose("ps", "-q", service).split()

    def drop(self, label: str, numbers: range) -> list[str]:
        """Put articles into the inbox as the user would; returns their names."""
        from tests.containers.articles import drop

        return drop(self.inbox, label, numbers, self.owner)

    def lines(self) -> list[dict[str, Any]]:
        """The whole lines that a reader of the output folder sees now, in the order of the file."""
        try:
            data = (self.out / "articles.jsonl").read_bytes()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in data.splitlines(keepends=True) if line.endswith(b"\n")]

    def written(self, label: str) -> list[str]:
        """The names of the label's files that have a line, once for each line."""
        paths = (line["source"]["path"] for line in self.lines() if line["kind"] == "article")
        return [path for path in paths if path.startswith(f"{label}-")]

    def expect(self, label: str, names: list[str], seconds: float = 90) -> None:
        """Each name comes out as exactly one article that is no copy, and its file moves to the archive."""
        wanted = set(names)
        try:
            eventually(lambda: set(self.written(label)) >= wanted, f"{len(names)} lines of {label}", seconds)
            eventually(lambda: self.archived(label) == len(names), f"{len(names)} archived files of {label}", 20)
        except AssertionError as late:
            missing = sorted(wanted - set(self.written(label)))
            logs = self.compose("logs", "--tail", "15")
            raise AssertionError(f"{late}; {len(missing)} missing, as {missing[:3]}\n{logs}") from None
        assert sorted(self.written(label)) == sorted(names)
        assert not [name for name in os.listdir(self.inbox) if name.startswith(f"{label}-")]
        lines = self.lines()
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        assert not [line["id"] for line in lines if (line.get("duplicate") or {}).get("kind") == "exact"]

    def archived(self, label: str) -> int:
        """How many of the label's files lie in the archive."""
        return len(list((self.inbox / ".copydesk" / "archive").glob(f"*/*.{label}-*")))
