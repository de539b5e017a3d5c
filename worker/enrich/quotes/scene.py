"""A text laid open for the search for speakers: its tokens, with quotations hidden, its sentences and its cues."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.enrich.quotes.tokens import CUE, STOP, UNLIKELY, lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.article import Span
    from worker.enrich.quotes.marks import Quotation
    from worker.enrich.quotes.tokens import Token
    from worker.speech_rules import Speech, Use

_HIDDEN: Final = "\x01"
_KEPT: Final = frozenset(".,!?…")
_AROUND: Final = 1_500
_SENTENCE_MAX: Final = 120


class CueAt(NamedTuple):
    """A cue: the numbers of its first token and of the one behind it."""

    first: int
    behind: int
    form: str
    use: Use


@dataclass(frozen=True, slots=True)
class Scene:
    """A text with what the search for speakers needs; all places are numbers of tokens.

    Attributes:
        text: the article's.
        shown: the same, as long, with the words of each quotation hidden: it is one token.
        tokens: in their order, with where each begins in `places`.
        cues: outside quotations, in their order; `cue_places` are their first tokens.
        starts: where sentences begin, in their order; the first is 0. `paragraphs`: those that begin a paragraph.
    """

    text: str
    shown: str
    tokens: Sequence[Token]
    places: Sequence[int]
    cues: Sequence[CueAt]
    cue_places: Sequence[int]
    starts: Sequence[int]
    paragraphs: frozenset[int]
    speech: Speech

    def token_at(self, place: int) -> int:
        """The token that the character at `place` belongs to."""
        return bisect_right(self.places, place) - 1

    def sentence(self, number: int) -> tuple[int, int]:
        """Where the sentence around a token begins and the next one does, so far as that is near."""
        at = bisect_right(self.starts, number)
        start, end = self.starts[at - 1], self.starts[at] if at < len(self.starts) else len(self.tokens)
        return max(start, number - _SENTENCE_MAX), min(end, number + _SENTENCE_MAX)

    def cues_in(self, start: int, end: int) -> Sequence[CueAt]:
        """The cues that begin in these tokens."""
        return self.cues[bisect_left(self.cue_places, start) : bisect_left(self.cue_places, end)]

    def starts_in(self, first: int, end: int) -> Sequence[int]:
        """Where sentences begin in these tokens."""
        return self.starts[bisect_left(self.starts, first) : bisect_left(self.starts, end)]

    def begin(self, number: int) -> int:
        """Where the word of a token begins in the text."""
        return self.places[number] + self.tokens[number].lead

    def end(self, number: int) -> int:
        """Where the word of a token ends in the text."""
        token = self.tokens[number]
        return self.places[number] + token.lead + token.size

    def span(self, first: int, last: int) -> Span:
        """From the word of token `first` to that of `last`."""
        return self.begin(first), self.end(last)

    def joined(self, number: int) -> bool:
        """Whether nothing but a space parts a token from the one before."""
        return not (
            self.tokens[number - 1].behind
            or self.tokens[number].before
            or number in self.paragraphs
            or not self.tokens[number - 1].size
        )

    def is_name(self, number: int) -> bool:
        """Whether a capital at the start of a sentence is that of a name: it has one elsewhere, too."""
        token = self.tokens[number]
        word = self.text[self.begin(number) : self.end(number)]
        place = self.places[number]
        low, high = max(place - _AROUND, 0), place + _AROUND
        at = self.text.find(word, low, high)
        while at >= 0:
            if (
                at != place + token.lead
                and self.text[at - 1 : at] == " "
                and self.text[at - 2 : at - 1] not in _STOPPED
            ):
                return True
            at = self.text.find(word, at + 1, high)
        return False


_STOPPED: Final = frozenset(".!?…:\n”\"’'")


def lay_open(text: str, quotations: Sequence[Quotation], speech: Speech) -> Scene:
    """The scene of `text` with the quotations that stand in it."""
    shown = _hidden(text, quotations)
    words: list[str] = []
    paragraphs: set[int] = set()
    for paragraph in shown.split("\n"):
        paragraphs.add(len(words))
        words += paragraph.split(" ")
    paragraphs.discard(0)
    tokens = list(map(lexicon(speech).__getitem__, words))
    # A token begins where the one before ends, and one space behind each of them.
    places = list(map(add, accumulate(map(len, words), initial=0), range(len(words))))
    stops = [number for number, token in enumerate(tokens) if token.bits & _MARKED]
    starts = {0} | paragraphs
    cues: list[CueAt] = []
    last = len(tokens) - 1
    for number in stops:
        token = tokens[number]
        bits = token.bits
        if bits & STOP and number < last:
            following = tokens[number + 1]
            if not following.size or following.capital or not following.plain[0].isalpha():
                starts.add(number + 1)
        if bits & CUE and not (number and tokens[number - 1].bits & UNLIKELY and not tokens[number - 1].behind):
            said = words[number] if token.size == len(words[number]) else words[number][token.lead :][: token.size]
            if said in speech.longer or said not in speech.cues:
                _add_longer(cues, tokens, number, said, speech)
            elif not cues or cues[-1].behind <= number:
                cues.append(CueAt(number, number + 1, said, speech.cues[said]))
    return Scene(
        text, shown, tokens, places, cues, [cue.first for cue in cues], sorted(starts), frozenset(paragraphs), speech
    )


_MARKED: Final = CUE | STOP


def _add_longer(cues: list[CueAt], tokens: list[Token], number: int, first: str, speech: Speech) -> None:
    """Add the longest cue that begins with the word `first` of a token."""
    if cues and cues[-1].behind > number:
        return
    for form in speech.longer.get(first, ()):
        if len(form) <= len(tokens) - number and all(
            tokens[number + n].plain == word.lower() and not tokens[number + n - 1].behind
            for n, word in enumerate(form[1:], 1)
        ):
            name = " ".join(form)
            cues.append(CueAt(number, number + len(form), name, speech.cues[name]))
            return
    use = speech.cues.get(first)
    if use is not None:
        cues.append(CueAt(number, number + 1, first, use))


def _hidden(text: str, quotations: Sequence[Quotation]) -> str:
    parts = []
    done = 0
    for one in quotations:
        inside = one.closed - one.opened - 3
        if inside < 0:
            continue
        last = text[one.end - 1]
        parts += [text[done : one.opened], "“", _HIDDEN * inside, last if last in _KEPT else _HIDDEN, "”"]
        done = one.closed
    parts.append(text[done:])
    return "".join(parts).replace("\u00a0", " ")
