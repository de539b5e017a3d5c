"""What a text is about: words that are far more frequent in it than in its language, grown to phrases.

The weight of a word is that of Damerau's (1993) and Edmundson's (1969) methods: how often it stands in the text, times
how rare it is in the language, more where it stands in the headline and early in the text. A phrase is a run of words
around such words that recurs.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from worker.article import Keyphrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from worker.phrase_rules import PhraseRules, WordTable

_CHARACTERS_MAX = 12_000
"""So much of a text is looked at: what it is about stands there."""
_WORDS_MIN = 20
_PHRASES_MAX, _SEEDS_MAX, _SEEDS_MIN = 10, 24, 12
_PHRASE_WORDS_MAX, _LETTERS_MIN = 4, 3
_ZIPF_MAX, _ZIPF_UNKNOWN = 8.0, 2.4
_HEADLINE_GAIN, _NAME_GAIN, _WORD_GAIN = 1.6, 1.25, 0.3
_EARLY_CHARACTERS, _EARLY_GAIN = 500, 1.4
_SHARE_MIN = 0.4
"""A phrase stands for its word where it is in so great a part of the word's places."""
_SCORE_HALF = 10.0
"""The weight that gives a score of a half."""
_MARKS: Final = '\n.,;:!?()[]"“”„«»…—–'
_GENITIVES: Final = ("’s ", "'s ", "’ ", "' ", " ‘", " '")


def keyphrases(text: str, headline: str | None, language: str, rules: PhraseRules) -> tuple[Keyphrase, ...]:
    """Up to ten phrases of one to four words, as they stand in `text`, the weightiest first; scores from 0 to 1.

    None for a language without a table of words, and for a text of fewer than 20 words.
    """
    table = rules.table(language.partition("-")[0])
    if table is None:
        return ()
    text = text[:_CHARACTERS_MAX]
    words = _plain(text).split()
    if len(words) < _WORDS_MIN:
        return ()
    counts = Counter(words)
    titled = _plain(headline or "").split()
    weights = _weights(counts, text, titled, table)
    phrases = _phrases(words, text, titled, weights, table)
    found = {**weights, **{phrase: weight for phrase, (weight, _) in phrases.items()}}
    for phrase, (_, count) in phrases.items():
        for word in phrase.split():
            if count >= _SHARE_MIN * counts[word]:
                found.pop(word, None)
    best = sorted(found, key=lambda phrase: (-found[phrase], phrase))[:_PHRASES_MAX]
    return tuple(Keyphrase(one, round(found[one] / (found[one] + _SCORE_HALF), 3)) for one in best)


def _plain(text: str) -> str:
    """`text` with spaces for marks, and without genitives."""
    for mark in _MARKS:
        text = text.replace(mark, " ")
    for ending in _GENITIVES:
        text = text.replace(ending, " ")
    return text


def _weights(counts: Counter[str], text: str, titled: Sequence[str], table: WordTable) -> dict[str, float]:
    """The words that tell most, as they stand in the text, with their weights."""
    early, zipf = text[:_EARLY_CHARACTERS], table.zipf
    titles = {word.lower() for word in titled}
    told = [word for word, count in counts.items() if count > 1 and word not in table.common]
    if len(told) < _SEEDS_MIN:
        told = [word for word in counts if word not in table.common]
    else:
        told += [word for word in titled if counts[word] == 1 and word not in table.common]
    found: dict[str, float] = {}
    for word in told:
        if len(word) < _LETTERS_MIN or not word[0].isalpha():
            continue
        lowered = word.lower()
        other = lowered if lowered != word else word.capitalize()
        count = counts[word] + counts.get(other, 0)
        if other in found or (count > counts[word] and counts[other] > counts[word]):
            continue
        weight = math.log1p(count) * (_ZIPF_MAX - zipf.get(lowered, _ZIPF_UNKNOWN))
        if lowered in titles:
            weight *= _HEADLINE_GAIN
        if word in early:
            weight *= _EARLY_GAIN
        if lowered != word and lowered not in counts:
            weight *= _NAME_GAIN
        found[word] = weight
    return {word: found[word] for word in sorted(found, key=lambda word: (-found[word], word))[:_SEEDS_MAX]}


def _phrases(
    words: Sequence[str], text: str, titled: Sequence[str], weights: Mapping[str, float], table: WordTable
) -> dict[str, tuple[float, int]]:
    """The runs of words that recur, and those of the headline that stand in the text: weight and how often."""
    counts = Counter([pair for pair in pairwise(words) if pair[0] in weights or pair[1] in weights])
    often = {pair for pair, count in counts.items() if count > 1}
    often.update(pair for pair in pairwise(titled) if pair in counts)
    # Where a word is followed by several that recur with it, the first in the order of letters is taken.
    following = {
        one: other for one, other in sorted(often, reverse=True) if _is_inside(one, table) and _is_inside(other, table)
    }
    found: dict[str, tuple[float, int]] = {}
    for one in sorted(following.keys() - following.values()):
        run = [one]
        while len(run) < _PHRASE_WORDS_MAX and run[-1] in following:
            run.append(following[run[-1]])
        while len(run) > 1 and " ".join(run) not in text:
            run.pop()
        if len(run) > 1:
            phrase = " ".join(run)
            heaviest = max(weights.get(word, 0.0) for word in run)
            found[phrase] = (heaviest * (1 + _WORD_GAIN * (len(run) - 1)), text.count(phrase))
    return found


def _is_inside(word: str, table: WordTable) -> bool:
    """Whether a word may be part of a phrase."""
    return word[0].isalpha() and (word in table.inside or word.lower() not in table.common)
