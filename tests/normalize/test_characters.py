"""Controls, invisible marks, unusual spaces, split letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.normalize.characters import compose, mend_controls, mend_spaces


@pytest.mark.parametrize(
    ("text", "mended", "count"),
    [
        ("The council met.\n\nIt did.", "The council met.\n\nIt did.", 0),
        ("a\x00b\x07c\x1bd\x7fe", "abcde", 4),
        ("a\tb", "a\tb", 0),
        ("soft\u00adhyphen zero\u200bwidth \ufeffmark", "softhyphen zerowidth mark", 3),
        ("\u202eevil\u202c \u2066isolate\u2069", "evil isolate", 4),
        ("\x93quoted\x94 it\x92s", "“quoted” it’s", 3),
        ("a\x81b\x9dc", "abc", 2),
        ("a\u2028b\u2029c\x0bd", "a\nb\nc\nd", 3),
        ("a\ud800b", "a\ufffdb", 1),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष", 0),
        ("🏳️\u200d🌈 naïve “x” – … €", "🏳️\u200d🌈 naïve “x” – … €", 0),
    ],
)
def test_controls_go_and_letters_stay(text: str, mended: str, count: int) -> None:
    assert mend_controls(text) == (mended, count)


def test_letters_are_composed_and_counted() -> None:
    assert compose("cafe\u0301 n\u0303") == ("café ñ", 2)
    assert compose("\u212bngstrom") == ("Ångstrom", 1)
    assert compose("café") == ("café", 0)


@pytest.mark.parametrize(
    ("text", "mended", "count"),
    [
        ("The council met.\n\nIt did.", "The council met.\n\nIt did.", 0),
        ("a  b   c", "a b c", 2),
        ("a\xa0b\u2009c\td\u3000e", "a b c d e", 4),
        ("a \xa0 b", "a b", 1),
        ("a \n b", "a\nb", 1),
        ("a\n\n\n\nb", "a\n\nb", 0),
        ("a\n \n\t\nb", "a\n\nb", 3),
        ("  a  ", "a", 2),
    ],
)
def test_spaces_become_single_and_plain(text: str, mended: str, count: int) -> None:
    assert mend_spaces(text) == (mended, count)


@given(st.text(st.characters(exclude_categories=())))
def test_what_was_mended_needs_no_mending(text: str) -> None:
    for function in (mend_controls, compose, mend_spaces):
        text, _ = function(text)
    assert mend_controls(text) == (text, 0)
    assert mend_spaces(text) == (text, 0)
    assert "  " not in text
    assert "\n\n\n" not in text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_composition_changes_no_text_but_its_form(text: str) -> None:
    composed, count = compose(text)
    assert composed == unicodedata.normalize("NFC", text)
    assert (count > 0) == (composed != text)
