"""A spaCy pipeline as a recogniser of names: the extra `spacy`, imported only where `enrich.ner` names one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from worker.errors import ConfigurationError
from worker.recogniser import Recognised, Recogniser

if TYPE_CHECKING:
    from collections.abc import Mapping

SPACY = "spacy:"
"""What the setting begins with."""

_KEY = "enrich.ner"
_CHARACTERS_MAX = 100_000
# What finds no names and takes most of the time.
_NOT_NEEDED = ("tagger", "parser", "senter", "morphologizer", "lemmatizer", "attribute_ruler", "textcat")
_TYPES: Mapping[str, Literal["person", "organisation", "place", "event"]] = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "EVENT": "event",
}


def load_spacy(setting: str) -> Recogniser:
    """The pipeline that `setting` names: `spacy:` and the name of an installed one, or a folder.

    Raises:
        ConfigurationError: spaCy or the pipeline is missing, or it finds no names.
    """
    name = setting.removeprefix(SPACY)
    try:
        import spacy
    except ImportError:
        raise ConfigurationError(_KEY, "spaCy is not installed", "pip install 'copydesk[spacy]'") from None
    try:
        nlp = spacy.load(name, exclude=list(_NOT_NEEDED))
    except (OSError, ValueError, KeyError) as error:
        said = str(error).partition("\n")[0].rstrip(".")
        fix = f"python -m spacy download {name}, or name an installed pipeline or its folder"
        raise ConfigurationError(_KEY, f"the pipeline {name!r} can't be loaded ({said})", fix) from None
    if not any(nlp.has_pipe(pipe) for pipe in ("ner", "entity_ruler", "span_ruler")):
        raise ConfigurationError(_KEY, f"the pipeline {name!r} finds no names", "name one with `ner` in it")
    label = f"{name} {nlp.meta.get('version', '')}".rstrip()
    return Recogniser(f"{SPACY}{label}", nlp.lang or "xx", lambda text: _names(nlp, text))


def _names(nlp: Any, text: str) -> list[Recognised]:
    """What the pipeline finds in the first 100,000 characters of `text`."""
    found = []
    for entity in nlp(text[:_CHARACTERS_MAX]).ents:
        kind = _TYPES.get(entity.label_)
        if kind is not None:
            words = entity.text.rstrip().removesuffix("'s").removesuffix("’s")
            found.append(Recognised(kind, entity.start_char, entity.start_char + len(words)))
    return [one for one in found if one.end > one.start]
