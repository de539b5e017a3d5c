"""The names in words without a title: organisations, events and places by their form, and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.enrich.names.part import Part, PartKind
from worker.name_flags import (
    COLLEGE,
    DEMONYM,
    EVENT_BEFORE,
    EVENT_HEAD,
    GIVEN,
    HEAD,
    LANDFORM,
    LANDFORM_BEFORE,
    LAST_ONLY,
    NAME_SUFFIX,
    NOT_GIVEN,
    NOT_NAME,
    OF_PERSON,
    PART,
    PARTY,
    SPANS,
    SUFFIX,
    SURNAME,
)
from worker.name_rules import plain

if TYPE_CHECKING:
    from worker.enrich.names.atoms import Atom
    from worker.gazetteer import Known
    from worker.name_rules import NameRules

_ADJECTIVE = DEMONYM | PARTY
_ENDS = HEAD | LANDFORM | EVENT_HEAD
_NAME_WORDS = 2  # a given name and a surname


def untitled_parts(words: str, atoms: list[Atom], rules: NameRules) -> list[Part]:
    """The parts of `atoms`, words of the run `words` that hold no title."""
    if not atoms:
        return []
    whole = _known(words, atoms, rules)
    if whole is not None:
        return [whole]
    if atoms[0].flags & PARTY and "-" in atoms[0].text and len(atoms) > 1:
        return untitled_parts(words, atoms[1:], rules)
    if atoms[0].flags & PARTY and len(atoms) > 1 and (whole := _known(words, atoms[1:], rules)) is not None:
        return [whole]
    if len(atoms) == _NAME_WORDS and atoms[1].flags & COLLEGE and _is_place(atoms[0]):
        return [_part("organisation", words, atoms)]
    end = _last(atoms, rules)
    if end == 1 and atoms[1].flags & OF_PERSON and atoms[0].known and atoms[0].known.type == "person":
        return [_part("known", words, atoms[:1], atoms[0].known), *untitled_parts(words, atoms[2:], rules)]
    if end is not None:
        return [_part("organisation", words, atoms[: end + 1]), *untitled_parts(words, atoms[end + 1 :], rules)]
    if atoms[0].flags & EVENT_BEFORE and len(atoms) > 1:
        return [_part("event", words, atoms)]
    if len(atoms) > 1 and atoms[-1].flags & EVENT_HEAD:
        return [_part("event", words, atoms)]
    if len(atoms) > 1 and atoms[-1].flags & LANDFORM and (atoms[0].flags & (GIVEN | NOT_GIVEN)) != GIVEN:
        return [_part("place", words, atoms)]
    if len(atoms) > 1 and atoms[0].flags & LANDFORM_BEFORE:
        return [_part("place", words, atoms)]
    return _names(words, atoms, rules)


def _last(atoms: list[Atom], rules: NameRules) -> int | None:
    """The index of the last atom of an organisation's name; None where `atoms` hold none."""
    end = None
    for n, atom in enumerate(atoms):
        if atom.is_small:
            continue
        if end is None and any(a.is_small and a.text != "&" for a in atoms[:n]):
            return None
        goes_on = len(atoms) > 1 and atoms[1].text in rules.joiners and not atom.flags & LAST_ONLY
        if atom.flags & (HEAD | SUFFIX) and (n or goes_on):
            end = n
        elif end is not None and atoms[end + 1].text in rules.joiners:
            return len(atoms) - 1
        elif end is None and n and _is_branch(atom, atoms[n - 1], rules):
            end = n if all(a.flags & (DEMONYM | PART) or a.known for a in atoms[:n]) else None
    return end


def _is_branch(atom: Atom, before: Atom, rules: NameRules) -> bool:
    """Whether it is a known organisation of which each country may have one (`Senate`), or part of that before it."""
    if atom.known is None or atom.known.type != "organisation":
        return False
    is_part = before.known is not None and before.known.type == "organisation"
    return is_part or atom.text.rpartition(" ")[2] in rules.branches


