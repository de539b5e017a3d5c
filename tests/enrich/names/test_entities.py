"""The entities of a text: who and what is named, under which name, where, and as what."""

from __future__ import annotations

import gzip
import json
import os
import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from worker.config_files import load_rules, shipped_files
from worker.enrich.names.entities import entities
from worker.errors import ConfigurationError
from worker.recogniser import Recognised, Recogniser
from worker.rules import rules_from

if TYPE_CHECKING:
    from worker.article import Entity

RULES = load_rules()
ARTICLES = "../shared/data/articles.jsonl.gz"


def found(text: str, headline: str | None = None, language: str = "en") -> dict[str, Entity]:
    return {one.name: one for one in entities(text, headline, language, RULES)}


def said(text: str, one: Entity) -> list[str]:
    return [text[start:end] for start, end in one.mentions]


def role_of(text: str, name: str, language: str = "en") -> tuple[str | None, str | None]:
    one = found(text, language=language)[name]
    return one.role, one.affiliation


def test_a_person_is_one_row_with_the_surname_and_the_possessive_among_the_mentions() -> None:
    text = "Jane Holloway came late. Holloway said that Holloway's boat had sunk, and Ms. Holloway laughed."
    (one,) = found(text).values()
    assert (one.name, one.type) == ("Jane Holloway", "person")
    assert said(text, one) == ["Jane Holloway", "Holloway", "Holloway", "Holloway"]


@pytest.mark.parametrize(
    ("text", "name", "mentions"),
    [
        ("Olena Marchenkiy spoke. Later Olena Marchenkyy left.", "Olena Marchenkiy", 2),
        ("Minister Park Min-jun spoke. Later Park Min Jun left.", "Park Min-jun", 2),
        ("Jane A. Holloway spoke. Later Jane Holloway left.", "Jane A. Holloway", 2),
        ("José Álvarez spoke. Later Jose Alvarez left.", "José Álvarez", 2),
    ],
)
def test_spellings_of_one_name_are_one_person(text: str, name: str, mentions: int) -> None:
    assert {one.name: len(one.mentions) for one in found(text).values()} == {name: mentions}


def test_two_people_of_one_surname_share_it_by_who_was_named_last() -> None:
    text = "Jane Holloway spoke. Holloway sat down. Then Peter Holloway spoke. Holloway sat down, too."
    people = found(text)
    assert [start for start, _ in people["Jane Holloway"].mentions] == [0, 21]
    assert [start for start, _ in people["Peter Holloway"].mentions] == [45, 67]


@pytest.mark.parametrize(
    ("text", "name", "role", "affiliation"),
    [
        (
            "Jane Holloway, a spokeswoman for the Harbour Council, left.",
            "Jane Holloway",
            "spokeswoman",
            "Harbour Council",
        ),
        ("Harbour Council spokeswoman Jane Holloway left.", "Jane Holloway", "spokeswoman", "Harbour Council"),
        ("On Monday General Jane Holloway left.", "Jane Holloway", "General", None),
        ("Ukrainian President Jane Holloway left.", "Jane Holloway", "Ukrainian President", None),
        ("Then North Korean leader Park Min Jun left.", "Park Min Jun", "North Korean leader", None),
        ("The U.S. Navy's commander, Admiral Jane Holloway, left.", "Jane Holloway", "commander, Admiral", "U.S. Navy"),
        ("Seoul's defense minister, Park Min-jun, left.", "Park Min-jun", "defense minister", "Seoul"),
        ("Jane Holloway, the president of Norway, left.", "Jane Holloway", "president", None),
        ("Jane Holloway left, and nobody said why.", "Jane Holloway", None, None),
    ],
)
def test_role_and_affiliation_are_those_that_the_text_gives(
    text: str, name: str, role: str | None, affiliation: str | None
) -> None:
    assert role_of(text, name) == (role, affiliation)


