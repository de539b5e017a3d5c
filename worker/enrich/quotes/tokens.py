"""Words as the search for speakers sees them: each different one is looked at once and remembered.

A token is what stands between two spaces; its word has no marks around it. What the rules of a language say of it
are bits.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from worker.speech_rules import Speech

ROLE: Final = 1 << 0
BODY: Final = 1 << 1
DETERMINER: Final = 1 << 2
PREPOSITION: Final = 1 << 3
HANGING: Final = 1 << 4
COMPLEMENT: Final = 1 << 5
JOINER: Final = 1 << 6
RELATIVE: Final = 1 << 7
THAT: Final = 1 << 8
QUESTION: Final = 1 << 9
ADVERB: Final = 1 << 10
NEGATION: Final = 1 << 11
TIME: Final = 1 << 12
TIME_OPENER: Final = 1 << 13
OPENER: Final = 1 << 14
PARTICLE: Final = 1 << 15
COURTESY: Final = 1 << 16
SPEAKER: Final = 1 << 17
NOBODY: Final = 1 << 18
BELONGING: Final = 1 << 19
SUBORDINATOR: Final = 1 << 20
GIVEN: Final = 1 << 21
CUE: Final = 1 << 22
POSSESSIVE: Final = 1 << 23
UNLIKELY: Final = 1 << 24
HOLLOW: Final = 1 << 25
BREAK: Final = 1 << 26
QUOTED: Final = 1 << 27
STOP: Final = 1 << 28
OF: Final = 1 << 29
PRONOUN: Final = SPEAKER | NOBODY

_OPENING: Final = "“\"'‘([{¿¡«„-–—*•"
_CLOSING: Final = ".,;:!?…)]}”\"'’»-–—"
_STOPS: Final = frozenset(".!?…")
_REMEMBERED_MAX: Final = 60_000
_SHORT: Final = 6


class Token:
    """A word with the marks around it.

    Attributes:
        plain: the word in small letters.
        capital: it begins with a capital.
        lead, size: how many characters stand before the word (an elided `l’` among them), and how many it has.
        before, behind: the marks on its two sides.
        bits: what the rules say of it.
    """

    __slots__ = ("before", "behind", "bits", "capital", "lead", "plain", "size")

    def __init__(self, before: str, word: str, behind: str, bits: int, elided: int = 0) -> None:
        self.before = before
        self.behind = behind
        self.lead = len(before) + elided
        self.size = len(word)
        self.plain = word.lower()
        self.capital = word[:1].isupper()
        self.bits = bits


class Lexicon(dict[str, Token]):
    """The tokens of a language that have been seen. A cache: what it gives depends on the rules alone."""

    def __init__(self, speech: Speech) -> None:
        super().__init__()
        self._bits = _bits_of(speech)
        self._speech = speech

    def __missing__(self, said: str) -> Token:
        if "“" in said:
            return self._quoted(said)
        if len(self) >= _REMEMBERED_MAX:
            self.clear()
        token = self[said] = self._read(said)
        return token

    def _quoted(self, said: str) -> Token:
        """A quotation, hidden, with the sign that it ends with."""
        start, end = said.index("“"), said.rindex("”") + 1 if "”" in said else len(said)
        behind = said[end:]
        stop = STOP if said[end - 2 : end - 1] in _STOPS or _STOPS.intersection(behind) else 0
        return Token(said[:start], said[start:end], behind, QUOTED | stop)

    def _read(self, said: str) -> Token:
        word = said.lstrip(_OPENING)
        before = said[: len(said) - len(word)]
        core = word.rstrip(_CLOSING)
        behind = word[len(core) :]
        if behind.startswith(".") and self._is_abbreviation(core):
            core, behind = word[: len(core) + 1], behind[1:]
        elided = 0
        for start in self._speech.elisions:
            if (
                core.lower().startswith(start)
                and len(core) > len(start)
                and core.lower() not in self._speech.first_words
            ):
                elided = len(start)
                break
        bits = self._bits.get(core[:elided].lower().rstrip("'’"), 0) & THAT if elided else 0
        core = core[elided:]
        bits |= self._bits.get(core.lower().rstrip("."), 0)
        if self._speech.role_endings and core.lower().endswith(self._speech.role_endings):
            bits |= ROLE
        if core in self._speech.unlikely:
            bits |= UNLIKELY
        if core.endswith(("'s", "’s")) or (behind[:1] in {"'", "’"} and core.endswith("s")):
            bits |= POSSESSIVE
        if _STOPS.intersection(behind):
            bits |= STOP
        if core in self._speech.first_words:
            bits |= CUE
        return Token(before, core, behind, bits, elided)

    def _is_abbreviation(self, core: str) -> bool:
        """Whether the full stop behind `core` belongs to it: `Mr.`, `Sen.`, `U.S.`, `J.`."""
        if not core or not core[0].isupper():
            return core in self._speech.abbreviations
        if len(core) == 1 or "." in core:
            return True
        if len(core) >= _SHORT:
            return False
        plain = core.lower()
        return bool(self._bits.get(plain, 0) & COURTESY) or plain in self._speech.abbreviations


@cache
def lexicon(speech: Speech) -> Lexicon:
    """The lexicon of these rules, one for a process."""
    return Lexicon(speech)


def _bits_of(speech: Speech) -> dict[str, int]:
    bits: dict[str, int] = {}
    for words, bit in (
        (speech.roles, ROLE),
        (speech.bodies, BODY),
        (speech.determiners, DETERMINER),
        (speech.prepositions, PREPOSITION),
        (speech.hanging, HANGING),
        (speech.complements, COMPLEMENT),
        (speech.joiners, JOINER),
        (speech.relatives, RELATIVE),
        (speech.that, THAT),
        (speech.question, QUESTION),
        (speech.adverbs, ADVERB),
        (speech.negations, NEGATION),
        (frozenset(word.lower() for word in speech.times), TIME),
        (speech.time_openers, TIME_OPENER),
        (speech.openers, OPENER),
        (speech.particles, PARTICLE),
        (speech.courtesy, COURTESY),
        (speech.belonging, BELONGING),
        (speech.subordinators, SUBORDINATOR),
        (speech.given, GIVEN),
        (speech.hollow, HOLLOW),
        (speech.breaks, BREAK),
        (speech.of, OF),
    ):
        for word in words:
            bits[word] = bits.get(word, 0) | bit
    for word, gender in speech.pronouns.items():
        bits[word] = bits.get(word, 0) | (NOBODY if gender is None else SPEAKER)
    return bits
