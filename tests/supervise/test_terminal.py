"""The status line on a real terminal, with processes that write to standard error beside it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time

from tests.e2e.service import environment

PROGRAM = """
import subprocess, sys, time
from worker.supervise.terminal import Terminal
with Terminal() as terminal:
    terminal.show("status " + "x" * 200)
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stderr.write('from a child\\\\nhalf')"])
    child.wait()
    terminal.pass_on()
    terminal.show("second")
    print("from the parent", file=sys.stderr, flush=True)
    terminal.pass_on()
    print("last words", file=sys.stderr, flush=True)
print("after", file=sys.stderr)
"""


def seen_on_a_terminal(code: str, term: str = "xterm") -> str:
    controller, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=side, env={**environment(), "TERM": term}, close_fds=True
    )
    os.close(side)
    seen, deadline = b"", time.monotonic() + 20.0
    while time.monotonic() < deadline:
        if not select.select([controller], [], [], 0.1)[0]:
            continue
        try:
            seen += os.read(controller, 4096)
        except OSError:
            break
    process.wait()
    os.close(controller)
    return seen.decode()


def shown_lines(seen: str) -> list[str]:
    """What a person sees in the end: a cleared line is gone."""
    return [line.rpartition("\x1b[2K")[2].strip("\r") for line in seen.split("\n")]


def test_log_lines_stand_whole_above_the_status_line_and_none_is_lost() -> None:
    seen = seen_on_a_terminal(PROGRAM)
    assert shown_lines(seen) == ["from a child", "halffrom the parent", "last words", "after", ""]
    assert "\r\x1b[2Ksecond" in seen


def test_the_status_is_cut_to_the_width_of_the_terminal() -> None:
    seen = seen_on_a_terminal(PROGRAM)
    widths = [len(part) for part in seen.replace("\r", "\n").replace("\x1b[2K", "").split("\n")]
    assert max(widths) == 79


def test_a_dumb_terminal_gets_plain_lines() -> None:
    assert "\x1b" not in seen_on_a_terminal(PROGRAM, "dumb")
