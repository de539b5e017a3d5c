"""The dateline before the first word, and what its date may say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.cut.documents import WORDS, by, cut_of
from worker.article import Dateline, Moment, Publisher

if TYPE_CHECKING:
    from worker.draft import Fields


@pytest.mark.parametrize(
    ("words", "place", "date", "agency"),
    [
        ("KYIV, Oct 15 (Reuters) —", "KYIV", "Oct 15", "Reuters"),
        ("WASHINGTON (AP) —", "WASHINGTON", None, "AP"),
        ("WASHINGTON —", "WASHINGTON", None, None),
        ("ST. PAUL, Minn. (AP) --", "ST. PAUL, Minn.", None, "AP"),
        ("BEIRUT/JERUSALEM, 3 October (Reuters) -", "BEIRUT/JERUSALEM", "3 October", "Reuters"),
        ("Washington (CNN)", "Washington", None, "CNN"),
        ("(CNN) --", None, None, "CNN"),
        ("Berlin (dpa) -", "Berlin", None, "dpa"),
        ("PARIS, 21 oct (AFP) -", "PARIS", "21 oct", "AFP"),
        ("Madrid, 21 oct (EFE).-", "Madrid", "21 oct", "EFE"),
        ("(ANSA) - ROMA, 21 OTT -", "ROMA", "21 OTT", "ANSA"),
        ("NEW YORK, Oct. 15, 2024 (GLOBE NEWSWIRE) --", "NEW YORK", "Oct. 15, 2024", "GLOBE NEWSWIRE"),
        ("MURFREESBORO, Tennessee–", "MURFREESBORO, Tennessee", None, None),
    ],
)
def test_a_dateline_goes_from_the_text_to_its_field(
    words: str, place: str | None, date: str | None, agency: str | None
) -> None:
    space = "" if words.endswith("–") else " "
    found = cut_of(f"{words}{space}{WORDS[0]}", *WORDS[1:])
    assert found.fields.dateline == Dateline(place, date, agency, words)
    assert found.text == "\n\n".join(WORDS)
    assert [(removal.kind, removal.text) for removal in found.removed] == [("dateline", words)]


@pytest.mark.parametrize(
    "start",
    [
        "FILE - In this picture",
        "UPDATE — The council",
        "NATO, the alliance of the north, said — at last —",
        "The Council (of 1912) - said",
        "Monday — and no other day",
        "Jo Roe (left) and Al Poe",
        "A-",
        "WE - the people",
        "U.S. officials said",
        "Smith (Reuters photographer since 1999) met",
    ],
)
def test_other_capitals_and_dashes_are_no_dateline(start: str) -> None:
    found = cut_of(f"{start} {WORDS[0]}", *WORDS[1:])
    assert found.fields.dateline is None
    assert found.text.startswith(start) or found.removed[0].kind == "caption"


def test_a_dateline_with_a_year_is_the_day_of_publication() -> None:
    found = cut_of(f"KYIV, October 15, 2024 (AFP) - {WORDS[0]}", *WORDS[1:])
    assert found.fields.published == Moment("2024-10-15", "day", None, "dateline", "KYIV, October 15, 2024 (AFP) -")


def test_a_dateline_without_a_year_gives_no_day() -> None:
    assert cut_of(f"KYIV, Oct 15 (AFP) - {WORDS[0]}", *WORDS[1:]).fields.published is None


@pytest.mark.parametrize(
    ("fields", "footer", "evidence"),
    [
        (by(url="https://a.example/2024/10/15/ferry"), None, "/2024/10/15"),
        (by(url="https://a.example/2024/10/ferry"), None, "/2024/10"),
        (by(), "Copyright 2024 The Associated Press.", "Copyright 2024 The Associated Press."),
        (replace(by(), modified=Moment("2024-10-17", "day", None, "metadata", "x")), None, "2024-10-17"),
    ],
)
def test_the_year_of_a_dateline_may_stand_elsewhere(fields: Fields, footer: str | None, evidence: str) -> None:
    found = cut_of(f"KYIV, Oct 15 (AFP) - {WORDS[0]}", *WORDS[1:], *([footer] if footer else []), fields=fields)
    assert found.fields.published is not None
    assert (found.fields.published.value, found.fields.published.origin) == ("2024-10-15", "dateline")
    assert found.fields.published.evidence == f"KYIV, Oct 15 (AFP) - {evidence}"


@pytest.mark.parametrize(
    "fields",
    [
        by(url="https://a.example/2025/03/ferry"),
        replace(by(), modified=Moment("2024-01-02", "day", None, "metadata", "x")),
        by(url="https://a.example/20241015"),
    ],
)
def test_a_year_that_does_not_fit_the_dateline_is_not_taken(fields: Fields) -> None:
    assert cut_of(f"KYIV, Oct 15 (AFP) - {WORDS[0]}", *WORDS[1:], fields=fields).fields.published is None


def test_what_the_document_says_of_itself_counts_more_than_its_dateline() -> None:
    said = Moment("2024-10-16", "day", None, "metadata", "x")
    fields = replace(by(), published=said)
    assert cut_of(f"KYIV, October 15, 2024 (AFP) - {WORDS[0]}", fields=fields).fields.published == said


def test_an_agency_in_the_dateline_is_where_the_copy_came_from() -> None:
    found = cut_of(f"WASHINGTON (AP) — {WORDS[0]}", *WORDS[1:])
    assert found.fields.syndication is not None
    assert (found.fields.syndication.agency, found.fields.syndication.evidence) == (
        "Associated Press",
        "WASHINGTON (AP) —",
    )


@pytest.mark.parametrize("publisher", [Publisher("Reuters", None), Publisher(None, "reuters.com")])
def test_an_agency_that_publishes_its_own_copy_syndicates_nothing(publisher: Publisher) -> None:
    found = cut_of(f"KYIV (Reuters) - {WORDS[0]}", fields=replace(by(), publisher=publisher))
    assert found.fields.dateline is not None
    assert found.fields.syndication is None


def test_an_outlet_in_the_dateline_is_no_agency() -> None:
    assert cut_of(f"Washington (CNN) {WORDS[0]}").fields.syndication is None
