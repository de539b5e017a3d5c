"""Runs read: the same words have the same parts in every text, so they are kept."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from worker.enrich.names.part import Part
from worker.enrich.names.parts import parts_of
from worker.gazetteer import Known
from worker.name_flags import GIVEN, KNOWN, NAME_SUFFIX, NOT_GIVEN, NOT_NAME, NOT_PLACE, PHRASE, SPANS, SUFFIX, SURNAME
from worker.name_rules import plain

if TYPE_CHECKING:
    from worker.name_rules import NameRules

_RUNS_KEPT = 8192
_CHARACTERS_MAX = 200  # a longer run is a heading or a list
_SHOUTED_LETTERS_MIN = 4
_SHOUTED_INHABITANTS = 100_000
_SHOUTED_MIN = 3  # gaps: four words in capitals are a heading
_HYPHEN = re.compile(r"-(?=[A-Z])")
_PEOPLE = GIVEN | SURNAME
_WITH_STOP = SUFFIX | NAME_SUFFIX
_OPEN = _PEOPLE | NOT_GIVEN | NOT_PLACE


@lru_cache(_RUNS_KEPT)
def read_run(words: str, rules: NameRules) -> tuple[Part, ...]:
    """The parts of a run, in their order."""
    parts = _read(words, rules)
    return tuple(part._replace(extends=True) if _extends(part, rules) else part for part in parts) if parts else parts


def _extends(part: Part, rules: NameRules) -> bool:
    may_go_on = part.first & SPANS or part.last & _WITH_STOP or part.text in rules.leading
    return bool(may_go_on) or part.kind == "organisation"


def _read(words: str, rules: NameRules) -> tuple[Part, ...]:
    if rules.elisions and (cut := _elided(words, rules)):
        return tuple(part._replace(start=part.start + cut, end=part.end + cut) for part in read_run(words[cut:], rules))
    if "-" in words and words not in rules.known:
        two = _two(words, rules)
        if two is not None:
            return two
    if " " not in words:
        return _word(words, rules)
    if (name := _plain_name(words, rules)) is not None:
        return (name,)
    if words.isupper() and (shouted := _shouted_place(words, rules)):
        return (shouted,)
    if len(words) > _CHARACTERS_MAX or (words.isupper() and words.count(" ") >= _SHOUTED_MIN):
        return ()
    return tuple(parts_of(words, rules))


def _elided(words: str, rules: NameRules) -> int:
    """How many characters at the start of a run are an article and its apostrophe: 2 in `L'Ukraine`."""
    for length in (1, 2):
        if words[length : length + 1] in {"'", "’"} and words[:length] in rules.elisions and len(words) > length + 1:
            return length + 1
    return 0


def _shouted_place(words: str, rules: NameRules) -> Part | None:
    """The place that words in capitals name, as datelines do; None where they name none."""
    name = words.title()
    known = rules.known.get(name)
    if len(words) < _SHOUTED_LETTERS_MIN or name.upper() != words:
        return None
    if known is not None and known.type == "place":
        return Part("known", 0, len(words), words, known=known)
    row = rules.gazetteer.cities.get(name, "").partition(";")[0]
    if not row or int(row.rpartition(",")[2]) < _SHOUTED_INHABITANTS:
        return None
    return Part("known", 0, len(words), words, known=Known("place", name, row[:2]))


def _word(word: str, rules: NameRules) -> tuple[Part, ...]:
    """The part that a run of one word is; none where it is no name."""
    text = plain(word)
    flags = rules.flags.get(text, 0)
    if flags & SPANS:
        return (Part("name", 0, len(word), word, flags, flags, rules.known.get(text)),)
    if flags & NOT_NAME or (word[-1] == "." and not flags):
        return ()
    people = rules.gazetteer.people.get(text, 0)
    known = rules.known.get(text)
    if not (flags or people or known) and word.isupper() and (shouted := _shouted_place(word, rules)):
        return (shouted,)
    flags |= people
    if "-" in text and not flags and text.rpartition("-")[2] in rules.compounds:
        return ()
    if known is not None:
        return (Part("known", 0, len(word), word, flags, flags, known),)
    if flags & ~(_OPEN | PHRASE) and not people:
        return ()
    return (Part("name", 0, len(word), word, flags, flags),)


def _plain_name(words: str, rules: NameRules) -> Part | None:
    """The part that two words are of which nothing is known, or only that they are people's; None for others."""
    first, _, last = words.partition(" ")
    if " " in last or "-" in words or "." in words or "'" in words or "’" in words:
        return None
    flags, people = rules.flags.get, rules.gazetteer.people.get
    if rules.title_endings and first.lower().endswith(rules.title_endings):
        return None
    left, right = flags(first, 0) | people(first, 0), flags(last, 0) | people(last, 0)
    return Part("name", 0, len(words), words, left, right) if not (left | right) & ~_OPEN else None


def _two(words: str, rules: NameRules) -> tuple[Part, ...] | None:
    """The parts on both sides of the first hyphen that stands between two names; None where there is none."""
    if len(words) > _CHARACTERS_MAX:
        return ()
    for hyphen in _HYPHEN.finditer(words):
        before, after = words[: hyphen.start()], words[hyphen.end() :]
        if _are_two(before, after, rules):
            shift = hyphen.end()
            behind = [part._replace(start=part.start + shift, end=part.end + shift) for part in read_run(after, rules)]
            return (*read_run(before, rules), *behind)
    return None


def _are_two(before: str, after: str, rules: NameRules) -> bool:
    """Whether a hyphen stands between two names: of places, or of a person and a place."""
    first = after.partition(" ")[0]
    left = any(_is_place(before, words, rules) for words in (3, 2, 1))
    right = _is_place(first, 1, rules)
    person = SURNAME | KNOWN
    if right and (left or len(before) == 1):  # `R-Texas`
        return True
    return (right and bool(_flags(before.rpartition(" ")[2], rules) & person)) or (
        left and bool(_flags(first, rules) & person)
    )


def _flags(word: str, rules: NameRules) -> int:
    return rules.flags.get(word, 0) | rules.gazetteer.people.get(word, 0)


def _is_place(words: str, last: int, rules: NameRules) -> bool:
    known = rules.known.get(" ".join(words.split(" ")[-last:]))
    return known is not None and known.type == "place"
