"""What is cut from around an article, what it says, and what is never cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cut.documents import WORDS, by, cut_of
from worker.article import Author, Syndication

if TYPE_CHECKING:
    from worker.normalize.draft import Normalized


def kinds(found: Normalized) -> list[str]:
    return [removal.kind for removal in found.removed]


@pytest.mark.parametrize(
    ("footer", "headline", "outlet"),
    [
        ("The post Ferry crews walk out first appeared on Harbour Ledger.", "Ferry crews walk out", "Harbour Ledger"),
        ("The post Ferry crews walk out appeared first on Quayside 24", "Ferry crews walk out", "Quayside 24"),
        ("This story was originally published by Grist. Sign up for its newsletter here.", None, "Grist"),
        ("This article was originally published on TomDispatch.com.", None, "TomDispatch.com"),
        ("(This story was first published by Harbour Ledger)", None, "Harbour Ledger"),
        ("Originally published at harbourledger.example", None, "harbourledger.example"),
        ("Republished from Harbour Ledger with permission.", None, "Harbour Ledger"),
        ("Der Beitrag Fähren bleiben im Hafen erschien zuerst auf Hafenbote.", "Fähren bleiben im Hafen", "Hafenbote"),
        ("La entrada Los ferris paran se publicó primero en El Faro.", "Los ferris paran", "El Faro"),
        ("O post Balsas param apareceu primeiro em Folha do Cais.", "Balsas param", "Folha do Cais"),
        ("L'articolo I traghetti fermi proviene da Il Molo.", "I traghetti fermi", "Il Molo"),
        ("Inlägget Färjorna ligger still dök först upp på Hamnbladet.", "Färjorna ligger still", "Hamnbladet"),
    ],
)
def test_a_footer_says_where_the_copy_came_from(footer: str, headline: str | None, outlet: str) -> None:
    found = cut_of(*WORDS, footer)
    assert found.fields.syndication == Syndication(None, outlet, headline, footer)
    assert found.text == "\n\n".join(WORDS)
    assert kinds(found) == ["syndication_footer"]


def test_a_footer_glued_to_the_last_sentence_is_cut_from_there() -> None:
    footer = "The post Ferry crews walk out first appeared on Harbour Ledger."
    found = cut_of(*WORDS[:2], f"{WORDS[2]} {footer}")
    assert found.text == "\n\n".join(WORDS)
    assert [removal.text for removal in found.removed] == [footer]


def test_a_footer_names_the_headline_where_there_is_no_other() -> None:
    found = cut_of(*WORDS, "The post Ferry crews walk out first appeared on Harbour Ledger.")
    assert (found.fields.headline, found.fields.headline_origin) == ("Ferry crews walk out", "footer")
    found = cut_of(*WORDS, "The post Ferry crews walk out first appeared on Ledger.", fields=by(headline="Strike!"))
    assert found.fields.headline == "Strike!"


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Jo Roe and Al Poe contributed to this report.", ["Jo Roe", "Al Poe"]),
        ("Ledger News’ Jo Roe, Al Poe and The Associated Press contributed to this report.", ["Jo Roe", "Al Poe"]),
        ("AP writers Jo Roe in London and Al Poe in Kyiv contributed to this report.", ["Jo Roe", "Al Poe"]),
        ("• Jo Roe contributed to this article.", ["Jo Roe"]),
        ("Contributing: Jo Roe, Al Poe; The Associated Press", ["Jo Roe", "Al Poe"]),
        ("Additional reporting by Jo Roe in Kyiv", ["Jo Roe"]),
        ("The Associated Press and Reuters contributed to this report.", []),
    ],
)  # fmt: skip
def test_those_who_helped_are_contributors_and_agencies_are_not(line: str, people: list[str]) -> None:
    found = cut_of(*WORDS, line, fields=by("Ilse Marchetti"))
    assert [(author.name, author.role) for author in found.fields.authors] == [
        ("Ilse Marchetti", "author"), *((name, "contributor") for name in people),
    ]  # fmt: skip
    assert kinds(found) == ["contributors"]
    assert found.fields.syndication is None


def test_a_contributor_has_the_outlet_that_owns_the_name() -> None:
    found = cut_of(*WORDS, "Ledger News’ Jo Roe and Al Poe as well as Reuters contributed to this report.")
    assert found.fields.authors == (
        Author("Jo Roe", "contributor", "Ledger News"), Author("Al Poe", "contributor", "Ledger News"),
    )  # fmt: skip


def test_who_reported_is_an_author_where_none_is_known() -> None:
    line = "(Reporting by Jo Roe in Kyiv and Al Poe; Editing by Sam Low)"
    found = cut_of(*WORDS, line)
    assert [(a.name, a.role) for a in found.fields.authors] == [("Jo Roe", "author"), ("Al Poe", "author")]
    found = cut_of(*WORDS, line, fields=by("Jo Roe"))
    assert [(a.name, a.role) for a in found.fields.authors] == [("Jo Roe", "author"), ("Al Poe", "contributor")]


def test_the_copyright_line_is_the_rights_of_the_article() -> None:
    line = "Copyright 2024 The Associated Press. All rights reserved."
    found = cut_of(*WORDS, line)
    assert found.fields.rights == line
    assert found.fields.syndication == Syndication("Associated Press", None, None, line)


def test_a_list_of_links_goes_with_its_heading() -> None:
    links = ["Read more:", "Ferry crews walk out", "Who pays for the quay?", "The quay in pictures"]
    found = cut_of(*WORDS, *links, "Sign up for our newsletter")
    assert [(removal.kind, removal.text) for removal in found.removed] == [
        ("related_links", "\n".join(links)), ("promo", "Sign up for our newsletter"),
    ]  # fmt: skip


def test_short_lines_at_the_end_without_a_heading_stay() -> None:
    found = cut_of(*WORDS, "Ferry crews walk out", "Who pays for the quay?")
    assert found.removed == ()


def test_marks_between_paragraphs_are_cut_and_prose_is_not() -> None:
    first, second, third = WORDS
    found = cut_of(first, "ADVERTISEMENT", second, "READ MORE: Ferry crews walk out", "Story continues below", third)
    assert found.text == "\n\n".join(WORDS)
    assert kinds(found) == ["advertisement", "related_links", "advertisement"]


@pytest.mark.parametrize(
    "line",
    [
        "The Associated Press contributed to this report.",
        "The post Ferry crews walk out first appeared on Harbour Ledger.",
        "Copyright 2024 The Associated Press.",
        "The views expressed in this article are those of the author and not of the Ledger.",
        "Sign up for our newsletter and get the day's news in your inbox.",
        "Continue reading at Harbour Ledger",
    ],
)
def test_a_footer_in_the_middle_of_the_words_is_kept(line: str) -> None:
    assert cut_of(*WORDS, line, *WORDS).removed == ()


def test_a_repeated_headline_above_the_words_is_cut() -> None:
    found = cut_of("“Ferry” crews walk out", *WORDS, fields=by(headline='"Ferry" Crews Walk Out'))
    assert kinds(found) == ["headline_repeat"]
    assert cut_of(WORDS[0], "Ferry Crews", WORDS[1], fields=by(headline="Ferry Crews")).removed == ()


def test_a_line_that_repeats_author_or_outlet_is_cut_from_the_top() -> None:
    found = cut_of("Jo Roe", "Harbour Ledger", *WORDS, fields=by("Jo Roe", publisher="Harbour Ledger"))
    assert kinds(found) == ["byline", "header"]
    assert cut_of("Al Poe", *WORDS, fields=by("Jo Roe")).removed == ()


def test_a_bio_is_cut_only_where_it_is_the_authors() -> None:
    bio = "Jo Roe is a senior fellow at the Harbour Institute."
    assert kinds(cut_of(*WORDS, bio, fields=by("Jo Roe"))) == ["author_bio"]
    assert cut_of(*WORDS, bio, fields=by("Al Poe")).removed == ()
    stranger = "Ada Marchetti is a senior fellow at the Harbour Institute."
    assert kinds(cut_of(*WORDS, stranger)) == ["author_bio"]


@pytest.mark.parametrize("end", ["[...]", "[…]", "[ … ]", "(...)"])
def test_a_text_that_breaks_off_is_flagged(end: str) -> None:
    found = cut_of(*WORDS, f"The crews then {end}")
    assert found.flags == ("truncated",)
    assert found.text.endswith("The crews then")
    assert [removal.text for removal in found.removed] == [end]


def test_a_text_that_goes_on_elsewhere_is_flagged() -> None:
    assert cut_of(*WORDS, "Continue reading at Harbour Ledger »").flags == ("truncated",)
    assert cut_of(*WORDS, "Read the full story").flags == ("truncated",)
    assert cut_of(*WORDS, "He said […] that it was so.").flags == ()


def test_most_of_a_text_stays_whatever_the_rules_say() -> None:
    promo = "Sign up for our newsletter and get the day's news in your inbox. " + "It is free. " * 30
    found = cut_of(WORDS[0], promo, promo)
    assert len(found.text) >= 0.4 * (len(WORDS[0]) + 2 * len(promo))


def test_a_short_text_above_a_long_footer_is_left() -> None:
    footer = "The post " + "Ferry crews walk out " * 8 + "first appeared on Harbour Ledger."
    found = cut_of("The ferries stay in port.", footer)
    assert found.text == "The ferries stay in port."


def test_a_text_never_becomes_nothing() -> None:
    for line in ("Related", "ADVERTISEMENT", "Copyright 2024 The Associated Press.", "###"):
        assert cut_of(line).text
        assert cut_of(line, line).text


LINES = st.lists(
    st.sampled_from([
        *WORDS, "Related", "ADVERTISEMENT", "###", "READ MORE: Ferry crews", "Photo: Ada Roe", "[...]", "By Jo Roe",
        "Jo Roe contributed to this report.", "The post A b first appeared on C.", "WASHINGTON (AP) — The council met.",
        "© 2024 AFP", "Share on Facebook Twitter Email", "(Reporting by Jo Roe)", "x", "(CNN)", "—",
    ]),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=150)
@given(LINES)
def test_nothing_is_lost_and_something_stays(lines: list[str]) -> None:
    found = cut_of(*lines)
    assert found.text
    kept = " ".join(found.text.split())
    removed = " ".join((removal.text or "") for removal in found.removed)
    said = sorted("".join((kept + removed).split()))
    assert said == sorted("".join(" ".join(lines).split()))


@settings(max_examples=100)
@given(LINES)
def test_cutting_what_is_left_again_takes_little(lines: list[str]) -> None:
    once = cut_of(*lines, *WORDS)
    again = cut_of(*once.text.split("\n\n"), fields=once.fields)
    assert len(again.text) >= 0.4 * len(once.text)
