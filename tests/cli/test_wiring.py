"""What the commands make of settings: the programs of the service, folders, and what they find beside a service."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from worker.cli import wiring
from worker.cli.options import Given
from worker.disk.layout import OutFolder, StateFolder
from worker.disk.lock import hold_lock
from worker.errors import ConfigurationError
from worker.settings import Settings
from worker.settings_load import load
from worker.supervise.service_note import note_path, read_note, write_note


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("COPYDESK_")]:
        monkeypatch.delenv(name)


def test_a_role_gets_the_settings_in_effect_and_not_those_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COPYDESK_SINK_COMPRESS", "zstd")
    monkeypatch.setenv("COPYDESK_WORKER_COUNT", "4")
    monkeypatch.setenv("COPYDESK_FAILPOINTS_LOG", "log")
    settings = Given(None, {"sink.compress": "none", "intake.poll": True}).settings()
    programs = wiring.roles(settings, ("sink", "watch", "worker"))
    assert [program.name for program in programs] == ["sink", "watch", *(f"worker {n}" for n in range(1, 5))]
    for program in programs:
        assert load(None, program.environ, {}) == settings
        assert program.environ["COPYDESK_FAILPOINTS_LOG"] == "log"


def test_commands_beside_a_service_have_its_settings_by_the_output_alone() -> None:
    service = Given(None, {"paths.state": "elsewhere", "redis.url": "redis://:secret@host/1"}).settings(("in", "two"))
    out = wiring.make_out(service)
    write_note(out, service)
    beside = Given(None, {"paths.out": out.path}).settings_beside()
    assert beside.paths.state == os.path.abspath("elsewhere")
    assert beside.paths.inboxes == (os.path.abspath("in"), os.path.abspath("two"))
    assert beside.redis.url == "redis://:secret@host/1"
    assert os.stat(note_path(out)).st_mode & 0o777 == 0o600


def test_what_the_user_says_wins_over_the_note_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Given(None, {"paths.state": "elsewhere", "worker.count": 7}).settings()
    write_note(wiring.make_out(service), service)
    monkeypatch.setenv("COPYDESK_WORKER_COUNT", "3")
    beside = Given(None, {"paths.state": "mine"}).settings_beside()
    assert (beside.paths.state, beside.worker.count) == ("mine", 3)


def test_without_a_service_there_is_no_inbox_unless_one_is_named(tmp_path: Path) -> None:
    assert Given(None, {"paths.out": "."}).settings_beside().paths.inboxes == ()
    (tmp_path / "mine.toml").write_text('[paths]\ninboxes = ["a"]\n')
    assert Given("mine.toml", {}).settings_beside().paths.inboxes == ("a",)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"variables": 3}'])
def test_a_note_that_is_damaged_counts_as_none(text: str, tmp_path: Path) -> None:
    out = OutFolder(str(tmp_path / "out"))
    out.create()
    Path(note_path(out)).write_text(text)
    assert read_note(out) is None


def test_a_note_keeps_paths_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    settings = replace(Settings(), paths=replace(Settings().paths, inboxes=(name,), out=f"{name}-out"))
    out = wiring.make_out(settings)
    write_note(out, settings)
    note = read_note(out)
    assert note is not None
    assert load(None, note, {}).paths.inboxes == (os.path.abspath(name),)


def test_one_state_folder_has_one_supervisor(tmp_path: Path) -> None:
    state = StateFolder(str(tmp_path / "state"))
    state.create()
    with wiring.only_supervisor(state):
        pass
    held = hold_lock(state.lock)
    with pytest.raises(ConfigurationError, match="another copydesk uses"), wiring.only_supervisor(state):
        pass
    os.close(held)


def test_the_state_folder_is_made_for_its_owner_alone() -> None:
    state = wiring.make_state(Settings())
    assert os.stat(state.path).st_mode & 0o777 == 0o700


def test_a_worker_makes_no_folder() -> None:
    wiring.out_folder(Settings())
    wiring.state_folder(Settings())
    assert os.listdir(".") == []


def test_every_work_folder_is_listed_once(tmp_path: Path) -> None:
    settings = Given(None, {"intake.mode": "keep"}).settings(("in",))
    state = wiring.make_state(settings)
    (kept,) = wiring.inbox_works(settings, state)
    kept.create()
    state.work("ingest").create()
    assert set(wiring.all_works(settings, state)) == {kept, state.work("ingest")}
    assert len(wiring.all_works(settings, state)) == 2
