"""Minutes of random faults under load, with readers at the output, and then the oracle.

COPYDESK_SOAK_SECONDS says how long (150), COPYDESK_SOAK_SEED repeats the choices of another run.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness import oracle
from tests.crashes.harness.corpus import Dropped, drop, text
from tests.crashes.harness.deadline import wait_for
from tests.crashes.harness.quiet import finish, under_way
from tests.crashes.harness.server import RedisServer
from tests.crashes.harness.site import Site
from tests.crashes.harness.stack import Stack
from tests.soak.dropper import Dropper
from tests.soak.faults import Chaos
from tests.soak.witness import Tail, Witness

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = float(os.environ.get("COPYDESK_SOAK_SECONDS", "150"))
SEED = int(os.environ.get("COPYDESK_SOAK_SEED") or random.SystemRandom().randrange(1 << 30))
FRESH_SECONDS = 60.0
SETTINGS = {
    "COPYDESK_INTAKE_SETTLE_SECONDS": "1.0",
    "COPYDESK_SINK_SEGMENT_BYTES_MAX": "150000",
    "COPYDESK_SINK_ROTATION_SECONDS_MIN": "3",
    "COPYDESK_SERVICE_LOG_LEVEL": "info",
}


@pytest.fixture
def stack() -> Iterator[Stack]:
    base = Path(tempfile.mkdtemp(prefix="copydesk-soak-"))
    print(f"\nsoak: seed {SEED}, {SECONDS:g} s, in {base}")
    site = Site(base)
    site.create()
    stack = Stack(site, RedisServer(site), dict(SETTINGS))
    stack.redis.start()
    yield stack
    stack.close()


@pytest.mark.slow
def test_random_faults_lose_and_double_nothing(stack: Stack) -> None:
    site = stack.site
    active = f"{site.out.path}/articles.jsonl"
    witness, tail = Witness(active), Tail(active, site.base)
    dropper, chaos = Dropper(site.inbox, SEED), Chaos(stack, SEED + 1)
    witness.start()
    dropper.start()
    try:
        chaos.run(SECONDS)
        dropper.finish()
        chaos.end()
        fresh = Dropped("fresh.txt", text(10_000_000))
        _passes(stack, fresh)
        found = finish(stack, [*dropper.dropped, fresh], 240)
        witness.finish()
        assert not witness.faults, witness.faults[:5]
        _tail_has_everything(site, tail)
        _verify_agrees(site)
        _nothing_unforeseen(site)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{_diagnosis(stack, dropper, chaos)}") from None
    finally:
        tail.close()
    print(
        f"soak: {len(chaos.events)} faults, {len(found.articles)} articles, "
        f"{len(found.rejected)} rejections, {witness.segments} segments, {witness.looks} looks"
    )
    stack.close()
    shutil.rmtree(site.base)


def _passes(stack: Stack, fresh: Dropped) -> None:
    """A file that is dropped when the faults have stopped is a line soon."""
    started = time.monotonic()
    drop(stack.site.inbox, fresh)
    wait_for(lambda: b'"fresh.txt"' in oracle.content(stack.site), FRESH_SECONDS, "a fresh file is a line")
    print(f"soak: a fresh file took {time.monotonic() - started:.2f} s")


def _tail_has_everything(site: Site, tail: Tail) -> None:
    whole = oracle.content(site)
    wait_for(lambda: len(tail.bytes()) >= len(whole), 10, f"tail -F has {len(whole)} bytes")
    assert tail.bytes() == whole, "tail -F gave other bytes than stand in the files"
    assert b"truncated" not in tail.errors.read_bytes()


def _verify_agrees(site: Site) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    verify = [sys.executable, "-m", "worker", "verify", site.out.path]
    done = subprocess.run(verify, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _nothing_unforeseen(site: Site) -> None:
    """No role ended by an error that it did not foresee, and no document met a bug."""
    for log in sorted(site.logs.glob("*.log")):
        lines = log.read_text("utf-8", "replace").splitlines()
        bad = [line for line in lines if " critical " in line or "Traceback" in line]
        assert not bad, f"{log.name}: {bad[0]}"


def _diagnosis(stack: Stack, dropper: Dropper, chaos: Chaos) -> str:
    """What a person needs first: how to repeat it, what is where, what was done last, what the roles say."""
    site = stack.site
    lines = oracle.content(site).count(b"\n"), oracle.content(site, "rejected").count(b"\n")
    try:
        way: object = under_way(site, stack.redis.client())
    except Exception as error:
        way = error
    (site.base / "faults.txt").write_text("\n".join(chaos.events))
    newest = [process for process in stack.started if not process.ended()]
    logs = "\n".join(f"--- {process.log.name}\n{process.tail(25)}" for process in newest)
    return (
        f"COPYDESK_SOAK_SEED={SEED} COPYDESK_SOAK_SECONDS={SECONDS:g}; all is kept in {site.base}\n"
        f"{len(dropper.dropped)} dropped, {lines[0]} articles, {lines[1]} rejections, {way}\n"
        f"the last of {len(chaos.events)} faults:\n" + "\n".join(chaos.events[-15:]) + f"\n{logs}"
    )
