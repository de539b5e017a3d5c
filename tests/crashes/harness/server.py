"""The embedded Redis as the service starts it, with one more user for the test: it may do everything."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import redis

from tests.crashes.harness import processes
from worker.store import embedded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crashes.harness.site import Site

_PASSWORD = "tester"


@dataclass(slots=True)
class RedisServer:
    """A server that can be killed, frozen, wiped, rolled back. `options` are further server options."""

    site: Site
    options: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = None
    _client: redis.Redis | None = None
    _prepared: embedded.EmbeddedRedis | None = field(default=None)

    @property
    def pid(self) -> int:
        """The number of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it on the data that stand."""
        self._prepared = embedded.prepare(self.site.state)
        with open(f"{self._prepared.folder}/users.acl", "a") as access:
            access.write(f"user tester on >{_PASSWORD} ~* &* +@all\n")
        self._process = embedded.launch(self._prepared, self._spawn)

    def _spawn(self, argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with (self.site.logs / "redis.log").open("ab") as log:
            return subprocess.Popen(
                [*argv, *self.options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def client(self) -> redis.Redis:
        """One that may do everything."""
        assert self._prepared is not None
        if self._client is None:
            url = f"unix://tester:{_PASSWORD}@{quote(self._prepared.socket)}"
            self._client = redis.Redis.from_url(url, socket_timeout=20)
        return self._client

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """SIGSTOP."""
        processes.send(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        processes.send(self.pid, signal.SIGCONT)

    def data_files(self) -> list[Path]:
        """What it keeps on disk."""
        folder = self.site.base / "state" / "redis"
        return [*folder.glob("appendonly*"), *folder.glob("*.rdb")]

    def aof(self) -> Path:
        """The file that it appends to now."""
        folder = self.site.base / "state" / "redis"
        increments = sorted((folder / "appendonlydir").glob("*.incr.aof"), key=os.path.getmtime)
        return increments[-1] if increments else folder / "appendonly.aof"

    def copy_data(self, target: Path) -> None:
        """Keep a copy of its data."""
        target.mkdir(parents=True)
        for path in self.data_files():
            _copy(path, target / path.name)

    def restore_data(self, source: Path) -> None:
        """Put an older copy in place of its data; it must not run."""
        self.wipe_data()
        for path in source.iterdir():
            _copy(path, self.site.base / "state" / "redis" / path.name)

    def wipe_data(self) -> None:
        """Remove its data; it must not run."""
        for path in self.data_files():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def close(self) -> None:
        """End it."""
        if self._client is not None:
            self._client.close()
        if self._process is not None and self._process.poll() is None:
            self.kill()
        if self._prepared is not None and not self._prepared.socket.startswith(f"{self.site.base}/"):
            # The path was too long for a socket: it got a folder of its own elsewhere.
            shutil.rmtree(os.path.dirname(self._prepared.socket), ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
