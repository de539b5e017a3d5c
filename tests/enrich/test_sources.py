"""Sources are cited by cue; the publisher's own name and the agency of the copy are none."""

from __future__ import annotations

import pytest

from worker.article import Publisher, Removal, Syndication
from worker.config_files import load_rules
from worker.draft import Fields
from worker.enrich.quotes.find import quotes
from worker.enrich.sources import sources_cited

RULES = load_rules()


def cited(
    text: str, fields: Fields | None = None, removed: tuple[Removal, ...] = (), language: str = "en"
) -> list[tuple[str, str]]:
    """Name and kind of each source, the spans checked."""
    said = quotes(text, language, (), RULES)
    rows = sources_cited(text, language, (), said, fields or Fields(), removed, RULES)
    for row in rows:
        if row.span is not None:
            assert text[row.span[0] : row.span[1]].strip() != ""
    return [(row.name, row.kind) for row in rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The gate was shut on Monday, Reuters reported.", ("Reuters", "agency")),
        ("According to Reuters, the gate was shut.", ("Reuters", "agency")),
        ("Ana Ruiz told the news agency AFP that the gate was shut.", ("AFP", "agency")),
        ("“The gate is shut,” Ana Ruiz told The Associated Press.", ("Associated Press", "agency")),
        ("The Washington Post cited an unnamed official.", ("Washington Post", "outlet")),
        ("Ana Ruiz said in an interview with CNN that the gate was shut.", ("CNN", "outlet")),
        ("The gate was shut, the Harbour Herald reported.", ("Harbour Herald", "outlet")),
        ("The gate was shut, according to a statement by the port.", ("statement by the port", "document")),
        ("The gate was shut, according to police.", ("police", "official")),
    ],
)
def test_a_cue_makes_a_name_a_source(text: str, expected: tuple[str, str]) -> None:
    assert expected in cited(text)


@pytest.mark.parametrize(
    "text", ["Reuters opened an office in the harbour.", "The Sun shone.", "The gate was hit by the Time Machine."]
)
def test_a_name_without_a_cue_is_no_source(text: str) -> None:
    assert cited(text) == []


def test_the_publisher_is_no_source_of_its_own() -> None:
    fields = Fields(publisher=Publisher("CNN", "cnn.com"))
    assert cited("Ana Ruiz told CNN that the gate was shut, Reuters reported.", fields) == [("Reuters", "agency")]


def test_the_agency_of_the_copy_is_syndication_and_no_source() -> None:
    fields = Fields(syndication=Syndication("Reuters", None, None, "(Reuters)"))
    assert cited("Ana Ruiz told Reuters that the gate was shut.", fields) == []


def test_who_stands_only_in_what_was_removed_has_no_span() -> None:
    removed = (Removal("contributors", "Harbour News’ Jo Roe as well as Reuters contributed to this report."),)
    (row,) = sources_cited("The gate is shut.", "en", (), (), Fields(), removed, RULES)
    assert (row.name, row.kind, row.span) == ("Reuters", "agency", None)


def test_a_source_is_one_row_at_its_first_mention() -> None:
    text = "Reuters reported on Monday. Reuters also reported on Tuesday."
    assert cited(text) == [("Reuters", "agency")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das Tor wurde geschlossen, wie die Nachrichtenagentur Reuters berichtete."),
        ("fr", "La grille a été fermée lundi, rapporte Reuters."),
        ("es", "La puerta se cerró el lunes, según Reuters."),
    ],
)
def test_other_languages_cite_by_words_of_their_own(language: str, text: str) -> None:
    assert cited(text, language=language) == [("Reuters", "agency")]
