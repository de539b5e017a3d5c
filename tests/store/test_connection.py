from __future__ import annotations

import socketserver
import threading
import time
from typing import TYPE_CHECKING

import pytest
import redis

from worker.errors import ConfigurationError
from worker.store.connection import AWAY, connect, run_id, wait_until_up

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Server


def never() -> bool:
    return False


@pytest.mark.parametrize(
    "answer",
    [
        "MISCONF Errors writing to the AOF file: No space left on device",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory",
        "TRYAGAIN Multiple keys request during rehashing of slot",
    ],
)
def test_an_answer_that_is_no_refusal_for_ever_counts_as_away(answer: str, admin: redis.Redis) -> None:
    with pytest.raises(AWAY):
        admin.eval("return redis.error_reply(ARGV[1])", 0, answer)


def test_a_key_of_a_wrong_type_does_not_count_as_away(client: redis.Redis) -> None:
    client.set("copydesk:x", 1)
    with pytest.raises(redis.ResponseError) as caught:
        client.lpush("copydesk:x", 1)
    assert not isinstance(caught.value, AWAY)


def test_no_server_is_away_within_a_second_or_so(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(AWAY):
        connect(f"unix://{tmp_path}/none.sock", name="test").ping()
    assert time.monotonic() - begun < 3


def test_an_address_of_something_else_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"redis\.url"):
        connect("http://example.org", name="test")


def test_the_run_id_is_that_of_the_server_process(client: redis.Redis, admin: redis.Redis) -> None:
    assert run_id(client) == admin.info("server")["run_id"]


def test_waiting_ends_when_redis_answers(redis_server: Server) -> None:
    with connect(redis_server.urls.desk, name="test") as client:
        wait_until_up(client, never)


def test_waiting_ends_when_a_stop_is_asked_for(tmp_path: Path) -> None:
    asked = iter([False, True])
    with connect(f"unix://{tmp_path}/none.sock", name="test") as client:
        wait_until_up(client, lambda: next(asked))
    assert next(asked, "no more") == "no more"


def test_a_wrong_password_is_said_at_once(redis_server: Server) -> None:
    wrong = redis_server.urls.desk.replace("desk:", "desk:0")
    with connect(wrong, name="test") as client, pytest.raises(ConfigurationError, match="refuses us"):
        wait_until_up(client, never)


class _OldRedis(socketserver.StreamRequestHandler):
    """As much of an old Redis as is asked: PONG, and INFO with its version."""

    def handle(self) -> None:
        while (line := self.rfile.readline()) != b"":
            words = [self._word() for _ in range(int(line[1:]))]
            info = b"# Server\r\nredis_version:6.0.16\r\nrun_id:0\r\n"
            answer = b"$%d\r\n%s\r\n" % (len(info), info)
            others = b"+PONG\r\n" if words[0].upper() == b"PING" else b"+OK\r\n"
            self.wfile.write(answer if words[0].upper() == b"INFO" else others)

    def _word(self) -> bytes:
        length = int(self.rfile.readline()[1:])
        return self.rfile.read(length + 2)[:-2]


def test_a_redis_that_is_too_old_is_said_at_once() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _OldRedis) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        url = f"redis://127.0.0.1:{server.server_address[1]}"
        try:
            with connect(url, name="test") as client, pytest.raises(ConfigurationError, match="too old"):
                wait_until_up(client, never)
        finally:
            server.shutdown()
