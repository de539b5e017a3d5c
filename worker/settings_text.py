"""The settings as a TOML file with every unit, limit and reason. Of the defaults: `config/copydesk.toml`."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from worker.settings import MIB
from worker.settings_table import every_setting, sections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.settings import Settings
    from worker.settings_table import Setting, Value

_WIDTH = 108
_HEAD = """\
Every setting of copydesk with its default. Give a copy of this file with --config FILE; what a copy leaves
out keeps its default. A variable wins over the file and a flag wins over both. In a variable a list is a
JSON array, or has colons between its items. A key that is not here, or a value outside its limits, refuses
to start."""


def as_toml(settings: Settings) -> str:
    """`settings` as a documented TOML file; reading it gives the same settings."""
    lines = [f"# {line}".rstrip() for line in _HEAD.splitlines()]
    section = ""
    for setting in every_setting():
        if setting.section != section:
            section = setting.section
            lines += ["", "", *_comment(sections()[section].__doc__ or ""), f"[{section}]"]
        lines += ["", *_comment(setting.limits.reason), *_comment(_allowed(setting))]
        lines.append(f"{setting.name} = {_literal(setting.of(settings))}")
    return "\n".join(lines) + "\n"


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"


def _allowed(setting: Setting) -> str:
    limits = setting.limits
    if limits.choices:
        return f"One of {', '.join(limits.choices)}. {setting.variable}"
    if limits.low is None or limits.high is None:
        return setting.variable
    unit = f" {limits.unit}" if limits.unit else ""
    return f"From {_number(limits.low)} to {_number(limits.high)}{unit}{_in_mib(setting)}. {setting.variable}"


def _in_mib(setting: Setting) -> str:
    value = setting.default
    whole = setting.limits.unit == "bytes" and isinstance(value, int) and value >= MIB and value % MIB == 0
    return f"; the default is {int(value) // MIB:,} MiB" if whole and isinstance(value, int) else ""


def _number(value: float) -> str:
    return f"{value:_}" if value != int(value) else f"{int(value):_}"


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:_}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    # A JSON string is a TOML string, but for DEL. A byte that is no UTF-8 can't stand in TOML at all.
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
