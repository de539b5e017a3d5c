"""Articles of our own making: each text is unlike every other, so that none is a duplicate by right."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PLACES = (
    "the old harbour",
    "the market hall",
    "the north bridge",
    "the tram depot",
    "the water tower",
    "the fairground",
)
_DEEDS = ("reopened", "closed for repairs", "changed hands", "was extended", "lost its roof", "won an award")


def article(label: str, number: int) -> str:
    """The text of one article: headline, then two paragraphs that name `label` and `number`."""
    place, deed = _PLACES[number % len(_PLACES)], _DEEDS[number // len(_PLACES) % len(_DEEDS)]
    return (
        f"Report {number} of {label}: {place} {deed}\n\n"
        f"After {number + 3} weeks of talks {place} {deed} on Tuesday, the council of {label} said in "
        f"notice {number}. "
        f"About {number * 7 + 11} residents had signed the petition that was handed in last spring.\n\n"
        f"“We counted {number * 3 + 5} visitors before noon,” said the clerk of file {label}/{number}.\n"
    )


def drop(inbox: Path, label: str, numbers: range, owner: tuple[int, int]) -> list[str]:
    """Put one article per number into `inbox`, complete from its first instant, and return the names."""
    names = []
    for number in numbers:
        name = f"{label}-{number:04}.txt"
        unfinished = inbox / f".{name}.part"
        unfinished.write_text(article(label, number), encoding="utf-8")
        os.chown(unfinished, *owner)
        unfinished.rename(inbox / name)
        names.append(name)
    return names
