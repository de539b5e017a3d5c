"""Flags that are settings, and the settings in effect that come of file, variables and flags."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from worker.disk.layout import OutFolder
from worker.settings_load import load
from worker.supervise.service_note import read_note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from worker.settings import Settings
    from worker.settings_table import Value

    Command = TypeVar("Command", bound=Callable[..., Any])

# Flag: the setting, the value that the flag has or None where it is given one, and click's own arguments.
_FLAGS: dict[str, tuple[str, Value | None, dict[str, Any]]] = {
    "--out": ("paths.out", None, {"metavar": "DIR", "help": "The folder of the outputs."}),
    "--state": ("paths.state", None, {"metavar": "DIR", "help": "The key, the own Redis, copies of files."}),
    "--redis": ("redis.url", None, {"metavar": "URL", "help": "Use this Redis instead of an own one."}),
    "--workers": ("worker.count", None, {"metavar": "N", "type": int, "help": "Worker processes."}),
    "--poll": ("intake.poll", True, {"is_flag": True, "help": "List by time, not by event (NFS, SMB)."}),
    "--keep": ("intake.mode", "keep", {"is_flag": True, "help": "Leave the files where they are."}),
    "--log-level": (
        "service.log_level",
        None,
        {"metavar": "LEVEL", "help": "debug, info, warning or error."},
    ),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line said about settings: a file, and values by key."""

    config: str | None
    overrides: Mapping[str, Value]

    def settings(self, inboxes: tuple[str, ...] = ()) -> Settings:
        """The settings in effect, for a command that runs the service or a part of it.

        Raises:
            ConfigurationError: see `settings_load.load`.
        """
        named: dict[str, Value] = {"paths.inboxes": inboxes} if inboxes else {}
        return load(self.config, os.environ, {**self.overrides, **named})

    def settings_beside(self) -> Settings:
        """The settings in effect, for a command that works beside a service or after one.

        What nobody says is as the service on the same output last had it.

        Raises:
            ConfigurationError: see `settings_load.load`.
        """
        no_inbox = {"COPYDESK_PATHS_INBOXES": "[]"}
        alone = load(self.config, os.environ, self.overrides, no_inbox)
        note = read_note(OutFolder(os.path.abspath(alone.paths.out)))
        return alone if note is None else load(self.config, os.environ, self.overrides, note)


def settings_flags(*flags: str) -> Callable[[Command], Command]:
    """Give a command these flags (of the table above) and `--config`; it gets one `Given` as `given`."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def called(*args: object, config: str | None, **values: Any) -> object:
            overrides: dict[str, Value] = {}
            for flag in flags:
                key, constant, _ = _FLAGS[flag]
                value = values.pop(_parameter(flag))
                if value is not None and value is not False:
                    overrides[key] = value if constant is None else constant
            return command(*args, given=Given(config, overrides), **values)

        for flag in reversed(flags):
            called = click.option(flag, _parameter(flag), **_FLAGS[flag][2])(called)
        return cast("Command", click.option("--config", metavar="FILE", help="A TOML file of settings.")(called))

    return decorate


def _parameter(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_")
