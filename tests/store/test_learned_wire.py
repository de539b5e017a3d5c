"""What was learned on its way from the writer to the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from worker.learned import NOTHING_LEARNED, learned_from, mark_of
from worker.store.learned_wire import fetch_learned, publish_learned
from worker.store.repair import drop_wrong_types
from worker.store.wire import ForgedError

if TYPE_CHECKING:
    import redis

    from worker.store.keys import Keys

LEARNED = learned_from(
    [("ledger.example", mark_of("Support us.")), ("ledger.example", mark_of("Read on.")), ("Ärger", mark_of("Weiter."))]
)


def test_a_worker_fetches_what_the_writer_published_once(
    client: redis.Redis, writer_client: redis.Redis, keys: Keys, key: bytes
) -> None:
    assert fetch_learned(client, keys, key, "") is None
    assert publish_learned(writer_client, keys, key, LEARNED)
    assert not publish_learned(writer_client, keys, key, LEARNED)
    assert fetch_learned(client, keys, key, "") == LEARNED
    assert fetch_learned(client, keys, key, LEARNED.version) is None


def test_nothing_learned_is_published_too_so_that_workers_stop_cutting(
    client: redis.Redis, writer_client: redis.Redis, keys: Keys, key: bytes
) -> None:
    publish_learned(writer_client, keys, key, LEARNED)
    assert publish_learned(writer_client, keys, key, NOTHING_LEARNED)
    assert fetch_learned(client, keys, key, LEARNED.version) == NOTHING_LEARNED


def test_a_redis_that_was_wiped_is_given_it_again(
    admin: redis.Redis, client: redis.Redis, writer_client: redis.Redis, keys: Keys, key: bytes
) -> None:
    publish_learned(writer_client, keys, key, LEARNED)
    admin.flushall()
    # A worker goes on with what it has: none said anything else.
    assert fetch_learned(client, keys, key, LEARNED.version) is None
    assert publish_learned(writer_client, keys, key, LEARNED)
    assert fetch_learned(client, keys, key, "") == LEARNED


def test_a_key_of_another_type_is_not_taken(
    admin: redis.Redis, client: redis.Redis, keys: Keys, key: bytes
) -> None:
    admin.rpush(keys.learned_version, "0123")
    with pytest.raises(ForgedError, match="another type"):
        fetch_learned(client, keys, key, "")


def test_the_writer_removes_a_key_of_another_type(
    admin: redis.Redis, client: redis.Redis, writer_client: redis.Redis, keys: Keys, key: bytes
) -> None:
    admin.rpush(keys.learned_version, "0123")
    drop_wrong_types(writer_client, keys)
    publish_learned(writer_client, keys, key, LEARNED)
    assert fetch_learned(client, keys, key, "") == LEARNED


@pytest.mark.parametrize("forged", [b"", b"x" * 40, b"[]"])
def test_what_was_not_signed_is_not_taken(
    admin: redis.Redis, client: redis.Redis, keys: Keys, key: bytes, forged: bytes
) -> None:
    admin.set(keys.learned_version, "0123")
    admin.set(keys.learned, forged)
    with pytest.raises(ForgedError):
        fetch_learned(client, keys, key, "")
