"""Where a unix socket can be: the kernel takes paths of 107 bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile

SOCKET_PATH_BYTES_MAX = 100


def socket_path(folder: str) -> str:
    """The path of the socket of the server in `folder`: in it, or in a folder of ours alone where it is too deep."""
    path = os.path.abspath(f"{folder}/redis.sock")
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return f"{_private_folder(f'copydesk-{os.getuid()}-{digest}')}/redis.sock"


def _private_folder(name: str) -> str:
    """A folder of ours alone in the common temporary one: another's of that name is never used."""
    path = f"{tempfile.gettempdir()}/{name}"
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        return tempfile.mkdtemp(prefix=f"{name}-")
    return path
