"""What a run of words with capitals is made of: names, titles, and words besides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal

from worker.enrich.names.atoms import Atom, atoms_of
from worker.name_rules import (
    COLLEGE,
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
    OF_PERSON,
    PART,
    PARTY,
    SPANS,
    SUFFIX,
    SURNAME,
    TITLE,
    plain,
)

if TYPE_CHECKING:
    from worker.name_rules import Known, NameRules

PartKind = Literal["known", "organisation", "place", "event", "name", "titled"]

_NAME_WORDS_MAX = 4
_ADJECTIVE = DEMONYM | PARTY
_ENDS_NAME = HEAD | SUFFIX | LANDFORM | EVENT_HEAD


@dataclass(frozen=True, slots=True)
class Part:
    """A piece `words[start:end]` of a run.

    Attributes:
        kind: what its own words tell: `known` by the rules, `titled` behind a title, `name` where all is open.
        flags: of its first word and of its last.
        known: what the rules say of it.
        role: the title before it, with what stands before that.
        affiliation: the organisation before the title.
    """

    kind: PartKind
    start: int
    end: int
    first: int = 0
    last: int = 0
    known: Known | None = None
    role: str | None = None
    affiliation: str | None = None


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
        named = n - first == 1 and (atoms[first].flags & (GIVEN | NOT_GIVEN)) == GIVEN
        return not (named and atom.flags & SURNAME)
    if not atom.is_small:
        return False
    if n == first:
        return True
    before = atoms[n - 1]
    if atom.text.partition(" ")[0] in rules.joiners:
        goes_on = any(a.flags & HEAD and b.text in rules.joiners for a, b in pairwise(atoms[first:n]))
        return not (goes_on or before.flags & (HEAD | EVENT_BEFORE | LANDFORM_BEFORE))
    if before.is_small:
        return False
    return atom.text not in rules.particles and not (atom.text == "&" and n + 1 < len(atoms))


def _clause(words: str, atoms: list[Atom], rules: NameRules) -> list[Part]:
    """The parts of words that belong together: names, and people behind titles."""
    while atoms and atoms[-1].is_small:
        atoms = atoms[:-1]
    titled = [_is_title(atoms, n) for n in range(len(atoms))]
    if not any(titled):
        return _plain(words, atoms, rules)
    parts: list[Part] = []
    before: list[Atom] = []
    found: list[Part] = []
    title: list[Atom] = []
    for is_title, group in groupby(zip(titled, atoms, strict=True), key=lambda pair: pair[0]):
        these = [atom for _, atom in group]
        if is_title:
            title = these
            continue
        found = _titled(words, before, found, title, these, rules) if title else _plain(words, these, rules)
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
    length = 0
    while length < len(atoms) and (length < _NAME_WORDS_MAX or atoms[length].flags & NAME_SUFFIX):
        flags = atoms[length].flags
        if flags & (_ADJECTIVE | PART | HEAD) and not flags & (GIVEN | SURNAME):
            break
        length += 1
    if not length:
        return _plain(words, atoms, rules)
    whole = plain(words[atoms[0].start : atoms[-1].end])
    known = rules.known.get(whole)
    if known is not None and known.type != "person" and not atoms[0].flags & (GIVEN | SURNAME):
        return _plain(words, atoms, rules)
    role, affiliation = _role(words, before, found, title)
    last = atoms[length - 1]
    name = Part("titled", atoms[0].start, last.end, atoms[0].flags, last.flags, known, role, affiliation)
    return [name, *_plain(words, atoms[length:], rules)]


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


def _plain(words: str, atoms: list[Atom], rules: NameRules) -> list[Part]:
    """The parts of words without a title."""
    if not atoms:
        return []
    whole = _known(words, atoms, rules)
    if whole is not None:
        return [whole]
    end = _last(atoms, rules)
    if end == 1 and atoms[1].flags & OF_PERSON and atoms[0].known and atoms[0].known.type == "person":
        return [_part("known", atoms[:1], atoms[0].known), *_plain(words, atoms[2:], rules)]
    if end is not None:
        return [_part("organisation", atoms[: end + 1]), *_plain(words, atoms[end + 1 :], rules)]
    if atoms[0].flags & EVENT_BEFORE and len(atoms) > 1:
        return [_part("event", atoms)]
    if len(atoms) > 1 and atoms[-1].flags & EVENT_HEAD:
        return [_part("event", atoms)]
    if len(atoms) > 1 and atoms[-1].flags & LANDFORM and (atoms[0].flags & (GIVEN | NOT_GIVEN)) != GIVEN:
        return [_part("place", atoms)]
    if len(atoms) > 1 and atoms[0].flags & LANDFORM_BEFORE:
        return [_part("place", atoms)]
    return _names(words, atoms, rules)


def _last(atoms: list[Atom], rules: NameRules) -> int | None:
    """The index of the last atom of an organisation's name; None where `atoms` hold none."""
    end = None
    for n, atom in enumerate(atoms):
        if atom.is_small:
            continue
        if atom.flags & (HEAD | SUFFIX) and (n or (len(atoms) > 1 and atoms[1].text in rules.joiners)):
            end = n
        elif end is not None and atoms[end + 1].text in rules.joiners:
            return len(atoms) - 1
        elif end is None and n and _is_branch(atom, rules):
            end = n if all(a.flags & (DEMONYM | PART) or a.known for a in atoms[:n]) else None
    return end


def _is_branch(atom: Atom, rules: NameRules) -> bool:
    """Whether it is a known organisation of which each country may have one: `Senate`, `Air Force`."""
    known = atom.known
    return known is not None and known.type == "organisation" and atom.text.rpartition(" ")[2] in rules.branches


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
            parts += _with_next(atoms, n, skipped)
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
    return bool(atoms) and not atoms[0].flags & (GIVEN | _ADJECTIVE | PART | NOT_NAME) and not atoms[0].known


def _with_next(atoms: list[Atom], n: int, skipped: int) -> list[Part]:
    """What a known name is with the next word: by itself; a team or a college behind a place; or nothing sure."""
    atom = atoms[n]
    if _is_place(atom) and n + 1 < len(atoms):
        after = atoms[n + 1]
        if after.flags & COLLEGE or (skipped > n and n + 2 == len(atoms) and after.text.endswith(("s", "x"))):
            return [_part("organisation", atoms[n : n + 2])]
        if skipped > n:
            return []
    return [_part("known", [atom], atom.known)]


def _name(words: str, atoms: list[Atom], rules: NameRules) -> list[Part]:
    """The name that a stretch of words is, as long as one can be, and the names behind it."""
    end = next((n + 1 for n, atom in enumerate(atoms) if n and atom.flags & NAME_SUFFIX), len(atoms))
    while end and atoms[end - 1].is_small:
        end -= 1
    start = next((n for n, atom in enumerate(atoms) if not atom.is_small), end)
    if start >= end:
        return []
    return [_known(words, atoms[start:end], rules) or _part("name", atoms[start:end])]


def _known(words: str, atoms: list[Atom], rules: NameRules) -> Part | None:
    known = rules.known.get(plain(words[atoms[0].start : atoms[-1].end]))
    return _part("known", atoms, known) if known is not None else None


def _part(kind: PartKind, atoms: list[Atom], known: Known | None = None) -> Part:
    return Part(kind, atoms[0].start, atoms[-1].end, atoms[0].flags, atoms[-1].flags, known)
