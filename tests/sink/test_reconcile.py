"""Redis comes back empty, older, damaged, or for the first time: the index is brought up from the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import orjson
import pytest

from tests.sink.driving import Driver
from tests.store.desks import Desk, article
from worker.dedupe.fingerprint import exact_fingerprint
from worker.errors import TransientError
from worker.settings import Index, Settings, Sink
from worker.sink import reconcile as module
from worker.sink.index_rows import Last
from worker.sink.reconcile import is_reconciled, mark_through, reconcile
from worker.store.connection import run_id

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from tests.sink.material import Place
    from worker.store.keys import Keys

INDEX = Index(window_days=3650)


def write(place: Place, texts: list[str], originals: dict[int, int] | None = None) -> list[str]:
    """Lines of these texts, in segments of their own; `originals` says which of them copies which."""
    claim = place.claim(texts)
    driver = Driver(place, Settings(sink=Sink(segment_bytes_max=1000, rotation_seconds_min=0)), group_max=1)
    ids = [file.id for file in claim.files]
    copies = {ids[copy]: ids[original] for copy, original in (originals or {}).items()}
    driver.stream = [place.entry(claim, file, original=copies.get(file.id, "")) for file in claim.files]
    driver.finish()
    return ids


def last(place: Place) -> Last:
    return Last(len(place.lines()), len(place.lines("duplicates")))


def bring_up(client: redis.Redis, keys: Keys, place: Place, settings: Index = INDEX) -> str:
    return reconcile(client, keys, place.out, last(place), settings, lambda: False)


def index(client: redis.Redis, keys: Keys) -> dict[bytes, str]:
    """Every fingerprint of the index and its owner."""
    marks: dict[bytes, bytes] = {}
    records: dict[bytes, bytes] = {}
    for name in cast("list[bytes]", client.lrange(keys.generations, 0, -1)):
        marks |= cast("dict[bytes, bytes]", client.hgetall(keys.exact(name.decode())))
        records |= cast("dict[bytes, bytes]", client.hgetall(keys.records(name.decode())))
    owners = {number: raw[13 : 13 + raw[9]].decode() for number, raw in records.items()}
    return {mark: owners[raw[:4]] for mark, raw in marks.items()}


def owners(texts: list[str], ids: list[str]) -> dict[bytes, str]:
    return {exact_fingerprint(text): document for text, document in zip(texts, ids, strict=True)}


def test_a_new_redis_is_made_ready(place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys) -> None:
    place.out.create()
    run = bring_up(writer_client, keys, place)
    assert run == run_id(writer_client)
    assert admin.get(keys.ready) == run.encode()
    assert is_reconciled(writer_client, keys, run)


def test_an_empty_redis_gets_every_original(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    texts = ["One.", "Two.", "One.", "Three."]
    ids = write(place, texts, {2: 0})
    bring_up(writer_client, keys, place)
    assert index(admin, keys) == owners(["One.", "Two.", "Three."], [ids[0], ids[1], ids[3]])
    assert admin.get(keys.index_through) == b"4,0"


def test_only_what_is_missing_is_read(place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys) -> None:
    write(place, ["One.", "Two."])
    bring_up(writer_client, keys, place)
    for name in cast("list[bytes]", admin.lrange(keys.generations, 0, -1)):
        admin.delete(keys.exact(name.decode()), keys.records(name.decode()))
    ids = write(place, ["Three."])
    bring_up(writer_client, keys, place)
    assert index(admin, keys) == owners(["Three."], ids)


def test_a_redis_that_was_rolled_back_gets_what_it_lost(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    first = write(place, ["One.", "Two."])
    bring_up(writer_client, keys, place)
    names = cast("list[bytes]", admin.keys("copydesk:*"))
    saved = {name: cast("bytes", admin.dump(name)) for name in names}

    second = write(place, ["Three.", "Four."])
    bring_up(writer_client, keys, place)
    admin.flushall()
    for name, value in saved.items():
        admin.restore(name, 0, value)
    assert index(admin, keys) == owners(["One.", "Two."], first)
    bring_up(writer_client, keys, place)
    assert index(admin, keys) == owners(["One.", "Two.", "Three.", "Four."], [*first, *second])


def test_who_has_a_text_in_redis_keeps_it(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys, client: redis.Redis
) -> None:
    write(place, ["One."])
    run = bring_up(writer_client, keys, place)
    desk = Desk(client, keys, b"k" * 32, admin=admin)
    committed = article("Two.")
    desk.one(committed)
    write(place, ["Two."])
    assert bring_up(writer_client, keys, place) == run
    assert index(admin, keys)[exact_fingerprint("Two.")] == committed.id


def test_the_index_of_another_output_is_dropped(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    write(place, ["One.", "Two."])
    bring_up(writer_client, keys, place)
    old = cast("list[bytes]", admin.lrange(keys.generations, 0, -1))
    reconcile(writer_client, keys, place.out, Last(), INDEX, lambda: False)
    assert index(admin, keys) == {}
    assert not admin.exists(*(keys.exact(name.decode()) for name in old))


def test_lines_older_than_the_window_are_not_remembered(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    write(place, ["One."])  # in 2023
    bring_up(writer_client, keys, place, Index(window_days=30))
    assert index(admin, keys) == {}
    assert admin.get(keys.index_through) == b"1,0"


def test_no_more_lines_are_read_than_are_remembered(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    ids = write(place, ["One.", "Two.", "Three.", "Four."])
    bring_up(writer_client, keys, place, Index(window_days=3650, documents_max=2))
    assert set(index(admin, keys).values()) == set(ids[2:])


def test_a_line_of_another_kind_is_no_text(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    ids = write(place, ["One."])
    made = {"processing": {"emitted_at": "2023-11-14T22:13:20.000Z"}}
    row = {"seq": 2, "schema": "withdrawal/1.0", "kind": "withdrawal", "id": "w", **made}
    with open(place.out.active("articles"), "ab") as file:
        file.write(orjson.dumps(row) + b"\n")
    bring_up(writer_client, keys, place)
    assert index(admin, keys) == owners(["One."], ids)


def test_a_redis_that_is_wiped_meanwhile_does_not_become_ready(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place, ["One.", "Two."])
    rows = vars(module)["index_rows"]

    def wiped(*args: object, **options: object) -> object:
        for row in rows(*args, **options):
            yield row
            admin.flushall()

    with monkeypatch.context() as patch:
        patch.setattr(module, "index_rows", wiped)
        with pytest.raises(TransientError, match="wiped"):
            bring_up(writer_client, keys, place)
    assert admin.get(keys.ready) is None
    bring_up(writer_client, keys, place)
    assert len(index(admin, keys)) == 2


def test_a_reconciliation_that_is_stopped_leaves_redis_not_ready(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    write(place, ["One."])
    with pytest.raises(TransientError):
        reconcile(writer_client, keys, place.out, Last(1), INDEX, lambda: True)
    assert admin.get(keys.ready) is None
    assert admin.get(keys.index_through) == b"0,0"


def test_keys_of_a_wrong_type_are_removed(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    ids = write(place, ["One."])
    for name in (keys.ready, keys.stream, keys.documents, keys.generations, keys.index, keys.eras, keys.index_through):
        admin.sadd(name, "x")
    bring_up(writer_client, keys, place)
    assert index(admin, keys) == owners(["One."], ids)


def scripts_flushed(admin: redis.Redis, keys: Keys) -> None:
    admin.script_flush()


def everything_flushed(admin: redis.Redis, keys: Keys) -> None:
    admin.flushall()


def not_ready(admin: redis.Redis, keys: Keys) -> None:
    admin.delete(keys.ready)


def no_generations(admin: redis.Redis, keys: Keys) -> None:
    admin.delete(keys.generations)


def no_index(admin: redis.Redis, keys: Keys) -> None:
    admin.delete(keys.index)


def no_eras(admin: redis.Redis, keys: Keys) -> None:
    admin.delete(keys.eras)


def no_mark(admin: redis.Redis, keys: Keys) -> None:
    admin.delete(keys.index_through)


def ready_of_an_earlier_process(admin: redis.Redis, keys: Keys) -> None:
    admin.set(keys.ready, "0" * 40)


LOSSES = (
    scripts_flushed,
    everything_flushed,
    not_ready,
    no_generations,
    no_index,
    no_eras,
    no_mark,
    ready_of_an_earlier_process,
)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_is_noticed_and_made_good(
    place: Place,
    writer_client: redis.Redis,
    admin: redis.Redis,
    keys: Keys,
    loss: Callable[[redis.Redis, Keys], None],
) -> None:
    ids = write(place, ["One."])
    run = bring_up(writer_client, keys, place)
    loss(admin, keys)
    assert not is_reconciled(writer_client, keys, run)
    run = bring_up(writer_client, keys, place)
    assert is_reconciled(writer_client, keys, run)
    assert index(admin, keys) == owners(["One."], ids)


def test_another_process_is_not_the_one_that_was_reconciled(
    place: Place, writer_client: redis.Redis, keys: Keys
) -> None:
    bring_up(writer_client, keys, place)
    assert not is_reconciled(writer_client, keys, "0" * 40)


def test_the_mark_follows_the_lines(place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys) -> None:
    run = bring_up(writer_client, keys, place)
    for number in (3, 3, 8):
        mark_through(writer_client, keys, run, Last(number, 1))
        assert admin.get(keys.index_through) == b"%d,1" % number


@pytest.mark.parametrize("loss", [everything_flushed, not_ready, no_generations, no_mark, ready_of_an_earlier_process])
def test_the_mark_does_not_move_in_a_redis_that_lost_something(
    place: Place,
    writer_client: redis.Redis,
    admin: redis.Redis,
    keys: Keys,
    loss: Callable[[redis.Redis, Keys], None],
) -> None:
    run = bring_up(writer_client, keys, place)
    loss(admin, keys)
    before = admin.get(keys.index_through)
    mark_through(writer_client, keys, run, Last(9))
    assert admin.get(keys.index_through) == before


def test_the_mark_does_not_move_in_another_process(
    place: Place, writer_client: redis.Redis, admin: redis.Redis, keys: Keys
) -> None:
    bring_up(writer_client, keys, place)
    mark_through(writer_client, keys, "0" * 40, Last(9))
    assert admin.get(keys.index_through) == b"0,0"
