"""A whole draft: its text and what it says about itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from worker.article import Author, Image, Publisher, Repair, Subject
from worker.draft import Draft, Fields
from worker.normalize.draft import normalize
from worker.normalize.mend import KINDS


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
