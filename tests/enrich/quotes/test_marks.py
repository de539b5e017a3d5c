"""Quotation marks of every style are paired; a lost one swallows nothing."""

from __future__ import annotations

import time

import pytest

from worker.enrich.quotes.marks import quotations


def inside(text: str) -> list[str]:
    """The words of each quotation."""
    return [text[one.start : one.end] for one in quotations(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("She said “the gate is shut” and left.", ["the gate is shut"]),
        ('She said "the gate is shut" and left.', ["the gate is shut"]),
        ("She said ''the gate is shut'' and left.", ["the gate is shut"]),
        ("She said ``the gate is shut'' and left.", ["the gate is shut"]),
        ("She said ‘the gate is shut’ and left.", ["the gate is shut"]),
        ("She said 'the gate is shut' and left.", ["the gate is shut"]),
        ("Sie sagte „das Tor ist zu“ und ging.", ["das Tor ist zu"]),
        ("Sie sagte »das Tor ist zu« und ging.", ["das Tor ist zu"]),
        ("Elle dit « la grille est fermée » et part.", ["la grille est fermée"]),
        ("Elle dit «\u00a0la grille est fermée\u00a0» et part.", ["la grille est fermée"]),
        ("Dijo «la puerta está cerrada» y se fue.", ["la puerta está cerrada"]),
        ("Hon sade ”porten är stängd” och gick.", ["porten är stängd"]),
        ("彼は「門は閉まっている」と言った。", ["門は閉まっている"]),
    ],
)
def test_each_style_of_marks_is_read(text: str, words: list[str]) -> None:
    assert inside(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“He said ‘no’ twice,” she said.", ["He said ‘no’ twice,"]),
        ("\"He said 'no' twice,\" she said.", ["He said 'no' twice,"]),
        ("''He said 'no','' she said.", ["He said 'no',"]),
        ("'''No,' he said,'' she said.", ["'No,' he said,"]),
        ("«He said “no” twice», she said.", ["He said “no” twice"]),
    ],
)
def test_the_outermost_of_nested_quotations_is_taken(text: str, words: list[str]) -> None:
    assert inside(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "The council's gate didn't open in the '90s, and the workers' union won't say why.",
        "The council’s gate didn’t open in the ’90s, and the workers’ union won’t say why.",
        "Rock 'n' roll and 'em all at 6'2 and 5'11.",
        'A board of 24" by 36" was nailed to it.',
    ],
)
def test_an_apostrophe_or_a_sign_for_inches_is_no_mark(text: str) -> None:
    assert inside(text) == []


def test_a_quotation_over_paragraphs_is_one_row_for_each_of_them() -> None:
    text = "“The gate is shut.\n\n“It will open on Monday.\n\n“Until then, wait,” she said."
    found = quotations(text)
    assert inside(text) == ["The gate is shut.", "It will open on Monday.", "Until then, wait,"]
    assert [(one.continues, one.goes_on) for one in found] == [(False, True), (True, True), (True, False)]


def test_straight_and_french_marks_go_on_over_paragraphs_too() -> None:
    assert inside('"The gate is shut.\n\n"Wait," she said.') == ["The gate is shut.", "Wait,"]
    assert inside("« La grille est fermée.\n\n» Attendez », dit-elle.") == ["La grille est fermée.", "Attendez"]


@pytest.mark.parametrize(
    "text",
    [
        "“The gate is shut, she said.\n\nNobody knew why.\n\nThen “we waited” for long.",
        '"The gate is shut, she said.\n\nNobody knew why.\n\nThen "we waited" for long.',
        "The gate is shut,” she said.\n\nNobody knew why. Then “we waited” for long.",
        "‘The gate is shut, she said.\n\nNobody knew why. Then “we waited” for long.",
    ],
)
def test_a_mark_without_its_partner_swallows_nothing(text: str) -> None:
    assert inside(text) == ["we waited"]


@pytest.mark.parametrize("sign", ["“", '"', "''", "'", "‘", "«", "„", " '", "“\n\n", ' "a', "”", "x'y "])
def test_the_time_is_linear_in_the_length(sign: str) -> None:
    def cost(count: int) -> float:
        text = sign * count
        started = time.process_time()
        quotations(text)
        return time.process_time() - started

    cost(1_000)
    assert cost(200_000) < 40 * max(min(cost(20_000) for _ in range(3)), 0.002)
