"""The gazetteers beside the rules: places, countries, given names and surnames, as they are shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from worker.name_flags import GIVEN, SURNAME

if TYPE_CHECKING:
    from collections.abc import Mapping

KnownType = Literal["person", "organisation", "place", "event"]
INHABITANTS_OF_LARGE = 50_000


@dataclass(frozen=True, slots=True)
class Known:
    """A name that stands in the rules: `name` is the full one, `country` ISO 3166-1, two of them, or None."""

    type: KnownType
    name: str
    country: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """What is known of names in every language.

    Attributes:
        people: a word -> `GIVEN`, `SURNAME` or both.
        cities: a name -> `country[-state],latitude,longitude,inhabitants`, several parted by `;`, the largest first.
        large: cities of two words and more and at least `INHABITANTS_OF_LARGE`.
    """

    people: Mapping[str, int]
    cities: Mapping[str, str]
    large: Mapping[str, Known]


def gazetteer_from(files: Mapping[str, bytes]) -> Gazetteer:
    """The gazetteer in `places.tsv`, `given_names.txt` and `surnames.txt` of `files`. Raises KeyError, ValueError."""
    given = files["given_names.txt"].decode().split("\n")
    people = dict.fromkeys(given, GIVEN)
    for name in files["surnames.txt"].decode().split("\n"):
        people[name] = people.get(name, 0) | SURNAME
    people.pop("", None)
    lines = files["places.tsv"].decode().rstrip("\n").split("\n")
    cities = dict(cast("tuple[str, str]", line.split("\t")) for line in lines)
    large = {
        name: Known("place", name, where[:2])
        for name, where in cities.items()
        if " " in name and int(where.partition(";")[0].rpartition(",")[2]) >= INHABITANTS_OF_LARGE
    }
    return Gazetteer(people, cities, large)


def countries_from(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """Language -> name -> country, of `countries.tsv` in `files`. Raises KeyError, ValueError."""
    found: dict[str, dict[str, str]] = {}
    for line in files["countries.tsv"].decode().rstrip("\n").split("\n"):
        language, name, where = line.split("\t")
        found.setdefault(language, {})[name] = where
    return found
