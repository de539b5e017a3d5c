"""What a stolen password of ours can't do."""

from __future__ import annotations

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from worker.store.scripts import COMMIT

REFUSED_TO_ALL = (
    "FLUSHALL", "FLUSHDB", "CONFIG GET dir", "CONFIG SET dir /", "KEYS *", "SCAN 0", "EVAL return(1) 0",
    "SCRIPT FLUSH", "DEBUG SLEEP 0", "SHUTDOWN NOSAVE", "ACL WHOAMI", "ACL LIST", "MONITOR", "SAVE", "BGREWRITEAOF",
    "REPLICAOF localhost 1", "MODULE LIST", "CLIENT KILL TYPE normal", "CLIENT LIST", "CLIENT PAUSE 1",
    "PUBLISH x y", "SUBSCRIBE x", "MIGRATE h 1 k 0 1", "DUMP copydesk:x", "RESTORE copydesk:x 0 y",
    "SORT copydesk:x", "OBJECT ENCODING copydesk:x", "GET secret", "SET other:x 1",
)  # fmt: skip
REFUSED_TO_DESK = (
    f"SCRIPT LOAD {COMMIT.text[:3].decode()}", "XREAD STREAMS copydesk:stream 0", "XDEL copydesk:stream 1-1",
    "XRANGE copydesk:stream - +", "UNLINK copydesk:x", "RENAME copydesk:x copydesk:y", "LTRIM copydesk:x 0 1",
)  # fmt: skip


@pytest.mark.parametrize("command", REFUSED_TO_ALL)
def test_neither_user_may(command: str, client: redis.Redis, writer_client: redis.Redis) -> None:
    for user in (client, writer_client):
        with pytest.raises(redis.exceptions.NoPermissionError):
            user.execute_command(*command.split())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("command", REFUSED_TO_DESK)
def test_a_desk_may_not(command: str, client: redis.Redis) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.execute_command(*command.split())  # type: ignore[no-untyped-call]


def test_nobody_comes_in_without_a_password(client: redis.Redis) -> None:
    path = client.connection_pool.connection_kwargs["path"]
    stranger = redis.Redis(unix_socket_path=path, protocol=2, retry=Retry(NoBackoff(), 0))
    with stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
