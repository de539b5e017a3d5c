"""`copydesk explain`: what becomes of one file, without Redis and without leaving anything."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from tests.e2e.service import copydesk
from worker.cli.explain import marked
from worker.schema import line_problem

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Ferry returns\n\nThe ferry &amp; its crew returned to the harbour on Friday after a long winter away.\n"


def test_the_record_is_a_valid_line_beside_what_was_mended(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    answer = copydesk("explain", "a.txt", "--json", cwd=tmp_path)
    found = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert line_problem(found["record"]) is None
    assert found["record"]["headline"] == "Ferry returns"
    assert (found["record"]["source"]["path"], found["record"]["source"]["inbox"]) == ("a.txt", ".")
    assert found["looks_like"] == "plain text"
    assert {"kind": "entity", "count": 1} in found["repairs"]
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_file_that_would_be_rejected_says_why_and_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    answer = copydesk("explain", "a.png", cwd=tmp_path)
    assert answer.returncode == 3
    assert "rejected at parse: unsupported_format: " in answer.stdout
    found = json.loads(copydesk("explain", "a.png", "--json", cwd=tmp_path).stdout)
    assert (found["record"], found["rejection"]["error"]) == (None, "unsupported_format")


def test_what_can_not_be_read_is_bad_usage(tmp_path: Path) -> None:
    for name in ("nosuch", "."):
        answer = copydesk("explain", name, cwd=tmp_path)
        assert answer.returncode == 2
        assert "can't be read" in answer.stderr


def test_a_person_sees_fields_and_text_and_no_control_character(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT.replace("long", "lo\u202eng"))
    answer = copydesk("explain", "a.txt", cwd=tmp_path)
    assert "headline           Ferry returns" in answer.stdout
    assert "mended             " in answer.stdout
    assert "The ferry & its crew returned" in answer.stdout
    assert "\u202e" not in answer.stdout


def test_each_mended_mark_is_shown_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ferry Late\n\nThe crew&s boat is back.&We didn&t know,& she said.&It&s late.&\n")
    answer = copydesk("explain", "a.txt", cwd=tmp_path)
    assert "before → after, mark by mark" in answer.stdout
    assert "The crew [& → ’] s boat is back." in answer.stdout
    assert "[nothing → ¶] “We didn’t know" in answer.stdout
    marks = json.loads(copydesk("explain", "a.txt", "--json", cwd=tmp_path).stdout)["marks"]
    assert marks[0] == {
        "kind": "apostrophe", "before": "&", "after": "’", "left": "The crew", "right": marks[0]["right"],
    }  # fmt: skip
    assert marks[0]["right"].startswith("s boat is back.")
    quotation = next(mark for mark in marks if mark["kind"] == "quotation_mark")
    assert quotation["right"].startswith("We didn’t know")


def test_a_word_that_the_source_does_not_have_is_marked_as_mended() -> None:
    shown = marked("The ferry & its\n\ncrew", "The <b>ferry</b> &amp; its crew")
    assert shown.plain == "The ferry & its\n\ncrew"
    assert [shown.plain[span.start : span.end] for span in shown.spans if span.style == "green"] == ["&"]
