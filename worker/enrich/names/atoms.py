"""The words of a run, and phrases of the rules among them, with what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from worker.name_flags import PARTY, PHRASE, TITLE
from worker.name_rules import plain

if TYPE_CHECKING:
    from worker.gazetteer import Known
    from worker.name_rules import NameRules

_INITIALS_MAX = 2


class Atom(NamedTuple):
    """A word, or a phrase of the rules, `words[start:end]`.

    Attributes:
        flags: what it may be, as `name_rules` has it.
        known: what the rules say of it as a name.
        is_small: it begins with a small letter, or is `&`.
        stops: a sentence ends behind it.
    """

    flags: int
    start: int
    end: int
    text: str
    known: Known | None
    is_small: bool
    stops: bool


def atoms_of(words: str, rules: NameRules) -> list[Atom]:
    """The words of a run; the longest phrase that the rules know is one atom."""
    tokens = plain(words).split(" ")
    flags_of, people, known = rules.flags.get, rules.gazetteer.people.get, rules.known.get
    atoms: list[Atom] = []
    at = n = 0
    count = len(tokens)
    while n < count:
        text = tokens[n]
        flags = flags_of(text, 0)
        taken, width, stops = 1, len(text), False
        if flags & PHRASE and (taken := _phrase(tokens, n, rules)) > 1:
            text = " ".join(tokens[n : n + taken])
            width = len(text)
            flags = flags_of(text, 0)
        elif not flags and (ends := _ending(text)):
            text = text[:-ends]
            flags, stops = flags_of(text, 0), True
        if not flags and "-" in text:
            before, _, after = text.rpartition("-")
            if after in rules.compounds and not flags_of(before, 0) and n:
                text, stops = before, True
            elif (after in rules.compounds) or (after[:1].islower() and before in rules.flags):
                flags = PARTY  # `US-born`
        if not flags and rules.title_endings and text.lower().endswith(rules.title_endings):
            flags = TITLE
        atoms.append(
            Atom(flags | people(text, 0), at, at + len(text), text, known(text), text.islower() or text == "&", stops)
        )
        at += width + 1
        n += taken
    return atoms


def _phrase(tokens: list[str], n: int, rules: NameRules) -> int:
    """How many tokens from `n` on are the longest phrase of the rules; 1 where none is."""
    for taken in range(min(len(tokens) - n, rules.phrase_words_max), 1, -1):
        if " ".join(tokens[n : n + taken]) in rules.flags:
            return taken
    return 1


def _ending(text: str) -> int:
    """How many characters at the end of a word are none of it: a full stop that ends the sentence, or `'s`."""
    if text[-1] == ".":
        return 0 if len(text) == _INITIALS_MAX or "." in text[:-1] else 1
    return len("'s") if text.endswith("'s") else 0
