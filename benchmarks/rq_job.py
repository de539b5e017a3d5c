"""The job of the hand-written script; RQ can't run one that stands in the main module."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from benchmarks.single_loop import line_of


def process_file(path: str) -> None:
    """Read, work, append one line, make it durable, remove the file."""
    data = Path(path).read_bytes()
    line = line_of(os.path.basename(path), data, sha256(data).hexdigest())
    fd = os.open(os.environ["SCRIPT_OUT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(fd, line)
    os.fsync(fd)
    os.close(fd)
    os.unlink(path)
