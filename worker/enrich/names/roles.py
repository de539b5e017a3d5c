"""The role and the affiliation of a person, as the text gives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.enrich.names.surroundings import role_after, role_before
from worker.name_flags import DEMONYM, PARTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.article import Span
    from worker.enrich.names.found import Found
    from worker.name_rules import NameRules

_LOOKED_AT = 2
_NEAR = 40
_ADJECTIVE_BEFORE = re.compile(r"(?<!\w)([A-Z][\w-]+(?: [A-Z]\w+)?) $")


def role_of(
    text: str, person: Found, starts: Mapping[int, Span], ends: Mapping[int, Span], rules: NameRules
) -> tuple[str | None, str | None]:
    """Role and affiliation of `person`; `starts` and `ends` are those of the organisations' mentions."""
    for span in person.spans[:_LOOKED_AT]:
        title = person.role
        if title is not None and text.startswith(title, at := span[0] - len(title) - 1):
            found = _before_title(text, at, title, ends, rules)
            if found is not None:
                return found
        after = role_after(text, span, rules)
        if after is not None:
            return text[after[0] : after[1]], _behind(text, after[1], starts, rules)
        before = role_before(text, span, rules)
        if before is not None:
            start, affiliation = _in_front(text, before[0], ends, rules)
            return text[start : before[1]], affiliation
    return person.role, person.affiliation


def _before_title(
    text: str, at: int, title: str, ends: Mapping[int, Span], rules: NameRules
) -> tuple[str, str | None] | None:
    """The role in small letters before a title that begins at `at`, with it: `fleet commander, Admiral`."""
    before = role_before(text, (at, at), rules)
    if before is None:
        return None
    start, affiliation = _in_front(text, before[0], ends, rules)
    return text[start : at + len(title)], affiliation


def _behind(text: str, end: int, starts: Mapping[int, Span], rules: NameRules) -> str | None:
    for link in rules.links:
        if text.startswith(link, end) and end + len(link) in starts:
            start, stop = starts[end + len(link)]
            return text[start:stop]
    return None


def _in_front(text: str, start: int, ends: Mapping[int, Span], rules: NameRules) -> tuple[int, str | None]:
    """Where a role begins with the adjectives before it, and the organisation or place before that."""
    while (adjective := _ADJECTIVE_BEFORE.search(text, max(0, start - _NEAR), start)) is not None:
        said = adjective.group(1)
        if said in rules.demonyms:
            return adjective.start(1), None
        last = said.rpartition(" ")[2]
        if not rules.flags.get(last, 0) & (DEMONYM | PARTY):
            break
        start = adjective.end(1) - len(last)
    for mark in (" ", "'s ", "’s ", "’ "):
        if text.startswith(mark, start - len(mark)) and start - len(mark) in ends:
            first, last_end = ends[start - len(mark)]
            return start, text[first:last_end]
    return start, None
