"""Names that a model finds: what the pipeline is given of it. A function of the text; loading it is not done here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Recognised(NamedTuple):
    """A name at `[start, end)` of the text that was given."""

    type: Literal["person", "organisation", "place", "event"]
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Recogniser:
    """A model for texts of one language.

    Attributes:
        name: of the model and its version; a part of the version of the rules.
        language: the language that it is for, `xx`: any.
        names: what it finds in a text, in order, no two over each other. The same text gives the same.
    """

    name: str
    language: str
    names: Callable[[str], Sequence[Recognised]]
