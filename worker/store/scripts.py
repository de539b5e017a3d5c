"""The Lua scripts: each is made of the files that it needs, end to end."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import redis

_FOLDER = os.path.join(os.path.dirname(__file__), "lua")


def source(*names: str) -> bytes:
    """The text of those files of the folder, one behind the other."""
    parts = []
    for name in names:
        with open(f"{_FOLDER}/{name}.lua", "rb") as file:
            parts.append(file.read())
    return b"\n".join(parts)


@dataclass(frozen=True, slots=True)
class Script:
    """A script, and the name under which Redis knows it."""

    text: bytes
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", hashlib.sha1(self.text, usedforsecurity=False).hexdigest())

    def run(self, client: redis.Redis, keys: tuple[str, ...], *arguments: bytes | str | int) -> object:
        """What it returns. Raises as redis does; NoScriptError where nobody has loaded it."""
        return client.evalsha(self.sha, len(keys), *keys, *arguments)


_INDEX = ("index", "alike", "document", "holders", "neighbours", "claim")
COMMIT = Script(source(*_INDEX, "commit"))
LOAD = Script(source(*_INDEX, "load"))
RELEASE = Script(source("index", "release"))
_ALL = (COMMIT, LOAD, RELEASE)


def load_scripts(client: redis.Redis) -> None:
    """Make the scripts known to Redis. For the writer alone, after each start of Redis."""
    for script in _ALL:
        client.script_load(script.text)


def scripts_loaded(client: redis.Redis) -> bool:
    """Whether Redis knows the scripts."""
    return all(client.script_exists(*(script.sha for script in _ALL)))
