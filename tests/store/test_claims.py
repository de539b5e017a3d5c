"""What a text is to those that were claimed before it: copies, near copies, families that are one, versions."""

from __future__ import annotations

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.dedupe.families import Index
from tests.store.desks import Desk, article, edited, families, prose
from worker.dedupe.likeness import verdict
from worker.dedupe.sketch import sample_of, sketch_of
from worker.store.connection import connect
from worker.store.index import Window, advance, numbers_of, release
from worker.store.verdict import Owner, Verdict

if TYPE_CHECKING:
    import redis

    from tests.conftest import Server
    from worker.store.keys import Keys

pytestmark = pytest.mark.usefixtures("reconciled")

TEXT = prose(1)
NEAR = edited(TEXT, 20, 90, 150)
DAY = "2024-03-01"


@pytest.fixture
def desk(client: redis.Redis, keys: Keys, key: bytes, admin: redis.Redis) -> Desk:
    return Desk(client, keys, key, admin=admin)


def repeats(verdict: Verdict) -> tuple[str, str] | None:
    found = verdict.repeated
    return None if found is None else (found.kind, found.of.document)


def test_a_text_like_no_other_is_alone(desk: Desk) -> None:
    assert desk.commit(article(TEXT), article(prose(2))) == [Verdict(), Verdict()]


@pytest.mark.parametrize("together", [True, False])
def test_a_copy_with_some_edits_is_near(desk: Desk, *, together: bool) -> None:
    first, second = article(TEXT), article(NEAR)
    found = desk.commit(first, second) if together else [desk.one(first), desk.one(second)]
    assert found[0] == Verdict()
    assert repeats(found[1]) == ("near", first.id)
    assert found[1].repeated is not None
    assert 0.9 < found[1].repeated.similarity < 1


def test_a_copy_of_a_near_copy_names_the_first_of_the_family(desk: Desk) -> None:
    first, second, third = article(TEXT), article(NEAR), article(NEAR)
    desk.commit(first, second)
    found = desk.one(third)
    assert repeats(found) == ("near", first.id)
    assert found.repeated == desk.verdicts()[second.id].repeated, "to the first it is as similar as that one"


def halves(*seeds: int) -> str:
    return " ".join(prose(seed, 120) for seed in seeds)


def test_a_text_between_two_families_makes_them_one(desk: Desk) -> None:
    one, other = article(prose(5, 150)), article(prose(6, 150))
    assert [repeats(found) for found in desk.commit(one, other)] == [None, None]
    both = article(f"{one.text} {other.text}")
    found = desk.one(both)
    assert repeats(found) == ("near", one.id)
    assert [(pair.later.document, pair.earlier.document) for pair in found.joined] == [(other.id, one.id)]
    later = desk.one(article(edited(other.text, 50)))
    assert repeats(later) == ("near", one.id), "the other's family is that of the first by now"
    assert later.joined == (), "said once"


def test_in_one_batch_families_are_joined_as_in_several(desk: Desk) -> None:
    one, other = article(prose(5, 150)), article(prose(6, 150))
    both, late = article(f"{one.text} {other.text}"), article(edited(other.text, 50))
    found = desk.commit(one, other, both, late)
    assert [repeats(verdict) for verdict in found] == [None, None, ("near", one.id), ("near", one.id)]
    assert len(found[2].joined) == 1


def test_passages_in_common_are_shared_and_make_no_family(desk: Desk) -> None:
    one = article(f"{prose(5, 150)} {prose(7, 200)}")
    other = article(f"{prose(6, 200)} {prose(5, 150)}")
    desk.one(one)
    found = desk.one(other)
    assert found.repeated is None
    (partner,) = found.shared
    assert partner.owner == Owner(one.id)
    assert 0.2 < partner.share < 0.7
    assert partner.record == 1


def test_a_document_that_is_committed_again_says_the_same(desk: Desk) -> None:
    first, second, copy = article(TEXT), article(NEAR), article(TEXT)
    before = [desk.one(one) for one in (first, second, copy)]
    desk.admin.delete(desk.keys.stream)  # type: ignore[union-attr]
    assert [desk.one(one) for one in (second, copy, first)] == [before[1], before[2], before[0]]


