"""The generated parts of `docs/record.md`: `python -m tests.record_tables` writes them anew."""

from __future__ import annotations

import os
import re
from dataclasses import is_dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import orjson

from tests.documents import article_of, line_of
from worker.article import Span
from worker.lines import ARTICLE_LINE, Key, Open, RejectedLine, Relation, Withdrawal, keys_of

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENT = os.path.join(ROOT, "docs", "record.md")
SEED = os.path.join(ROOT, "seeds", "lighthouse-page.html")
PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def parts() -> dict[str, str]:
    """The text of each generated part."""
    return {
        "example": _example(),
        "article": _table(ARTICLE_LINE),
        "objects": "\n".join(_objects()),
        "relation": _table(keys_of(Relation)),
        "withdrawal": _table(keys_of(Withdrawal)),
        "rejected": _table(keys_of(RejectedLine)),
    }


def written(text: str) -> str:
    """`text` with all generated parts as they have to be."""
    made = parts()
    return PART.sub(lambda match: f"{match[1]}{made[match[2]]}{match[3]}", text)


def _example() -> str:
    with open(SEED, "rb") as file:
        line = line_of(article_of(file.read(), "lighthouse-page.html"), seq=1)
    value = orjson.loads(line)
    value["text"] = f"{value['text'][:150]}…"
    return f"```json\n{orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()}\n```\n"


def _table(keys: tuple[Key, ...]) -> str:
    rows = [f"| `{key.name}` | {_said(key.type, key.metadata)} | {key.metadata.get('meaning', '')} |" for key in keys]
    return "\n".join(["| key | value | meaning |", "|---|---|---|", *rows, ""])


def _objects() -> list[str]:
    found: dict[str, type] = {}
    for keys in (ARTICLE_LINE, keys_of(Relation), keys_of(Withdrawal)):
        for key in keys:
            _collect(key.type, found)
    return [
        f"### {name}\n\n{(kind.__doc__ or '').strip()}\n\n{_table(keys_of(kind))}"
        for name, kind in sorted(found.items())
    ]


def _collect(kind: Any, found: dict[str, type]) -> None:
    if is_dataclass(kind) and isinstance(kind, type) and kind.__name__ not in found:
        found[kind.__name__] = kind
        for key in keys_of(kind):
            _collect(key.type, found)
    for argument in get_args(kind):
        _collect(argument, found)


def _said(kind: Any, limits: Any) -> str:
    arguments = get_args(kind)
    if kind is Open:
        return "object"
    if kind == Span:
        return "[start, end)"
    if is_dataclass(kind) and isinstance(kind, type):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    if get_origin(kind) is Literal:
        return ", ".join(f"`{argument}`" for argument in arguments)
    if NoneType in arguments:
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return f"{_said(inner, limits)} or null"
    if get_origin(kind) is tuple:
        return f"list of {_said(arguments[0], {})}"
    name = {str: "string", int: "whole number", float: "number", bool: "true or false"}[kind]
    low, high = limits.get("minimum"), limits.get("maximum")
    if low is not None and high is not None:
        return f"{name} from {low} to {high}"
    return name if low is None else f"{name} ≥ {low}"


if __name__ == "__main__":
    with open(DOCUMENT, encoding="utf-8") as file:
        text = written(file.read())
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(text)
