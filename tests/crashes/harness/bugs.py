"""Bugs that can be planted on purpose, and the test that has to notice each.

A bug replaces one function by a version without the care that the function takes. `caught_by` is a test's node id.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Bug:
    """What is planted, what catches it, and words that the failure of that test must hold."""

    plant: Callable[[], None]
    caught_by: str
    says: str


def _put(where: object, name: str, what: object) -> None:
    assert hasattr(where, name), f"{where} has no {name} any more"
    setattr(where, name, what)


def _no_emitted_set() -> None:
    """The writer forgets at its start which documents have their line already."""
    from worker.sink import recorder
    from worker.sink.emitted import Emitted

    _put(recorder, "emitted_lines", lambda *_: Emitted({}, {}))


def _truncate_on_recovery() -> None:
    """The writer cuts a torn output and writes it again, instead of writing in place."""
    from worker.sink import recovery

    real: Any = recovery._replay

    def replay(out: Any, access: Any, record: Any, recovered: Any) -> None:
        for extent in record.extents:
            if extent.data:
                os.truncate(out.active(extent.output), extent.before.position.offset)
        real(out, access, record, recovered)

    _put(recovery, "_replay", replay)


def _archive_before_durable() -> None:
    """The claimed files are filed when their lines are rendered, before these are written."""
    from worker.sink import recorder
    from worker.sink.filing import file_away

    real: Any = vars(recorder)["render"]

    def render(group: Any, ends: Any, style: Any) -> Any:
        lines = real(group, ends, style)
        for filing in lines.filings.values():
            file_away(filing, style.at[:10], 30)
        return lines

    _put(recorder, "render", render)


def _no_reserve() -> None:
    """No space is reserved before the lines are written."""
    from worker.disk import fsops

    _put(fsops, "reserve", lambda *_: None)


def _read_after_last_id() -> None:
    """The writer reads the stream on from the last entry that it saw."""
    import redis

    real: Any = redis.Redis.xread
    last: dict[str, bytes | str] = {}

    def xread(self: Any, streams: dict[str, str], count: int, block: int | None) -> Any:
        answer = real(self, {name: last.get(name, start) for name, start in streams.items()}, count, block)
        for name, rows in answer or ():
            last[name.decode()] = rows[-1][0]
        return answer

    _put(redis.Redis, "xread", xread)


def _two_queues() -> None:
    """A worker listens on a second queue as well."""
    from rq.worker import Worker

    real: Any = Worker.__init__

    def init(self: Any, queues: list[Any], **others: Any) -> None:
        second = type(queues[0])("second", connection=others["connection"], serializer=others["serializer"])
        real(self, [*queues, second], **others)

    _put(Worker, "__init__", init)


def _no_syncfs() -> None:
    """A claim is not made durable before it is published."""
    from worker.disk import fsops

    _put(fsops, "sync_file_system", lambda *_: None)


def _no_journal_sync() -> None:
    """The outputs are written when the journal may not be on the disk yet."""
    from worker.disk import fsops
    from worker.sink import journal

    class Unsynced:
        def __getattr__(self, name: str) -> Any:
            return (lambda _: None) if name == "fdatasync" else getattr(fsops, name)

    _put(journal, "fsops", Unsynced())


def _no_signatures() -> None:
    """A part is believed whoever made it."""
    from worker.store import wire

    _put(wire, "verify", lambda _key, _purpose, signed: signed[wire.SIGNATURE_BYTES :])


def _no_look_at_the_claim() -> None:
    """An entry is written although its file is not claimed any more."""
    from worker.disk import claims
    from worker.sink import claimed

    real: Any = claimed._match

    def match(batch: Any, part: Any) -> Any:
        file = batch.files.get(part.document)
        return claimed.ClaimedDocument(batch, file) if file is not None else real(batch, part)

    _put(claimed, "_match", match)
    _put(claims, "remove_batch", lambda *_: None)


def _index_not_filled() -> None:
    """A Redis that lost its index is called ready without the texts of the lines."""
    from worker.sink import reconcile

    _put(reconcile, "index_rows", lambda *_: iter(()))


def _no_fence() -> None:
    """Commits are taken by a Redis that the writer has not brought up yet."""
    from worker.store.scripts import COMMIT

    _new_script(COMMIT.text.replace(b"if call('GET', KEYS[1]) ~= run or", b"if"))


def _its_own_duplicate() -> None:
    """A document that is committed again finds its own text."""
    from worker.store.scripts import COMMIT

    _new_script(COMMIT.text.replace(b"if record and record.id == document.id then", b"if false then"))


def _copies_before_originals() -> None:
    """A copy is written although the original that it names has no line."""
    from worker.sink.claimed import Claimed

    _put(Claimed, "standing", lambda _: frozenset())


def _claims_kept() -> None:
    """A document whose bytes have changed keeps its claim to the text that it had."""
    from worker.sink import loop

    _put(loop, "release", lambda *_: None)


def _stream_outlives_its_index() -> None:
    """A lost index is filled from the lines alone, while what waits in the stream stays committed."""
    from worker.sink import reconcile
    from worker.store.index import drop_index

    _put(reconcile, "_drop_index", drop_index)


def _new_script(text: bytes) -> None:
    from worker.store import commit, scripts

    assert text != scripts.COMMIT.text, "the place to change is gone"
    changed = scripts.Script(text)
    _put(commit, "COMMIT", changed)
    _put(scripts, "_ALL", (changed, *vars(scripts)["_ALL"][1:]))


def _no_lock() -> None:
    """A second writer is let in."""
    import fcntl

    _put(fcntl, "flock", lambda *_: None)


def _nothing_published_again() -> None:
    """What Redis has lost stays lost."""
    from worker.intake import reconcile

    _put(reconcile, "judge", lambda _view, _suspects: ({}, {}))


def _members_not_counted() -> None:
    """The writer forgets at its start how many members of a container have their lines."""
    from worker.sink import recorder

    real: Any = vars(recorder)["emitted_lines"]

    def emitted(*arguments: Any) -> Any:
        found = real(*arguments)
        found.members.clear()
        return found

    _put(recorder, "emitted_lines", emitted)


def _members_in_any_order() -> None:
    """The writer takes a member whatever came before it."""
    from worker.sink import group

    _put(group._Forming, "_in_turn", lambda _, accepted: accepted)


_CRASHES = "tests/crashes/"
_WINDOW = f"{_CRASHES}test_windows.py::test_a_death_in_the_window_loses_and_doubles_nothing"
_REDIS = f"{_CRASHES}test_redis_faults.py::test_redis_in_the_middle_of_the_work"

BUGS: dict[str, Bug] = {
    "no emitted set": Bug(_no_emitted_set, f"{_WINDOW}[sink.output_synced]", "lines too many"),
    "truncate on recovery": Bug(
        _truncate_on_recovery, f"{_CRASHES}test_no_truncation.py::test_a_torn_line_is_completed_in_place", "truncated:"
    ),
    "archive before durable": Bug(_archive_before_durable, f"{_WINDOW}[sink.journal_torn]", "not within"),
    "no fallocate": Bug(_no_reserve, f"{_CRASHES}test_disk_full.py", "torn"),
    "XREAD after the last id": Bug(
        _read_after_last_id,
        f"{_CRASHES}test_redis_faults.py::test_redis_rolled_back_to_an_older_copy_of_its_data",
        "not within",
    ),
    "two queues": Bug(_two_queues, f"{_CRASHES}test_one_queue.py::test_an_idle_worker_waits_with_blmove", "blmove"),
    "no syncfs": Bug(
        _no_syncfs,
        "tests/intake/test_claim.py::"
        "test_no_file_moves_before_its_intent_is_durable_and_nothing_is_published_before_its_seal",
        "assert",
    ),
    "no journal sync": Bug(_no_journal_sync, f"{_CRASHES}test_power_loss.py", "assert"),
    "no signatures": Bug(
        _no_signatures, f"{_CRASHES}test_forgeries.py::test_forged_stream_entries", "has another text"
    ),
    "no look at the claim": Bug(
        _no_look_at_the_claim,
        f"{_CRASHES}test_doublings.py::test_entries_replayed_after_their_lines_are_durable",
        "not within",
    ),
    "index not filled": Bug(_index_not_filled, f"{_REDIS}[flushed]", "repeats"),
    "no fence": Bug(_no_fence, f"{_CRASHES}test_fence.py", "= xlen("),
    "its own duplicate": Bug(
        _its_own_duplicate,
        f"{_CRASHES}test_forgeries.py::test_waiting_entries_edited_in_place",
        "its original has no line yet",
    ),
    "copies before originals": Bug(
        _copies_before_originals,
        f"{_CRASHES}test_forgeries.py::test_waiting_entries_edited_in_place",
        "is the first of its text",
    ),
    "claims kept": Bug(
        _claims_kept,
        f"{_CRASHES}test_intake_faults.py::test_a_claimed_file_that_is_written_on_gives_its_old_text_back",
        "is the first of its text",
    ),
    "stream outlives its index": Bug(
        _stream_outlives_its_index,
        f"{_CRASHES}test_lost_index.py",
        "repeats",
    ),
    "members not counted": Bug(
        _members_not_counted, f"{_CRASHES}test_members.py::test_the_writer_killed_half_way", "lines too many"
    ),
    "members in any order": Bug(
        _members_in_any_order,
        f"{_CRASHES}test_members.py::test_entries_of_members_replayed_early_and_late",
        "lines too many",
    ),
    "no lock": Bug(_no_lock, f"{_CRASHES}test_stopped_writer.py::test_a_stopped_writer_keeps_its_lock", "not within"),
    "nothing published again": Bug(_nothing_published_again, f"{_REDIS}[wiped]", "not within"),
}
