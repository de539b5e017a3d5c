"""What programs say about an article: an object of keys and values becomes fields.

Under which keys a field is found is data. Values are taken as they are or not at all: a date that is none, an
address that is none, a name that is no person's are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from worker.article import Author, Image, Publisher, Subject
from worker.draft import Fields
from worker.parse.dates import read_date, read_epoch
from worker.parse.fragment import strip_markup
from worker.parse.people import is_person, read_names
from worker.parse.urls import absolute_url, canonical_url, domain_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from worker.article import Moment
    from worker.reading_rules import Keys
    from worker.rules import Rules

Value = object
"""A value as a JSON parser gives it."""

_LINE_CHARACTERS_MAX = 500
_TEXT_CHARACTERS_MAX = 5000
_ITEMS_MAX = 50
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}", re.ASCII | re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_NAMES_OF_TEXT = ("name", "main", "@value", "#text", "text", "title", "value", "rendered", "$oid")
_NAMES_OF_URL = ("url", "contenturl", "@id", "href", "src")
_STATUSES: Mapping[str, Literal["usable", "withheld", "cancelled"]] = {
    "usable": "usable",
    "withheld": "withheld",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}


def fields_of(supplied: Value, keys: Keys, rules: Rules, *, base: str | None = None) -> Fields:
    """The fields that the object `supplied` has under `keys`. Relative addresses are read beside `base`."""
    said = _Said(supplied, keys)
    url = next((u for text in said.texts("url") if (u := canonical_url(text, rules, base=base))), None)
    publisher = _publisher(said, url)
    headline = said.line("headline")
    return Fields(
        guid=said.line("guid") or said.number("guid"),
        url=url,
        headline=headline,
        headline_origin="metadata" if headline else None,
        subheadline=said.line("subheadline"),
        summary=said.line("summary", _TEXT_CHARACTERS_MAX),
        published=_moment(said, "published", rules),
        modified=_moment(said, "modified", rules),
        status=next((_STATUSES[t.lower()] for t in said.texts("status") if t.lower() in _STATUSES), None),
        embargoed_until=_embargo(said, rules),
        byline=said.line("byline"),
        authors=_authors(said, publisher, rules),
        publisher=publisher,
        section=said.line("section"),
        genre=said.line("genre"),
        rights=said.line("rights"),
        subjects=_subjects(said),
        images=_images(said, base),
        language=next((tag for text in said.texts("language") if (tag := language_tag(text))), None),
    )


def language_tag(text: str) -> str | None:
    """`text` as a BCP 47 tag with its usual capitals; None where it is none, such as `English`."""
    if not _LANGUAGE.fullmatch(text):
        return None
    first, *rest = text.replace("_", "-").split("-")
    parts = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest]
    tag = "-".join([first.lower(), *parts])
    return None if tag == "und" else tag


def image_of(address: str, caption: str | None = None, credit: str | None = None, *, base: str | None) -> Image | None:
    """The image at `address`; None where that is no address."""
    url = absolute_url(address, base=base)
    return Image(url, text_of(caption), text_of(credit)) if url else None


class _Said:
    """Looks keys up, without regard to the case of their letters."""

    def __init__(self, supplied: Value, keys: Keys) -> None:
        self._supplied = supplied
        self._keys = keys

    def values(self, name: str) -> Iterator[Value]:
        """The values under the keys of the field `name`, the best first; never null or empty."""
        for path in self._keys.get(name, ()):
            yield from found_at(self._supplied, path)

    def texts(self, name: str) -> Iterator[str]:
        """The same as texts on one line."""
        for value in self.values(name):
            text = text_of(value)
            if text:
                yield text

    def number(self, name: str) -> str | None:
        """The first whole number as a text."""
        numbers = (value for value in self.values(name) if isinstance(value, int) and not isinstance(value, bool))
        return next((str(number) for number in numbers), None)

    def line(self, name: str, characters_max: int = _LINE_CHARACTERS_MAX) -> str | None:
        """The first text; a longer one than allowed is something else than the field."""
        return next((text for text in self.texts(name) if len(text) <= characters_max), None)


def found_at(value: Value, path: str) -> Iterator[Value]:
    """What lies at `path` (keys in small letters, with dots): lists are followed item by item."""
    if isinstance(value, list):
        for item in value[:_ITEMS_MAX]:
            yield from found_at(item, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str) or inner in (None, "", [], {}):
                continue
            name = name.casefold()
            if name == path:
                yield from inner if isinstance(inner, list) else (inner,)
            elif path.startswith(name + "."):
                yield from found_at(inner, path[len(name) + 1 :])


def text_of(value: Value) -> str | None:
    """The text that a value is or holds under a usual name, on one line."""
    if isinstance(value, dict):
        folded = {name.casefold(): inner for name, inner in value.items() if isinstance(name, str)}
        value = next((folded[name] for name in _NAMES_OF_TEXT if isinstance(folded.get(name), str)), None)
    return strip_markup(value) or None if isinstance(value, str) else None


def _url_of(value: Value, base: str | None) -> str | None:
    if isinstance(value, dict):
        folded = {name.casefold(): inner for name, inner in value.items() if isinstance(name, str)}
        return next((url for name in _NAMES_OF_URL if (url := _url_of(folded.get(name), base))), None)
    return absolute_url(value, base=base) if isinstance(value, str) else None


def _moment(said: _Said, name: str, rules: Rules) -> Moment | None:
    for value in said.values(name):
        if isinstance(value, dict):
            value = value.get("$date") or text_of(value)
        if isinstance(value, str) and _EPOCH.fullmatch(value.strip()):
            value = float(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = read_epoch(value, "metadata")
        else:
            moment = read_date(value, rules.dates, "metadata") if isinstance(value, str) else None
        if moment is not None:
            return moment
    return None


def _embargo(said: _Said, rules: Rules) -> str | None:
    moment = _moment(said, "embargoed_until", rules)
    return None if moment is None else moment.instant or moment.value


def _authors(said: _Said, publisher: Publisher | None, rules: Rules) -> tuple[Author, ...]:
    outlet = (publisher.name or "").casefold() if publisher else ""
    people: dict[str, Author] = {}
    for name in _people(said.values("authors"), rules):
        if name.casefold() != outlet:
            people.setdefault(name, Author(name))
    for name in _people(said.values("contributors"), rules):
        people.setdefault(name, Author(name, "contributor"))
    return tuple(people.values())[:_ITEMS_MAX]


def _people(values: Iterator[Value], rules: Rules) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield from read_names(value[:_TEXT_CHARACTERS_MAX], rules.people)
        elif isinstance(value, dict):
            name = text_of(value)
            if name is None or not _is_called_person(value.get("@type")):
                continue
            if is_person(name, rules.people) or _is_mononym(name, value):
                yield name


def _is_called_person(kinds: Value) -> bool:
    """Whether something of the type `kinds`, one or several of schema.org's, may be a person."""
    every = kinds if isinstance(kinds, list) else [kinds]
    return kinds is None or any(str(kind).endswith("Person") for kind in every)


