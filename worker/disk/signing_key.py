"""The key that signs jobs, payloads and parts: 32 random bytes in a 0600 file, made once, never in Redis."""

from __future__ import annotations

import contextlib
import os
import secrets
import time

from worker.disk import fsops
from worker.errors import ConfigurationError

KEY_BYTES = 32


def make_key(path: str) -> bytes:
    """Make the key where there is none, and return the one that stands. Only the intake calls this."""
    # Not the process id: in a container it is the same at each start, and a name left by a crash would
    # stand for ever.
    temporary = f"{path}.{secrets.token_hex(8)}"
    fd = fsops.open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fsops.pwrite_all(fd, secrets.token_bytes(KEY_BYTES), 0)
        fsops.fdatasync(fd)
    finally:
        os.close(fd)
    # link(2) fails where the name stands: of two that start at once, one makes the key and both read the
    # same.
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    fsops.unlink(temporary)
    fsops.sync_folder(os.path.dirname(path))
    return read_key(path)


def read_key(path: str, wait_seconds: float = 0.0) -> bytes:
    """The key at `path`, waiting up to `wait_seconds` for the intake to make it.

    Raises:
        ConfigurationError: there is no key, or the file is not one.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            with open(path, "rb") as file:
                key = file.read(KEY_BYTES + 1)
        except FileNotFoundError:
            if time.monotonic() >= deadline:
                raise ConfigurationError(
                    "paths.state", f"there is no key at {path}", "start the intake first, on the same state folder"
                ) from None
            time.sleep(0.05)
            continue
        except PermissionError:
            raise ConfigurationError(
                "paths.state", f"the key at {path} can't be read", "run every role as the same user"
            ) from None
        if len(key) != KEY_BYTES:
            raise ConfigurationError("paths.state", f"{path} is not a key of {KEY_BYTES} bytes", "restore or remove it")
        return key
