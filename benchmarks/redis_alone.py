"""A Redis of copydesk's own kind for measuring, without its file: memory alone, and one user who may do all."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from worker.disk.layout import StateFolder
from worker.store import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def redis_alone(folder: str) -> Iterator[str]:
    """Its URL, while it runs; its files stand in `folder`."""
    prepared = embedded.prepare(StateFolder(folder))
    with open(f"{prepared.folder}/users.acl", "a") as access:
        access.write("user all on nopass ~* &* +@all\n")
    argv = [word if word != "yes" else "no" for word in prepared.argv]
    process = embedded.launch(prepared, lambda _: subprocess.Popen(argv, stdout=subprocess.DEVNULL))
    try:
        yield f"unix://all:x@{prepared.socket}"
    finally:
        embedded.stop(process)
