"""What a worker works with, and how long it waits for what is away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from worker.errors import TransientError
from worker.store.connection import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    import redis

    from worker.article import Document, Outcome
    from worker.parse.members import BadMember, Container, Member
    from worker.settings import Settings
    from worker.store.keys import Keys
    from worker.store.wire import PayloadDocument

    Find = Callable[[str, PayloadDocument], BinaryIO | None]

PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS_MAX = 1.0
_NOT_THERE: tuple[type[Exception], ...] = (TransientError, *AWAY)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stages:
    """The pipeline as a worker calls it, its rules given: see `pipeline.py`, and for `open_file` `parse/formats.py`."""

    process: Callable[[Document], Outcome | Container]
    process_member: Callable[[Document, Member | BadMember], Outcome]
    open_file: Callable[[BinaryIO, str], Container]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker works with.

    `stages` are the pipeline, with rules of `rules_version`; `find` opens the claimed file of a document that is on
    disk (batch and document in, None where it is not there as it was sealed); `patience_seconds` is how long one
    step waits for Redis; `stop_asked` says between two members that their job is to be put back.
    """

    client: redis.Redis
    keys: Keys
    key: bytes
    settings: Settings
    stages: Stages
    rules_version: str
    find: Find | None = None
    patience_seconds: float = PATIENCE_SECONDS
    stop_asked: Callable[[], bool] = lambda: False

    def patiently(self, step: Callable[[], _T]) -> _T:
        """The result of `step`, tried again while Redis or the writer is not there.

        Raises:
            TransientError: it was not there for `patience_seconds`.
        """
        deadline, pause = time.monotonic() + self.patience_seconds, 0.02
        while True:
            try:
                return step()
            except _NOT_THERE as error:
                if time.monotonic() + pause >= deadline:
                    raise TransientError(str(error)) from error
                time.sleep(pause)
                pause = min(pause * 2, _PAUSE_SECONDS_MAX)
