"""The rules of names: every word of every list does in its example what the list is for."""

from __future__ import annotations

import os
import tomllib
from typing import Any

import pytest

from worker.config_files import config_folder, load_rules
from worker.enrich.names.entities import entities
from worker.name_rules import plain

RULES = load_rules()


def rows() -> list[tuple[str, dict[str, Any]]]:
    folder = f"{config_folder()}/rules"
    found = []
    for name in sorted(os.listdir(folder)):
        if name.startswith("names."):
            with open(f"{folder}/{name}", "rb") as file:
                found += [(name.split(".")[1], row) for row in tomllib.load(file)["names"]]
    return found


ROWS = rows()


@pytest.mark.parametrize(
    ("language", "row", "word"),
    [(language, row, word) for language, row in ROWS for word in row["words"]],
    ids=lambda value: value if isinstance(value, str) else value["kind"],
)
def test_a_word_does_what_the_example_of_its_list_says(language: str, row: dict[str, Any], word: str) -> None:
    text = row["example"].replace("{}", word)
    found = [f"{one.type}: {one.name}" for one in entities(text, None, language, RULES)]
    if "lacks" in row:
        assert {line.partition(":")[0] for line in found}.isdisjoint(row["lacks"])
    else:
        assert found == [line.replace("{}", word) for line in row["gives"]]


@pytest.mark.parametrize("language", sorted({language for language, _ in ROWS}))
def test_no_word_stands_twice_in_one_kind(language: str) -> None:
    words = [(row["kind"], plain(word)) for other, row in ROWS if other == language for word in row["words"]]
    assert sorted(words) == sorted(set(words))
