"""JSON as it is found in the wild becomes a value."""

from __future__ import annotations

import json

import orjson

from worker.errors import PermanentError

Value = object
"""A value as a JSON parser gives it."""

_DIGITS_MAX = 20


def load_json(text: str) -> Value:
    """The value of a JSON text. What Python's own writer makes of NaN and infinity is read as null.

    Raises:
        PermanentError: it is damaged, or nested too deeply.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    try:
        value: Value = json.loads(text, parse_constant=lambda _: None, parse_int=_whole, strict=False)
    except RecursionError:
        raise PermanentError("parse", "too_deep", "the JSON is nested too deeply") from None
    except ValueError as error:
        raise PermanentError("parse", "malformed", f"the JSON is damaged: {error}") from None
    return value


def _whole(digits: str) -> int | None:
    """Python refuses to read numbers of thousands of digits; none of them means anything here."""
    return int(digits) if len(digits) <= _DIGITS_MAX else None


def dump_json(value: Value) -> bytes:
    """`value` as UTF-8; lone surrogates and numbers that are none do not stop it."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, allow_nan=False, ensure_ascii=True).encode()
