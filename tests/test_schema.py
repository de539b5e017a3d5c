"""The schema of the lines, and the validator that says the same without a library."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, is_dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import jsonschema
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import ID, OTHER_ID, article_of, full_article, line_of, parsed
from worker import schema
from worker.article import Duplicate, Span
from worker.lines import ARTICLE_LINE, Key, Open, RejectedLine, Relation, Withdrawal, keys_of
from worker.schema import line_problem, record_schema, rejected_schema, rejection_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RECORD = jsonschema.Draft202012Validator(record_schema())
REJECTED = jsonschema.Draft202012Validator(rejected_schema())

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3) | st.just(ID),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def values_of(kind: Any, limits: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the Python type `kind` as JSON has them."""
    arguments = get_args(kind)
    if kind is Open:
        return st.dictionaries(st.text(max_size=3), JSON, max_size=2)
    if kind == Span:
        return st.lists(st.integers(0, 99), min_size=2, max_size=2)
    if is_dataclass(kind):
        assert isinstance(kind, type)
        return objects_of(keys_of(kind))
    if get_origin(kind) is Literal:
        return st.sampled_from(arguments)
    if NoneType in arguments:
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return st.none() | values_of(inner, limits)
    if get_origin(kind) is tuple:
        return st.lists(values_of(arguments[0], {}), max_size=2)
    if kind is str:
        pattern = limits.get("pattern")
        return st.from_regex(pattern, fullmatch=True) if pattern else st.text(min_size=1, max_size=5)
    if kind is bool:
        return st.booleans()
    low, high = limits.get("minimum", -9), limits.get("maximum", 9)
    return st.integers(low, high) if kind is int else st.floats(low, high)


def objects_of(keys: tuple[Key, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {key.name: values_of(key.type, key.metadata) for key in keys if key.required},
        optional={key.name: values_of(key.type, key.metadata) for key in keys if not key.required},
    )


LINES = st.one_of(objects_of(ARTICLE_LINE), objects_of(keys_of(Relation)), objects_of(keys_of(Withdrawal)))


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Each container in `value` with a key or index of it."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found.append((value, key))
        found.extend(places_in(inner))
    return found


def mutated(value: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """A copy with one to three things replaced, removed or added."""
    value = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places_in(value)))
        change = data.draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "replace":
            container[key] = data.draw(JSON)
        elif change == "remove":
            del container[key]
        elif isinstance(container, dict):
            container[data.draw(st.text(max_size=3))] = data.draw(JSON)
        else:
            container.append(data.draw(JSON))
        if not places_in(value):
            break
    return value


def test_the_schemas_are_schemas() -> None:
    jsonschema.Draft202012Validator.check_schema(record_schema())
    jsonschema.Draft202012Validator.check_schema(rejected_schema())


@pytest.mark.parametrize("make", [lambda: article_of("The council met on Monday."), full_article])
def test_lines_of_real_articles_are_valid(make: Callable[[], Any]) -> None:
    line = parsed(line_of(make(), duplicate=Duplicate("exact", OTHER_ID, 1.0)))
    RECORD.validate(line)
    assert line_problem(line) is None


@given(LINES)
@settings(deadline=None, max_examples=50)
def test_what_the_types_allow_is_valid_for_both(line: dict[str, Any]) -> None:
    assert list(RECORD.iter_errors(line)) == []
    assert line_problem(line) is None


@given(LINES, st.data())
@settings(deadline=None, max_examples=120)
def test_both_agree_on_mutated_lines(line: dict[str, Any], data: st.DataObject) -> None:
    line = mutated(line, data)
    assert (line_problem(line) is None) == RECORD.is_valid(line), line_problem(line)


@given(objects_of(keys_of(RejectedLine)), st.data())
@settings(deadline=None, max_examples=60)
def test_both_agree_on_rejections(line: dict[str, Any], data: st.DataObject) -> None:
    assert rejection_problem(line) is None
    REJECTED.validate(line)
    line = mutated(line, data)
    assert (rejection_problem(line) is None) == REJECTED.is_valid(line), rejection_problem(line)


@given(JSON)
def test_both_agree_on_things_that_are_no_lines(value: Any) -> None:
    assert (line_problem(value) is None) == RECORD.is_valid(value)
    assert (rejection_problem(value) is None) == REJECTED.is_valid(value)


def test_every_key_is_required_save_ext() -> None:
    article = record_schema()["$defs"]["article"]
    assert set(article["properties"]) - set(article["required"]) == {"ext"}
    assert article["additionalProperties"] is False


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["seq"], 0, "seq: 0 is not within 1 to inf"),
        (["seq"], True, "seq: expected a whole number"),
        (["headline"], "", "headline: an empty string; absent is null"),
        (["authors", 0, "name"], None, "authors[0].name: expected a string"),
        (["entities", 0, "mentions", 0], [1, 2, 3], "entities[0].mentions[0]: expected [start, end]"),
        (["colour"], "red", "colour: not a key of the record"),
        (["id"], "../etc", "id: not of the form"),
        (["kind"], "note", "kind: expected one of article, relation, withdrawal"),
        (["ext"], [], "ext: expected an object"),
    ],
)
def test_a_problem_is_told_with_its_place(path: list[Any], value: object, problem: str) -> None:
    line = parsed(line_of(full_article()))
    container: Any = line
    for step in path[:-1]:
        container = container[step]
    container[path[-1]] = value
    assert (line_problem(line) or "").startswith(problem)


def test_a_type_that_the_schema_can_not_say_is_refused_at_once() -> None:
    @dataclass
    class Strange:
        value: bytes

    with pytest.raises(KeyError):
        schema._type_schema(Strange, {}, {})
    with pytest.raises(KeyError):
        schema._type_check(Strange, {})


def test_a_missing_key_is_named() -> None:
    line = parsed(line_of(full_article()))
    del line["language"]
    assert line_problem(line) == "language: missing"


def test_the_renamed_key_is_the_one_of_the_record() -> None:
    shared = record_schema()["$defs"]["Shared"]["properties"]
    assert list(shared) == ["with", "share", "passages"]


def test_a_thousand_lines_are_checked_in_a_fraction_of_a_second() -> None:
    line = line_of(article_of("The council met on Monday. " * 100))
    began = time.process_time()
    for _ in range(1000):
        assert line_problem(orjson.loads(line)) is None
    assert time.process_time() - began < 0.2 * 3, "5,000 lines a second, with room for a slow machine"
