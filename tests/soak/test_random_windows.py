"""One role after another dies in a window chosen at random, while files arrive: also in what the last death left.

COPYDESK_SOAK_SEED repeats the choices of another run; COPYDESK_SOAK_ROUNDS says how many deaths (60).
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.quiet import finish
from tests.crashes.harness.server import RedisServer
from tests.crashes.harness.site import Site
from tests.crashes.harness.stack import ROLES, Stack
from tests.crashes.test_windows import COMPRESSED, SCENARIOS
from tests.soak.dropper import Dropper
from tests.soak.witness import Witness

if TYPE_CHECKING:
    from tests.crashes.harness.stack import Process, Role

ROUNDS = int(os.environ.get("COPYDESK_SOAK_ROUNDS", "30"))
SEED = int(os.environ.get("COPYDESK_SOAK_SEED") or random.SystemRandom().randrange(1 << 30))
LIFE_SECONDS = 4.0


def _next_life(stack: Stack, role: Role, choose: random.Random) -> Process:
    """Start `role` so that it dies in the n-th passage of two of its windows, whichever comes first."""
    windows = [name for name, scenario in SCENARIOS.items() if scenario.role == role]
    points = [f"{choose.choice(windows)}@{choose.randrange(1, 4)}=kill" for _ in range(2)]
    stack.site.reached.unlink(missing_ok=True)
    return stack.start(role, ",".join(points))


def _live_and_die(stack: Stack, choose: random.Random) -> int:
    """The rounds; returns how many lives ended before their time. Everything runs unharmed afterwards."""
    roles = stack.start_all()
    deaths = 0
    for _ in range(ROUNDS):
        role = choose.choice(ROLES)
        roles[role].kill()
        roles[role] = _next_life(stack, role, choose)
        deadline = time.monotonic() + LIFE_SECONDS
        while time.monotonic() < deadline and not roles[role].ended():
            time.sleep(0.02)
        deaths += bool(stack.reached())
    for role, process in roles.items():
        process.kill()
        stack.start(role)
    return deaths


@pytest.mark.slow
def test_death_after_death_loses_and_doubles_nothing() -> None:
    print(f"\nrandom windows: seed {SEED}, {ROUNDS} rounds")
    site = Site(Path(tempfile.mkdtemp(prefix="copydesk-windows-")))
    site.create()
    stack = Stack(site, RedisServer(site), dict(COMPRESSED))
    stack.redis.start()
    dropper, witness = Dropper(site.inbox, SEED), Witness(f"{site.out.path}/articles.jsonl")
    dropper.start()
    witness.start()
    try:
        deaths = _live_and_die(stack, random.Random(SEED))
        dropper.finish()
        finish(stack, dropper.dropped, 240)
        witness.finish()
        assert not witness.faults, witness.faults[:5]
        assert deaths > ROUNDS // 4, "the windows were reached"
    except AssertionError as error:
        raise AssertionError(f"seed {SEED}, kept in {site.base}: {error}") from None
    finally:
        stack.close()
    print(f"random windows: {deaths} deaths, {len(dropper.dropped)} files, {witness.segments} segments")
    shutil.rmtree(site.base)
