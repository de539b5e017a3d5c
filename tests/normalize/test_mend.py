"""All mending together."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from worker.article import Author, Image, Publisher, Repair, Subject
from worker.draft import Draft, Fields
from worker.normalize.mend import MENDS, mend, mend_text


def draft(*paragraphs: str, fields: Fields | None = None) -> Draft:
    return Draft("text/plain", "txt", "utf-8", paragraphs, fields=fields or Fields())


def test_sound_text_passes_unchanged_and_uncounted() -> None:
    mended = mend(draft("One “quoted”.", "Two."))
    assert (mended.text, mended.repairs) == ("One “quoted”.\n\nTwo.", ())


def test_repairs_of_text_and_fields_are_counted_together_in_a_fixed_order() -> None:
    mended = mend(
        draft("One\x00 \xa0two\nthree &amp; four.", fields=Fields(headline="A\u200bB", headline_origin="metadata"))
    )
    assert mended.text == "One two three & four."
    assert mended.fields.headline == "AB"
    assert mended.repairs == (
        Repair("entity", 1),
        Repair("control_character", 2),
        Repair("whitespace", 1),
        Repair("line_wrap", 1),
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
    mended = mend(draft("\u200b", "Two.", fields=fields))
    assert mended.text == "Two."
    assert (mended.fields.headline, mended.fields.headline_origin, mended.fields.section) == (None, None, None)
    assert mended.fields.publisher is None
    assert mended.fields.authors == (Author("Jo Roe"),)
    assert mended.fields.subjects == (Subject("1", None, None),)
    assert mended.fields.images == (Image("https://a.example/", None, None),)


def test_every_kind_of_damage_has_its_own_name() -> None:
    kinds = [kind for kind, _ in MENDS]
    assert len(kinds) == len(set(kinds))


@given(st.text(st.characters(exclude_categories=())))
def test_mended_text_has_the_form_of_the_record(text: str) -> None:
    mended = mend_text(text, Counter())
    assert mended == mended.strip()
    assert mended.count("\n") == 2 * mended.count("\n\n")
    assert all(
        character == "\n" or character.isprintable() or character in "\u200c\u200d" or _is_rare(character)
        for character in mended
    )


def _is_rare(character: str) -> bool:
    """Unassigned, private and the few format characters that belong to a script."""
    import unicodedata

    return unicodedata.category(character) in {"Cn", "Co", "Cf"} and character not in "\u200b\u202e\u2066\ufeff\xad"