def _is_mononym(name: str, value: dict[str, Value]) -> bool:
    """Whether one word is a person's name because the source says that it is a person."""
    return "@type" in value and name.isalpha() and name[0].isupper() and not name.isupper()


def _publisher(said: _Said, url: str | None) -> Publisher | None:
    name = next((t for t in said.texts("publisher") if not _DOMAIN.fullmatch(t) and "://" not in t), None)
    domains = (t.casefold().removeprefix("www.") for t in said.texts("domain") if _DOMAIN.fullmatch(t))
    domain = next(domains, None) or domain_of(url)
    if name is not None and len(name) > _LINE_CHARACTERS_MAX:
        name = None
    return Publisher(name, domain) if name or domain else None


def _subjects(said: _Said) -> tuple[Subject, ...]:
    subjects: dict[Subject, None] = {}
    for value in said.values("subjects"):
        if isinstance(value, str):
            names = re.split(r"\s*[,;|]\s*", value)
            subjects.update({Subject(None, name, None): None for raw in names if (name := text_of(raw))})
        elif isinstance(value, dict):
            folded = {name.casefold(): inner for name, inner in value.items() if isinstance(name, str)}
            code, scheme = (text_of(folded.get(name)) for name in ("code", "scheme"))
            name = text_of(folded.get("name"))
            if code or name:
                subjects[Subject(code, name, scheme)] = None
    short = (s for s in subjects if len((s.name or "") + (s.code or "")) <= _LINE_CHARACTERS_MAX)
    return tuple(short)[:_ITEMS_MAX]


def _images(said: _Said, base: str | None) -> tuple[Image, ...]:
    images: dict[str, Image] = {}
    for value in said.values("images"):
        url = _url_of(value, base)
        if url is None:
            continue
        folded = {n.casefold(): v for n, v in value.items() if isinstance(n, str)} if isinstance(value, dict) else {}
        caption = text_of(folded.get("caption") or folded.get("description"))
        credit = text_of(folded.get("credittext") or folded.get("credit") or folded.get("byline"))
        images.setdefault(url, Image(url, caption, credit))
    return tuple(images.values())[:_ITEMS_MAX]
