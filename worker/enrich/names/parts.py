"""What a run of words with capitals is made of: names, people behind titles, and words besides."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from worker.enrich.names.atoms import Atom, atoms_of
from worker.enrich.names.part import Part
from worker.enrich.names.untitled import untitled_parts
from worker.name_flags import (
    COURTESY,
    DEMONYM,
    EVENT_BEFORE,
    EVENT_HEAD,
    GIVEN,
    HEAD,
    KNOWN,
    LANDFORM,
    LANDFORM_BEFORE,
    NAME_SUFFIX,
    NOT_GIVEN,
    NOT_NAME,
    PART,
    PARTY,
    ROLE,
    SUFFIX,
    SURNAME,
    TITLE,
)
from worker.name_rules import plain

if TYPE_CHECKING:
    from worker.name_rules import NameRules

_NAME_WORDS_MAX = 4
_ADJECTIVE = DEMONYM | PARTY
_ENDS_NAME = HEAD | SUFFIX | LANDFORM | EVENT_HEAD


def parts_of(words: str, rules: NameRules) -> list[Part]:
    """The parts of the run `words` that may be names, in their order."""
    atoms = atoms_of(words, rules)
    parts: list[Part] = []
    first = 0
    for n, atom in enumerate(atoms):
        if _breaks(atoms, first, n, rules):
            if n > first:
                parts += _clause(words, atoms[first:n], rules)
            first = n + 1
        elif atom.stops:
            parts += _clause(words, atoms[first : n + 1], rules)
            first = n + 1
    return parts + _clause(words, atoms[first:], rules) if first < len(atoms) else parts


def _breaks(atoms: list[Atom], first: int, n: int, rules: NameRules) -> bool:
    """Whether no name goes over the atom `n`: a word that names nothing, or a small one that joins nothing here."""
    atom = atoms[n]
    if atom.flags & NOT_NAME:
        named = n > first and (atoms[n - 1].flags & (GIVEN | NOT_GIVEN)) == GIVEN
        return not (named and atom.flags & SURNAME)
    if not atom.is_small:
        return False
    if n == first:
        return True
    before = atoms[n - 1]
    if atom.text in rules.joiners:
        goes_on = any(a.flags & HEAD and b.text in rules.joiners for a, b in pairwise(atoms[first:n]))
        if goes_on or before.flags & (HEAD | EVENT_BEFORE | LANDFORM_BEFORE):
            return False
    if before.is_small:
        return False
    after = atoms[n + 1].known if n + 1 < len(atoms) else None
    if after is not None and after.type == "place":
        return True
    return atom.text not in rules.particles and not (atom.text == "&" and n + 1 < len(atoms))


def _clause(words: str, atoms: list[Atom], rules: NameRules) -> list[Part]:
    """The parts of words that belong together: names, and people behind titles."""
    while atoms and atoms[-1].is_small:
        atoms = atoms[:-1]
    titled = [_is_title(atoms, n) for n in range(len(atoms))]
    if not any(titled):
        return untitled_parts(words, atoms, rules)
    parts: list[Part] = []
    before: list[Atom] = []
    found: list[Part] = []
    title: list[Atom] = []
    for is_title, group in groupby(zip(titled, atoms, strict=True), key=lambda pair: pair[0]):
        these = [atom for _, atom in group]
        if is_title:
            title = these
            continue
        found = _titled(words, before, found, title, these, rules) if title else untitled_parts(words, these, rules)
        parts += found
        before, title = these, []
    return parts


def _is_title(atoms: list[Atom], n: int) -> bool:
    """Whether the atom is a title here, and no part of an organisation's name that ends behind it."""
    atom = atoms[n]
    if atom.flags & COURTESY or (atom.flags & TITLE and atom.text.endswith(".")):
        return True
    if not atom.flags & TITLE or _ends_person(atoms, n):
        return False
    if atom.flags & ROLE and not (n + 2 < len(atoms) and atoms[n + 1].flags & GIVEN):
        return False
    if n and atoms[n - 1].is_small and any(earlier.flags & HEAD for earlier in atoms[:n]):
        return False
    if n + 2 == len(atoms) and atoms[-1].flags & _ENDS_NAME and not atoms[-1].flags & GIVEN:
        return False
    for later in atoms[n + 1 :]:
        if later.flags & (TITLE | COURTESY):
            return True
        if later.flags & _ENDS_NAME and not later.flags & SURNAME:
            return False
    return True


def _ends_person(atoms: list[Atom], n: int) -> bool:
    """Whether a title is a surname here: `Stephen King`."""
    if not n or not atoms[n].flags & SURNAME or not atoms[n - 1].flags & GIVEN:
        return False
    return n + 1 == len(atoms) or bool(atoms[n + 1].flags & NAME_SUFFIX)


def _titled(
    words: str, before: list[Atom], found: list[Part], title: list[Atom], atoms: list[Atom], rules: NameRules
) -> list[Part]:
    """The person whose `title` stands before `atoms`; `found` are the parts of the atoms `before` the title."""
    if atoms[0].text in rules.articles:
        return untitled_parts(words, atoms, rules)
    length = 0
    while length < len(atoms) and (length < _NAME_WORDS_MAX or atoms[length].flags & NAME_SUFFIX):
        flags = atoms[length].flags
        if flags & (_ADJECTIVE | PART | HEAD) and not flags & GIVEN and not (flags & SURNAME and not flags & PART):
            break
        length += 1
    if not length:
        return untitled_parts(words, atoms, rules)
    whole = plain(words[atoms[0].start : atoms[-1].end])
    known = rules.known.get(whole)
    if known is not None and known.type != "person" and not atoms[0].flags & (GIVEN | SURNAME):
        return untitled_parts(words, atoms, rules)
    role, affiliation = _role(words, before, found, title)
    first, last = atoms[0], atoms[length - 1]
    said = words[first.start : last.end]
    name = Part("titled", first.start, last.end, said, first.flags, last.flags, known, role, affiliation)
    return [name, *untitled_parts(words, atoms[length:], rules)]


def _role(words: str, before: list[Atom], found: list[Part], title: list[Atom]) -> tuple[str | None, str | None]:
    titles = [atom for atom in title if not atom.flags & COURTESY]
    if not titles:
        return None, None
    start, end = titles[0].start, titles[-1].end
    if len(found) == 1 and found[0].end == before[-1].end and _is_organisation(found[0]):
        return words[start:end], words[found[0].start : found[0].end]
    for atom in reversed(before):
        if not atom.flags & (_ADJECTIVE | KNOWN | PART):
            break
        start = atom.start
    return words[start:end], None


def _is_organisation(part: Part) -> bool:
    return part.kind == "organisation" or (part.known is not None and part.known.type == "organisation")