def test_what_joined_two_families_says_so_again(desk: Desk) -> None:
    one, other = article(prose(5, 150)), article(prose(6, 150))
    both = article(f"{one.text} {other.text}")
    desk.commit(one, other)
    before = desk.one(both)
    desk.admin.delete(desk.keys.stream)  # type: ignore[union-attr]
    assert desk.one(both) == before


def test_a_text_that_is_given_back_is_nobody_s(desk: Desk, writer_client: redis.Redis) -> None:
    first, second = article(TEXT), article(NEAR)
    desk.commit(first, second)
    release(writer_client, desk.keys, [(desk.part(first).claim.fingerprint, first.id)])  # type: ignore[union-attr]
    desk.admin.delete(desk.keys.stream)  # type: ignore[union-attr]
    assert repeats(desk.one(second)) is None, "its original is to be done again, with other bytes"
    assert repeats(desk.one(article(TEXT))) == ("near", second.id)


def test_only_its_owner_gives_a_text_back(desk: Desk, writer_client: redis.Redis) -> None:
    first = article(TEXT)
    desk.one(first)
    release(writer_client, desk.keys, [(desk.part(first).claim.fingerprint, article(TEXT).id)])  # type: ignore[union-attr]
    assert repeats(desk.one(article(TEXT))) == ("exact", first.id)


@pytest.mark.parametrize("text", [TEXT, NEAR])
def test_texts_of_days_far_apart_are_not_compared(desk: Desk, text: str) -> None:
    march, april, may = (
        article(body, day=day) for body, day in ((TEXT, DAY), (text, "2024-03-31"), (text, "2024-05-02"))
    )
    desk.one(march)
    assert repeats(desk.one(april)) is not None, "30 days"
    assert repeats(desk.one(may)) is None


def test_a_backlog_behaves_as_the_days_that_it_came_from(desk: Desk) -> None:
    spring, summer = article(TEXT, day=DAY), article(TEXT, day="2024-07-01")
    desk.commit(summer, spring)
    assert repeats(desk.one(article(TEXT, day="2024-03-10"))) == ("exact", spring.id)
    assert repeats(desk.one(article(TEXT, day="2024-07-10"))) == ("exact", summer.id)


def test_boilerplate_of_many_articles_joins_none(desk: Desk) -> None:
    gallery = prose(9, 200)
    found = [desk.one(article(f"{prose(100 + number, 80)} {gallery}")) for number in range(20)]
    assert [verdict.repeated for verdict in found] == [None] * 20
    assert found[1].shared, "of two articles nobody knows what is common"
    assert not all(verdict.shared for verdict in found[8:]), "of many it is"


URL = "https://example.org/a/1"


def test_changed_text_under_one_address_is_the_next_version(desk: Desk) -> None:
    first, second, third = (article(text, url=URL, publisher="example.org") for text in (TEXT, NEAR, prose(3)))
    found = [desk.one(one) for one in (first, second, third)]
    assert [(verdict.version, verdict.replaces) for verdict in found] == [
        (1, None), (2, Owner(first.id)), (3, Owner(second.id)),
    ]  # fmt: skip
    assert [repeats(verdict) for verdict in found] == [None, None, None], "no near copy of what it replaces"


def test_versions_in_one_batch_follow_their_order(desk: Desk) -> None:
    versions = [article(edited(TEXT, place), url=URL, publisher="example.org") for place in range(10, 15)]
    found = desk.commit(*versions)
    assert [verdict.version for verdict in found] == [1, 2, 3, 4, 5]
    assert [verdict.replaces and verdict.replaces.document for verdict in found[1:]] == [one.id for one in versions[:4]]
    assert {repeats(verdict) for verdict in found} == {None}


def test_the_same_text_again_is_a_copy_and_no_version(desk: Desk) -> None:
    first, again = (article(TEXT, url=URL, publisher="example.org") for _ in range(2))
    desk.one(first)
    found = desk.one(again)
    assert (found.version, found.replaces) == (1, None)
    assert repeats(found) == ("exact", first.id)
    third = desk.one(article(NEAR, url=URL, publisher="example.org"))
    assert (third.version, third.replaces) == (2, Owner(first.id))


def test_a_version_keeps_its_family(desk: Desk) -> None:
    first, second = (article(text, url=URL, publisher="example.org") for text in (TEXT, NEAR))
    desk.commit(first, second)
    assert repeats(desk.one(article(edited(NEAR, 5)))) == ("near", first.id)


