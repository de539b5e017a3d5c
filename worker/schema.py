"""The JSON Schema of the outputs, and a validator that needs no library: both made from the same types."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, cast, get_args, get_origin

from worker.article import Span
from worker.lines import ARTICLE_LINE, Key, Open, RejectedLine, Relation, Withdrawal, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check = Callable[[object], str | None]
    """None, or the place and the problem, such as `.authors[0].name: expected a string`."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMES = {int: "integer", float: "number", bool: "boolean"}
_LIMITS = ("pattern", "minimum", "maximum")


def record_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a line of `articles*.jsonl`."""
    definitions: dict[str, Any] = {
        "article": _object_schema(ARTICLE_LINE, {}),
        "relation": _object_schema(keys_of(Relation), {}),
        "withdrawal": _object_schema(keys_of(Withdrawal), {}),
    }
    for keys in (ARTICLE_LINE, keys_of(Relation), keys_of(Withdrawal)):
        _object_schema(keys, definitions)
    return {
        "$schema": DIALECT,
        "title": "copydesk record",
        "description": "One line of articles*.jsonl.",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in ("article", "relation", "withdrawal")],
        "$defs": definitions,
    }


def rejected_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a line of `rejected*.jsonl`."""
    schema = _object_schema(keys_of(RejectedLine), {})
    return {"$schema": DIALECT, "title": "copydesk rejection", **schema}


def line_problem(value: object) -> str | None:
    """None where `value`, parsed from a line of `articles*.jsonl`, fits the schema, else what is wrong."""
    kind = value.get("kind") if isinstance(value, dict) else None
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        return "kind: expected one of article, relation, withdrawal"
    problem = check(value)
    return problem and problem.lstrip(".: ")


def rejection_problem(value: object) -> str | None:
    """The same for a line of `rejected*.jsonl`."""
    problem = _REJECTION_CHECK(value)
    return problem and problem.lstrip(".: ")


def _object_schema(keys: tuple[Key, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key.name: _property_schema(key, definitions) for key in keys},
        "required": [key.name for key in keys if key.required],
        "additionalProperties": False,
    }


def _property_schema(key: Key, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _type_schema(key.type, key.metadata, definitions)
    meaning = key.metadata.get("meaning")
    return {"description": meaning, **schema} if meaning else schema


def _type_schema(kind: Any, limits: Mapping[str, object], definitions: dict[str, Any]) -> dict[str, Any]:
    if kind is Open:
        return {"type": "object"}
    if kind == Span:
        return {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}
    if is_dataclass(kind):
        name = cast(type, kind).__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _object_schema(keys_of(cast(type, kind)), definitions)
        return {"$ref": f"#/$defs/{name}"}
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return {"enum": list(arguments)}
    if _is_optional(kind):
        return {"anyOf": [_type_schema(_inner(kind), limits, definitions), {"type": "null"}]}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _type_schema(arguments[0], {}, definitions)}
    given = {name: limits[name] for name in _LIMITS if name in limits}
    if kind is str:
        return {"type": "string", "minLength": 1, **given}
    return {"type": _NAMES[kind], **given}


def _is_optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind)


def _inner(kind: Any) -> Any:
    (inner,) = (argument for argument in get_args(kind) if argument is not NoneType)
    return inner


def _type_check(kind: Any, limits: Mapping[str, object]) -> Check:
    if kind is Open:
        return lambda value: None if isinstance(value, dict) else ": expected an object"
    if kind == Span:
        return _span_check
    if is_dataclass(kind):
        return _object_check(keys_of(cast(type, kind)))
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return _choice_check(arguments)
    if _is_optional(kind):
        inner = _type_check(_inner(kind), limits)
        return lambda value: None if value is None else inner(value)
    if get_origin(kind) is tuple:
        return _list_check(_type_check(arguments[0], {}))
    if kind is str:
        return _text_check(cast("str | None", limits.get("pattern")))
    if kind is bool:
        return lambda value: None if isinstance(value, bool) else ": expected true or false"
    return _number_check(limits, integer=_NAMES[kind] == "integer")


def _object_check(keys: tuple[Key, ...]) -> Check:
    required = frozenset(key.name for key in keys if key.required)
    checks = {key.name: _type_check(key.type, key.metadata) for key in keys}

    def check(value: object) -> str | None:
        if not isinstance(value, dict):
            return ": expected an object"
        if not required <= value.keys():
            return f".{min(required - value.keys())}: missing"
        for name, inner in value.items():
            known = checks.get(name)
            if known is None:
                return f".{name}: not a key of the record"
            problem = known(inner)
            if problem is not None:
                return f".{name}{problem}"
        return None

    return check


def _list_check(inner: Check) -> Check:
    def check(value: object) -> str | None:
        if not isinstance(value, list):
            return ": expected a list"
        for index, item in enumerate(value):
            problem = inner(item)
            if problem is not None:
                return f"[{index}]{problem}"
        return None

    return check


def _choice_check(choices: tuple[str, ...]) -> Check:
    def check(value: object) -> str | None:
        return None if isinstance(value, str) and value in choices else f": expected one of {', '.join(choices)}"

    return check


def _text_check(pattern: str | None) -> Check:
    search = re.compile(pattern).search if pattern else None

    def check(value: object) -> str | None:
        if not isinstance(value, str):
            return ": expected a string"
        if not value:
            return ": an empty string; absent is null"
        return None if search is None or search(value) else f": not of the form {pattern}"

    return check


def _number_check(limits: Mapping[str, object], *, integer: bool) -> Check:
    low = cast("float", limits.get("minimum", float("-inf")))
    high = cast("float", limits.get("maximum", float("inf")))

    def check(value: object) -> str | None:
        if not _is_number(value, integer=integer):
            return ": expected a whole number" if integer else ": expected a number"
        return None if low <= cast("float", value) <= high else f": {value} is not within {low} to {high}"

    return check


def _is_number(value: object, *, integer: bool) -> bool:
    # As JSON Schema has it: 1.0 is a whole number, true is none.
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return not integer or value.is_integer()
    return isinstance(value, int)


def _span_check(value: object) -> str | None:
    if not isinstance(value, list) or len(value) != len(("start", "end")):
        return ": expected [start, end]"
    for end in value:
        if not _is_number(end, integer=True) or end < 0:
            return ": expected two positions in the text"
    return None


_CHECKS: dict[str, Check] = {
    "article": _object_check(ARTICLE_LINE),
    "relation": _object_check(keys_of(Relation)),
    "withdrawal": _object_check(keys_of(Withdrawal)),
}
_REJECTION_CHECK = _object_check(keys_of(RejectedLine))
