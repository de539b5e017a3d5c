"""Whether what a cut would say can be true of this document: names are people's, the bio is the author's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.parse.dates import read_date
from worker.parse.people import is_person, read_byline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from worker.draft import Fields
    from worker.rules import Rules

_KNOWN_CHARACTERS_MAX: Final = 120
_BY: Final = re.compile(r"by (?P<names>\S.{2,110})", re.IGNORECASE)
_PUBLISHER_WORDS_MAX: Final = 9
_MONTH_OR_YEAR: Final = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w{0,6}\.? \d", re.IGNORECASE
)
_CLAUSE: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|said|says|that|which|who|he|she|they|it|after|before|when|while|"
    r"because|since|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)


class Claims:
    """What is known of the document beside its paragraphs."""

    __slots__ = ("authors", "fields", "paragraphs", "publisher", "rules")

    def __init__(self, fields: Fields, rules: Rules, paragraphs: Sequence[str]) -> None:
        self.fields = fields
        self.rules = rules
        self.paragraphs = paragraphs
        self.authors = frozenset(author.name.casefold() for author in fields.authors)
        self.publisher = (fields.publisher.name or "").casefold() if fields.publisher else ""

    def hold(self, says: Mapping[str, str], at: int) -> bool:
        """Whether what a rule found at the paragraph `at` can be so."""
        if "person" in says:
            return self._is_the_author(says["person"], at)
        if "original_publisher" in says:
            return self._is_outlet(says["original_publisher"])
        if "published" in says:
            return read_date(says["published"], self.rules.dates, "header") is not None
        if "byline" in says:
            return read_byline(says["byline"], self.rules.people) is not None
        return True

    def known_line(self, line: str) -> str | None:
        """The kind of a line at the top that only repeats what is known: a byline, an outlet."""
        if len(line) > _KNOWN_CHARACTERS_MAX:
            return None
        said = line.casefold().strip(" .,:|")
        if said in self.authors:
            return "byline"
        if said and said == self.publisher:
            return "header"
        by = _BY.fullmatch(line)
        if by is not None and read_byline(by["names"], self.rules.people) is not None:
            return "byline"
        return None

    def _is_the_author(self, person: str, at: int) -> bool:
        if not is_person(person, self.rules.people):
            return False
        if person.casefold() in self.authors:
            return True
        last = person.rpartition(" ")[2]
        return not any(last in paragraph for paragraph in self.paragraphs[:at])

    def _is_outlet(self, name: str) -> bool:
        """Whether `name` can be that of an outlet: not a clause, and capitalised where its script can."""
        words = name.split()
        if any(letter.isdigit() for letter in name) and _MONTH_OR_YEAR.search(name):
            return False
        if not words or len(words) > _PUBLISHER_WORDS_MAX or _CLAUSE.search(name):
            return False
        first = words[0].strip("“\"'‘*_([")
        if first.casefold() in {"the", "a", "el", "la", "le", "der", "die", "das"} and len(words) > 1:
            first = words[1].strip("“\"'‘*_([")
        return not first[:1].islower() or "." in first or any(letter.isupper() for letter in first)
