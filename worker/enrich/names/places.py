"""Places: countries, states, cities, and what is called after its form; their country from what stands beside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.article import Coordinates
from worker.enrich.names.found import Found
from worker.name_flags import GIVEN, NOT_PLACE, SURNAME
from worker.name_runs import is_opening

if TYPE_CHECKING:
    from worker.enrich.names.gather import Name
    from worker.name_rules import NameRules

_LOOKED_AT = 4
_SURE = 150_000
_SURE_WEAK = 2_000_000
_LARGE = 100_000
_MUCH_SMALLER = 10
_BESIDE = re.compile(r", ([A-Z][\w.]*(?: [A-Z]\w+){0,3})")


def find_places(text: str, names: dict[str, Name], rules: NameRules) -> list[Found]:
    """The places that `text` names. The names that are theirs are `taken`."""
    found: dict[str, Found] = {}
    cities = []
    for name in names.values():
        if name.taken:
            continue
        if name.known is not None:
            if name.known.type == "place":
                country = name.known.country
                _add(found, name.known.name, name, 0.9, country, _coordinates(name.text, country, rules))
        elif "place" not in name.kinds:
            cities.append(name)
        elif name.first or not all(is_opening(text, start) for start, _ in name.spans):
            _add(found, name.text, name, 0.75, None, None)
    states = {rules.states[form] for one in found.values() for form in one.forms if form in rules.states}
    for name in cities:
        _city(text, found, name, states, rules)
    for one in found.values():
        if one.country is not None and " " in one.country:
            one.country = _one_of(one.country.split(" "), text, found, rules)
    return list(found.values())


def _one_of(countries: list[str], text: str, found: dict[str, Found], rules: NameRules) -> str | None:
    """That of several countries of which the text names another place or the people; None where that is open."""
    named = {one.country for one in found.values()}
    named |= {country for word, country in rules.demonyms.items() if country in countries and word in text}
    fitting = [country for country in countries if country in named]
    return fitting[-1] if fitting else None


def _add(
    found: dict[str, Found], key: str, name: Name, confidence: float, country: str | None, where: Coordinates | None
) -> None:
    name.taken = True
    entity = found.get(key)
    if entity is None:
        found[key] = Found(
            "place", name.text, list(name.spans), confidence, country=country, coordinates=where, forms={name.text}
        )
        return
    entity.spans = sorted({*entity.spans, *name.spans})
    entity.forms.add(name.text)
    if len(name.text) > len(entity.name):
        entity.name = name.text


def _city(text: str, found: dict[str, Found], name: Name, states: set[str], rules: NameRules) -> None:
    """A city of the gazetteer, or any name with a state or country beside it, where what stands around it says so."""
    rows = rules.gazetteer.cities.get(name.text, "")
    beside = _beside(text, name, rules)
    if beside is not None and (rows or _is_located(text, name, rules)):
        row = _row(rows, beside)
        _add(found, name.text, name, 0.9 if row else 0.75, beside[:2], _point(row))
        return
    if not rows:
        return
    row = rows.partition(";")[0]
    inhabitants = _inhabitants(row)
    weak = name.first & (GIVEN | SURNAME | NOT_PLACE)
    is_sure = inhabitants >= (_SURE_WEAK if weak else _SURE) and not name.first & NOT_PLACE
    if is_sure or ((not weak or inhabitants >= _LARGE) and _is_located(text, name, rules)):
        row = _near(rows, states)
        _add(found, name.text, name, 0.8 if not weak else 0.65, row[:2], _point(row))


def _near(rows: str, states: set[str]) -> str:
    """Of the cities of one name the largest, or one in a state that the text names, unless it is much smaller."""
    largest, _, others = rows.partition(";")
    for row in others.split(";") if others and states else ():
        if row[:3] == "US-" and row[3:5] in states and _inhabitants(row) * _MUCH_SMALLER >= _inhabitants(largest):
            return row
    return largest


def _inhabitants(row: str) -> int:
    return int(row.rpartition(",")[2])


def _is_located(text: str, name: Name, rules: NameRules) -> bool:
    for start, _ in name.spans[:_LOOKED_AT]:
        before = text[max(0, start - 20) : start]
        if before.endswith(" ") and before[:-1].rpartition(" ")[2].rpartition("\n")[2].lower() in rules.locatives:
            return True
    return False


def _beside(text: str, name: Name, rules: NameRules) -> str | None:
    """The country, or `US-` and the state, that stands behind a name and a comma."""
    for _, end in name.spans[:_LOOKED_AT]:
        match = _BESIDE.match(text, end) if text[end : end + 1] == "," else None
        if match is None:
            continue
        words = match.group(1)
        for said in (words, words.rstrip("."), words.partition(" ")[0]):
            state = rules.states.get(said)
            if state is not None:
                return f"US-{state}"
            known = rules.known.get(said)
            if known is not None and known.type == "place" and known.country and said in rules.countries:
                return known.country
    return None


def _row(rows: str, beside: str) -> str:
    """Of the cities of one name the largest in a country or state; "" where none is."""
    return next((row for row in rows.split(";") if row.partition(",")[0].startswith(beside)), "")


def _point(row: str) -> Coordinates | None:
    if not row:
        return None
    _, lat, lon, _ = row.split(",")
    return Coordinates(float(lat), float(lon))


def _coordinates(name: str, country: str | None, rules: NameRules) -> Coordinates | None:
    """Where a known city is; None for countries and states."""
    where = rules.countries.get(name, "").split(",")
    if len(where) > 1:
        return Coordinates(float(where[1]), float(where[2]))
    if name in rules.countries or name in rules.states or country is None:
        return None
    return _point(_row(rules.gazetteer.cities.get(name, ""), country))