def test_an_acronym_is_tied_to_the_name_that_it_stands_behind() -> None:
    text = "The Harbour Safety Board (HSB) met. The HSB said nothing, and nobody asked the HSB."
    (one,) = found(text).values()
    assert said(text, one) == ["Harbour Safety Board", "HSB", "HSB", "HSB"]


def test_letters_that_do_not_stand_for_the_name_are_not_tied_to_it() -> None:
    text = "The Harbour Safety Board (XQZ) met, and that was all."
    assert said(text, found(text)["Harbour Safety Board"]) == ["Harbour Safety Board"]


def test_names_of_one_country_are_one_place() -> None:
    text = "The United States waits. In the U.S. nobody knows why, and America sleeps."
    (one,) = found(text).values()
    assert (one.name, one.country, len(one.mentions)) == ("United States", "US", 3)


@pytest.mark.parametrize(
    ("text", "name", "country", "has_coordinates"),
    [
        ("They live in Paris and like it.", "Paris", "FR", True),
        ("They live in Paris, Texas, and like it.", "Paris", "US", True),
        ("Voters in Georgia and Ohio waited.", "Georgia", "US", False),
        ("Tbilisi and the rest of Georgia waited.", "Georgia", "GE", False),
        ("They went to Georgia.", "Georgia", None, False),
        ("The people of Massachusetts are fond of Cambridge, and they live in Cambridge.", "Cambridge", "US", True),
        ("They live in Kestwick, Ohio, and like it.", "Kestwick", "US", False),
    ],
)
def test_the_country_of_a_place_follows_from_what_stands_beside_it(
    text: str, name: str, country: str | None, has_coordinates: bool
) -> None:
    one = found(text)[name]
    assert (one.type, one.country, one.coordinates is not None) == ("place", country, has_coordinates)


@pytest.mark.parametrize(
    "text",
    [
        "The Russian and the North Korean soldiers came on a Tuesday in October.",
        "Yesterday it rained. Nobody knew why. However, the Internet was slow.",
        "Republicans and Democrats argued about it all through May.",
        "Why This Matters And What You Should Know Next",
        "THIS IS WHAT WE KNOW ABOUT IT",
        "Washington-based or not, US-born or not: all of them waited.",
    ],
)
def test_what_only_has_a_capital_is_not_named(text: str) -> None:
    assert found(text) == {}


def test_two_names_with_a_hyphen_between_them_are_two() -> None:
    assert [one.name for one in entities("The North Korea-Russia pact holds.", None, "en", RULES)] == [
        "North Korea",
        "Russia",
    ]


def test_what_the_headline_names_is_marked_and_counts_more() -> None:
    text = "Jane Holloway met Peter Amory in Oslo."
    named, other = found(text, "Holloway: it was Jane Holloway")["Jane Holloway"], found(text)["Peter Amory"]
    assert (named.in_headline, other.in_headline) == (True, False)
    assert named.salience > other.salience


def test_what_only_the_headline_names_is_left_out() -> None:
    assert found("Nobody came, and nothing was said.", "Jane Holloway in Oslo") == {}


def test_a_language_without_rules_has_no_entities() -> None:
    assert entities("Jana Novotná žije v Praze.", None, "cs", RULES) == ()
    assert entities("Jane Holloway lives in Oslo.", None, "und", RULES) == ()


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("de", "Bundeskanzlerin Jana Müller sprach in Köln mit dem Innenminister.", ["Jana Müller", "Köln"]),
        ("de", "Der Vater sah die Brücke und den Hafen am Morgen.", []),
        ("fr", "Le ministre de l'Intérieur Jean Dupuis est arrivé à Lyon.", ["Jean Dupuis", "Lyon"]),
        ("fr", "L'Ukraine et l'Espagne attendent.", ["Ukraine", "Espagne"]),
        ("es", "El presidente Juan Robledo llegó a Sevilla desde Perú.", ["Juan Robledo", "Sevilla", "Perú"]),
    ],
)
def test_people_and_places_are_found_in_other_languages(language: str, text: str, names: list[str]) -> None:
    assert [one.name for one in entities(text, None, language, RULES)] == names


