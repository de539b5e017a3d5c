"""The rules of speech and sources: every example in the data holds, and users add their own."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from worker.config_files import config_folder, load_rules
from worker.draft import Fields
from worker.enrich.quotes.find import quotes
from worker.enrich.sources import sources_cited
from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_rules()
SPEAKER = "Ana Ruiz"


def table(name: str) -> dict[str, Any]:
    with open(f"{config_folder()}/rules/{name}.toml", "rb") as file:
        return tomllib.load(file)


LANGUAGES = sorted(name.split(".")[1] for name in os.listdir(f"{config_folder()}/rules") if name.startswith("speech."))
CUES = [(language, row) for language in LANGUAGES for row in table(f"speech.{language}")["cue"]]
NOUNS = [
    (language, row) for language in LANGUAGES for kind in ("role", "body") for row in table(f"speech.{language}")[kind]
]


def named(value: object) -> str:
    return value if isinstance(value, str) else str(value["example"])  # type: ignore[index]


@pytest.mark.parametrize(("language", "row"), CUES, ids=named)
def test_a_cue_gives_the_words_of_its_example_to_its_speaker(language: str, row: dict[str, Any]) -> None:
    forms = {form.lower() for form in row["forms"]}
    speakers = [
        quote.speaker.name if quote.speaker and quote.speaker.name else ""
        for quote in quotes(row["example"], language, (), RULES)
        if quote.cue is not None and quote.cue.lower() in forms
    ]
    assert row.get("speaker", SPEAKER) in speakers


@pytest.mark.parametrize(("language", "row"), NOUNS, ids=named)
def test_a_word_for_a_role_or_a_body_is_the_role_of_its_example(language: str, row: dict[str, Any]) -> None:
    assert row["gives"] in row["example"]
    assert any(word in row["gives"].split() for word in row["words"])
    (quote,) = quotes(row["example"], language, (), RULES)
    assert quote.speaker is not None
    assert quote.speaker.role == row["gives"]


@pytest.mark.parametrize("row", table("sources")["beside"], ids=lambda row: row["example"])
def test_words_beside_a_name_make_it_a_source_as_their_example_says(row: dict[str, Any]) -> None:
    text, language = row["example"], row["language"]
    said = quotes(text, language, (), RULES)
    found = sources_cited(text, language, (), said, Fields(), (), RULES)
    assert [source.name for source in found] == row["gives"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_of_a_cue_stands_in_two_rows(language: str) -> None:
    forms = [form for row in table(f"speech.{language}")["cue"] for form in dict.fromkeys(row["forms"])]
    assert sorted(forms) == sorted(set(forms))


OWN = b"""language = "en"

[[cue]]
forms = ["bleat", "bleats", "bleated"]
use = "speech"
example = "\xe2\x80\x9cThe gate is shut,\xe2\x80\x9d Ana Ruiz bleated."
"""


def test_a_cue_of_ones_own_is_found_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "farm.toml").write_bytes(OWN)
    text = "“The gate is shut,” Ana Ruiz bleated."
    (quote,) = quotes(text, "en", (), load_rules(str(tmp_path)))
    assert (quote.cue, quote.speaker.name if quote.speaker else None) == ("bleated", SPEAKER)
    (quote,) = quotes(text, "en", (), RULES)
    assert quote.cue is None


@pytest.mark.parametrize(
    "wrong",
    [
        OWN.replace(b'use = "speech"', b'use = "shouting"'),
        OWN.replace(b"forms = [", b'clause = "often"\nforms = ['),
        OWN.replace(b'"bleat", "bleats", "bleated"', b'""'),
        OWN.replace(b'language = "en"', b'language = "xx"'),
        OWN.replace(b'language = "en"', b""),
        OWN + b"[grammar]\nthat = []\n",
    ],
)
def test_cues_of_ones_own_that_can_not_be_refuse_to_start_and_are_named(tmp_path: Path, wrong: bytes) -> None:
    (tmp_path / "farm.toml").write_bytes(wrong)
    with pytest.raises(ConfigurationError, match=r"farm\.toml|xx"):
        load_rules(str(tmp_path))
