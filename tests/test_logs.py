"""What stands on standard error."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from worker.logs import escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("café “quoted” 東京", "café “quoted” 東京"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"),
        ("\x85\x9b\x7f", "\\x85\\x9b\\x7f"),
        ("\u202eevil\u2066\u200b\ufeff", "\\u202eevil\\u2066\\u200b\\ufeff"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("caf\udce9", "caf\\udce9"),
    ],
)
def test_a_harmful_character_is_shown_as_its_escape(text: str, shown: str) -> None:
    assert escaped(text) == shown


def said(code: str, level: str = "info") -> list[str]:
    program = f"import logging\nfrom worker.logs import set_up\nlog = set_up('sink', {level!r})\n{code}"
    result = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=False)
    return result.stderr.splitlines()


def test_an_event_is_one_line_with_time_level_and_role() -> None:
    (line,) = said(r"log.info('wrote %s', 'evil\n2026-01-01T00:00:00Z error sink forged')")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info sink wrote evil\\x0a2026-01-01T00:00:00Z error sink forged",
        line,
    )


def test_the_level_holds_for_copydesk_and_libraries_speak_from_warning_on() -> None:
    code = (
        "log.debug('no'); logging.getLogger('copydesk.watch').info('yes')\n"
        "logging.getLogger('rq').info('no'); logging.getLogger('rq').warning('yes')"
    )
    assert [line.split(" ", 1)[1] for line in said(code)] == ["info watch yes", "warning rq yes"]
    assert said(code, "debug")[0].endswith(" debug sink no")


def test_an_error_that_nothing_catches_is_logged_and_its_text_forges_no_event() -> None:
    lines = said(r"raise ValueError('evil\n2026-01-01T00:00:00Z info sink forged')")
    assert " critical sink ended by an error" in lines[0]
    assert all(line.startswith("    | ") for line in lines[1:])
    assert "    | ValueError: evil" in lines


def test_an_error_in_a_thread_is_logged() -> None:
    lines = said("import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()")
    assert " critical sink a thread ended by an error" in lines[0]
    assert lines[-1] == "    | ZeroDivisionError: division by zero"