def test_a_version_is_a_copy_of_another_outlet_s_article_all_the_same(desk: Desk) -> None:
    wire = article(TEXT, url="https://wire.example/1", publisher="wire.example")
    first = article(edited(TEXT, 3), url=URL, publisher="example.org")
    second = article(edited(TEXT, 3, 4), url=URL, publisher="example.org")
    desk.commit(wire, first)
    found = desk.one(second)
    assert (found.version, found.replaces) == (2, Owner(first.id))
    assert repeats(found) == ("near", wire.id)


def test_the_second_version_of_a_copy_replaces_the_copy(desk: Desk) -> None:
    wire, copy = article(TEXT), article(TEXT, url=URL, publisher="example.org")
    desk.commit(wire, copy)
    found = desk.one(article(prose(3), url=URL, publisher="example.org"))
    assert (found.version, found.replaces) == (2, Owner(copy.id))


def test_an_older_version_that_comes_late_replaces_nothing(desk: Desk) -> None:
    def of(text: str, modified: str) -> Verdict:
        return desk.one(article(text, url=URL, publisher="example.org", modified=modified))

    assert of(TEXT, "2024-03-02T10:00").version == 1
    late = of(NEAR, "2024-03-02T09:00")
    assert (late.version, late.replaces, late.superseded) == (1, None, True)
    assert repeats(late) is None
    newer = of(prose(3), "2024-03-02T11:00")
    assert (newer.version, newer.superseded) == (2, False)
    assert of(prose(4), "2024-03-02").version == 3, "of that day at some time"


def test_a_file_name_makes_a_version_only_of_a_text_that_is_alike(desk: Desk) -> None:
    def of(text: str, publisher: str | None = "example.org") -> Verdict:
        return desk.one(article(text, path="article.txt", publisher=publisher))

    of(TEXT)
    assert of(prose(3)).version == 1, "a scraper that names everything alike"
    assert of(edited(prose(3), 7)).version == 2
    assert of(edited(prose(3), 7, 8), publisher=None).version == 1


def test_versions_race_and_each_has_its_number(redis_server: Server, keys: Keys, key: bytes) -> None:
    start = threading.Barrier(4)

    def race(worker: int) -> None:
        with connect(redis_server.urls.desk, name="racer") as client:
            own = Desk(client, keys, key, admin=redis_server.admin)
            start.wait()
            for number in range(20):
                own.put(article(prose(1000 * worker + number, 60), url=URL, publisher="example.org"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(race, range(4)))
    found = list(Desk(redis_server.admin, keys, key, admin=redis_server.admin).verdicts().items())
    assert [verdict.version for _, verdict in found] == list(range(1, 81))
    replaced = [verdict.replaces and verdict.replaces.document for _, verdict in found]
    assert replaced == [None, *(name for name, _ in found[:-1])]


def test_of_near_copies_at_once_one_is_the_original(redis_server: Server, keys: Keys, key: bytes) -> None:
    processes, rounds = 8, 500
    start = threading.Barrier(processes)

    def race(worker: int) -> None:
        with connect(redis_server.urls.desk, name="racer") as client:
            own = Desk(client, keys, key, admin=redis_server.admin)
            for number in range(rounds):
                part = article(edited(prose(number, 80), *([] if worker % 2 else [20 + worker])))
                start.wait()
                own.put(part)

    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(race, range(processes)))
    found = Desk(redis_server.admin, keys, key, admin=redis_server.admin).verdicts()
    originals = [name for name, verdict in found.items() if verdict.repeated is None]
    assert len(originals) == rounds
    assert {verdict.repeated.of.document for verdict in found.values() if verdict.repeated} == set(originals)


def chains(count: int) -> list[str]:
    """Texts of which the second is like the first and the third, and these are not like each other; and others."""
    texts = [prose(5000 + number, 120) for number in range(count)]
    for number in range(count):
        one, other = prose(7000 + 2 * number, 150), prose(7001 + 2 * number, 150)
        texts += [one, f"{one} {other}", other]
    return texts


