"""A spaCy pipeline as a recogniser: with a small model that these tests train themselves."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from worker.config_files import load_rules, rules_for
from worker.enrich.names.entities import entities
from worker.errors import ConfigurationError
from worker.settings import Enrich, Settings
from worker.spacy_pipeline import load_spacy

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")
NEEDS_SPACY = "spaCy is not installed: pip install 'copydesk[spacy]'"
# Names without a capital or a cue, which no rule finds.
TAUGHT = (
    ("the lamp was made by zibbelin and sold at once", "zibbelin"),
    ("nobody at zibbelin would say why", "zibbelin"),
    ("it was zibbelin that paid for the boat", "zibbelin"),
    ("a van of zibbelin stood at the gate", "zibbelin"),
    ("Jane said that the boat had gone", ""),
    ("In the town somebody said that it was late", ""),
)
TEXT = "Nobody knows what zibbelin wants. In Tulsa, Jane Holloway said that zibbelin had left."


def settings_with(ner: str) -> Settings:
    return replace(Settings(), enrich=Enrich(ner))


def spans_of(text: str, name: str) -> list[tuple[int, int, str]]:
    return [(text.index(name), text.index(name) + len(name), "ORG")] if name else []


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spacy: Any = pytest.importorskip("spacy", reason=NEEDS_SPACY)
    from spacy.training import Example

    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("ORG")
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": spans_of(text, name)}) for text, name in TAUGHT]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    path: Path = tmp_path_factory.mktemp("models") / "tiny"
    nlp.to_disk(path)
    return path


def test_what_the_model_finds_stands_beside_what_the_rules_find(model: Path) -> None:
    rules = rules_for(settings_with(f"spacy:{model}"))
    found = {one.name: one for one in entities(TEXT, None, "en", rules)}
    assert {name: one.type for name, one in found.items()} == {
        "zibbelin": "organisation",
        "Tulsa": "place",
        "Jane Holloway": "person",
    }
    assert [TEXT[start:end] for start, end in found["zibbelin"].mentions] == ["zibbelin", "zibbelin"]


def test_a_model_is_asked_about_texts_of_its_language_alone(model: Path) -> None:
    rules = rules_for(settings_with(f"spacy:{model}"))
    assert [one.name for one in entities(TEXT, None, "cs", rules)] == []


def test_the_version_of_the_rules_says_which_model_it_was(model: Path) -> None:
    rules = rules_for(settings_with(f"spacy:{model}"))
    assert rules.version != load_rules().version
    assert rules.version == rules_for(settings_with(f"spacy:{model}")).version


def test_the_same_text_gives_the_same_names(model: Path) -> None:
    rules = rules_for(settings_with(f"spacy:{model}"))
    assert entities(TEXT, None, "en", rules) == entities(TEXT, None, "en", rules)


def test_a_missing_pipeline_is_refused_with_the_key_and_the_fix() -> None:
    pytest.importorskip("spacy", reason=NEEDS_SPACY)
    with pytest.raises(ConfigurationError, match=r"enrich\.ner: the pipeline 'en_nowhere_sm' can't") as refusal:
        load_spacy("spacy:en_nowhere_sm")
    assert refusal.value.fix.startswith("python -m spacy download en_nowhere_sm")


def test_a_pipeline_that_finds_no_names_is_refused(tmp_path: Path) -> None:
    spacy: Any = pytest.importorskip("spacy", reason=NEEDS_SPACY)
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ConfigurationError, match="finds no names"):
        load_spacy(f"spacy:{tmp_path / 'blank'}")


def test_without_spacy_the_setting_is_refused_with_the_key_and_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(ConfigurationError, match=r"enrich\.ner: spaCy is not installed") as refusal:
        load_spacy("spacy:en_core_web_sm")
    assert refusal.value.fix == "pip install 'copydesk[spacy]'"


def test_without_the_setting_spacy_is_not_imported() -> None:
    code = (
        "import sys; from worker.config_files import rules_for; from worker.settings import Settings; "
        "rules_for(Settings()); import worker.pipeline; print('spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
