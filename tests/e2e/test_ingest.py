"""`copydesk ingest`: once through given files, with processes of its own or beside a service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.corpus import text
from tests.e2e.service import (
    COPYDESK,
    Service,
    below,
    copydesk,
    environment,
    lines_in,
    paths_of,
    runs,
    until,
)
from worker.disk.layout import StateFolder
from worker.disk.lock import hold_lock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with three articles, one of them in a folder of its own."""
    folder = tmp_path / "given"
    (folder / "deep").mkdir(parents=True)
    write(folder, range(2))
    write(folder / "deep", [2])
    return folder


def write(folder: Path, numbers: Iterable[int]) -> None:
    for number in numbers:
        (folder / f"{number}.txt").write_bytes(text(number))


def summary(*words: object, cwd: Path) -> tuple[int, dict[str, object]]:
    answer = copydesk("ingest", *words, "--json", cwd=cwd)
    assert " error " not in answer.stderr
    found: dict[str, object] = json.loads(answer.stdout)
    return answer.returncode, found


def test_given_files_become_lines_and_stay_where_they_are(tmp_path: Path, given: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in given.rglob("*"))
    code, found = summary("given", "--out", "out", cwd=tmp_path)
    assert code == 0
    assert (found["found"], found["articles"], found["complete"]) == (3, 3, True)
    assert sorted(paths_of(lines_in(tmp_path / "out"))) == ["0.txt", "1.txt", "deep/2.txt"]
    assert sorted((path, path.stat().st_mtime_ns) for path in given.rglob("*")) == before
    assert copydesk("verify", "out", cwd=tmp_path).returncode == 0


def test_a_second_run_adds_nothing_unless_it_is_asked_to(tmp_path: Path, given: Path) -> None:
    assert summary("given", cwd=tmp_path)[0] == 0
    code, found = summary("given", "given/0.txt", cwd=tmp_path)
    assert (code, found["known"], found["articles"]) == (0, 3, 0)
    assert len(lines_in(tmp_path / "out")) == 3
    code, found = summary("given/0.txt", "--again", cwd=tmp_path)
    assert (code, found["articles"]) == (0, 1)
    lines = lines_in(tmp_path / "out")
    assert [line["seq"] for line in lines] == [1, 2, 3, 4]
    (original,) = [line for line in lines if paths_of([line]) == ["0.txt"] and line["seq"] != 4]
    assert lines[3]["duplicate"] == {"kind": "exact", "of": original["id"], "similarity": 1.0}


def test_a_rejected_file_shows_in_exit_code_list_and_reason_and_can_be_retried(tmp_path: Path, given: Path) -> None:
    (given / "blank.txt").write_bytes(b" \n")
    answer = copydesk("ingest", "given", cwd=tmp_path)
    assert answer.returncode == 3
    assert answer.stdout.startswith("3 articles, 1 rejected (")
    row = copydesk("rejected", "list", cwd=tmp_path).stdout.rstrip("\n").split("\t")
    assert (len(row), row[3]) == (5, "blank.txt")
    shown = copydesk("rejected", "show", row[0], cwd=tmp_path).stdout
    assert f"error        {row[2]}" in shown
    assert copydesk("rejected", "retry", row[0], cwd=tmp_path).stdout == "1 handed to the intake\n"
    assert copydesk("rejected", "list", cwd=tmp_path).stdout == ""
    assert copydesk("ingest", "given", cwd=tmp_path).returncode == 3
    (again,) = copydesk("rejected", "list", "--json", cwd=tmp_path).stdout.splitlines()
    assert json.loads(again)["id"] != row[0]
    assert copydesk("rejected", "show", "nosuch", cwd=tmp_path).returncode == 2
    assert copydesk("rejected", "retry", cwd=tmp_path).returncode == 2


def test_what_can_not_be_taken_is_told_and_shows_in_the_exit_code(tmp_path: Path, given: Path) -> None:
    os.mkfifo(given / "pipe")
    answer = copydesk("ingest", "given", "given/pipe", cwd=tmp_path)
    assert answer.returncode == 3
    assert "3 articles, 1 could not be taken" in answer.stdout
    assert "refused" in answer.stderr
    assert "it is a named pipe" in answer.stderr


def test_lines_to_standard_output_are_all_that_is_there(tmp_path: Path, given: Path) -> None:
    (given / "blank.txt").write_bytes(b" \n")
    answer = copydesk("ingest", "given", "--out", "-", cwd=tmp_path)
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert sorted(paths_of(lines)) == ["0.txt", "1.txt", "deep/2.txt"]
    assert answer.returncode == 3
    assert "3 articles, 1 rejected" in answer.stderr
    assert os.listdir(tmp_path) == ["given"], "nothing is left behind"


