"""Markdown with front matter: what stands between the rules on top says what the text is about."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.parse.decode import decode
from worker.parse.plain_text import read_text
from worker.parse.supplied import fields_of

if TYPE_CHECKING:
    from worker.draft import Draft
    from worker.parse.json_value import Value
    from worker.rules import Rules

_FRONT = re.compile(
    r"\A\s*(?P<rule>---|\+\+\+)[ \t]*\n(?P<said>.*?)^(?:(?P=rule)|\.\.\.)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_LINE = re.compile(r"^([A-Za-z][\w .-]{0,60}?)[ \t]*:[ \t]+(.+)$", re.MULTILINE)
_CHARACTERS_MAX = 64_000
_DEPTH_MAX = 20


def read_markdown(data: bytes, rules: Rules) -> Draft:
    """The draft of a text with front matter in YAML or TOML; what that says counts before what the text shows.

    Raises:
        PermanentError: there is no text below it.
    """
    decoded = decode(data)
    text = decoded.text.replace("\r\n", "\n")
    front = _FRONT.match(text)
    said: Value = {}
    if front is not None:
        said = _toml(front["said"]) if front["rule"] == "+++" else _yaml(front["said"])
        text = text[front.end() :]
    draft = read_text(text.encode("utf-8", "replace"), rules)
    return replace(
        draft,
        media_type="text/markdown",
        format="markdown",
        encoding=decoded.encoding,
        fields=fields_of(said, rules.json_keys, rules).or_else(draft.fields),
        flags=tuple(dict.fromkeys((*decoded.flags, *draft.flags))),
    )


def _yaml(text: str) -> Value:
    """The keys of front matter in YAML, all values as text; line by line where it is no YAML."""
    import yaml

    if len(text) > _CHARACTERS_MAX:
        return {}
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > _DEPTH_MAX:
                return _lines(text)
        said = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - this loader makes texts, lists and dicts only
    except (yaml.YAMLError, ValueError, RecursionError):
        return _lines(text)
    return said if isinstance(said, dict) else {}


def _toml(text: str) -> Value:
    try:
        said = tomllib.loads(text[:_CHARACTERS_MAX])
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in said.items()}


def _lines(text: str) -> Value:
    return {name: value.strip(" \"'") for name, value in _LINE.findall(text[:_CHARACTERS_MAX])}
