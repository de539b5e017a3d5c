"""Which of the lines that a page offers is its headline."""

from __future__ import annotations

import pytest

from worker.parse.html_headline import Said, headline_of

LONG = "Councillors met for three hours about a tram that never came"


def headline(
    linked: str | None = None,
    graph: str | None = None,
    heading: str | None = None,
    title: str | None = None,
    sites: tuple[str, ...] = ("Harbour Ledger",),
) -> str | None:
    found = headline_of(Said(linked, graph, None, [heading] if heading else [], title, sites))
    return found[0] if found else None


@pytest.mark.parametrize("mark", [" | ", " - ", " – ", " — ", " :: ", " • ", "｜", " * "])
def test_the_name_of_the_site_is_cut_behind_any_mark(mark: str) -> None:
    assert headline(title=f"Council meets{mark}Harbour Ledger") == "Council meets"


def test_the_name_of_the_site_is_cut_before_the_headline_too() -> None:
    assert headline(title="Harbour Ledger | Council meets") == "Council meets"


def test_section_and_date_behind_the_headline_are_cut_where_the_heading_ends() -> None:
    assert headline(graph="Council meets – Local – 04.10.2024", heading="Council meets") == "Council meets"


def test_a_dash_in_a_headline_is_no_ending() -> None:
    assert headline(title="Council meets – again", heading=None) == "Council meets – again"


def test_linked_data_and_what_is_shared_outweigh_the_heading() -> None:
    assert headline("Tram: Council meets", "Tram: Council meets", "Council meets") == "Tram: Council meets"


def test_the_heading_and_what_is_shared_outweigh_linked_data() -> None:
    assert headline("Council meets", LONG, LONG) == LONG


def test_where_linked_data_and_heading_agree_a_fuller_shared_line_is_taken_and_a_shorter_one_is_not() -> None:
    assert headline("Council meets", LONG, "Council meets") == LONG
    assert headline(LONG, "Council meets", LONG) == LONG


def test_where_all_say_something_else_the_headline_is_what_the_page_shows() -> None:
    shown = "Three hours about a tram, and no result at all"
    assert headline("Council meets", LONG, shown) == shown


def test_a_line_that_only_adds_a_label_is_not_fuller() -> None:
    assert headline("Council meets", "Tram in Harbourtown: Council meets", "Council meets") == "Council meets"


def test_a_heading_that_is_the_name_of_the_site_is_no_headline() -> None:
    assert headline(graph="Council meets", heading="Ledger") == "Council meets"


def test_escaped_marks_do_not_hide_that_two_lines_are_the_same() -> None:
    assert headline("The &quot;tram&quot; comes", 'The "tram" comes', 'The "tram" comes') == 'The "tram" comes'


def test_invisible_characters_are_left_out() -> None:
    assert headline(graph="Coun\u00adcil \u200bmeets") == "Council meets"


def test_without_any_line_there_is_no_headline() -> None:
    assert headline() is None


def test_a_kicker_in_the_heading_is_joined_as_the_line_for_sharing_joins_it() -> None:
    assert headline("Council meets", "Tram row / Council meets", "Tram row Council meets") == "Tram row / Council meets"