def test_a_reader_of_standard_output_that_goes_away_ends_it(tmp_path: Path, given: Path) -> None:
    write(given, range(10, 300))  # more than pipes and buffers hold
    command = f"{' '.join(COPYDESK)} ingest given --out - | head -n 1"
    with tempfile.TemporaryDirectory(prefix="reader-") as temporary:
        answer = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment({"TMPDIR": temporary}),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert json.loads(answer.stdout)["seq"] == 1
        assert answer.stderr == ""
        assert os.listdir(temporary) == []


def test_beside_a_service_it_hands_its_files_to_that_service(tmp_path: Path, given: Path) -> None:
    with Service(tmp_path) as service:
        service.start()
        before = service.descendants().keys()
        code, found = summary("given", "--out", "out", cwd=tmp_path)
        assert (code, found["articles"]) == (0, 3)
        assert service.descendants().keys() - before <= set(service.pids("worker")) | set(below(os.getpid()))
        dropped = service.drop([7])
        lines = service.await_lines(4)
        assert sorted(paths_of(lines)) == sorted(["0.txt", "1.txt", "deep/2.txt", *dropped])
        assert service.stop() == 0
        assert summary("given", "--out", "out", cwd=tmp_path)[1]["known"] == 3


def test_beside_a_service_members_are_documents_and_a_rejected_one_shows(tmp_path: Path, given: Path) -> None:
    with zipfile.ZipFile(given / "evening.zip", "w") as archive:
        archive.writestr("3.txt", text(3))
        archive.writestr("4.txt", text(4))
        archive.writestr("noise.bin", b"\x00\x01\x02" * 40)
    with Service(tmp_path) as service:
        service.start()
        service.drop([7])
        code, found = summary("given", "--out", "out", cwd=tmp_path)
        assert (code, found["found"], found["articles"], found["rejected"]) == (3, 4, 5, 1)
        service.await_lines(6)
        assert service.stop() == 0


def test_a_service_that_ends_meanwhile_is_replaced(tmp_path: Path, given: Path) -> None:
    with Service(tmp_path) as service:
        service.start()
        copydesk("pause", cwd=tmp_path)
        ingest = start("given", "--json", cwd=tmp_path)
        claims = tmp_path / "out" / ".copydesk" / "state" / "work" / "ingest"
        until(claims.exists)
        assert service.stop() == 0
        copydesk("resume", cwd=tmp_path)
        output, _ = ingest.communicate(timeout=60)
        assert json.loads(output)["articles"] == 3
        assert ingest.returncode == 0


def start(*words: str, cwd: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COPYDESK, "ingest", *words],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_one_that_is_ended_leaves_no_process_and_the_next_goes_on(
    tmp_path: Path, given: Path, number: signal.Signals
) -> None:
    write(given, range(100, 400))
    ingest = start("given", cwd=tmp_path)
    everyone: set[int] = set()

    def some_lines() -> bool:
        everyone.update(below(ingest.pid))
        return bool(lines_in(tmp_path / "out"))

    until(some_lines, 30.0)
    os.kill(ingest.pid, number)
    output, _ = ingest.communicate(timeout=30)
    if number == signal.SIGINT and ingest.returncode == 1:
        assert b"left: stopped; run it again to go on" in output
    until(lambda: not any(runs(pid) for pid in everyone), 3.0)
    code, found = summary("given", cwd=tmp_path)
    assert (code, found["complete"]) == (0, True)
    lines = lines_in(tmp_path / "out")
    assert [line["seq"] for line in lines] == list(range(1, 304))
    assert len(set(paths_of(lines))) == 303


def test_nothing_is_started_while_another_has_the_state_folder(tmp_path: Path, given: Path) -> None:
    state = StateFolder(str(tmp_path / "out" / ".copydesk" / "state"))
    state.create()
    held = hold_lock(state.lock)
    # An address that nobody answers at: what counts is who is started.
    ingest = start("given", "--json", "--redis", f"unix://{tmp_path}/nobody.sock", cwd=tmp_path)
    until(lambda: len(list((tmp_path / "out" / ".copydesk" / "state" / "work" / "ingest" / "claimed").glob("*"))) > 0)
    assert below(ingest.pid) == []
    os.close(held)
    until(lambda: len(below(ingest.pid)) > 0)
    ingest.terminate()
    output, _ = ingest.communicate(timeout=30)
    assert json.loads(output)["complete"] is False
    assert ingest.returncode == 1


def test_two_at_once_on_one_output_take_turns(tmp_path: Path, given: Path) -> None:
    write(tmp_path, range(50, 60))
    first = start("given", "--json", cwd=tmp_path)
    time.sleep(0.2)
    second = start(*(f"{number}.txt" for number in range(50, 60)), "--json", cwd=tmp_path)
    found = [json.loads(process.communicate(timeout=90)[0]) for process in (first, second)]
    assert [each["articles"] for each in found] == [3, 10]
    assert [line["seq"] for line in lines_in(tmp_path / "out")] == list(range(1, 14))
