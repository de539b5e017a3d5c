"""What stands above the words of a plain text: headline, byline, date, addresses, outlet, section, labels.

The forms of such lines are data (`config/rules/headers.toml`). A line is taken for a header only in its
place: at the top, in an unbroken run of lines of these forms. Everything taken is kept word for word in
`removed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Publisher, Removal
from worker.draft import Fields
from worker.parse.dates import read_date
from worker.parse.header_lines import (
    HEADLINE_CHARACTERS_MAX,
    Line,
    by_form,
    is_in_capitals,
    looks_like_headline,
    outlet,
    sandwiched,
)
from worker.parse.urls import domain_of

if TYPE_CHECKING:
    from worker.reading_rules import LineRule
    from worker.rules import Rules

_LINES_MAX = 16
_CHARACTERS_MAX = 300
_LOOKED_AT_MAX = 6
_PROSE_CHARACTERS_MIN = 60
_PROSE_SHARE = 0.6
_SMALL_WORD_MAX = 4
_CAPITALISED_SHARE = 0.6
_PROSE_END = re.compile(r"[.!?…。！？][\"'’”»)\]]*\s*\Z")


@dataclass(frozen=True, slots=True)
class Header:
    """What was found above the words, what was cut, and the lines from the first of the words on."""

    fields: Fields
    removed: tuple[Removal, ...]
    rest: list[str]


def read_header(lines: list[str], rules: Rules) -> Header:
    """The header of the text that `lines` are."""
    return _Desk(lines, rules).read()


class _Desk:
    """A text whose header is being read; `lines` lose their prefixes on the way."""

    __slots__ = ("fields", "lines", "removed", "rules")

    def __init__(self, lines: list[str], rules: Rules) -> None:
        self.lines = lines
        self.rules = rules
        self.fields = Fields()
        self.removed: list[Removal] = []

    def read(self) -> Header:
        start = position = self._next_text(0)
        while position < len(self.lines) and position - start < _LINES_MAX:
            self._cut_prefixes(position)
            if not self.lines[position].strip():
                break
            found = self._line(position)
            if found is None:
                break
            if found.kind is not None:
                self.removed.append(Removal(found.kind, self.lines[position].strip()))
            self.fields = _joined(self.fields, found.says)
            position = self._next_text(position + 1)
        fields = self.fields.with_domain(domain_of(self.fields.url))
        return Header(fields, tuple(self.removed), self.lines[position:])

    def _next_text(self, position: int) -> int:
        lines = self.lines
        while position < len(lines) and (not lines[position] or lines[position].isspace()):
            position += 1
        return position

    def _cut_prefixes(self, position: int) -> None:
        """Cut what is glued to the front of a line: a date, a label."""
        for rule in self.rules.headers.prefixes:
            line = self.lines[position]
            says = _said_by_prefix(rule, line, self.rules)
            if says is not None:
                cut, fields = says
                self.removed.append(Removal(rule.kind, cut.strip()))
                self.fields = self.fields.or_else(fields)
                self.lines = [*self.lines[:position], line[len(cut) :], *self.lines[position + 1 :]]

    def _line(self, position: int) -> Line | None:
        """What the line at `position` is as a part of the header, None where the words begin with it."""
        line, fields, rules = self.lines[position].strip(), self.fields, self.rules
        if len(line) > _CHARACTERS_MAX:
            return None
        found = by_form(line, fields, rules)
        if found is not None:
            return found
        if line.casefold() in rules.headers.sections:
            return Line("header", Fields(section=line))
        below = self.lines[position + 1].strip() if position + 1 < len(self.lines) else ""
        is_above_header = bool(below) and self._is_header(below, position + 1)
        if fields.headline is None:
            return self._headline(line, position, below, is_above_header=is_above_header)
        if line.casefold() == fields.headline.casefold() and self._next_text(position + 1) < len(self.lines):
            return Line("headline_repeat", Fields())
        is_below_header = position > 0 and bool(self.lines[position - 1].strip())
        if not (is_above_header or is_below_header):
            return None
        found = outlet(line, fields, rules)
        if found is None and is_above_header and is_below_header:
            return sandwiched(line, fields, rules)
        return found

    def _is_header(self, line: str, position: int) -> bool:
        """Whether the line at `position` is one by itself, or a name with one right below."""
        if len(line) > _CHARACTERS_MAX:
            return False
        if (
            line.casefold() in self.rules.headers.sections
            or by_form(line, self.fields, self.rules) is not None
            or outlet(line, self.fields, self.rules) is not None
        ):
            return True
        below = self.lines[position + 1].strip() if position + 1 < len(self.lines) else ""
        return (
            bool(below)
            and sandwiched(line, self.fields, self.rules) is not None
            and (by_form(below, self.fields, self.rules) or outlet(below, self.fields, self.rules)) is not None
        )

    def _headline(self, line: str, position: int, below: str, *, is_above_header: bool) -> Line | None:
        following = self._next_text(position + 1)
        if following >= len(self.lines):
            return None
        if not looks_like_headline(line) and not self._is_sentence_above_header(line, following):
            return None
        if (not below or is_above_header) and self._names_outlet_above_headline(line, following):
            return outlet(line, self.fields, self.rules)
        if not below or is_above_header or self._stands_above_prose(line, position):
            return Line(None, Fields(headline=line, headline_origin="first_line"))
        return None

    def _is_sentence_above_header(self, line: str, following: int) -> bool:
        """Whether `line` is a headline that is a sentence: a form of a header line comes next."""
        if not line[:-1].strip(".") or not line.endswith(".") or not looks_like_headline(line.rstrip(".")):
            return False
        below = self.lines[following].strip()
        return len(below) <= _CHARACTERS_MAX and by_form(below, self.fields, self.rules) is not None

    def _names_outlet_above_headline(self, line: str, position: int) -> bool:
        """Whether `line` names an outlet, and a better headline follows after nothing but header lines."""
        if outlet(line, self.fields, self.rules) is None:
            return False
        for _ in range(_LINES_MAX):
            if position >= len(self.lines):
                return False
            one = self.lines[position].strip()
            found = by_form(one, self.fields, self.rules) if len(one) <= _CHARACTERS_MAX else None
            if found is not None and found.says.headline is not None:
                return True
            if found is None and not self._is_header(one, position):
                return looks_like_headline(one) and self._next_text(position + 1) < len(self.lines)
            position = self._next_text(position + 1)
        return False

    def _stands_above_prose(self, line: str, position: int) -> bool:
        """Whether the line feed behind `line` can't be a wrap, with sentences right below.

        Either the lines below are whole paragraphs, or `line` is in capitals as titles are, ends with no small
        word, and the next word would have fitted.
        """
        block = [one.strip() for one in self.lines[position + 1 : position + 1 + _LOOKED_AT_MAX]]
        block = [one for one in block if one]
        if len(line) > HEADLINE_CHARACTERS_MAX or not block or block[0][:1].islower():
            return False
        ends = sum(_PROSE_END.search(one[-8:]) is not None for one in block)
        length = sum(map(len, block)) / len(block)
        if ends >= len(block) * _PROSE_SHARE and length >= max(_PROSE_CHARACTERS_MIN, len(line)):
            return True
        last = line.rpartition(" ")[2]
        if last.islower() and len(last) <= _SMALL_WORD_MAX:
            return False
        fits = len(line) + 1 + len(block[0].split()[0]) <= max(map(len, block))
        return fits and length >= _PROSE_CHARACTERS_MIN and is_in_capitals(line, _CAPITALISED_SHARE)


def _joined(fields: Fields, more: Fields) -> Fields:
    """`fields` with what `more` says and they do not; a second heading goes under the first."""
    if more.headline and fields.headline:
        more = replace(more, subheadline=more.headline)
    if more.images and fields.images:
        fields = replace(fields, images=fields.images + more.images)
    return fields.or_else(more)


def _said_by_prefix(rule: LineRule, line: str, rules: Rules) -> tuple[str, Fields] | None:
    """What a prefix says and the characters that it takes; None where `line` does not begin with it."""
    match = rule.pattern.match(line)
    if match is None or match.end() >= len(line):
        return None
    found = match.groupdict()
    if "published" in found:
        moment = read_date(found["published"], rules.dates, "header")
        return (match.group(), Fields(published=moment)) if moment else None
    publisher = found.get("publisher")
    return match.group(), Fields(publisher=Publisher(publisher, None)) if publisher else Fields()
