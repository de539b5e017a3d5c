"""Every rule that cuts: its example is cut as it says, its counter-examples stay, and it takes linear time."""

from __future__ import annotations

import os
import re
import time
import tomllib
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from tests.cut.documents import WORDS, cut_of
from worker.config_files import config_folder, load_rules
from worker.cut_rules import cut_rules_from, first_words

FOLDER = f"{config_folder()}/rules"
AGENCIES: dict[str, Any] = {"agency": [], "dateline_outlets": []}


def rows() -> list[dict[str, Any]]:
    found = []
    for name in sorted(name for name in os.listdir(FOLDER) if name.endswith(".toml")):
        with open(f"{FOLDER}/{name}", "rb") as file:
            found += tomllib.load(file).get("cut", [])
    return found


ROWS = rows()
COUNTER_EXAMPLES = [(row, line) for row in ROWS for line in row.get("not", [])]


def kinds_cut(row: dict[str, Any], line: str) -> list[tuple[str, str | None]]:
    paragraphs = {"start": [line, *WORDS], "anywhere": [WORDS[0], line, *WORDS[1:]]}.get(
        row.get("at", "end"), [*WORDS, line]
    )
    return [(removal.kind, removal.text) for removal in cut_of(*paragraphs).removed]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["example"][:60])
def test_an_example_is_cut_where_its_rule_says(row: dict[str, Any]) -> None:
    assert kinds_cut(row, row["example"]) == [(row["kind"], row["example"])]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["example"][:60])
def test_the_parts_of_an_example_are_found(row: dict[str, Any]) -> None:
    match = re.compile(row["pattern"], re.IGNORECASE).fullmatch(row["example"])
    assert match is not None
    assert {name: said for name, said in match.groupdict().items() if said} == row.get("gives", {})


@pytest.mark.parametrize(("row", "line"), COUNTER_EXAMPLES, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_a_paragraph_that_only_looks_like_a_footer_stays(row: dict[str, Any], line: str) -> None:
    assert row["kind"] not in [kind for kind, _ in kinds_cut(row, line)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["example"][:60])
def test_no_example_is_cut_from_the_middle_unless_its_rule_is_for_any_place(row: dict[str, Any]) -> None:
    found = [removal.kind for removal in cut_of(*WORDS, row["example"], *WORDS).removed]
    by_any = any(
        other["at"] == "anywhere" and re.fullmatch(other["pattern"], row["example"], re.IGNORECASE)
        for other in ROWS
        if "at" in other
    )
    assert bool(found) == by_any


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["example"][:60])
def test_a_pattern_has_no_open_repetition_inside_a_repetition(row: dict[str, Any]) -> None:
    assert not open_inside(parser.parse(row["pattern"], re.IGNORECASE), inside=False)


def open_inside(parsed: Any, *, inside: bool) -> bool:
    """Whether an unlimited repetition stands inside another one that may run more than once."""
    for code, value in parsed:
        if code in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            _, most, body = value
            if inside and most == sre.MAXREPEAT:
                return True
            if open_inside(body, inside=inside or most == sre.MAXREPEAT):
                return True
        elif code == sre.SUBPATTERN:
            if open_inside(value[3], inside=inside):
                return True
        elif code == sre.BRANCH:
            if any(open_inside(branch, inside=inside) for branch in value[1]):
                return True
        elif code in (sre.ASSERT, sre.ASSERT_NOT) and open_inside(value[1], inside=inside):
            return True
    return False


HOSTILE = [
    "share " * 200, "a" * 1200, "( " * 600, "by " * 400, ". " * 600, "A/" * 600,
    "The post " + "first appeared on " * 60,
    "This " + "article " * 150, "(Photo by " * 120, "Copyright " * 120, "read more " * 120, "A b, " * 240, "-*•" * 400,
    "Reporting by A B; editing by " * 40, "the views expressed in this " * 40, "John Doe is a " * 85, "© 2020 " * 170,
    "x@y.z " * 200, "\u3000" * 1200, "Ab " * 400, "FILE - " * 170, "sign up for the newsletter " * 44,
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["example"][:60])
def test_a_pattern_takes_no_time_on_hostile_paragraphs(row: dict[str, Any]) -> None:
    pattern = re.compile(row["pattern"], re.IGNORECASE)
    begun = [row["example"].split()[0] + " ", row["example"][: len(row["example"]) // 2]]
    for text in HOSTILE:
        for start in ("", *begun):
            started = time.process_time()
            pattern.fullmatch((start + text)[:1200])
            assert time.process_time() - started < 0.05, (start, text[:20])


def test_the_first_word_is_found_under_its_marks() -> None:
    assert first_words(["• *READ MORE: Ferries", "[...]", "Read: it", ""]) == ["read", "", "read", ""]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"kind": "x", "pattern": "x"}, "opens, closes or hints"),
        ({"kind": "x", "pattern": "x", "opens": ["Source"]}, "small letters"),
        ({"kind": "x", "pattern": "x", "at": "middle", "opens": ["x"]}, "at = 'middle'"),
        ({"kind": "x", "pattern": "x", "at": "anywhere", "hints": ["x"]}, "any place"),
    ],
)
def test_a_rule_that_can_not_work_is_refused_with_its_reason(row: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        cut_rules_from([{"cut": [row]}], AGENCIES)


def test_rules_of_a_file_of_ones_own_are_used() -> None:
    row = {"kind": "promo", "opens": ["buy"], "pattern": "buy our mugs.*"}
    rules = cut_rules_from([{"cut": [row]}], AGENCIES)
    assert [rule.kind for rule in rules.end.betrayed("Buy our mugs today", "buy")] == ["promo"]
    assert load_rules().cuts.end.betrayed("Buy our mugs today", "buy") == ()
