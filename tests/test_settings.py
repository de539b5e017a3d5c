"""What the settings are, and where their values come from."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from worker.errors import ConfigurationError
from worker.settings import Paths, Settings
from worker.settings_check import check
from worker.settings_load import as_environment, load
from worker.settings_table import Setting, Value, every_setting
from worker.settings_text import as_toml

FILE = Path(__file__).parent.parent / "config" / "copydesk.toml"


def refusal(
    toml: str = "", environ: dict[str, str] | None = None, flags: dict[str, Value] | None = None
) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        loaded(toml, environ, flags)
    return caught.value


def loaded(toml: str = "", environ: dict[str, str] | None = None, flags: dict[str, Value] | None = None) -> Settings:
    if toml:
        Path("settings.toml").write_text(toml)
    return load("settings.toml" if toml else None, environ or {}, flags or {})


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_anything_the_defaults_are_in_effect() -> None:
    assert loaded() == Settings()


def test_the_shipped_file_is_the_defaults_with_every_key_documented() -> None:
    assert FILE.read_text() == as_toml(Settings()), "write it anew: copydesk settings > config/copydesk.toml"


def test_the_shipped_file_names_every_setting_its_limits_and_its_variable() -> None:
    text = FILE.read_text()
    document = tomllib.loads(text)
    for setting in every_setting():
        value = document[setting.section][setting.name]
        assert (tuple(value) if isinstance(value, list) else value) == setting.default
        before = text.split(f"\n[{setting.section}]\n")[1].split(f"\n{setting.name} = ")[0].split("\n\n")[-1]
        assert setting.limits.reason in before.replace("\n# ", " ")
        assert f"{setting.variable}\n" in before + "\n"
        if setting.limits.low is not None:
            assert setting.limits.high is not None
            assert f"From {setting.limits.low:_}" in before
            assert setting.limits.unit in before


def test_reading_the_shipped_file_gives_the_defaults() -> None:
    assert load(str(FILE), {}, {}) == Settings()


def test_a_flag_wins_over_a_variable_and_a_variable_over_the_file() -> None:
    toml = "[intake]\nbatch_max = 3\npoll = true\n[worker]\ncount = 3\n"
    environ = {"COPYDESK_INTAKE_BATCH_MAX": "4", "COPYDESK_WORKER_COUNT": "4"}
    settings = loaded(toml, environ, {"worker.count": 5})
    assert (settings.intake.poll, settings.intake.batch_max, settings.worker.count) == (True, 4, 5)


def test_variables_set_every_kind_of_value() -> None:
    settings = loaded(
        environ={
            "COPYDESK_REDIS_URL": "redis://queue:6379/0",
            "COPYDESK_INTAKE_POLL": "Yes",
            "COPYDESK_INTAKE_BATCH_MAX": "7",
            "COPYDESK_INTAKE_SETTLE_SECONDS": "0.5",
            "COPYDESK_PATHS_INBOXES": "/a:/b",
            "COPYDESK_INTAKE_IGNORE": '["*.tmp", "a:b"]',
            "HOME": "/root",
        }
    )
    assert settings.redis.url == "redis://queue:6379/0"
    assert settings.intake.poll is True
    assert (settings.intake.batch_max, settings.intake.settle_seconds) == (7, 0.5)
    assert settings.paths.inboxes == ("/a", "/b")
    assert settings.intake.ignore == ("*.tmp", "a:b")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert loaded(environ={"COPYDESK_WORKER_COUNT": "", "COPYDESK_REDIS_URL": ""}) == Settings()


def test_the_variables_of_the_failpoints_and_of_the_compose_file_are_nobodys_settings() -> None:
    names = ("FAILPOINTS", "FAILPOINTS_LOG", "INBOX", "OUT", "UID", "GID", "IMAGE", "REDIS_MEMORY")
    assert loaded(environ={f"COPYDESK_{name}": "x" for name in names}) == Settings()


@pytest.mark.parametrize(
    ("toml", "key", "fix"),
    [
        ("[intak]\n", "intak", "write intake"),
        ("[intake]\nbatchmax = 1\n", "intake.batchmax", "write intake.batch_max"),
        ("[intake]\ncount = 1\n", "intake.count", "write worker.count"),
        ("[intake]\nzzzzzz = 1\n", "intake.zzzzzz", "take it out"),
        ("intake = 1\n", "intake", "write [intake]"),
        ("[intake]\npoll = 1\n", "intake.poll", "give true or false"),
        ("[intake]\nbatch_max = true\n", "intake.batch_max", "give a whole number from 1 to 500 files"),
        ("[intake]\nbatch_max = 1.5\n", "intake.batch_max", "give a whole number"),
        ("[intake]\nbatch_max = 0\n", "intake.batch_max", "from 1 to 500"),
        ("[intake]\nbatch_max = 501\n", "intake.batch_max", "from 1 to 500"),
        ("[intake]\nsettle_seconds = nan\n", "intake.settle_seconds", "from 0.1 to 3,600 seconds"),
        ("[intake]\nsettle_seconds = inf\n", "intake.settle_seconds", "from 0.1 to 3,600 seconds"),
        ("[intake]\nignore = '*.tmp'\n", "intake.ignore", "give a list of texts"),
        ("[intake]\nignore = [1]\n", "intake.ignore", "give a list of texts"),
        ("[intake]\nmode = 'copy'\n", "intake.mode", "choose one of move, keep"),
        ("[sink]\nfile_mode = 'rw'\n", "sink.file_mode", "0644"),
        ("[sink]\nfile_mode = '0444'\n", "sink.file_mode", "begin with 06"),
        ("[sink]\nowner = 'www'\n", "sink.owner", "1000:1000"),
        ("[redis]\nurl = 'localhost:6379'\n", "redis.url", "begin it with redis://"),
        ("[redis]\nprefix = 'a b'\n", "redis.prefix", "use letters"),
        ("[intake\n", "--config", "correct the file"),
    ],
)
def test_an_impossible_value_in_the_file_is_refused_with_its_key_and_the_fix(toml: str, key: str, fix: str) -> None:
    error = refusal(toml)
    assert error.key == key
    assert fix in error.fix


@pytest.mark.parametrize(
    ("name", "text", "key", "fix"),
    [
        ("COPYDESK_REDIS_ULR", "x", "COPYDESK_REDIS_ULR", "write COPYDESK_REDIS_URL"),
        ("COPYDESK_INTAKE_POLL", "maybe", "intake.poll", "give true or false"),
        ("COPYDESK_WORKER_COUNT", "two", "worker.count", "give a whole number"),
        ("COPYDESK_WORKER_COUNT", "0", "worker.count", "from 1 to 256"),
        ("COPYDESK_INTAKE_SETTLE_SECONDS", "nan", "intake.settle_seconds", "from 0.1"),
        ("COPYDESK_PATHS_INBOXES", '["a"', "paths.inboxes", "give a list of texts"),
        ("COPYDESK_PATHS_INBOXES", "[1]", "paths.inboxes", "give a list of texts"),
    ],
)
def test_an_impossible_variable_is_refused_with_its_key_and_the_fix(name: str, text: str, key: str, fix: str) -> None:
    error = refusal(environ={name: text})
    assert error.key == key
    assert fix in error.fix
    assert name in str(error)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.toml can't be read"):
        load("missing.toml", {}, {})


@pytest.mark.parametrize(
    ("key", "value", "container"),
    [
        ("intake.batch_max", 100, "intake.in_flight_documents_max"),
        ("intake.batch_bytes_max", 32 << 20, "intake.in_flight_bytes_max"),
        ("intake.payload_bytes_max", 32 << 20, "intake.in_flight_bytes_max"),
        ("intake.payload_bytes_max", 32 << 20, "worker.document_memory_bytes"),
        ("sink.line_bytes_max", 9 << 20, "worker.commit_bytes_max"),
        ("sink.line_bytes_max", 9 << 20, "sink.group_bytes_max"),
    ],
)
def test_what_does_not_fit_into_its_container_is_refused(key: str, value: int, container: str) -> None:
    roomy: dict[str, Value] = {"sink.group_bytes_max": 64 << 20, "worker.commit_bytes_max": 64 << 20}
    error = refusal(flags=roomy | {key: value, container: value - 1})
    assert error.key == key
    assert container in error.problem
    assert loaded(flags=roomy | {key: value, container: value}).worker.count == 2


@pytest.mark.parametrize(
    ("inboxes", "out", "state", "key"),
    [
        (("in",), "in/out", "", "paths.out"),
        (("in",), "in", "", "paths.out"),
        (("out/in",), "out", "", "paths.inboxes"),
        (("in",), "out", "in/state", "paths.state"),
        (("in", "in/deep"), "out", "", "paths.inboxes"),
        (("in/deep", "in"), "out", "", "paths.inboxes"),
        (("in", "./in"), "out", "", "paths.inboxes"),
        (("in", ""), "out", "", "paths.inboxes"),
        (("in",), "", "", "paths.out"),
        (("i\0n",), "out", "", "paths.inboxes"),
        (("in",), "state/out", "state", "paths.state"),
    ],
)
def test_folders_that_would_feed_each_other_are_refused(
    inboxes: tuple[str, ...], out: str, state: str, key: str
) -> None:
    assert refusal(flags={"paths.inboxes": inboxes, "paths.out": out, "paths.state": state}).key == key


def test_a_link_does_not_hide_that_one_folder_is_inside_the_other(tmp_path: Path) -> None:
    (tmp_path / "in" / "out").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "in" / "out")
    assert refusal(flags={"paths.inboxes": ("in",), "paths.out": "link"}).key == "paths.out"


def test_names_that_begin_alike_are_not_inside_each_other() -> None:
    assert loaded(flags={"paths.inboxes": ("in", "in2"), "paths.out": "in-out"}).paths.out == "in-out"


# Bytes that are no UTF-8 come out of the command line as surrogates.
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.just("\udce9")
TEXTS = {
    "redis.url": st.text(CHARACTERS).map("unix://".__add__),
    "redis.prefix": st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    "sink.file_mode": st.sampled_from(["0640", "600"]),
    "sink.owner": st.sampled_from(["", "0:0", "1000:100"]),
}


def values_of(setting: Setting) -> st.SearchStrategy[Value]:
    limits = setting.limits
    if limits.choices:
        return st.sampled_from(limits.choices)
    if setting.kind == "bool":
        return st.booleans()
    if setting.kind == "int":
        return st.integers(int(limits.low or 0), int(limits.high or 0))
    if setting.kind == "float":
        return st.floats(limits.low, limits.high)
    text = TEXTS.get(setting.key, st.text(CHARACTERS, min_size=1))
    return st.lists(text).map(tuple) if setting.kind == "tuple[str, ...]" else text


@given(st.data(), st.sampled_from(list(every_setting())))
def test_the_settings_of_a_child_process_are_those_of_its_parent(data: st.DataObject, setting: Setting) -> None:
    section = dataclasses.replace(getattr(Settings(), setting.section), **{setting.name: data.draw(values_of(setting))})
    settings = dataclasses.replace(Settings(), **{setting.section: section})
    try:
        check(settings)
    except ConfigurationError:
        reject()
    assert load(None, as_environment(settings), {}) == settings


def test_only_what_differs_from_the_defaults_is_handed_to_a_child() -> None:
    assert as_environment(Settings()) == {}
    settings = dataclasses.replace(Settings(), paths=Paths(inboxes=("a", "b:c")))
    assert as_environment(settings) == {"COPYDESK_PATHS_INBOXES": '["a", "b:c"]'}
