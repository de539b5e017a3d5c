"""An entity as it is found, before it is a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from worker.article import Coordinates, Span


@dataclass(slots=True, eq=False)
class Found:
    """Somebody or something that the text names: `name` is the fullest form, `confidence` 0 to 1."""

    type: Literal["person", "organisation", "place", "event", "other"]
    name: str
    spans: list[Span]
    confidence: float
    role: str | None = None
    affiliation: str | None = None
    country: str | None = None
    coordinates: Coordinates | None = None
    forms: set[str] = field(default_factory=set)
