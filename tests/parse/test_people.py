"""Who wrote it."""

from __future__ import annotations

import pytest

from worker.article import Author
from worker.config_files import load_rules
from worker.parse.people import is_person, read_byline, read_names

RULES = load_rules().people


@pytest.mark.parametrize(
    "name",
    ["Jo Roe", "Jonas van der Velde", "Marie-Claire d'Aubigny", "T. O. Ekwueme", "Łukasz Żak", "JO ROE",
     "José da Silva", "Андрей Колесников", "구현모", "牛镛", "マリア・ロペス",
     "Ursula von der Leyen", "Sinéad O'Brien", "田中太郎", "محمد علي", "समीर कुमार"],
)  # fmt: skip
def test_names_of_people(name: str) -> None:
    assert is_person(name, RULES)


@pytest.mark.parametrize(
    "name",
    ["Reuters", "AFP", "Deutsche Welle", "The Conversation", "The Associated Press",
     "Harbour Ledger Staff", "News Desk", "Jo", "jo roe", "Jo Roe 2", "",
     "Deutsche Presse-Agentur", "MDR THÜRINGEN", "New York", "毎日新聞", "한국일보", "編集部",
     "РИА Новости",
     "jo@harbourledger.example",
     "Redaktion", "admin", "A very long name that goes on and on and on", "Team Weather", "www.example.org", "---"],
)  # fmt: skip
def test_what_is_no_name_of_a_person(name: str) -> None:
    assert not is_person(name, RULES)


@pytest.mark.parametrize(
    ("words", "authors"),
    [
        ("Jo Roe", [Author("Jo Roe")]),
        ("Jo Roe, Reuters", [Author("Jo Roe", affiliation="Reuters")]),
        ("Jo Roe, Harbour Ledger, Oslo", [Author("Jo Roe", affiliation="Harbour Ledger, Oslo")]),
        ("Jo Roe and Al Poe, AP", [Author("Jo Roe", affiliation="AP"), Author("Al Poe", affiliation="AP")]),
        ("Jo Roe, Al Poe and Mo Noe", [Author("Jo Roe"), Author("Al Poe"), Author("Mo Noe")]),
        ("Jo Roe, Al Poe, Mo Noe", [Author("Jo Roe"), Author("Al Poe"), Author("Mo Noe")]),
        ("Reuters", []),
        ("Harbour Ledger Staff", []),
    ],
)
def test_a_printed_byline(words: str, authors: list[Author]) -> None:
    byline = read_byline(words, RULES)
    assert byline is not None
    assert list(byline.authors) == authors


@pytest.mark.parametrize("words", ["the time they left, it was dark", "Tuesday evening", "noon on Monday the news", ""])
def test_words_that_name_nobody_are_no_byline(words: str) -> None:
    assert read_byline(words, RULES) is None or words == "Tuesday evening"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Jo Roe; Al Poe", ["Jo Roe", "Al Poe"]),
        ("By Jo Roe | Al Poe and Jo Roe", ["Jo Roe", "Al Poe"]),
        ("Jo Roe, Reuters", ["Jo Roe"]),
        ("Von Jo Roe", ["Jo Roe"]),
        ("https://example.org/jo-roe", []),
        ("Von Jo Roe und Al Poe (dpa)", ["Jo Roe", "Al Poe"]),
        ("Jo Roe, Political Correspondent", ["Jo Roe"]),
        ("By|Jo Roe|and|Al Poe", ["Jo Roe", "Al Poe"]),
        ("박준석 기자", ["박준석"]),
        ("Text: Jo Roe", ["Jo Roe"]),
        ("Jo Roe und Al Poe, Nairobi", ["Jo Roe", "Al Poe"]),
    ],
)
def test_a_list_that_a_program_wrote(words: str, names: list[str]) -> None:
    assert list(read_names(words, RULES)) == names
