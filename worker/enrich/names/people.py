"""People: told by titles, given names and what is said of them, and their later, shorter mentions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from worker.enrich.names.found import Found
from worker.enrich.names.spelling import fits, folded_words
from worker.enrich.names.surroundings import after_tells, before_tells
from worker.name_flags import EVENT_HEAD, GIVEN, HEAD, LANDFORM, NOT_GIVEN, NOT_PLACE, PART, SURNAME, TITLE
from worker.name_runs import is_opening

if TYPE_CHECKING:
    from worker.article import Span
    from worker.enrich.names.gather import Name
    from worker.name_rules import NameRules

CONFIDENCE_MIN = 0.5
_WORDS_MAX = 5
_LOOKED_AT = 3
_LETTERS_MIN = 3
_COMPARED_MAX = 12  # people of one surname in one text
_PLAIN_WORDS = 2  # a first name and a surname
_NAME = ("name",)
_NOT_LAST = HEAD | LANDFORM | PART
_WORDS = HEAD | LANDFORM | PART | TITLE | EVENT_HEAD
# Two words without the space between them; `McCain` and `DeVos` are none.
_GLUED = re.compile(
    r"[a-zß-ÿ](?<!\bMc)(?<!\b[DLJ]e)(?<!\bD[iu])(?<!\bLa)(?<!\bJo)(?<!\bMac)(?<!\bDel)(?<!\b[VW][ao]n)(?<!\bFitz)[A-Z]"
)


def find_people(text: str, names: dict[str, Name], rules: NameRules) -> list[Found]:
    """The people whom `text` names. The names that are theirs are `taken`."""
    full = [name for name in names.values() if 1 < name.words <= _WORDS_MAX]
    single = [name for name in names.values() if name.words == 1]
    people = _together(_full(text, full, rules))
    _tie_spellings(full, people)
    _tie(text, single, people, rules)
    return people + _single(text, single, rules)


def _full(text: str, names: list[Name], rules: NameRules) -> list[Found]:
    """People named by two words and more."""
    found = []
    for name in names:
        confidence = _confidence(text, name, rules)
        if confidence >= CONFIDENCE_MIN:
            name.taken = True
            found.append(_found(name, confidence))
    return found


def _found(name: Name, confidence: float) -> Found:
    return Found("person", name.text, list(name.spans), confidence, name.role, name.affiliation, forms={name.text})


def _confidence(text: str, name: Name, rules: NameRules) -> float:
    """How sure it is that a name of several words is a person's."""
    if name.known is not None:
        return 0.95 if name.known.type == "person" else 0.0
    if "titled" in name.kinds:
        return 0.95 if not _GLUED.search(name.text) else 0.0
    if name.kinds != _NAME or _GLUED.search(name.text):
        return 0.0
    is_sure = name.first & (GIVEN | NOT_GIVEN) == GIVEN
    if name.last & _NOT_LAST and not (is_sure and name.last & SURNAME and _told(text, name, rules)):
        return 0.0
    if is_sure:
        return _confidence_given(text, name, rules)
    return 0.0 if _has_particle(name, rules) else _confidence_strange(text, name, rules)


def _confidence_given(text: str, name: Name, rules: NameRules) -> float:
    """The same where the first word is a given name and nothing else."""
    if name.last & SURNAME or _told(text, name, rules):
        return 0.95
    return 0.3 if name.text.partition(" ")[0] in rules.known else 0.85


def _confidence_strange(text: str, name: Name, rules: NameRules) -> float:
    """The same where the first word is no sure given name."""
    last = rules.known.get(name.text.rpartition(" ")[2])
    is_person = last is not None and last.type == "person"
    if is_person and name.words == _PLAIN_WORDS and not all(is_opening(text, start) for start, _ in name.spans):
        return 0.85
    if name.first:
        last = None
    told = (last is None or is_person) and _told(text, name, rules)
    if _has_initial(name.text):
        return 0.9 if told or name.last & SURNAME or name.first & GIVEN else 0.3
    if told:
        return 0.85
    if not name.last & SURNAME:
        return 0.2
    if name.first & GIVEN:
        return 0.7
    is_plain = not name.first and name.words == _PLAIN_WORDS and last is None and not name.last & NOT_PLACE
    if not is_plain or len(name.spans) == 1 or name.text in rules.gazetteer.cities:
        return 0.2
    return 0.2 if all(is_opening(text, start) for start, _ in name.spans) else 0.55


