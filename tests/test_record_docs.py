"""The page about the record says what the record is."""

from __future__ import annotations

import re

import pytest

from tests.record_tables import DOCUMENT, PART, ROOT, parts, written
from worker.config_files import load_rules
from worker.normalize.mend import KINDS
from worker.record import _TRIMS

with open(DOCUMENT, encoding="utf-8") as file:
    TEXT = file.read()


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


def test_every_kind_of_removed_text_is_explained() -> None:
    rules = load_rules()
    kinds = {rule.kind for rule in (*rules.headers.lines, *rules.headers.prefixes)} - {"heading"}
    for index in (rules.cuts.start, rules.cuts.end):
        by_word = (*index.opens.values(), *index.closes.values(), *(found for _, found in index.hints))
        kinds |= {rule.kind for found in by_word for rule in found}
    parsing = sources_of("parse/header.py", "parse/header_lines.py", "parse/json_document.py")
    cutting = sources_of("cut/cut.py", "cut/edges.py")
    written_out = set(re.findall(r'(?:Removal|Line|Cut)\(\s*"(\w+)"', parsing + cutting))
    assert set(table_under("### Removed")) == kinds | written_out


def test_every_flag_is_explained() -> None:
    source = sources_of("enrich/quality.py", "parse/decode.py", "parse/json_document.py")
    for flag in table_under("### Quality"):
        assert f'"{flag}"' in source
    assert set(re.findall(r'flags\.append\("(\w+)"\)', source)) <= set(table_under("### Quality"))


def test_every_reason_of_rejection_is_explained() -> None:
    source = sources_of(
        "parse/formats.py", "parse/html_page.py", "parse/html_limits.py", "parse/json_document.py",
        "parse/plain_text.py", "pipeline.py", "record.py",
    )  # fmt: skip
    raised = set(re.findall(r'PermanentError\(\s*"\w+",\s*"(\w+)"', source)) | {"line_too_long"}
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT.rpartition("Reasons that")[2], re.MULTILINE)) == raised


@pytest.mark.parametrize("name", [name for name, _ in _TRIMS])
def test_every_step_of_trimming_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT.partition("### Long lines")[2]
