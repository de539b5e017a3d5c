"""What the last service on an output was told, left beside that output.

So `copydesk status`, `ingest`, `rejected` and `pause` need no more than the output folder to find the inboxes,
the state folder and the Redis that belong to it.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.disk import fsops
from worker.settings import Paths, Settings
from worker.settings_load import as_environment

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder


def note_path(out: OutFolder) -> str:
    """Where the note lies. Its mode is 0600: the address of a Redis can have a password in it."""
    return f"{out.hidden}/service.json"


def write_note(out: OutFolder, settings: Settings) -> None:
    """Leave the settings in effect. A lost note costs a user some flags, so it is not synced."""
    paths = Paths(
        inboxes=tuple(map(os.path.abspath, settings.paths.inboxes)),
        out=os.path.abspath(settings.paths.out),
        state=os.path.abspath(settings.state_path),
    )
    value = {"schema": "service/1", "variables": as_environment(replace(settings, paths=paths))}
    # ASCII with escapes: a path that is no UTF-8 survives it.
    fsops.write_file(note_path(out), json.dumps(value).encode(), 0o600, sync=False)


def read_note(out: OutFolder) -> dict[str, str] | None:
    """The settings of the last service on `out`, as the environment would say them, with absolute paths.

    None where there was no service, or its note can't be read.
    """
    try:
        with open(note_path(out), "rb") as file:
            variables = json.loads(file.read())["variables"]
        return {str(name): str(text) for name, text in variables.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
