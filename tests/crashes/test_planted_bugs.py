"""The proofs are proved: each bug that is planted on purpose makes the test fail that is there for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crashes.harness.bugs import BUGS
from tests.crashes.harness.stack import PLANTED

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str, tmp_path: Path) -> None:
    bug = BUGS[name]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", bug.caught_by, "-x", "-n0", "-m", ""),
            *("-p", "tests.crashes.harness.planted", f"--basetemp={tmp_path / 'run'}"),
        ],
        env=os.environ | {PLANTED: name},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, f"nothing noticed it:\n{done.stdout}{done.stderr}"
    assert bug.says in done.stdout, f"it failed for another reason:\n{done.stdout}"
