"""A real Redis of the test's own, as the service starts it, and what is needed to talk to it.

One server for each process that runs tests; every test that touches it begins with an empty one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import redis

from worker.disk.layout import StateFolder
from worker.parent import die_with
from worker.store import embedded
from worker.store.connection import connect, run_id
from worker.store.index import Window, ensure_index
from worker.store.keys import Keys
from worker.store.scripts import load_scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

# A shell gives what it starts in the background an ignored SIGINT, and every process of ours would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

KEY = bytes(range(32))
_ADMIN_PASSWORD = "tester"


@dataclass(frozen=True, slots=True)
class Server:
    """The running server: `urls` of its two users, and `admin`, which may do everything."""

    urls: embedded.Urls
    admin: redis.Redis
    pid: int


@pytest.fixture(scope="session")
def redis_process() -> Iterator[Server]:
    """The server of this test process."""
    with tempfile.TemporaryDirectory(prefix="copydesk-redis-") as folder:
        prepared = embedded.prepare(StateFolder(folder))
        with open(f"{prepared.folder}/users.acl", "a") as access:
            access.write(f"user tester on >{_ADMIN_PASSWORD} ~* &* +@all\n")
        process = embedded.launch(prepared, start_server)
        admin = redis.Redis.from_url(f"unix://tester:{_ADMIN_PASSWORD}@{quote(prepared.socket)}")
        yield Server(prepared.urls, admin, process.pid)
        admin.close()
        embedded.stop(process)


def start_server(argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """A server in a session of its own, so that Ctrl-C at the tests reaches them first; it ends with them."""
    tests = os.getpid()
    return subprocess.Popen(
        argv,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: die_with(tests),  # noqa: PLW1509 - it makes one system call and takes no lock
    )


@pytest.fixture
def redis_server(redis_process: Server) -> Iterator[Server]:
    """The server, empty and awake."""
    redis_process.admin.flushall()
    yield redis_process
    os.kill(redis_process.pid, signal.SIGCONT)


@pytest.fixture
def admin(redis_server: Server) -> redis.Redis:
    """A client that may do everything: the stranger of the tests."""
    return redis_server.admin


@pytest.fixture
def client(redis_server: Server) -> Iterator[redis.Redis]:
    """A client as intake and workers have it."""
    with connect(redis_server.urls.desk, name="desk") as connected:
        yield connected


@pytest.fixture
def writer_client(redis_server: Server) -> Iterator[redis.Redis]:
    """A client as the writer has it."""
    with connect(redis_server.urls.writer, name="writer") as connected:
        yield connected


@pytest.fixture
def keys() -> Keys:
    """The names of the keys."""
    return Keys("copydesk")


@pytest.fixture
def key() -> bytes:
    """The signing key."""
    return KEY


@pytest.fixture
def reconciled(writer_client: redis.Redis, keys: Keys) -> Window:
    """Redis as the writer leaves it for commits: script loaded, a generation begun, `ready` set."""
    load_scripts(writer_client)
    window = ensure_index(writer_client, keys, Window(1_000_000, 30 * 86_400))
    writer_client.set(keys.ready, run_id(writer_client))
    return window
