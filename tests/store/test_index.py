from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from worker.store.index import GENERATIONS, Window, advance

if TYPE_CHECKING:
    import redis

    from worker.store.keys import Keys

DAY = 86_400.0
WINDOW = Window(documents_max=80, seconds=8 * DAY)
NOON = 1_700_000_000.0


def mark(number: int) -> bytes:
    return number.to_bytes(16, "big")


def generations(client: redis.Redis, keys: Keys) -> list[str]:
    return [name.decode() for name in cast("list[bytes]", client.lrange(keys.generations, 0, -1))]


def owners(client: redis.Redis, keys: Keys) -> dict[int, str]:
    """Who has each fingerprint, as a commit sees it: the newest generation is asked first."""
    found: dict[int, str] = {}
    for name in generations(client, keys):
        rows = cast("dict[bytes, bytes]", client.hgetall(keys.records(name)))
        found = {int.from_bytes(m, "big"): owner.decode() for m, owner in rows.items()} | found
    return found


def claim(client: redis.Redis, keys: Keys, window: Window, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        client.hset(keys.records(window.seen), cast("str", mark(number)), "x")


def test_the_first_call_begins_a_generation(writer_client: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW)
    assert generations(writer_client, keys) == [window.seen]


def test_a_young_generation_with_room_stays(writer_client: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON)
    claim(writer_client, keys, window, 9)
    assert advance(writer_client, keys, window, monotonic=DAY - 1, wall=NOON + DAY - 1) == window


def test_a_full_generation_is_followed_by_another(writer_client: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW)
    claim(writer_client, keys, window, 10)
    later = advance(writer_client, keys, window)
    assert generations(writer_client, keys) == [later.seen, window.seen]


def test_an_old_generation_is_followed_by_another(writer_client: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON)
    later = advance(writer_client, keys, window, monotonic=DAY, wall=NOON + DAY)
    assert generations(writer_client, keys) == [later.seen, window.seen]


def test_the_age_of_a_generation_outlives_a_restart(writer_client: redis.Redis, keys: Keys) -> None:
    """Else a service that is started every day would remember for ever."""
    first = advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON)
    advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON + DAY / 2)
    assert generations(writer_client, keys) == [first.seen]
    advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON + DAY)
    assert len(generations(writer_client, keys)) == 2


def test_a_clock_that_jumps_makes_one_generation_at_the_most(writer_client: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON)
    for jump in range(1, 20):
        window = advance(writer_client, keys, window, monotonic=jump, wall=NOON + jump * 100 * DAY)
    assert len(generations(writer_client, keys)) == 2


def test_a_clock_that_is_set_back_holds_up_nothing(writer_client: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON)
    for day in range(1, 4):
        window = advance(writer_client, keys, window, monotonic=day * DAY, wall=NOON - 1000 * DAY)
    assert len(generations(writer_client, keys)) == 4


def test_the_ninth_generation_is_dropped(writer_client: redis.Redis, keys: Keys) -> None:
    window = WINDOW
    for number in range(12):
        window = advance(writer_client, keys, window, monotonic=number * DAY, wall=NOON + number * DAY)
        claim(writer_client, keys, window, 1, first=number)
    assert len(generations(writer_client, keys)) == GENERATIONS
    assert sorted(owners(writer_client, keys)) == list(range(4, 12))
    assert len(writer_client.lrange(keys.generations, 0, -1)) == GENERATIONS


def test_memory_does_not_grow_with_what_was_seen(writer_client: redis.Redis, admin: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW)
    for number in range(150):
        claim(writer_client, keys, window, 1, first=number)
        window = advance(writer_client, keys, window)
    assert len(owners(writer_client, keys)) <= WINDOW.documents_max
    assert len(cast("list[bytes]", admin.keys("copydesk:records:*"))) <= GENERATIONS


def test_a_name_that_says_no_time_counts_as_old(writer_client: redis.Redis, keys: Keys) -> None:
    writer_client.lpush(keys.generations, "somebody's")
    advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON)
    assert len(generations(writer_client, keys)) == 2


def test_what_another_writer_began_is_seen(writer_client: redis.Redis, keys: Keys) -> None:
    window = advance(writer_client, keys, WINDOW, monotonic=0, wall=NOON)
    writer_client.lpush(keys.generations, f"{int(NOON * 1000)}-newer")
    seen = advance(writer_client, keys, window, monotonic=5, wall=NOON)
    assert seen == replace(window, seen=f"{int(NOON * 1000)}-newer", since=5)
