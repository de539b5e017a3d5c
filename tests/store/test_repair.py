from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import redis

from worker.store.repair import drop_wrong_types, is_wrong_type

if TYPE_CHECKING:
    from worker.store.index import Window
    from worker.store.keys import Keys


def test_what_is_of_its_type_stays(writer_client: redis.Redis, keys: Keys, reconciled: Window) -> None:
    writer_client.hset(keys.documents, "a", "b")
    writer_client.hset(keys.exact(reconciled.seen), "a", "b")
    writer_client.xadd(keys.stream, {"a": "b"})
    assert drop_wrong_types(writer_client, keys) == ()
    assert writer_client.exists(keys.documents, keys.stream, keys.ready, keys.generations) == 4


@pytest.mark.parametrize("name", ["ready", "documents", "stream", "generations"])
def test_a_key_of_another_type_is_removed(name: str, writer_client: redis.Redis, keys: Keys) -> None:
    key = getattr(keys, name)
    writer_client.zadd(key, {"a": 1})
    assert drop_wrong_types(writer_client, keys) == (key,)
    assert not writer_client.exists(key)


def test_a_generation_of_another_type_is_removed(writer_client: redis.Redis, keys: Keys, reconciled: Window) -> None:
    writer_client.set(keys.exact(reconciled.seen), "a")
    assert drop_wrong_types(writer_client, keys) == (keys.exact(reconciled.seen),)


def test_a_wrong_type_is_told_in_a_transaction_too(client: redis.Redis) -> None:
    client.set("copydesk:x", 1)
    pipe = client.pipeline()
    pipe.lpush("copydesk:x", 1)
    with pytest.raises(redis.ResponseError) as caught:
        pipe.execute()
    assert is_wrong_type(caught.value)


def test_a_wrong_type_is_told_from_other_refusals(client: redis.Redis) -> None:
    client.set("copydesk:x", 1)
    for command, wrong in ((("LPUSH", "copydesk:x", 1), True), (("GET",), False)):
        with pytest.raises(redis.ResponseError) as caught:
            client.execute_command(*command)  # type: ignore[no-untyped-call]
        assert is_wrong_type(caught.value) is wrong
