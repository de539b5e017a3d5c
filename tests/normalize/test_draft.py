"""A whole draft: its text and what it says about itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.article import Author, Image, Publisher, Repair, Subject
from worker.draft import Draft, Fields
from worker.normalize.draft import _WHOLE_LINE, normalize
from worker.normalize.mend import KINDS, mend


def draft(*paragraphs: str, fields: Fields | None = None) -> Draft:
    return Draft("text/plain", "txt", "utf-8", paragraphs, fields=fields or Fields())


def test_sound_text_passes_unchanged_and_uncounted() -> None:
    normalized = normalize(draft("One “quoted”.", "Two."))
    assert (normalized.text, normalized.repairs) == ("One “quoted”.\n\nTwo.", ())


def test_repairs_of_text_and_fields_are_counted_together() -> None:
    normalized = normalize(
        draft("One\x00 \xa0two &amp; three.", fields=Fields(headline="A\u200bB", headline_origin="metadata"))
    )
    assert normalized.text == "One two & three."
    assert normalized.fields.headline == "AB"
    assert normalized.repairs == (
        Repair("control_character", 1),
        Repair("entity", 1),
        Repair("invisible_character", 1),
        Repair("whitespace", 1),
    )


def test_what_is_empty_after_mending_is_left_out() -> None:
    fields = Fields(
        headline="\u200b",
        headline_origin="metadata",
        section=" \t ",
        publisher=Publisher("\x00", None),
        authors=(Author("\x07"), Author("Jo\xa0Roe")),
        subjects=(Subject(None, "\u200b", "x"), Subject("1", "\u200b", None)),
        images=(Image("https://a.example/", "\x00", None),),
    )
    normalized = normalize(draft("\u200b", "Two.", fields=fields))
    assert normalized.text == "Two."
    assert (normalized.fields.headline, normalized.fields.headline_origin, normalized.fields.section) == (None,) * 3
    assert normalized.fields.publisher is None
    assert normalized.fields.authors == (Author("Jo Roe"),)
    assert normalized.fields.subjects == (Subject("1", None, None),)
    assert normalized.fields.images == (Image("https://a.example/", None, None),)


def test_a_lone_surrogate_is_no_character() -> None:
    assert normalize(draft("Half \ud83d of a pair, and a whole one: \U0001f600.")).text == (
        "Half \ufffd of a pair, and a whole one: \U0001f600."
    )


@settings(deadline=None)  # the first mojibake imports ftfy
@given(st.text(st.characters(exclude_categories=())))
def test_normalized_text_has_the_form_of_the_record(text: str) -> None:
    normalized = normalize(draft(text, fields=Fields(headline=text, headline_origin="metadata")))
    assert normalized.text == normalized.text.strip()
    assert normalized.text.count("\n") == 2 * normalized.text.count("\n\n")
    assert "\n" not in (normalized.fields.headline or "")
    assert {repair.kind for repair in normalized.repairs} <= set(KINDS)


BODY = "The council met, and Jo Roe didn&t speak. &We have waited,& she said. &It&s late.& Nobody&s boat came in."


@pytest.mark.parametrize(
    ("headline", "mended"),
    [
        ("U.S. Army&s Boats Stay in Port", "U.S. Army’s Boats Stay in Port"),
        ("Crews &concerned& by Delay", "Crews “concerned” by Delay"),
        ("AT&T and the S&P 500 Stay in Port", "AT&T and the S&P 500 Stay in Port"),
        ("Crews Stay in Port", "Crews Stay in Port"),
    ],
)
def test_a_headline_is_mended_with_the_stand_in_of_its_text(headline: str, mended: str) -> None:
    fields = Fields(headline=headline, headline_origin="first_line")
    assert normalize(Draft("text/plain", "txt", "utf-8", (BODY,), fields)).fields.headline == mended


def test_an_ampersand_in_a_headline_above_healthy_text_stays() -> None:
    fields = Fields(headline="Crews & Boats Stay, Army&s Too", headline_origin="first_line", guid="a&s?b=1")
    found = normalize(Draft("text/plain", "txt", "utf-8", ("The council met.",), fields)).fields
    assert (found.headline, found.guid) == ("Crews & Boats Stay, Army&s Too", "a&s?b=1")


def test_an_identifier_is_never_mended_with_a_stand_in() -> None:
    fields = Fields(guid="https://a.example/?id=1&s=2")
    assert normalize(Draft("text/plain", "txt", "utf-8", (BODY,), fields)).fields.guid == "https://a.example/?id=1&s=2"


@given(st.text("AbzZ09,:;$%()/'’‘“”–—-  ts", max_size=20).filter(lambda line: _WHOLE_LINE.fullmatch(line) is not None))
def test_a_line_that_passes_unlooked_at_is_one_that_mending_leaves_alone(line: str) -> None:
    assert mend(line).text == line
