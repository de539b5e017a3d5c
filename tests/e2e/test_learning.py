"""Boilerplate that nobody listed: learned while articles come, cut from the next ones, decided on by people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.crashes.harness.corpus import PROMO, promoted
from tests.e2e.service import Service, copydesk, until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path) as service:
        yield service


def drop(service: Service, numbers: Iterable[int]) -> None:
    for number in numbers:
        unfinished = service.inbox / f".{number}.json"
        unfinished.write_bytes(promoted(number))
        unfinished.rename(service.inbox / f"{number}.json")


def learned(service: Service) -> list[dict[str, Any]]:
    listed = copydesk("rules", "list", "--json", "--out", "out", cwd=service.folder)
    assert listed.returncode == 0, listed.stderr
    return [json.loads(line) for line in listed.stdout.splitlines()]


def line_of(service: Service, number: int) -> dict[str, Any]:
    """The line of one article, dropped now."""
    count = len(service.lines())
    drop(service, [number])
    return service.await_lines(count + 1)[-1]


def cut_from(line: dict[str, Any]) -> list[str]:
    return [removal["text"] for removal in line["removed"] if removal["kind"] == "boilerplate"]


def cuts_soon(service: Service, numbers: Iterator[int], *, cut: bool) -> dict[str, Any]:
    """Drop articles until one comes out with the promo cut, or with it uncut: workers look once a second."""
    last: dict[str, Any] = {}

    def is_so() -> bool:
        nonlocal last
        last = line_of(service, next(numbers))
        return bool(cut_from(last)) == cut

    until(is_so, 20.0, lambda: f"{last}\n{service.log}")
    return last


def test_a_promo_is_learned_cut_refused_and_approved_while_the_service_runs(service: Service) -> None:
    assert learned(service) == []
    service.start()
    drop(service, range(12))
    lines = service.await_lines(12)
    assert [cut_from(line) for line in lines[:7]] == [[]] * 7
    until(lambda: len(learned(service)) == 1, why=lambda: service.log)
    row = learned(service)[0]
    assert (row["state"], row["publisher"], row["paragraph"]) == ("learned", "herald.example", PROMO)

    numbers = iter(range(100, 10_000))
    line = cuts_soon(service, numbers, cut=True)
    assert cut_from(line) == [PROMO]
    assert PROMO not in line["text"]
    plain, _, with_learned = line["processing"]["rules"].partition("+")
    assert lines[0]["processing"]["rules"] == plain  # type: ignore[index]
    assert with_learned

    assert copydesk("rules", "refuse", row["id"], "--out", "out", cwd=service.folder).returncode == 0
    line = cuts_soon(service, numbers, cut=False)
    assert line["text"].endswith(PROMO)
    assert line["processing"]["rules"] == plain

    assert copydesk("rules", "approve", row["id"][:4], "--out", "out", cwd=service.folder).returncode == 0
    assert cuts_soon(service, numbers, cut=True)["processing"]["rules"] == f"{plain}+{with_learned}"
    assert service.stop() == 0
    assert copydesk("verify", "out", cwd=service.folder).stdout == "out: no fault\n"


def test_what_was_learned_and_decided_outlives_the_service_and_its_redis(service: Service) -> None:
    service.start()
    drop(service, range(10))
    service.await_lines(10)
    until(lambda: len(learned(service)) == 1, why=lambda: service.log)
    assert service.stop() == 0
    service.start()
    service.kill("redis")
    cuts_soon(service, iter(range(100, 10_000)), cut=True)


def test_under_ask_nothing_is_cut_before_somebody_says_so(service: Service) -> None:
    service.environ = {"COPYDESK_RULES_LEARN": "ask"}
    service.start()
    drop(service, range(10))
    service.await_lines(10)
    until(lambda: len(learned(service)) == 1, why=lambda: service.log)
    row = learned(service)[0]
    assert row["state"] == "waiting"
    drop(service, range(20, 30))
    assert all(not cut_from(line) for line in service.await_lines(20))
    copydesk("rules", "approve", row["id"], "--out", "out", cwd=service.folder)
    cuts_soon(service, iter(range(100, 10_000)), cut=True)


def test_an_id_that_nothing_has_is_refused_in_words(service: Service) -> None:
    (service.out / ".copydesk").mkdir(parents=True)
    refused = copydesk("rules", "refuse", "abc", "--out", "out", cwd=service.folder)
    assert refused.returncode == 2
    assert "nothing that was learned begins with it" in refused.stderr
    assert "copydesk rules list" in refused.stderr
