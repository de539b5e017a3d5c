"""Somebody else writes to our Redis: nothing of it reaches the output, it is said aloud, work goes on."""

from __future__ import annotations

import hashlib
import pickle
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest

from tests.crashes.harness.corpus import articles
from tests.crashes.harness.load import afterwards, caught_in_the_middle, continue_session, drop_all, wait_lines
from tests.crashes.harness.quiet import finish, under_way
from tests.crashes.harness.tamper import KEYS, QUEUE, Fields, add_entry, edited, entries, spoil
from worker.disk.signing_key import read_key
from worker.ids import mint
from worker.store.verdict import read_verdict
from worker.store.wire import Part, pack_part, sign, unpack_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.crashes.conftest import NewStack
    from tests.crashes.harness.corpus import Dropped
    from tests.crashes.harness.stack import Process, Stack


def _article(identity: str, digest: str) -> bytes:
    return orjson.dumps({"seq": 1, "id": identity, "text": "forged", "source": {"sha256": digest}})


def _bad_entries(key: bytes, real: Fields) -> Mapping[str, Fields]:
    """Entries that must never become lines; `real` is one that waits in the stream."""
    part = unpack_part(key, real[b"p"])
    stranger = mint()
    unclaimed = Part(stranger, mint(), hashlib.sha256(b"x").hexdigest(), "article", "", _article(stranger, "0" * 64))
    lie = replace(part, body=part.body.replace(b"in the register", b"in no register"))
    other_bytes = Part(part.document, part.batch, "0" * 64, part.kind, part.fingerprint, part.body)
    return {
        "the key of somebody else": {**real, b"p": pack_part(b"k" * 32, lie)},
        "an edited part": {**real, b"p": edited(real[b"p"])},
        "another purpose": {**real, b"p": sign(key, b"payload1", real[b"p"][32:])},
        "a document that was never claimed": {
            b"d": stranger.encode(),
            b"p": pack_part(key, unclaimed),
            b"v": b"",
        },
        "other bytes than were claimed": {**real, b"p": pack_part(key, other_bytes)},
        "another document's name": {**real, b"d": stranger.encode()},
        "no part": {b"d": real[b"d"], b"v": b""},
        "no field that is ours": {b"x": b"y"},
        "nothing but noise": {b"d": b"\xff\x00../..", b"p": b"\x00" * 40, b"v": b"\xff"},
        "a path for a name": {**real, b"d": b"../../../etc/passwd"},
    }


def _warnings(process: Process) -> list[str]:
    return re.findall(r"^\S+ (?:warning|error) .*", process.log.read_text("utf-8", "replace"), re.MULTILINE)


def _dropped_entries(process: Process) -> int:
    counts = [re.search(r"dropped (\d+) entries", line) for line in _warnings(process)]
    return sum(int(found[1]) for found in counts if found is not None)


