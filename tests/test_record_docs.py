"""The page about the record says what the record is."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any

import pytest

from tests.record_tables import DOCUMENT, PART, ROOT, parts, written
from worker.config_files import config_folder, load_rules
from worker.normalize.mend import KINDS
from worker.record import _TRIMS

with open(DOCUMENT, encoding="utf-8") as file:
    TEXT = file.read()


READERS = [f"parse/{name}" for name in sorted(os.listdir(f"{ROOT}/worker/parse")) if name.endswith(".py")]


def test_the_generated_parts_are_up_to_date() -> None:
    assert written(TEXT) == TEXT, "run `python -m tests.record_tables`"
    assert {match[2] for match in PART.finditer(TEXT)} == set(parts())


def table_under(heading: str) -> list[str]:
    """The names in the first column of the table under `heading`."""
    section = re.split(r"^#+ ", TEXT.partition(f"{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def sources_of(*paths: str) -> str:
    texts = []
    for path in paths:
        with open(f"{ROOT}/worker/{path}", encoding="utf-8") as file:
            texts.append(file.read())
    return "\n".join(texts)


def test_every_kind_of_repair_is_explained() -> None:
    assert table_under("### Repairs") == list(KINDS)


def rule_rows() -> list[dict[str, Any]]:
    """Every row of every list of tables in the rule files."""
    rows: list[dict[str, Any]] = []
    for name in os.listdir(f"{config_folder()}/rules"):
        if not name.endswith(".toml") or name.startswith("names."):
            continue
        with open(f"{config_folder()}/rules/{name}", "rb") as file:
            lists = [value for value in tomllib.load(file).values() if isinstance(value, list)]
        rows += (row for found in lists for row in found if isinstance(row, dict))
    return rows


def test_every_kind_of_removed_text_is_explained() -> None:
    body = load_rules().html_body
    kinds = {row["kind"] for row in rule_rows() if "kind" in row} - {"heading"}
    kinds |= {*body.skipped_words.values(), *(rule.kind for rule in (*body.lines, *body.openers)), "hidden"}
    source = sources_of(*READERS, "cut/cut.py", "cut/edges.py")
    written_out = set(re.findall(r'(?:Removal|Line|Cut)\(\s*"(\w+)"', source))
    assert set(table_under("### Removed")) == kinds | written_out


def test_every_flag_is_explained() -> None:
    source = sources_of("enrich/quality.py", *READERS)
    for flag in table_under("### Quality"):
        assert f'"{flag}"' in source
    assert {row["flag"] for row in rule_rows() if "flag" in row} <= set(table_under("### Quality"))
    assert set(re.findall(r'flags\.append\("(\w+)"\)', source)) <= set(table_under("### Quality"))


def test_every_reason_of_rejection_is_explained() -> None:
    source = sources_of(*READERS, "pipeline.py", "record.py")
    raised = set(re.findall(r'PermanentError\(\s*"\w+",\s*"(\w+)"', source)) | {"line_too_long"}
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT.rpartition("Reasons that")[2], re.MULTILINE)) == raised


@pytest.mark.parametrize("name", [name for name, _ in _TRIMS])
def test_every_step_of_trimming_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT.partition("### Long lines")[2]
