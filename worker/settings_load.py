"""Settings are read here: defaults < TOML file < `COPYDESK_<SECTION>_<KEY>` variables < flags.

Whatever is not a setting, not of its type or outside its limits refuses to start, with the key and the fix.
"""

from __future__ import annotations

import difflib
import json
import math
import tomllib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from worker.errors import ConfigurationError
from worker.settings import Settings
from worker.settings_check import check
from worker.settings_table import Setting, Value, every_setting, sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "COPYDESK_"
# Read by the failpoints, and by the compose file.
_NO_SETTINGS = ("FAILPOINTS", "FAILPOINTS_LOG", "INBOX", "OUT", "UID", "GID", "IMAGE", "REDIS_MEMORY")
RESERVED = frozenset(PREFIX + name for name in _NO_SETTINGS)
_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_KINDS = {
    "str": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple[str, ...]": "a list of texts",
}


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as somebody gave it; `origin` says where."""

    value: object
    origin: str


def load(
    path: str | None,
    environ: Mapping[str, str],
    overrides: Mapping[str, Value],
    instead: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """The settings in effect.

    Args:
        path: a TOML file, or None for none.
        environ: the environment; names that begin with `COPYDESK_` are read, empty ones count as not set.
        overrides: values of flags by key, such as `intake.poll`.
        instead: what stands in the place of some defaults, in the form of variables.

    Raises:
        ConfigurationError: an unknown key, a wrong type, out of limits, values that exclude each other.
    """
    known = {setting.key: setting for setting in every_setting()}
    given = dict(_from_environment(instead, known))
    given.update(_from_file(path, known) if path is not None else ())
    given.update(_from_environment(environ, known))
    for key, value in overrides.items():
        given[key] = _Given(value, "a flag")
    values: dict[str, dict[str, Value]] = {section: {} for section in sections()}
    for key, each in given.items():
        setting = known[key]
        values[setting.section][setting.name] = _checked(setting, each)
    settings = Settings(**{section: cls(**values[section]) for section, cls in sections().items()})
    check(settings)
    return settings


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without the variables that are settings: a child process gets those of `as_environment`."""
    settings = {setting.variable for setting in every_setting()}
    return {name: text for name, text in environ.items() if name not in settings}


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables that make `load` give these settings again: one for each that is not the default."""
    return {
        setting.variable: _as_text(setting.of(settings))
        for setting in every_setting()
        if setting.of(settings) != setting.default
    }


def _as_text(value: Value) -> str:
    if isinstance(value, tuple):
        # ASCII with escapes: a path that is no UTF-8 survives it.
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_file(path: str, known: Mapping[str, Setting]) -> Iterator[tuple[str, _Given]]:
    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        raise ConfigurationError("--config", f"{path} can't be read ({error.strerror})", "name a file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError("--config", f"{path} is not TOML: {error}", "correct the file") from None
    names = list(sections())
    for section, table in document.items():
        if section not in names:
            raise ConfigurationError(section, f"no such section (in {path})", _nearest(section, names, "a section"))
        if not isinstance(table, dict):
            raise ConfigurationError(section, f"is a section, not a value (in {path})", f"write [{section}]")
        for name, value in table.items():
            key = f"{section}.{name}"
            if key not in known:
                raise ConfigurationError(key, f"no such setting (in {path})", _nearest_key(key, known))
            yield key, _Given(tuple(value) if isinstance(value, list) else value, path)


def _from_environment(environ: Mapping[str, str], known: Mapping[str, Setting]) -> Iterator[tuple[str, _Given]]:
    variables = {setting.variable: setting for setting in known.values()}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in RESERVED:
            continue
        if name not in variables:
            raise ConfigurationError(name, "no such setting", _nearest(name, list(variables), "a setting's variable"))
        if environ[name]:
            setting = variables[name]
            yield setting.key, _Given(_parsed(setting, environ[name]), name)


def _parsed(setting: Setting, text: str) -> object:
    """The value of a variable; a text that is none of its kind comes back as it is, and is refused later."""
    try:
        if setting.kind == "bool":
            return _WORDS.get(text.strip().lower(), text)
        if setting.kind == "int":
            return int(text)
        if setting.kind == "float":
            return float(text)
        if setting.kind == "tuple[str, ...]":
            return tuple(json.loads(text)) if text.startswith("[") else tuple(filter(None, text.split(":")))
    except (ValueError, RecursionError):
        pass
    return text


def _checked(setting: Setting, given: _Given) -> Value:
    value, limits = given.value, setting.limits
    if setting.kind == "float" and type(value) is int:
        value = float(value)
    if not _is_of_kind(setting.kind, value):
        raise ConfigurationError(
            setting.key, f"{value!r} (from {given.origin}) is not {_KINDS[setting.kind]}", _allowed(setting)
        )
    if limits.choices and value not in limits.choices:
        raise ConfigurationError(setting.key, f"{value!r} (from {given.origin}) is not a choice", _allowed(setting))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        below = limits.low is not None and value < limits.low
        above = limits.high is not None and value > limits.high
        if below or above or math.isnan(value):
            raise ConfigurationError(
                setting.key, f"{value} (from {given.origin}) is out of its limits", _allowed(setting)
            )
    return value  # type: ignore[return-value]  # _is_of_kind has seen to it


def _is_of_kind(kind: str, value: object) -> bool:
    if kind == "tuple[str, ...]":
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    return type(value).__name__ == kind


def _allowed(setting: Setting) -> str:
    limits = setting.limits
    if limits.choices:
        return f"choose one of {', '.join(limits.choices)}"
    if limits.low is not None:
        return f"give {_KINDS[setting.kind]} from {limits.low:,} to {limits.high:,} {limits.unit}".rstrip()
    return f"give {_KINDS[setting.kind]}"


def _nearest(name: str, names: list[str], what: str) -> str:
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"write {close[0]}, or take it out" if close else f"take it out: it is not {what}"


def _nearest_key(key: str, known: Mapping[str, Setting]) -> str:
    # The right name in the wrong section is the likeliest slip.
    elsewhere = [each for each in known if each.partition(".")[2] == key.partition(".")[2]]
    return f"write {elsewhere[0]}, or take it out" if elsewhere else _nearest(key, list(known), "a setting")
