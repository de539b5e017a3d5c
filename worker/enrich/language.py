"""The language of a text: by its script, and among languages of one script by sequences of letters.

The beginning, the middle and a late part are looked at, so that a quotation or a footer in another language is
outvoted, and the cost does not grow with the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.enrich.ngrams import ngram_models
from worker.enrich.scripts import script_of

if TYPE_CHECKING:
    from worker.language_rules import CloseLanguages, LanguageRules

UNKNOWN: Final = "und"
_SAMPLE_CHARACTERS = 600
_PART_CHARACTERS = 200
_BYTES_MAX = 600
_LETTERS_MIN = {"han": 4, "kana": 4, "hangul": 5}
_LETTERS_MIN_OTHERS = 10
# In nats over the whole sample: by so much the best must lead the second, and what is declared, to be believed.
_LEAD_MIN = 4.0
_LEAD_OVER_DECLARED_MIN = 12.0
# Nats a byte: a text under it is no language of ours (a list of names, a table, noise).
_FIT_MIN = -1.6
# A word that only one of two close languages has is worth so many nats.
_WORD_NATS = 5.0
_WORD: Final = re.compile(r"[^\s.,;:!?()\"“”„«»।]+")
_TAG: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_PIECES: Final = {2: str.upper, 4: str.title}


def language_of(text: str, declared: str | None, rules: LanguageRules) -> str:
    """The BCP 47 tag of the language that most of `text` is in; `und` where nothing tells.

    `declared` is what the document says (`en`, `en_US`, `no`). Its region and script are kept where its language
    agrees with the text. The text wins where it surely says something else; where it is too short to tell, what is
    declared stands.
    """
    tag = declared_tag(declared, rules) if declared else None
    if len(text) > _SAMPLE_CHARACTERS:
        text = _sample(text)
    if text.isupper():
        text = text.lower()
    script, letters = script_of(text)
    if letters < _LETTERS_MIN.get(script, _LETTERS_MIN_OTHERS):
        return tag or UNKNOWN
    only = rules.scripts.get(script)
    if only is not None:
        return _agreed(only, tag, rules)
    return _by_sequences(text, script, tag, rules)


def declared_tag(declared: str, rules: LanguageRules) -> str | None:
    """What a document declares as a BCP 47 tag in its usual letters; None where it is no tag, or `und`."""
    tag = declared.strip().replace("_", "-").lower()
    if _TAG.fullmatch(tag) is None:
        return None
    base, *rest = tag.split("-")
    if base in {"und", "mul", "zxx", "mis"}:
        return None
    return "-".join([rules.aliases.get(base, base), *(_PIECES.get(len(piece), str.lower)(piece) for piece in rest)])


def _sample(text: str) -> str:
    """Three parts of `text`, each from the beginning of a word."""
    parts = [text[:_PART_CHARACTERS]]
    for share in (0.45, 0.75):
        start = text.find(" ", at := int(len(text) * share), at + _PART_CHARACTERS) + 1 or at
        parts.append(text[start : start + _PART_CHARACTERS])
    return " ".join(parts)


def _agreed(found: str, tag: str | None, rules: LanguageRules) -> str:
    """The declared `tag` where its language is the one that was `found`."""
    base = tag.partition("-")[0] if tag else ""
    return tag if tag and found in {base, rules.same.get(base)} else found


def _by_sequences(text: str, script: str, tag: str | None, rules: LanguageRules) -> str:
    model = ngram_models(rules.model).get(script)
    if model is None:
        return tag or UNKNOWN
    data = f" {text} ".encode("utf-8", "replace")[:_BYTES_MAX]
    languages, scores = model.languages, model.scores(data).tolist()
    best, second = _leaders(scores)
    close = rules.close_to(languages[best], languages[second])
    if close is not None:
        _weigh_words(text, close, languages, scores)
        best, second = _leaders(scores)
    if scores[best] < _FIT_MIN * len(data):
        return tag or UNKNOWN
    base = tag.partition("-")[0] if tag else ""
    base = rules.same.get(base, base)
    if base and base != languages[best]:
        if base in languages:
            is_sure = scores[best] - scores[languages.index(base)] >= _LEAD_OVER_DECLARED_MIN
        else:
            # One that is written in another script it is not; one that nobody knows can't be told from the others.
            is_sure = _is_known(base, rules)
        return languages[best] if is_sure else tag or UNKNOWN
    if not base and scores[best] - scores[second] < _LEAD_MIN:
        return UNKNOWN
    return _agreed(languages[best], tag, rules)


def _is_known(language: str, rules: LanguageRules) -> bool:
    models = ngram_models(rules.model).values()
    return language in rules.scripts.values() or any(language in model.languages for model in models)


def _leaders(scores: list[float]) -> tuple[int, int]:
    """The places of the highest and the second highest score."""
    best = scores.index(max(scores))
    others = scores.copy()
    others[best] = float("-inf")
    return best, others.index(max(others))


def _weigh_words(text: str, close: CloseLanguages, languages: tuple[str, ...], scores: list[float]) -> None:
    """Add to the `scores` of `close` languages what the words of `text` say."""
    places = {language: place for place, language in enumerate(languages) if language in close.languages}
    for word in _WORD.findall(text.lower()):
        for language in close.words.get(word, ()):
            scores[places[language]] += _WORD_NATS
