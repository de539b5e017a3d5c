"""What stands above the words of a plain text: headline, byline, date, addresses, outlet, section.

The forms of such lines are data (`config/rules/headers.toml`). A line is taken for a header only in its
place: at the top, in an unbroken run of lines of these forms. Everything taken is kept word for word in
`removed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Image, Publisher, Removal
from worker.draft import Fields
from worker.parse.dates import read_date
from worker.parse.people import read_byline
from worker.parse.urls import absolute_url, canonical_url, domain_of

if TYPE_CHECKING:
    from worker.rules import Rules

_LINES_MAX = 16
_CHARACTERS_MAX = 300
_FORM_CHARACTERS_MAX = 160
_HEADLINE_CHARACTERS_MAX = 200
_HEADLINE_WORDS_MIN, _HEADLINE_WORDS_MAX = 2, 30
_OUTLET_WORDS_MAX = 6
_OUTLET_CHARACTERS_MAX = 60
_HOST_LETTERS_MIN = 4
_CAPITALISED_LETTERS_MIN = 4
_SENTENCE_END = re.compile(r"[.,;:。،।…—–-][\"'’”»)\]]*\Z")
_ABBREVIATION_END = re.compile(r"(?:\b[A-Za-z]\.){2,}\Z|\b(?:Inc|Ltd|Co|Corp|Jr|Sr|St|vs|etc)\.\Z")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Header:
    """What was found above the words, what was cut, and the lines from the first of the words on."""

    fields: Fields
    removed: tuple[Removal, ...]
    rest: list[str]


@dataclass(frozen=True, slots=True)
class _Line:
    """A header line: its name in `removed` (None: it lives on in a field), and what it says."""

    kind: str | None
    says: Fields


def read_header(lines: list[str], rules: Rules) -> Header:
    """The header of the text that `lines` are."""
    start = _next_text(lines, 0)
    removed: list[Removal] = []
    fields = Fields()
    prefix = _read_prefix(lines[start], rules) if start < len(lines) else None
    if prefix is not None:
        cut, fields = prefix
        removed.append(Removal("date_prefix", cut.strip()))
        lines = [*lines[:start], lines[start][len(cut) :], *lines[start + 1 :]]
    position = start
    while position < len(lines) and position - start < _LINES_MAX:
        found = _read_line(lines, position, fields, rules)
        if found is None:
            break
        if found.kind is not None:
            removed.append(Removal(found.kind, lines[position].strip()))
        fields = _joined(fields, found.says)
        position = _next_text(lines, position + 1)
    return Header(fields.with_domain(domain_of(fields.url)), tuple(removed), lines[position:])


def _next_text(lines: list[str], position: int) -> int:
    while position < len(lines) and (not lines[position] or lines[position].isspace()):
        position += 1
    return position


def _joined(fields: Fields, more: Fields) -> Fields:
    """`fields` with what `more` says and they do not; a second heading goes under the first."""
    if more.headline and fields.headline:
        more = replace(more, subheadline=more.headline)
    if more.images and fields.images:
        fields = replace(fields, images=fields.images + more.images)
    return fields.or_else(more)


def _read_prefix(line: str, rules: Rules) -> tuple[str, Fields] | None:
    for rule in rules.headers.prefixes:
        match = rule.pattern.match(line)
        moment = match and read_date(match["published"], rules.dates, "header")
        if match and moment:
            return match.group(), Fields(published=moment)
    return None


def _read_line(lines: list[str], position: int, fields: Fields, rules: Rules) -> _Line | None:
    """What the line at `position` is as a part of the header, None where the words begin with it."""
    line = lines[position].strip()
    if len(line) > _CHARACTERS_MAX:
        return None
    found = _by_form(line, fields, rules)
    if found is not None:
        return found
    below = lines[position + 1].strip() if position + 1 < len(lines) else ""
    is_above_header = bool(below) and _is_header(below, fields, rules)
    if fields.headline is None:
        is_alone = not below and _next_text(lines, position + 1) < len(lines)
        if (is_alone or is_above_header) and _looks_like_headline(line):
            return _Line(None, Fields(headline=line, headline_origin="first_line"))
        return None
    if line.casefold() in rules.headers.sections:
        return _Line("header", Fields(section=line))
    is_below_header = bool(lines[position - 1].strip())
    return _as_outlet(line, fields, rules) if is_above_header or is_below_header else None


def _is_header(line: str, fields: Fields, rules: Rules) -> bool:
    return len(line) <= _CHARACTERS_MAX and (
        line.casefold() in rules.headers.sections
        or _by_form(line, fields, rules) is not None
        or _as_outlet(line, fields, rules) is not None
    )


def _by_form(line: str, fields: Fields, rules: Rules) -> _Line | None:
    """The line as one of the forms in the rules."""
    if len(line) > _FORM_CHARACTERS_MAX and "://" not in line:
        return None
    if rules.headers.any_line.fullmatch(line) is None:
        return None
    for rule in rules.headers.lines:
        match = rule.pattern.fullmatch(line)
        says = _says(match, rules) if match else None
        if says is not None:
            return _heading(says, fields) if rule.kind == "heading" else _Line(rule.kind, says)
    return None


def _heading(says: Fields, fields: Fields) -> _Line:
    if fields.headline and says.headline and says.headline.casefold() == fields.headline.casefold():
        return _Line("headline_repeat", Fields())
    return _Line(None, says)


def _says(match: re.Match[str], rules: Rules) -> Fields | None:
    """What a line of a form says; None where its parts are not what the form needs them to be."""
    found = match.groupdict()
    if "byline" in found:
        byline = read_byline(found["byline"], rules.people)
        return Fields(byline=match.group(), authors=byline.authors) if byline else None
    if "published" in found or "modified" in found:
        name = "published" if "published" in found else "modified"
        moment = read_date(found[name], rules.dates, "header")
        if moment is None:
            return None
        return Fields(published=moment) if name == "published" else Fields(modified=moment)
    if "image" in found:
        address = absolute_url(found["image"])
        return Fields(images=(Image(address),)) if address else None
    if "url" in found:
        address = canonical_url(found["url"], rules)
        return Fields(url=address) if address else None
    if "heading" in found:
        return Fields(headline=found["heading"], headline_origin="heading")
    return Fields(publisher=Publisher(found["publisher"], None)) if "publisher" in found else Fields()


def _looks_like_headline(line: str) -> bool:
    if len(line) > _HEADLINE_CHARACTERS_MAX or line.startswith(("- ", "* ", "• ", "http")):
        return False
    if _SENTENCE_END.search(line) and not _ABBREVIATION_END.search(line):
        return False
    if line[0].islower() and not line[1:2].isupper():
        return False
    if line.isascii() or " " in line:
        return _HEADLINE_WORDS_MIN <= len(line.split()) <= _HEADLINE_WORDS_MAX
    return any(c.isalpha() for c in line)


def _as_outlet(line: str, fields: Fields, rules: Rules) -> _Line | None:
    """The line as the name of an outlet; only lines beside other header lines are asked."""
    if len(line) > _OUTLET_CHARACTERS_MAX or len(line.split()) > _OUTLET_WORDS_MAX or _SENTENCE_END.search(line):
        return None
    printed = _LETTERS.findall(line)
    words = [word.casefold() for word in printed]
    is_capitalised = all(word[0].isupper() for word in printed if len(word) >= _CAPITALISED_LETTERS_MIN)
    is_outlet = is_capitalised and not rules.headers.outlet_words.isdisjoint(words)
    if not is_outlet and not _is_in_host("".join(words), fields):
        return None
    return _Line("header", Fields(publisher=Publisher(line, domain_of(fields.url))))


def _is_in_host(letters: str, fields: Fields) -> bool:
    hosts = (domain_of(url) or "" for url in (fields.url, *(image.url for image in fields.images)))
    return len(letters) >= _HOST_LETTERS_MIN and any(
        letters in host.replace("-", "").replace(".", "") for host in hosts
    )
