"""A worker takes up what the writer has learned."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.documents import document
from worker.article import Article
from worker.config_files import load_rules
from worker.jobs import learned as learned_module
from worker.jobs.desk import Desk, Stages
from worker.jobs.learned import Rulebook
from worker.learned import learned_from, mark_of
from worker.parse.formats import open_file
from worker.pipeline import process, process_member
from worker.settings import Settings
from worker.store.learned_wire import publish_learned

if TYPE_CHECKING:
    import redis

    from worker.rules import Rules
    from worker.store.keys import Keys

PROMO = "Support the work of the Ledger with a small sum each month."
BODY = [f"The council met for the {n}th time, and came to no end of it in the whole evening." for n in range(6)]
LEARNED = learned_from([("ledger.example", mark_of(PROMO))])
PAGE = "\n\n".join([*BODY, PROMO])


def stages(rules: Rules) -> Stages:
    return Stages(
        partial(process, rules=rules), partial(process_member, rules=rules), partial(open_file, rules=rules)
    )


def text_of(desk: Desk) -> str:
    data = b'{"title": "Council", "url": "https://ledger.example/1", "text": %s}' % PAGE.encode().replace(
        b"\n", b"\\n"
    ).join([b'"', b'"'])
    outcome = desk.stages.process(document(data, "one.json"))
    assert isinstance(outcome, Article)
    return outcome.text


@pytest.fixture
def desk(client: redis.Redis, keys: Keys, key: bytes) -> Desk:
    rules = load_rules()
    return Desk(client, keys, key, Settings(), stages(rules), rules.version)


def test_the_next_job_is_done_with_what_was_learned(
    desk: Desk, writer_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned_module, "LOOK_SECONDS", 0.0)
    rulebook = Rulebook(load_rules(), stages)
    before = rulebook.applied(desk)
    assert PROMO in text_of(before)
    publish_learned(writer_client, desk.keys, desk.key, LEARNED)
    after = rulebook.applied(before)
    assert text_of(after) == "\n\n".join(BODY)
    assert after.rules_version == f"{before.rules_version}+{LEARNED.version}"
    assert rulebook.applied(after) is after


def test_it_looks_once_a_second_at_the_most(desk: Desk, writer_client: redis.Redis) -> None:
    rulebook = Rulebook(load_rules(), stages)
    rulebook.applied(desk)
    publish_learned(writer_client, desk.keys, desk.key, LEARNED)
    assert rulebook.applied(desk) is desk


def test_what_a_stranger_put_there_is_told_and_not_taken(
    desk: Desk, admin: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    admin.set(desk.keys.learned_version, "0123")
    admin.set(desk.keys.learned, b"x" * 50)
    assert Rulebook(load_rules(), stages).applied(desk) is desk
    assert "not taken over" in caplog.text
