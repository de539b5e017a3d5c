"""A desk that jobs are done at by hand, in the test's own process."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from worker.jobs.process_job import work
from worker.jobs.queue import publish
from worker.store.wire import unpack_part

if TYPE_CHECKING:
    import redis

    from worker.jobs.desk import Desk
    from worker.store.wire import Part, Payload


def unguarded(_index: int, _member: int | None = None, /) -> contextlib.AbstractContextManager[None]:
    """No limits."""
    return contextlib.nullcontext()


@dataclass(frozen=True, slots=True)
class PlainRoom:
    """A desk, and the stream that it commits to."""

    desk: Desk
    writer: redis.Redis

    def publish(self, payload: Payload) -> Payload:
        """Put it into the queue; the same payload comes back."""
        publish(self.desk.client, self.desk.keys, self.desk.key, [payload])
        return payload

    def work(self, payload: Payload) -> None:
        """Do the job without limits."""
        work(self.desk, payload.job, unguarded)

    def parts(self) -> list[Part]:
        """What stands in the stream."""
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", self.writer.xrange(self.desk.keys.stream))
        return [unpack_part(self.desk.key, fields[b"p"]) for _, fields in entries]