def test_an_edited_copy_does_not_hide_the_original_from_a_part_of_it(
    client: redis.Redis, keys: Keys, key: bytes, admin: redis.Redis, writer_client: redis.Redis
) -> None:
    original = prose(9144, 300)
    copy = edited(original, *range(3, 300, 28))
    part = " ".join(edited(original, *range(17, 300, 28)).split(" ")[135:])
    likes = [(one, other) for one, other in itertools.permutations((original, copy, part), 2)]
    assert [_kind(*pair) for pair in likes] == ["near", "near", "near", "shared", "near", "shared"]
    for texts in itertools.permutations((original, copy, part)):
        _empty(admin, writer_client, keys)
        desk, index = Desk(client, keys, key, admin=admin), Index()
        for number, text in enumerate(texts):
            desk.one(article(text))
            index.claim(str(number), sketch_of(text), 0)
        assert len(families(desk.verdicts())) == 1
        assert set(index.families().values()) == {"0"}


def _kind(one: str, other: str) -> str | None:
    return verdict(sample_of(sketch_of(one).data), sample_of(sketch_of(other).data)).kind


def test_families_do_not_hang_on_the_order_or_the_batches(
    client: redis.Redis, keys: Keys, key: bytes, admin: redis.Redis, writer_client: redis.Redis
) -> None:
    texts, seen = chains(20), set()
    for order, batch in itertools.product(range(5), (1, 64)):
        _empty(admin, writer_client, keys)
        desk = Desk(client, keys, key, admin=admin)
        shuffled = list(enumerate(texts))
        random.Random(order).shuffle(shuffled)
        named = {}
        for first in range(0, len(shuffled), batch):
            group = [(number, article(text)) for number, text in shuffled[first : first + batch]]
            named.update({one.id: number for number, one in group})
            desk.commit(*(one for _, one in group))
        groups = families(desk.verdicts())
        seen.add(frozenset(frozenset(named[name] for name in group) for group in groups))
    assert len(seen) == 1
    assert sorted(map(len, next(iter(seen)))) == [1] * 20 + [3] * 20


def _empty(admin: redis.Redis, writer: redis.Redis, keys: Keys) -> None:
    from worker.store.connection import run_id
    from worker.store.index import ensure_index
    from worker.store.scripts import load_scripts

    admin.flushall()
    load_scripts(writer)
    ensure_index(writer, keys, Window(1_000_000, 30 * 86_400))
    writer.set(keys.ready, run_id(writer))


def test_what_is_beyond_the_size_of_the_index_is_forgotten_in_steps(
    desk: Desk, writer_client: redis.Redis, admin: redis.Redis
) -> None:
    window = Window(80, 30 * 86_400)
    first = article(prose(0, 60))
    desk.one(first)
    for number in range(1, 200):
        desk.one(article(prose(number, 60)))
        window = advance(writer_client, desk.keys, window)
    assert repeats(desk.one(article(prose(199, 60)))) is not None
    assert repeats(desk.one(article(first.text))) is None
    numbers = numbers_of(writer_client, desk.keys)
    assert numbers is not None
    assert numbers.next - numbers.first <= 80
    names = [name.decode() for name in admin.keys("copydesk:*")]  # type: ignore[union-attr]
    assert sum(name.startswith("copydesk:keys:") for name in names) <= 3
    assert sum(name.startswith("copydesk:records:") for name in names) <= 8


@pytest.mark.parametrize("batch", [1, 64])
def test_the_index_in_redis_says_what_the_one_in_memory_says(desk: Desk, batch: int) -> None:
    """Texts of families, chains and passages in common, in any order: whom they repeat, and which families are one."""
    texts = chains(15) + [edited(prose(5000 + number, 120), 9, 70) for number in range(10)]
    texts += [f"{prose(6000 + number, 200)} {prose(6500 + number // 2, 150)}" for number in range(10)]
    random.Random(3).shuffle(texts)
    articles = [article(text) for text in texts]
    reference = Index()
    expected = {one.id: reference.claim(one.id, sketch_of(one.text), 0) for one in articles}
    for first in range(0, len(articles), batch):
        desk.commit(*articles[first : first + batch])
    found = desk.verdicts()
    for name, told in expected.items():
        assert repeats(found[name]) == (None if told.kind is None else (told.kind, told.of))
        assert [pair.later.document for pair in found[name].joined] == list(told.joined)
        assert {partner.owner.document for partner in found[name].shared} == {other for other, _ in told.shared}
    assert any(told.joined for told in expected.values())
    assert any(told.shared for told in expected.values())
