"""A process that dies in any window of the protocol loses nothing and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.containers import container, known_containers, members
from tests.crashes.harness.corpus import Dropped, articles, drop, known_set, promoted
from tests.crashes.harness.load import drop_all
from tests.crashes.harness.quiet import finish
from worker.failpoints import WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.crashes.conftest import NewStack
    from tests.crashes.harness.corpus import Manner
    from tests.crashes.harness.stack import Role

SMALL_SEGMENTS = {"COPYDESK_SINK_SEGMENT_BYTES_MAX": "1000", "COPYDESK_SINK_ROTATION_SECONDS_MIN": "0"}
ONE_LARGE_BATCH = {"COPYDESK_WORKER_COUNT": "1", "COPYDESK_WORKER_COMMIT_BYTES_MAX": str(1 << 20)}
COMPRESSED = SMALL_SEGMENTS | {"COPYDESK_SINK_COMPRESS": "zstd"}


def long_articles() -> list[Dropped]:
    """More than one commit may carry, in one batch."""
    return articles(16, sentences=900)


def long_containers() -> list[Dropped]:
    """A container of more members than one commit may carry, and a document in its batch."""
    return [container("long.members", members(40, sentences=900)), *articles(1, first=90)]


def promoted_articles() -> list[Dropped]:
    """Articles of one publisher, each with the same last paragraph: something to learn."""
    return [Dropped(f"promoted-{n}.json", promoted(n)) for n in range(6)]


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a window is reached: the role that passes it, and with what. `survives`: only its fork dies."""

    role: Role
    failpoints: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    keep: bool = False
    manner: Manner = "rename"
    files: Callable[[], list[Dropped]] = known_set
    survives: bool = False


WATCH, SINK = Scenario("watch"), Scenario("sink")
HORSE = Scenario("worker", survives=True)
ROTATION = Scenario("sink", settings=SMALL_SEGMENTS)

LEARNING = Scenario("sink", settings={"COPYDESK_RULES_LEARN_ARTICLES_MIN": "3"}, files=promoted_articles)

SCENARIOS: dict[str, Scenario] = {
    "claim.begin": WATCH,
    "claim.intent_written": WATCH,
    "claim.intent_synced": WATCH,
    "claim.file_taken": Scenario("watch", "claim.file_taken@3=kill"),
    "claim.files_taken": WATCH,
    "claim.seal_written": WATCH,
    "claim.sealed": WATCH,
    "claim.originals_removed": Scenario("watch", manner="link"),
    "claim.ledger_written": Scenario("watch", keep=True),
    "publish.before": WATCH,
    "publish.after": WATCH,
    "work.begin": HORSE,
    "work.document": Scenario("worker", "work.document@2=kill", survives=True),
    "work.member": Scenario("worker", "work.member@5=kill", files=known_containers, survives=True),
    "work.before_closing": Scenario("worker", files=known_containers, survives=True),
    "work.before_commit": HORSE,
    "work.after_part": Scenario("worker", settings=ONE_LARGE_BATCH, files=long_articles, survives=True),
    "work.after_members": Scenario("worker", settings=ONE_LARGE_BATCH, files=long_containers, survives=True),
    "work.after_commit": HORSE,
    "split.before": Scenario("worker", "work.document@2=kill,split.before=kill"),
    "split.after": Scenario("worker", "work.document@2=kill,split.after=kill"),
    "sink.group_read": SINK,
    "sink.members_kept": Scenario("sink", files=known_containers),
    "sink.space_reserved": SINK,
    "sink.journal_torn": SINK,
    "sink.journal_written": SINK,
    "sink.journal_synced": SINK,
    "sink.append_torn": SINK,
    "sink.appended": SINK,
    "sink.output_synced": SINK,
    "sink.container_ended": Scenario("sink", files=known_containers),
    "sink.file_archived": SINK,
    "sink.files_archived": SINK,
    "sink.acknowledged": SINK,
    "rotate.begin": ROTATION,
    "rotate.head_synced": ROTATION,
    "rotate.journal_cleared": ROTATION,
    "rotate.renamed": ROTATION,
    "rotate.created": ROTATION,
    "rotate.manifest_written": ROTATION,
    "compress.written": Scenario("sink", settings=COMPRESSED),
    "reconcile.begin": SINK,
    "reconcile.index_dropped": SINK,
    "reconcile.index_loaded": SINK,
    "reconcile.ready": SINK,
    "learning.saved": LEARNING,
    "learning.published": LEARNING,
}


def test_every_window_has_a_scenario() -> None:
    assert SCENARIOS.keys() == WINDOWS.keys()


@pytest.mark.parametrize("window", WINDOWS)
def test_a_death_in_the_window_loses_and_doubles_nothing(window: str, new_stack: NewStack) -> None:
    scenario = SCENARIOS[window]
    stack = new_stack(scenario.settings, keep=scenario.keep)
    stack.plant("containers")
    dropped = scenario.files()
    for file in dropped:
        drop(stack.site.inbox, file, scenario.manner)
    roles = stack.start_all({scenario.role: scenario.failpoints or f"{window}=kill"})

    stack.wait_for(lambda: window in stack.reached(), 20, f"{window} is reached")
    if not scenario.survives:
        assert roles[scenario.role].wait_end() == -signal.SIGKILL
        stack.start(scenario.role)
    # One more: what was restarted is to work again, not only to be quiet.
    finish(stack, [*dropped, *drop_all(stack, articles(1, first=99))])


def test_a_point_fires_once_per_log(tmp_path: Path) -> None:
    log = tmp_path / "reached"
    again = "from worker.failpoints import reach; reach('work.begin'); print('lives')"
    environment = os.environ | {
        "COPYDESK_FAILPOINTS": "work.begin=kill",
        "COPYDESK_FAILPOINTS_LOG": str(log),
    }
    ends = [
        subprocess.run([sys.executable, "-c", again], env=environment, capture_output=True, check=False)
        for _ in range(2)
    ]
    assert [end.returncode for end in ends] == [-signal.SIGKILL, 0]
    assert log.read_text() == "work.begin\n"
