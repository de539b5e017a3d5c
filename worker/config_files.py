"""Where the files of `config/` are: beside the package in a checkout, inside it where it is installed."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from worker.errors import ConfigurationError
from worker.rules import OWN_RULES, Rules, rules_from
from worker.word_rules import MODELS

if TYPE_CHECKING:
    from worker.settings import Settings

_HERE = os.path.dirname(os.path.abspath(__file__))


def config_folder() -> str:
    """The absolute path of the shipped `config/`.

    Raises:
        ConfigurationError: the installation lacks it.
    """
    for folder in (os.path.join(_HERE, "config"), os.path.join(os.path.dirname(_HERE), "config")):
        if os.path.isdir(os.path.join(folder, "rules")):
            return folder
    raise ConfigurationError("config", "the folder with the rules is missing", "install copydesk again")


@cache
def load_rules(own: str = "") -> Rules:
    """The rules that copydesk ships and those in the folder `own` (empty: none), read once per process.

    Raises:
        ConfigurationError: a file can't be read or understood.
    """
    files = shipped_files()
    if own:
        files |= _files(own, OWN_RULES)
    return rules_from(files)


def rules_for(settings: Settings) -> Rules:
    """The rules that `settings` ask for, with the model that finds names where they name one.

    Raises:
        ConfigurationError: a file can't be read or understood, or the model is missing.
    """
    rules = load_rules(settings.paths.rules)
    if not settings.enrich.ner:
        return rules
    from worker.spacy_pipeline import load_spacy

    return rules.with_recogniser(load_spacy(settings.enrich.ner))


def shipped_files() -> dict[str, bytes]:
    """The rules, lists and models that copydesk ships, name -> bytes."""
    folder = config_folder()
    rules = _files(os.path.join(folder, "rules"), "", (".toml", ".tsv", ".txt"))
    return rules | _files(os.path.join(folder, "models"), MODELS, (".npz", ".zlib"))


def _files(folder: str, prefix: str, endings: str | tuple[str, ...] = ".toml") -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    try:
        for name in sorted(os.listdir(folder)):
            if name.endswith(endings):
                with open(os.path.join(folder, name), "rb") as file:
                    files[prefix + name] = file.read()
    except OSError as error:
        raise ConfigurationError("paths.rules", f"{folder} can't be read ({error.strerror})", "name a folder") from None
    return files