def test_a_known_name_that_is_an_everyday_word_here_is_none() -> None:
    frost = "Apple growers in the valley fear the frost. Nobody knows yet what apples will cost."
    assert "Apple" not in {one.name for one in entities(frost, None, "en", RULES)}
    phones = "Apple said on Monday that it sold more phones. An apple a day, it said, is not its business."
    assert "Apple" in {one.name for one in entities(f"{phones} Shares of Apple fell.", None, "en", RULES)}


def test_names_of_a_users_own_are_found() -> None:
    files = shipped_files()
    files["own/mine.toml"] = b'[[names]]\nkind = "organisation"\nlanguage = "en"\nwords = ["Zibbelin"]\n'
    rules = rules_from(files)
    assert [one.type for one in entities("It was Zibbelin again.", None, "en", rules)] == ["organisation"]
    files["own/mine.toml"] = b'[[names]]\nkind = "organization"\nwords = ["Zibbelin"]\n'
    with pytest.raises(ConfigurationError, match="own/mine"):
        rules_from(files)


def test_a_model_adds_names_and_corrects_those_that_the_rules_are_not_sure_of() -> None:
    text = "They live in Mesa, they said. The zibbelin and Oslo waited."
    names = [Recognised("organisation", 13, 17), Recognised("event", 34, 42), Recognised("person", 47, 51)]
    rules = RULES.with_recogniser(Recogniser("a model", "en", lambda _: names))
    assert {one.name: one.type for one in entities(text, None, "en", rules)} == {
        "Mesa": "organisation",
        "zibbelin": "event",
        "Oslo": "place",
    }


def test_every_mention_of_real_articles_is_a_span_of_their_text_and_twice_the_same() -> None:
    if not os.path.exists(ARTICLES):
        pytest.skip(f"{ARTICLES} is not here: the articles belong to their publishers")
    with gzip.open(ARTICLES, "rt") as file:
        rows = [json.loads(line) for _, line in zip(range(200), file, strict=False)]
    for row in rows:
        text = row["text"]
        once = entities(text, row["title"], "en", RULES)
        assert once == entities(text, row["title"], "en", RULES)
        for one in once:
            assert list(one.mentions) == sorted(set(one.mentions))
            words = said(text, one)
            assert one.name in words
            assert all(word == word.strip() and not word.endswith(("'s ", ",")) for word in words)
        spans = sorted(span for one in once for span in one.mentions)
        assert all(before[1] <= after[0] for before, after in pairwise(spans)), row["id"]


@pytest.mark.parametrize(
    "piece",
    ["Aa ", "Iran-", "A.", "Mr. Smith. ", "University of ", "é", "A", "O'", "John Smith, a ", "Paris, Texas, ", "A&",
     "Department of Health and ", "President Trump said. "],
)  # fmt: skip
def test_the_cost_is_linear_in_hostile_text(piece: str) -> None:
    def once(text: str) -> float:
        start = time.process_time()
        entities(text, "John Smith", "en", RULES)
        return time.process_time() - start

    def seconds(characters: int) -> float:
        """The best of three: what a page fault or a collection of garbage adds is not the length's."""
        return min(once(piece * (characters // len(piece))) for _ in range(3))

    seconds(1000)
    assert seconds(400_000) < 60 * max(seconds(40_000), 0.002)


def test_the_rules_are_values() -> None:
    assert replace(RULES).names is RULES.names


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("Economist Jane Holloway said that it rained.", "Jane Holloway", "Economist"),
        ("Holloway met National Security Adviser John Kestwick.", "John Kestwick", "National Security Adviser"),
    ],
)
def test_a_role_with_a_capital_before_a_full_name_is_its_title(text: str, name: str, role: str) -> None:
    assert (name, role) in {(one.name, one.role) for one in entities(text, None, "en", RULES)}


def test_a_role_with_a_capital_before_one_word_is_no_title() -> None:
    assert "Sam" not in {one.name for one in entities("They wrote to Uncle Sam about it.", None, "en", RULES)}
