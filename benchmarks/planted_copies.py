"""Copies of articles with a known truth: what outlets, editors and scrapers do to a text, in measured doses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    Plant = Callable[[random.Random, str, str], str]

_HEADERS = (
    "Von unserem Korrespondenten. Aktualisiert am Montag um 14 Uhr, aus dem Englischen übernommen.",
    "Par notre correspondant. Mis à jour lundi à 14 heures, traduit en partie de l'anglais.",
    "De nuestro corresponsal. Actualizado el lunes a las 14 horas, traducido en parte del inglés.",
)


def edited(choice: random.Random, text: str, share: float, vocabulary: Sequence[str]) -> str:
    """`text` with that share of its words replaced by others, each by itself; paragraphs stay."""
    return "\n\n".join(
        " ".join(choice.choice(vocabulary) if choice.random() < share else word for word in paragraph.split())
        for paragraph in paragraphs_of(text)
    )


def reordered(choice: random.Random, text: str) -> str:
    """`text` with its paragraphs in another order."""
    paragraphs = paragraphs_of(text)
    choice.shuffle(paragraphs)
    return "\n\n".join(paragraphs)


def cut(text: str, share: float) -> str:
    """The first words of `text`, that share of them."""
    words = text.split(" ")
    return " ".join(words[: max(1, round(len(words) * share))])


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of `text`."""
    return [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]


def plants(vocabulary: Sequence[str]) -> Mapping[str, Plant]:
    """What can be done to an article: by name, given an unrelated one to take foreign words from."""
    edits = {
        f"{percent} % of the words replaced": _edit(percent / 100, vocabulary) for percent in (2, 5, 10, 15, 20, 25, 30)
    }
    return edits | {
        "paragraphs in another order": lambda choice, text, _: reordered(choice, text),
        "header and footer in another language": lambda choice, text, _: "\n\n".join(
            (choice.choice(_HEADERS), text, choice.choice(_HEADERS))
        ),
        "second half cut": lambda _, text, __: cut(text, 0.5),
        "last three quarters cut": lambda _, text, __: cut(text, 0.25),
        "own lead of 60 words for the first 60": lambda _, text, other: _own_lead(text, other, 60, 60),
        "own lead of 60 words, first 60 cut, 5 % edited": lambda choice, text, other: edited(
            choice, _own_lead(text, other, 60, 60), 0.05, vocabulary
        ),
        "own lead of 60 words before the whole": lambda _, text, other: _own_lead(text, other, 60, 0),
        "another story below, of the same length": lambda _, text, other: f"{text}\n\n{_long(other, text)}",
        "another story above, of the same length": lambda _, text, other: f"{_long(other, text)}\n\n{text}",
        "the first third inside another article": lambda _, text, other: (
            f"{cut(other, 0.5)}\n\n{cut(text, 0.33)}\n\n{other[len(cut(other, 0.5)) :]}"
        ),
        "one paragraph quoted in another article": lambda choice, text, other: (
            f"{other}\n\n{max(choice.sample(paragraphs_of(text), min(3, len(paragraphs_of(text)))), key=len)}"
        ),
    }


def _edit(share: float, vocabulary: Sequence[str]) -> Plant:
    return lambda choice, text, _: edited(choice, text, share, vocabulary)


def _own_lead(text: str, other: str, own: int, dropped: int) -> str:
    return " ".join(other.split()[:own]) + "\n\n" + " ".join(text.split()[dropped:])


def _long(other: str, text: str) -> str:
    return (other * (1 + len(text) // max(1, len(other))))[: len(text)]
