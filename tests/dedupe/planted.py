"""Texts of made-up words with what was done to them: pairs of every kind that the decision has to tell apart."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SYLLABLES = (
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ri",
    "so",
    "tu",
    "va",
    "we",
    "xi",
    "zu",
)
KINDS = ("same", "edited", "cut", "own_lead", "embedded", "boilerplate", "reordered", "passage", "unlike")
COMMON = ("the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "was", "on", "are", "as", "with", "at", "by")


def article(choice: random.Random, words: int) -> list[str]:
    """`words` words, a third of them the usual small ones."""
    return [choice.choice(COMMON) if choice.random() < 0.35 else word(choice) for _ in range(words)]


def word(choice: random.Random) -> str:
    """A word that nobody has read before."""
    return "".join(choice.choice(SYLLABLES) for _ in range(choice.randint(2, 4)))


def edited(choice: random.Random, words: list[str], share: float) -> list[str]:
    """`words` with that share of them replaced, each by itself."""
    return [word(choice) if choice.random() < share else old for old in words]


def pair(choice: random.Random, kind: str, words: int) -> tuple[str, str]:
    """Two texts, the first of `words` words; the second made from it in the way that `kind` names."""
    first = article(choice, words)
    return " ".join(first), " ".join(_second(choice, kind, first))


def pairs(seed: int, count: int) -> Iterator[tuple[str, str, str]]:
    """`count` times a kind and its two texts, of 3 to 3,000 words."""
    choice = random.Random(seed)
    for _ in range(count):
        kind = choice.choice(KINDS)
        yield kind, *pair(choice, kind, int(3 * 1000 ** choice.random()))


def _second(choice: random.Random, kind: str, first: list[str]) -> list[str]:
    own, size = article(choice, choice.randint(20, 120)), len(first)
    if kind == "edited":
        return edited(choice, first, choice.uniform(0.01, 0.4))
    if kind == "cut":
        return first[: max(1, int(size * choice.uniform(0.3, 0.9)))]
    if kind == "own_lead":
        return own + first[min(size - 1, choice.randint(5, 60)) :]
    if kind == "embedded":
        return own + first + article(choice, choice.randint(1, 4 * size))
    if kind == "boilerplate":
        return article(choice, choice.randint(40, 300)) + first[size // choice.randint(4, 12) :]
    if kind == "reordered":
        return first[size // 2 :] + first[: size // 2]
    if kind == "passage":
        return article(choice, size) + first[: size // choice.randint(2, 8)] + article(choice, size // 4)
    return first if kind == "same" else article(choice, size)
