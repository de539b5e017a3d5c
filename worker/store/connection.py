"""A connection to Redis, and what it means that Redis is away.

Nothing here decides what to do about it: workers, intake and writer wait in `wait_until_up` and go on.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import redis
from redis._parsers.base import BaseParser
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION_MIN = (6, 2)
PAUSE_SECONDS_MAX = 1.0

_log = logging.getLogger("copydesk.redis")


class CannotPersistError(redis.ResponseError):
    """Redis refuses writes because it can't write its own files, most often for want of disk space."""


# redis-py knows no class for its answer MISCONF, and a plain ResponseError would pass for a bug.
BaseParser.EXCEPTION_CLASSES.setdefault("MISCONF", CannotPersistError)

AWAY: tuple[type[Exception], ...] = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.BusyLoadingError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.TryAgainError,
    CannotPersistError,
)
"""Redis is away, or can't be used just now: starting, full, read-only. The same call can work later."""


def connect(url: str, *, name: str) -> redis.Redis:
    """A client for `url` (`unix://` or `redis://`); nothing is sent before its first command.

    A command is tried four times within a second before one of `AWAY` is raised; a server that accepts and
    never answers is noticed after 5 seconds each time. `name` is what `CLIENT LIST` shows.

    Raises:
        ConfigurationError: `url` is no address of a Redis.
    """
    try:
        return redis.Redis.from_url(
            url,
            client_name=name,
            socket_timeout=5.0,
            socket_connect_timeout=2.0,
            retry=Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), retries=3),
            # RESP 2 and no library name: fewer answers to wait for when the process of a job connects.
            protocol=2,
            driver_info=None,
        )
    except ValueError as error:
        raise ConfigurationError("redis.url", f"{error}", "give one like redis://host:6379/0") from None


def run_id(client: redis.Redis) -> str:
    """The id of the server process: another one after each start, when data may have been lost."""
    return str(client.info("server")["run_id"])


def wait_until_up(client: redis.Redis, stop: Callable[[], bool]) -> None:
    """Return when Redis answers, or when `stop()` is true. Looks again after 50 ms at first, 1 s at the most.

    Raises:
        ConfigurationError: Redis will never do: it refuses the user or the password, or is too old.
    """
    pause, told = 0.05, False
    while not stop():
        try:
            _require_usable(client)
        except AWAY as error:
            if not told:
                _log.warning("waiting for Redis: %s", error)
                told = True
            time.sleep(pause)
            pause = min(pause * 2, PAUSE_SECONDS_MAX)
        else:
            if told:
                _log.info("Redis is back")
            return


def _require_usable(client: redis.Redis) -> None:
    try:
        client.ping()
        version = str(client.info("server")["redis_version"])
    except (redis.AuthenticationError, redis.exceptions.NoPermissionError) as error:
        problem = f"Redis refuses us: {error}"
        raise ConfigurationError("redis.url", problem, "put user and password in it") from None
    if tuple(int(number) for number in version.split(".")[:2]) < VERSION_MIN:
        wanted = ".".join(map(str, VERSION_MIN))
        raise ConfigurationError("redis.url", f"Redis {version} is too old", f"use one of at least {wanted}")
