"""The index is made anew on request, whatever happens meanwhile; filled from the lines, it says what it said before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.store.desks import Desk, article, edited, prose
from worker.failpoints import Crashed, armed
from worker.fill import fill_article, render_relation
from worker.settings import Index
from worker.sink.index_rows import Last
from worker.sink.rebuild import Filling, Shown, is_requested, read_filling, rebuilt, request_rebuild
from worker.sink.reconcile import reconcile
from worker.sink.rendering import standing_of
from worker.store.verdict import read_verdict
from worker.store.wire import unpack_part

if TYPE_CHECKING:
    import redis

    from tests.sink.material import Place
    from worker.article import Article
    from worker.store.keys import Keys
    from worker.store.verdict import Verdict

URL = "https://example.org/a/1"
INDEX = Index(window_days=3650)
AT = "2024-03-01T00:00:00.000Z"


def write_lines(place: Place, desk: Desk, admin: redis.Redis, *, drop: bool = False) -> Last:
    """The lines that the writer makes of the stream, by its parts alone."""
    lines: dict[str, list[bytes]] = {"articles": [], "duplicates": []}
    for entry in desk.entries(admin):
        part, verdict = unpack_part(desk.key, entry[b"p"]), read_verdict(entry[b"v"])
        rows = lines["duplicates" if drop and verdict.repeated else "articles"]
        rows.append(fill_article(part.body, seq=len(rows) + 1, standing=standing_of(verdict), emitted_at=AT))
        for pair in verdict.joined:
            seq = len(lines["articles"]) + 1
            names = pair.later.document, pair.earlier.document
            lines["articles"].append(render_relation(seq, *names, part.body, AT))
    for output, rows in lines.items():
        with open(place.out.active(output), "wb") as file:
            file.writelines(row + b"\n" for row in rows)
    return Last(len(lines["articles"]), len(lines["duplicates"]))


def history() -> list[Article]:
    """Families, one of them of two; versions; copies; texts with passages in common."""
    one, other = prose(5, 150), prose(6, 150)
    first, second = (article(text, url=URL, publisher="example.org") for text in (prose(1), edited(prose(1), 9, 99)))
    return [
        article(prose(2)), article(edited(prose(2), 30)), article(prose(2)), first, article(one), article(other),
        article(f"{one} {other}"), second, article(prose(3), url=URL, publisher="example.org"),
        article(f"{prose(8, 200)} {prose(9, 200)}"),
    ]  # fmt: skip


def probes() -> list[Article]:
    """Texts that ask the index for all of it; their verdicts name what was there before."""
    return [
        article(prose(2)), article(edited(prose(2), 31)), article(edited(prose(6, 150), 50)),
        article(edited(prose(1), 9, 98)), article(prose(4), url=URL, publisher="example.org"),
        article(f"{prose(10, 200)} {prose(9, 200)}"), article(prose(11)),
    ]  # fmt: skip


def without_records(verdict: Verdict) -> Verdict:
    return replace(verdict, shared=tuple(replace(partner, record=0) for partner in verdict.shared))


@pytest.mark.parametrize("drop", [False, True])
def test_an_index_from_the_lines_says_what_the_lost_one_said(
    place: Place,
    client: redis.Redis,
    writer_client: redis.Redis,
    admin: redis.Redis,
    keys: Keys,
    key: bytes,
    *,
    drop: bool,
) -> None:
    reconcile(writer_client, keys, place.out, Last(), INDEX, lambda: False)
    desk = Desk(client, keys, key, window_days=3650, admin=admin)
    for one in history():
        desk.one(one)
    last = write_lines(place, desk, admin, drop=drop)
    asked = probes()
    before = [without_records(desk.one(one)) for one in asked]
    assert {verdict.version for verdict in before} == {1, 4}
    assert [verdict.repeated is not None for verdict in before] == [True, True, True, True, False, False, False]
    assert before[5].shared

    admin.flushall()
    reconcile(writer_client, keys, place.out, last, INDEX, lambda: False)
    after = [without_records(desk.one(one)) for one in asked]
    assert after == before


def test_lines_that_are_known_already_change_nothing(
    place: Place, client: redis.Redis, writer_client: redis.Redis, admin: redis.Redis, keys: Keys, key: bytes
) -> None:
    """As in a Redis that was rolled back, whose mark is older than its index."""
    reconcile(writer_client, keys, place.out, Last(), INDEX, lambda: False)
    desk = Desk(client, keys, key, window_days=3650, admin=admin)
    for one in history():
        desk.one(one)
    last = write_lines(place, desk, admin)
    reconcile(writer_client, keys, place.out, last, INDEX, lambda: False)
    assert admin.get(keys.index_through) == str(last).encode()
    found = [desk.one(one) for one in probes()]
    assert [verdict.repeated is not None for verdict in found] == [True, True, True, True, False, False, False]
    assert found[4].version == 4


WINDOWS = ["reconcile.begin", "reconcile.index_dropped", "reconcile.index_loaded", "reconcile.ready"]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_rebuild_that_dies_is_begun_again(
    window: str,
    place: Place,
    client: redis.Redis,
    writer_client: redis.Redis,
    admin: redis.Redis,
    keys: Keys,
    key: bytes,
) -> None:
    reconcile(writer_client, keys, place.out, Last(), INDEX, lambda: False)
    desk = Desk(client, keys, key, window_days=3650, admin=admin)
    for one in history():
        desk.one(one)
    last = write_lines(place, desk, admin)
    request_rebuild(place.out)
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        reconcile(writer_client, keys, place.out, last, INDEX, lambda: False, rebuild=is_requested(place.out))
    reconcile(writer_client, keys, place.out, last, INDEX, lambda: False, rebuild=is_requested(place.out))
    rebuilt(place.out)
    assert not is_requested(place.out)
    found = [desk.one(one) for one in probes()]
    assert [verdict.repeated is not None for verdict in found] == [True, True, True, True, False, False, False]


def test_what_waits_in_the_stream_is_done_again(
    place: Place, client: redis.Redis, writer_client: redis.Redis, admin: redis.Redis, keys: Keys, key: bytes
) -> None:
    reconcile(writer_client, keys, place.out, Last(), INDEX, lambda: False)
    desk = Desk(client, keys, key, window_days=3650, admin=admin)
    first, second = article(prose(1)), article(prose(1))
    desk.commit(first, second)
    reconcile(writer_client, keys, place.out, Last(), INDEX, lambda: False, rebuild=True)
    assert desk.entries(admin) == []
    assert admin.hlen(keys.documents) == 0
    assert [verdict.repeated is None for verdict in desk.commit(second, first)] == [True, False]


def test_how_far_it_is_can_be_read_until_it_is_done(place: Place) -> None:
    rows = Shown(place.out, 1000).rows(iter(range(1000)))
    seen = set()
    for _ in rows:
        found = read_filling(place.out)
        seen.add(found.read if found is not None else 0)
        assert found is None or found.of == 1000
    assert max(seen) >= 100
    assert read_filling(place.out) is None


def test_a_word_on_progress_that_is_none_is_no_fault(place: Place) -> None:
    with open(place.out.filling, "wb") as file:
        file.write(b"x")
    assert read_filling(place.out) is None
    with open(place.out.filling, "wb") as file:
        file.write(orjson.dumps([5, 7]))
    assert read_filling(place.out) == Filling(5, 7)