def _has_particle(name: Name, rules: NameRules) -> bool:
    """Whether a small word stands inside: `Video von Holloway`, where no given name says that it is one name."""
    return name.words > _PLAIN_WORDS and not name.first & GIVEN and not rules.particles.isdisjoint(name.text.split(" "))


def _told(text: str, name: Name, rules: NameRules) -> bool:
    return any(after_tells(text, span, rules) or before_tells(text, span, rules) for span in name.spans[:_LOOKED_AT])


def _has_initial(text: str) -> bool:
    if "." not in text:
        return False
    words = text.split(" ")
    return any(len(word) == 2 and word[1] == "." and word[0].isupper() for word in words[:-1]) and len(words[-1]) > 2


def _together(people: list[Found]) -> list[Found]:
    """Forms of one person as one: spelling variants, with and without a middle name."""
    kept: list[Found] = []
    by_last: dict[str, list[tuple[list[str], Found]]] = defaultdict(list)
    for person in sorted(people, key=lambda one: (-one.name.count(" "), one.spans[0])):
        words = folded_words(person.name)
        alike = by_last[words[-1]]
        for theirs, other in alike[-_COMPARED_MAX:]:
            if fits(words, theirs):
                _merge(other, person)
                break
        else:
            kept.append(person)
            alike.append((words, person))
    return kept


def _merge(into: Found, other: Found) -> None:
    into.spans += other.spans
    into.role, into.affiliation = (into.role, into.affiliation) if into.role else (other.role, other.affiliation)
    into.confidence = max(into.confidence, other.confidence)
    into.forms |= other.forms


def _tie_spellings(names: list[Name], people: list[Found]) -> None:
    """Give people the mentions that are their names spelt otherwise, though nothing told that they are names."""
    left = [name for name in names if not name.taken and name.kinds == _NAME and not name.known]
    if not left:
        return
    owners = {tuple(folded_words(person.name)): person for person in people}
    for name in left:
        owner = owners.get(tuple(folded_words(name.text)))
        if owner is not None:
            name.taken = True
            owner.spans += name.spans
            owner.forms.add(name.text)


def _tie(text: str, names: list[Name], people: list[Found], rules: NameRules) -> None:
    """Give people the mentions by surname, or by the first name, that follow."""
    by_last: dict[str, list[Found]] = defaultdict(list)
    by_first: dict[str, list[Found]] = defaultdict(list)
    for person in people:
        words = folded_words(person.name)
        by_last[words[-1]].append(person)
        by_first[words[0]].append(person)
        person.spans.sort()
    firsts = {person: list(person.spans) for person in people}
    for name in names:
        word = folded_words(name.text)[-1] if "-" not in name.text else name.text.lower()
        owners = by_last.get(word) or by_first.get(word)
        if owners is None:
            continue
        owners = owners[-_COMPARED_MAX:]
        is_other = name.known is not None and name.known.type != "person"
        if is_other and not name.first & (GIVEN | SURNAME):
            continue
        if name.first & _WORDS and not _told(text, name, rules):
            continue
        name.taken = True
        for span in name.spans:
            owner = _nearest(span, owners, firsts)
            owner.spans.append(span)
            owner.forms.add(name.text)
            if name.role and owner.role is None:
                owner.role, owner.affiliation = name.role, name.affiliation
    for person in people:
        person.spans = sorted(set(person.spans))


def _nearest(span: Span, owners: list[Found], firsts: dict[Found, list[Span]]) -> Found:
    """The owner who was named in full last before `span`, or else the first after it."""
    if len(owners) == 1:
        return owners[0]

    def distance(owner: Found) -> tuple[int, int]:
        at = bisect_right(firsts[owner], span)
        return (0, span[0] - firsts[owner][at - 1][0]) if at else (1, firsts[owner][0][0])

    return min(owners, key=distance)


def _single(text: str, names: list[Name], rules: NameRules) -> list[Found]:
    """People named by one word only."""
    found: list[Found] = []
    for name in names:
        if name.taken or len(name.text) < _LETTERS_MIN:
            continue
        confidence = 0.0
        if (name.known is not None and name.known.type == "person") or "titled" in name.kinds:
            confidence = 0.85
        elif name.first & (GIVEN | NOT_GIVEN | NOT_PLACE) == GIVEN and not name.known and _told(text, name, rules):
            confidence = 0.6
        if confidence >= CONFIDENCE_MIN:
            name.taken = True
            found.append(_found(name, confidence))
    found = _together(found)
    for person in found:
        person.spans.sort()
    return found
