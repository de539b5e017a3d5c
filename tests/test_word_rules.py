"""Rules for words: every example in the data holds, and files of one's own add to them."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from worker.article import Moment
from worker.config_files import config_folder, load_rules
from worker.enrich.dates_mentioned import dates_mentioned
from worker.enrich.figures import figures
from worker.enrich.language import language_of
from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

WORDS = load_rules().words


def examples(prefix: str) -> list[tuple[str, dict[str, Any]]]:
    """Language and row of each example in the files that are named `prefix` and a language."""
    found = []
    for name in sorted(os.listdir(f"{config_folder()}/rules")):
        if name.startswith(prefix):
            with open(f"{config_folder()}/rules/{name}", "rb") as file:
                found += [(name.split(".")[1], row) for row in tomllib.load(file)["example"]]
    return found


def close() -> list[tuple[str, str]]:
    with open(f"{config_folder()}/rules/languages.toml", "rb") as file:
        return [pair for row in tomllib.load(file)["close"] for pair in row["example"].items()]


@pytest.mark.parametrize(
    ("language", "row"), examples("dates_mentioned."), ids=lambda v: v if isinstance(v, str) else v["text"][:40]
)
def test_dates_are_found_as_the_example_says(language: str, row: dict[str, Any]) -> None:
    published = Moment(row["published"], "day", None, "header", "") if "published" in row else None
    found = dates_mentioned(row["text"], language, published, WORDS.dates_mentioned)
    assert [[one.text, one.value or ""] for one in found] == row["gives"]


@pytest.mark.parametrize(
    ("language", "row"), examples("figures."), ids=lambda v: v if isinstance(v, str) else v["text"][:40]
)
def test_figures_are_found_as_the_example_says(language: str, row: dict[str, Any]) -> None:
    found = figures(row["text"], language, WORDS.figures)
    given = [[one.text, -1 if one.value is None else one.value, one.unit or "", one.qualifier or ""] for one in found]
    assert given == row["gives"]


@pytest.mark.parametrize(("language", "text"), close(), ids=lambda value: value[:30])
def test_a_close_language_is_told_as_its_example_says(language: str, text: str) -> None:
    assert language_of(text, None, WORDS.language) == language


def test_files_of_ones_own_add_forms_units_and_words(tmp_path: Path) -> None:
    (tmp_path / "harbour.toml").write_text(
        '[[date]]\nlanguage = "en"\nanchor = "fortnight"\npattern = "a fortnight ago|(?P<vague>fortnight)"\n'
        '[[figure]]\nlanguage = "en"\nunits = ["catch"]\n'
        '[[keyphrase]]\nlanguage = "en"\nnever = ["harbour"]\n'
        '[[close]]\nlanguages = ["sv", "fi"]\nwords.sv = ["och"]\n'
    )
    words = load_rules(str(tmp_path)).words
    assert [one.text for one in dates_mentioned("It came a fortnight late.", "en", None, words.dates_mentioned)] == [
        "fortnight"
    ]
    assert [one.unit for one in figures("It was 300 catch.", "en", words.figures)] == ["catch"]
    table = words.keyphrases.table("en")
    assert table is not None
    assert "harbour" in table.common


@pytest.mark.parametrize(
    "wrong",
    [
        '[[date]]\nlanguage = "xx"\nanchor = "a"\npattern = "a"\n',
        '[[date]]\nlanguage = "en"\nanchor = "a"\npattern = "("\n',
        '[[date]]\nlanguage = "en"\n',
        '[[figure]]\nlanguage = "xx"\n',
        '[[keyphrase]]\nlanguage = "en"\nnever = ["Capital"]\n',
        '[[close]]\nlanguages = ["sv"]\nwords.fi = ["ja"]\n',
    ],
)
def test_rules_of_ones_own_that_can_not_be_refuse_to_start_and_are_named(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "quay.toml").write_text(wrong)
    with pytest.raises(ConfigurationError, match=r"quay\.toml"):
        load_rules(str(tmp_path))
