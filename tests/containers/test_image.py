"""The image: what is in it and what is not."""

from __future__ import annotations

import json

import pytest

from tests.containers.stack import command

pytestmark = pytest.mark.containers


def _run(image: str, *words: str, user: str = "") -> str:
    alone = ("--rm", "--network", "none", "--user", user, "--entrypoint", words[0])
    return command("docker", "run", *alone, image, *words[1:])


def test_it_runs_as_a_user_of_its_own(image: str) -> None:
    assert _run(image, "id", "-u") == "1000"
    assert _run(image, "id", "-un") == "copydesk"


def test_it_has_no_compiler_and_no_cache_of_packages(image: str) -> None:
    assert _run(image, "sh", "-c", "for tool in gcc cc g++ make ld; do command -v $tool; done; :") == ""
    assert _run(image, "find", "/", "-xdev", "-path", "*/pip/http*", user="0") == ""


def test_nothing_of_it_can_be_changed_by_its_user(image: str) -> None:
    assert _run(image, "find", "/opt/copydesk", "-writable", "-not", "-type", "l") == ""


def test_it_says_how_it_is_stopped_and_whether_it_is_well(image: str) -> None:
    config = json.loads(command("docker", "image", "inspect", image))[0]["Config"]
    assert config["StopSignal"] == "SIGTERM"
    assert config["Entrypoint"] == ["copydesk"]
    assert config["Healthcheck"]["Test"] == ["CMD", "copydesk", "health"]


def test_the_command_answers(image: str) -> None:
    assert "ingest" in command("docker", "run", "--rm", "--network", "none", image, "--help")
