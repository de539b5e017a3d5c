"""What stands above the words of a plain text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import article_of
from worker.article import Author, Publisher
from worker.config_files import load_rules
from worker.parse.header import Header, read_header

RULES = load_rules()
WORDS = "The council met on Monday and talked about the tram for three hours, and nobody was quite sure why it had to."


def header(text: str) -> Header:
    return read_header(text.split("\n"), RULES)


def removed(found: Header) -> list[tuple[str, str | None]]:
    return [(removal.kind, removal.text) for removal in found.removed]


def test_a_first_line_alone_is_the_headline() -> None:
    found = header(f"Council Meets for Three Hours\n\n{WORDS}")
    assert (found.fields.headline, found.fields.headline_origin) == ("Council Meets for Three Hours", "first_line")
    assert found.rest == [WORDS]
    assert found.removed == ()


@pytest.mark.parametrize(
    "line",
    [
        "The council met on Monday.",
        "“The council met on Monday.”",
        "the council met on Monday",
        "- Council meets",
        "Council meets on Monday,",
        "Council",
        "word " * 31,
        "x" * 201 + " y",
    ],
)
def test_a_first_line_that_is_no_headline_stays_in_the_text(line: str) -> None:
    found = header(f"{line}\n\n{WORDS}")
    assert found.fields.headline is None
    assert found.rest[0] == line


@pytest.mark.parametrize(
    "line", ["Council Sues Over Tram in U.S.", "Who Killed the Tram?", "iPhones Banned on Trams", "Zug fällt aus!"]
)
def test_a_headline_may_end_and_begin_unusually(line: str) -> None:
    assert header(f"{line}\n\n{WORDS}").fields.headline == line


def test_a_headline_without_words_below_is_the_text() -> None:
    found = header("Council Meets for Three Hours\n\n\n")
    assert (found.fields.headline, found.rest[0]) == (None, "Council Meets for Three Hours")


def test_a_first_line_directly_above_whole_paragraphs_is_the_headline() -> None:
    assert header(f"Council meets for three hours\n{WORDS}\n{WORDS}").fields.headline == "Council meets for three hours"


@pytest.mark.parametrize(
    "text",
    [
        "The council met on\nMonday and talked about the\ntram for three hours, and\nnobody was sure why.",
        "The council met on Monday\nThe tram was late again\nNobody was quite sure why it had to be so",
        "The Upland Water Board and the\nHarbour Council met on Monday and talked about the tram for an hour",
    ],
)
def test_a_first_line_that_may_be_wrapped_or_lost_its_stop_is_no_headline(text: str) -> None:
    assert header(text).fields.headline is None


def test_a_block_of_header_lines_is_read_and_kept_word_for_word() -> None:
    found = header(
        "Council Meets\n\n"
        "https://img.example.org/photos/1/tram.jpg?1\nSelwyn Evening Post\nPolitics\n21/10/2024 22h20\n\n"
        f"### Nobody Sure Why\n\n{WORDS}"
    )
    fields = found.fields
    assert fields.headline == "Council Meets"
    assert fields.subheadline == "Nobody Sure Why"
    assert [image.url for image in fields.images] == ["https://img.example.org/photos/1/tram.jpg?1"]
    assert (fields.publisher, fields.section) == (Publisher("Selwyn Evening Post", None), "Politics")
    assert fields.published is not None
    assert (fields.published.value, fields.published.evidence) == ("2024-10-21T22:20", "21/10/2024 22h20")
    assert fields.published.origin == "header"
    assert removed(found) == [
        ("image_url", "https://img.example.org/photos/1/tram.jpg?1"),
        ("header", "Selwyn Evening Post"),
        ("header", "Politics"),
        ("header", "21/10/2024 22h20"),
    ]
    assert found.rest == [WORDS]


def test_an_unknown_outlet_is_known_by_the_host_of_an_address_nearby() -> None:
    found = header(f"Council Meets\n\nhttps://www.zeta-24.example/2024/tram\nZeta 24\n\n{WORDS}")
    assert found.fields.publisher == Publisher("Zeta 24", "zeta-24.example")
    found = header(f"Council Meets\n\nhttps://www.quayside.example/2024/tram\nQuayside\n\n{WORDS}")
    assert found.fields.publisher == Publisher("Quayside", "quayside.example")
    assert found.fields.url == "https://www.quayside.example/2024/tram"


def test_an_address_alone_gives_the_domain_of_the_publisher() -> None:
    found = header(f"Council Meets\nhttps://quayside.example/1\n\n{WORDS}")
    assert found.fields.publisher == Publisher(None, "quayside.example")


def test_a_byline_with_a_date_under_the_headline() -> None:
    found = header(
        f"Council Meets\nBy Jo Roe, Quayside\nOctober 5, 2024, 9:05 PM GMT\nShare on Facebook Email Print\n\n{WORDS}"
    )
    assert found.fields.byline == "By Jo Roe, Quayside"
    assert found.fields.authors == (Author("Jo Roe", affiliation="Quayside"),)
    assert found.fields.published is not None
    assert found.fields.published.instant == "2024-10-05T21:05:00Z"
    assert [kind for kind, _ in removed(found)] == ["byline", "header", "share_links"]


def test_a_label_names_the_outlet() -> None:
    found = header(f"Council Meets\n\nQUAYSIDE EXCLUSIVE:\n{WORDS}")
    assert found.fields.publisher == Publisher("QUAYSIDE", None)
    assert removed(found) == [("label", "QUAYSIDE EXCLUSIVE:")]
    assert found.rest == [WORDS]


def test_a_date_glued_to_the_lead_is_cut_off() -> None:
    found = header(f" date 2024-10-15 {WORDS}")
    assert found.rest == [WORDS]
    assert removed(found) == [("date_prefix", "date 2024-10-15")]
    assert found.fields.published is not None
    assert (found.fields.published.value, found.fields.headline) == ("2024-10-15", None)


def test_a_heading_without_a_headline_is_the_headline() -> None:
    found = header(f"## Council Meets\n\n{WORDS}")
    assert (found.fields.headline, found.fields.headline_origin) == ("Council Meets", "heading")


def test_a_heading_that_repeats_the_headline_is_cut() -> None:
    found = header(f"Council Meets\n\n### COUNCIL MEETS\n\n{WORDS}")
    assert found.fields.subheadline is None
    assert removed(found) == [("headline_repeat", "### COUNCIL MEETS")]


@pytest.mark.parametrize("line", ["World News", "The Daily Post", "Politics"])
def test_the_name_of_an_outlet_or_section_away_from_other_header_lines_is_text(line: str) -> None:
    found = header(f"Council Meets\n\n{WORDS}\n\n{line}\n\n{WORDS}")
    assert line in found.rest


def test_the_name_of_a_section_may_stand_alone_under_the_headline_that_of_an_outlet_not() -> None:
    assert header(f"Council Meets\n\nPolitics\n\n{WORDS}").fields.section == "Politics"
    found = header(f"Council Meets\n\nThe Daily Post\n\n{WORDS}")
    assert (found.fields.publisher, found.rest[0]) == (None, "The Daily Post")


def test_a_date_in_the_words_is_never_taken() -> None:
    found = header(f"Council Meets\n\n{WORDS}\n\n21/10/2024 22h20\n\n{WORDS}")
    assert found.fields.published is None


def test_a_capitalised_line_under_the_date_is_not_always_an_outlet() -> None:
    found = header(f"Council Meets\n21/10/2024 22h20\nStorm to hit the coast today\n\n{WORDS}")
    assert found.fields.publisher is None
    assert found.rest[0] == "Storm to hit the coast today"


def test_a_header_never_goes_on_for_ever() -> None:
    found = header("\n".join(["12 November 2024"] * 500) + f"\n\n{WORDS}")
    assert len(found.removed) <= 16


def test_the_headline_does_not_stand_in_the_text() -> None:
    assert article_of(f"Council Meets\n\n{WORDS}").text == WORDS


@pytest.mark.parametrize(
    "hostile",
    ["share on " * 33 + "!", "By " + "Jo Roe, " * 36, "A" * 300, "1" * 300, "https://" + "/images" * 40, "#" * 300],
)
def test_no_line_takes_long(hostile: str) -> None:
    began = time.process_time()
    header(f"{hostile}\n{hostile}\n\n{WORDS}")
    assert time.process_time() - began < 0.2


@given(st.lists(st.text(st.sampled_from("ABby ,.:#/-0123456789\nhtp\t“"), max_size=60), max_size=8))
@settings(deadline=None)
def test_nothing_is_lost(lines: list[str]) -> None:
    """What is not kept as text stands in `removed` or in the headlines."""
    text = "\n".join(lines)
    found = header(text)
    kept = "".join([*found.rest, *(r.text or "" for r in found.removed)])
    kept += (found.fields.headline or "") + (found.fields.subheadline or "")
    for character in "ABby0123456789htp“":
        assert kept.count(character) >= text.count(character)