def test_forged_stream_entries(new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    roles["sink"].kill()  # it may have read some of what is changed below
    waiting = [fields for _, fields in entries(client)]
    # Not a copy: that would be refused for want of its original's line, whoever signed it.
    original = next(fields for fields in waiting if not fields[b"v"])
    bad = _bad_entries(read_key(stack.site.state.key), original)
    client.xtrim(KEYS.stream, maxlen=0)
    # The forgeries first: what is real must not be what saves us.
    for fields in (*bad.values(), *waiting):
        add_entry(client, fields)
    sink = stack.start("sink")
    continue_session(roles["worker"])
    dropped += drop_all(stack, afterwards())
    finish(stack, dropped)
    assert _dropped_entries(sink) >= len(bad), "each is said aloud"


def test_waiting_entries_edited_in_place(new_stack: NewStack) -> None:
    """Half of what waits, and the original of a copy, is replaced by the same with one bit turned: done again."""
    stack = new_stack()
    client = stack.redis.client()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    roles["sink"].kill()  # it may have read some of what is changed below
    waiting = entries(client)
    verdicts = (read_verdict(fields[b"v"]).repeated for _, fields in waiting)
    repeated = {found.of.document.encode() for found in verdicts if found is not None}
    originals = repeated & {fields[b"d"] for _, fields in waiting}
    assert originals, "one of them is a copy of another"
    for number, (entry, fields) in enumerate(waiting):
        if fields[b"d"] in originals or (number % 2 and not fields[b"v"]):
            client.xdel(KEYS.stream, entry)
            add_entry(client, {**fields, b"p": edited(fields[b"p"], len(fields[b"p"]) // 2)})
    stack.start("sink")
    continue_session(roles["worker"])
    finish(stack, dropped)


def _evil_jobs() -> Mapping[str, Mapping[bytes, bytes] | None]:
    """Job hashes by id; None for an id without one."""

    class Shell:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            import os

            return os.system, ("touch owned",)

    bomb = zlib.compress(b"0" * 200_000_000, 9)
    call = zlib.compress(orjson.dumps(["os.system", None, ["touch owned"], {}]))
    common = {b"created_at": b"2024-01-01T00:00:00.000000Z", b"origin": b"copydesk", b"status": b"queued"}
    return {
        "pickled": {**common, b"data": zlib.compress(pickle.dumps(Shell()))},
        "named-function": {**common, b"data": call},
        "bomb": {**common, b"data": bomb},
        "meta": {**common, b"data": call, b"meta": pickle.dumps(Shell())},
        "bad-timeout": {**common, b"data": call, b"timeout": b"never"},
        "bad-date": {**common, b"data": call, b"created_at": b"yesterday"},
        "no hash and a bad name! \x1b[2J": None,
        "": None,
        "gone": None,
    }


def test_forged_jobs(new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    dropped = drop_all(stack, articles(5))
    roles = stack.start_all()
    wait_lines(stack, 5)
    for name, fields in _evil_jobs().items():
        if fields is not None:
            client.hset(f"rq:job:{name}", mapping=cast("dict[Any, Any]", fields))
        client.rpush(QUEUE, name)
    dropped += drop_all(stack, articles(5, 10))
    finish(stack, dropped)
    assert not list(stack.site.base.glob("owned")), "nothing of a stranger's was run"
    assert not roles["worker"].ended(), "the worker lives"


def test_an_edited_payload_is_published_again(new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    dropped = drop_all(stack, articles(8))
    stack.start("watch")
    stack.wait_for(lambda: under_way(stack.site, client).documents == 8, 20, "all queued")
    for name in client.scan_iter(KEYS.payload("*")):
        signed = client.get(name)
        assert isinstance(signed, bytes)
        client.set(name, signed[:-5] + b"XXXXX")
    worker = stack.start("worker")
    stack.start("sink")
    finish(stack, dropped)
    assert _warnings(worker)


def wait_claimed(stack: Stack, dropped: list[Dropped]) -> None:
    """Wait until all of `dropped` but the ten that are written is known to Redis."""
    owed = len(dropped) - 10
    client = stack.redis.client()
    stack.wait_for(lambda: under_way(stack.site, client).documents >= owed, 20, "all is claimed")


@pytest.mark.parametrize("what", ["ready", "documents", "stream", "generations", "exact", "payload", "queue", "job"])
def test_a_key_of_ours_holds_a_foreign_type(what: str, new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    # A worker that was stopped while it waited still gets the next job: Redis moves it. The one behind waits.
    for number in (40, 41):
        dropped += drop_all(stack, articles(1, number))
        wait_claimed(stack, dropped)
    patterns = {
        "exact": KEYS.exact("*"),
        "payload": KEYS.payload("*"),
        "queue": QUEUE,
        "job": "rq:job:*",
    }
    found = [name.decode() for name in client.scan_iter(patterns.get(what, f"{KEYS.prefix}:{what}"))]
    assert found, f"there is a {what}"
    for name in found:
        spoil(client, name)
    for role in ("sink", "worker"):
        continue_session(roles[role])
    dropped += drop_all(stack, afterwards())
    finish(stack, dropped)