def _names(words: str, atoms: list[Atom], rules: NameRules) -> list[Part]:
    """People, and what the rules know, among words of which none tells that they are one name."""
    parts: list[Part] = []
    stretch: list[Atom] = []
    skipped = -1
    for n, atom in enumerate(atoms):
        if n <= skipped:
            continue
        if _is_apart(atom):
            if _is_strange(stretch) and _is_place(atom):
                stretch = []
                continue
            parts += _name(words, stretch, rules)
            stretch = []
            skipped = n + 1 if n + 1 < len(atoms) and _is_strange(atoms[n + 1 :]) else n
            parts += _with_next(words, atoms, n, skipped)
        elif atom.flags & (_ADJECTIVE | PART) and not atom.flags & (GIVEN | SURNAME | SPANS):
            parts += _name(words, stretch, rules)
            stretch = []
        else:
            stretch.append(atom)
    return parts + _name(words, stretch, rules)


def _is_apart(atom: Atom) -> bool:
    """Whether an atom is a name of its own, and no person's."""
    return atom.known is not None and atom.known.type != "person" and not atom.flags & (GIVEN | SURNAME)


def _is_place(atom: Atom) -> bool:
    return atom.known is not None and atom.known.type == "place"


def _is_strange(atoms: list[Atom]) -> bool:
    """Whether words stand there that begin no person's name and are nothing known: `USA` in `Team USA` is no place."""
    return bool(atoms) and not atoms[0].flags & (GIVEN | _ADJECTIVE | PART | NOT_NAME | SPANS) and not atoms[0].known


def _with_next(words: str, atoms: list[Atom], n: int, skipped: int) -> list[Part]:
    """What a known name is with the next word: by itself; a team or a college behind a place; or nothing sure."""
    atom = atoms[n]
    if _is_place(atom) and n + 1 < len(atoms):
        after = atoms[n + 1]
        if (after.flags & COLLEGE and n + 2 == len(atoms)) or (
            skipped > n and n + 2 == len(atoms) and after.text.endswith(("s", "x"))
        ):
            return [_part("organisation", words, atoms[n : n + 2])]
        if skipped > n:
            return []
    return [_part("known", words, [atom], atom.known)]


def _name(words: str, atoms: list[Atom], rules: NameRules) -> list[Part]:
    """The name that a stretch of words is, as long as one can be, and the names behind it."""
    end = next((n + 1 for n, atom in enumerate(atoms) if n and atom.flags & NAME_SUFFIX), len(atoms))
    while end and atoms[end - 1].is_small:
        end -= 1
    start = next((n for n, atom in enumerate(atoms) if not atom.is_small), end)
    if start >= end:
        return []
    again = next((n for n in range(start + 1, end) if atoms[n].text == atoms[start].text), end)
    if again < end:  # `Jane Holloway Jane Ann Holloway`: a name said twice, as lists of links do
        return [_part("name", words, atoms[start:again]), *_name(words, atoms[again:end], rules)]
    if (
        end - start > _NAME_WORDS
        and atoms[start].flags & _ENDS
        and atoms[start + 1].flags & (GIVEN | NOT_GIVEN) == GIVEN
    ):
        start += 1
    # Where nouns have capitals, one before a given name is none of it.
    is_noun = rules.title_endings and not atoms[start].flags and end - start > _NAME_WORDS
    if is_noun and atoms[start + 1].flags & (GIVEN | NOT_GIVEN) == GIVEN:
        start += 1
    return [_known(words, atoms[start:end], rules) or _part("name", words, atoms[start:end])]


def _known(words: str, atoms: list[Atom], rules: NameRules) -> Part | None:
    known = rules.known.get(plain(words[atoms[0].start : atoms[-1].end]))
    return _part("known", words, atoms, known) if known is not None else None


def _part(kind: PartKind, words: str, atoms: list[Atom], known: Known | None = None) -> Part:
    first, last = atoms[0], atoms[-1]
    return Part(kind, first.start, last.end, words[first.start : last.end], first.flags, last.flags, known)
