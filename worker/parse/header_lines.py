"""One line above the words of a plain text: what it is by its form, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.article import Author, Image, Publisher
from worker.draft import Fields
from worker.parse.dates import read_date
from worker.parse.people import is_person, read_byline
from worker.parse.urls import absolute_url, canonical_url, domain_of

if TYPE_CHECKING:
    from worker.rules import Rules

HEADLINE_CHARACTERS_MAX = 200
_FORM_CHARACTERS_MAX = 160
_HEADLINE_WORDS_MIN, _HEADLINE_WORDS_MAX = 2, 30
_OUTLET_WORDS_MAX = 6
_OUTLET_CHARACTERS_MAX = 60
_SECTION_WORDS_MAX = 3
_HOST_LETTERS_MIN = 4
_CAPITALISED_LETTERS_MIN = 4
_PARTS_MAX = 6
_PARTS = re.compile(r"\s+[|•·‧∙/]\s+|\s+[-–—]\s+|\s*\|\s*")
_SENTENCE_END = re.compile(r"[.,;:。،।…—–-][\"'’”»)\]]*\Z")
_ABBREVIATION_END = re.compile(r"(?:\b[A-Za-z]\.){2,}\Z|\b(?:Inc|Ltd|Co|Corp|Jr|Sr|St|vs|etc)\.\Z")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A header line: its name in `removed` (None: it lives on in a field), and what it says."""

    kind: str | None
    says: Fields


def by_form(line: str, fields: Fields, rules: Rules) -> Line | None:
    """The line as one of the forms in the rules, or as several of them with bars between."""
    if len(line) > _FORM_CHARACTERS_MAX and "://" not in line:
        return None
    for rule in rules.headers.fitting(line):
        match = rule.pattern.fullmatch(line)
        says = _says(match, rules) if match else None
        if says is not None:
            return _heading(says, fields) if rule.kind == "heading" else Line(rule.kind, says)
    return in_parts(line, fields, rules)


def in_parts(line: str, fields: Fields, rules: Rules) -> Line | None:
    """A line such as `Politics | By Jo Roe | 5 October 2024`: every part must be of a header, one a form."""
    parts = _PARTS.split(line) if "|" in line or " " in line else []
    if not 1 < len(parts) <= _PARTS_MAX or not all(parts):
        return None
    says, has_form = Fields(), False
    for part in parts:
        form = next(
            (
                found
                for rule in rules.headers.fitting(part)
                if rule.kind != "heading" and (match := rule.pattern.fullmatch(part)) and (found := _says(match, rules))
            ),
            None,
        )
        if form is not None:
            has_form = has_form or form.published is not None or bool(form.authors) or form.modified is not None
        elif part.casefold() in rules.headers.sections:
            form = Fields(section=part)
        else:
            named = outlet(part, fields, rules)
            form = named.says if named else Fields(authors=(Author(part),)) if is_person(part, rules.people) else None
        if form is None:
            return None
        says = says.or_else(form)
    return Line("header", says) if has_form else None


def looks_like_headline(line: str) -> bool:
    """Whether `line` has the form of a headline: some words, no sentence."""
    if len(line) > HEADLINE_CHARACTERS_MAX or line.startswith(("- ", "* ", "• ", "http")):
        return False
    if _SENTENCE_END.search(line) and not _ABBREVIATION_END.search(line):
        return False
    if line[0].islower() and not line[1:2].isupper():
        return False
    if line.isascii() or " " in line:
        return _HEADLINE_WORDS_MIN <= len(line.split()) <= _HEADLINE_WORDS_MAX
    return any(c.isalpha() for c in line)


def is_in_capitals(line: str, share: float) -> bool:
    """Whether at least `share` of the longer words of `line` begin with a capital."""
    words = [word for word in _LETTERS.findall(line) if len(word) >= _CAPITALISED_LETTERS_MIN]
    return len(words) > 1 and sum(word[0].isupper() for word in words) >= len(words) * share


def outlet(line: str, fields: Fields, rules: Rules) -> Line | None:
    """The line as the name of an outlet; only lines beside other header lines are asked."""
    if not _is_short_name(line):
        return None
    printed = _LETTERS.findall(line)
    words = [word.casefold() for word in printed]
    is_outlet = not rules.headers.outlet_words.isdisjoint(words)
    if not is_outlet and not _is_in_host("".join(words), fields) and line.casefold() not in rules.cuts.outlets:
        return None
    return Line("header", Fields(publisher=Publisher(line, domain_of(fields.url))))


def sandwiched(line: str, fields: Fields, rules: Rules) -> Line | None:
    """A short name right between two header lines: a person who wrote it, else the outlet, else the section."""
    if not _is_short_name(line):
        return None
    if is_person(line, rules.people) and not fields.authors:
        return Line("byline", Fields(byline=line, authors=(Author(line),)))
    if fields.publisher is None:
        return Line("header", Fields(publisher=Publisher(line, domain_of(fields.url))))
    if fields.section is None and len(line.split()) <= _SECTION_WORDS_MAX:
        return Line("header", Fields(section=line))
    return None


def _is_short_name(line: str) -> bool:
    if len(line) > _OUTLET_CHARACTERS_MAX or len(line.split()) > _OUTLET_WORDS_MAX or _SENTENCE_END.search(line):
        return False
    printed = _LETTERS.findall(line)
    return bool(printed) and all(word[0].isupper() for word in printed if len(word) >= _CAPITALISED_LETTERS_MIN)


def _heading(says: Fields, fields: Fields) -> Line:
    if fields.headline and says.headline and says.headline.casefold() == fields.headline.casefold():
        return Line("headline_repeat", Fields())
    return Line(None, says)


def _says(match: re.Match[str], rules: Rules) -> Fields | None:
    """What a line of a form says; None where its parts are not what the form needs them to be."""
    found = match.groupdict()
    if "byline" in found:
        byline = read_byline(found["byline"], rules.people)
        return Fields(byline=match.group().strip("*_"), authors=byline.authors) if byline else None
    if "published" in found or "modified" in found:
        name = "published" if "published" in found else "modified"
        moment = read_date(found[name], rules.dates, "header")
        if moment is None:
            return None
        return Fields(published=moment) if name == "published" else Fields(modified=moment)
    return _address(found, rules) if "image" in found or "url" in found else _named(found)


def _address(found: dict[str, str | None], rules: Rules) -> Fields | None:
    if "image" in found:
        address = absolute_url(found["image"] or "")
        return Fields(images=(Image(address),)) if address else None
    address = canonical_url(found["url"] or "", rules)
    return Fields(url=address) if address else None


def _named(found: dict[str, str | None]) -> Fields:
    if found.get("heading"):
        return Fields(headline=found["heading"], headline_origin="heading")
    if found.get("headline"):
        return Fields(headline=found["headline"], headline_origin="metadata")
    publisher = found.get("publisher")
    return Fields(publisher=Publisher(publisher, None) if publisher else None, section=found.get("section"))


def _is_in_host(letters: str, fields: Fields) -> bool:
    hosts = (domain_of(url) or "" for url in (fields.url, *(image.url for image in fields.images)))
    return len(letters) >= _HOST_LETTERS_MIN and any(
        letters in host.replace("-", "").replace(".", "") for host in hosts
    )
