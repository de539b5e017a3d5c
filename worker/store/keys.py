"""Every Redis key of copydesk. RQ's own keys (`rq:*`) are RQ's.

The prefix is a setting, so that several installations can share one Redis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Keys:
    """The key names under one prefix.

    There are two RQ queues, and a worker listens to one of them. All else is common to both.
    """

    prefix: str
    of_files: bool = False

    @property
    def queue(self) -> str:
        """The name of the RQ queue: of jobs whose bytes are in Redis, or (`of_files`) of those that stay on disk."""
        return f"{self.prefix}-files" if self.of_files else self.prefix

    @property
    def files(self) -> Keys:
        """The same with the queue of files that are too large for Redis."""
        return replace(self, of_files=True)

    @property
    def lanes(self) -> tuple[Keys, Keys]:
        """The same with either queue."""
        return replace(self, of_files=False), self.files

    @property
    def ready(self) -> str:
        """String: the run id of the Redis that the writer has reconciled. Without it commits are refused."""
        return f"{self.prefix}:ready"

    @property
    def documents(self) -> str:
        """Hash: document id -> the job that works on it, or `committed`. Gone when its line is durable."""
        return f"{self.prefix}:documents"

    @property
    def members(self) -> str:
        """Hash: id of a container -> how many of its members are committed. Gone when the last one is."""
        return f"{self.prefix}:members"

    @property
    def stream(self) -> str:
        """Stream: committed documents in the order of their lines. Fields: see `wire.py`."""
        return f"{self.prefix}:stream"

    @property
    def generations(self) -> str:
        """List: names of the index generations, newest first."""
        return f"{self.prefix}:generations"

    @property
    def index_through(self) -> str:
        """String: the numbers of the last lines that the index has, of `articles` and of `duplicates`, with a comma.

        It gets lost or older together with the index.
        """
        return f"{self.prefix}:index_through"

    @property
    def learned(self) -> str:
        """String: what the writer has learned of publishers, signed. Fields: see `learned_wire.py`."""
        return f"{self.prefix}:learned"

    @property
    def learned_version(self) -> str:
        """String: the version of that. Workers look here first."""
        return f"{self.prefix}:learned_version"

    @property
    def index(self) -> str:
        """Hash: what the index says of itself, see `lua/index.lua`."""
        return f"{self.prefix}:index"

    @property
    def of_index(self) -> str:
        """What all other keys of the index begin with."""
        return f"{self.prefix}:"

    def exact(self, generation: str) -> str:
        """Hash: fingerprint (16 raw bytes) -> the texts that have it, for one generation of the index."""
        return f"{self.prefix}:exact:{generation}"

    def records(self, generation: str) -> str:
        """Hash: number -> a text, for one generation of the index."""
        return f"{self.prefix}:records:{generation}"

    def versions(self, generation: str) -> str:
        """Hash: name of a document -> its current version, for one generation of the index."""
        return f"{self.prefix}:versions:{generation}"

    def of_generation(self, generation: str) -> tuple[str, ...]:
        """All hashes of one generation of the index."""
        kinds = ("exact", "records", "versions", "joined")
        return tuple(f"{self.prefix}:{kind}:{generation}" for kind in kinds)

    @property
    def eras(self) -> str:
        """List: names of the eras of the index, newest first: each is some generations long."""
        return f"{self.prefix}:eras"

    def keys_of(self, era: str) -> str:
        """Hash: key of a text -> the texts that have it, for one era of the index."""
        return f"{self.prefix}:keys:{era}"

    def payload(self, job: str) -> str:
        """String: the signed bytes that a job works on. Gone once it is committed or replaced."""
        return f"{self.prefix}:payload:{job}"
