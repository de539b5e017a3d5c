"""A text laid open for the search for speakers: quotations hidden, sentences and cues located."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.enrich.quotes.marks import Quotation
    from worker.enrich.quotes.mentions import Mention
    from worker.speech_rules import Speech, Use

HIDDEN: Final = "\x01"
_SENTENCE_END: Final = re.compile(r"[.!?…\n](?:[)\]”’'\"]{0,3}\s+|(?<=\n))")
_ABBREVIATION: Final = re.compile(r"(?:^|[\s(“.-])(\w{1,5})\Z")
_WORD_MAX: Final = 12
_AROUND: Final = 12_000
_ENDINGS: Final = frozenset(".!?…")
_NO_STOP: Final = frozenset(("st", "vs", "etc", "inc", "corp", "co", "ltd", "no", "jr", "sr", "gov", "fla", "mass", "calif", "tenn", "ill"))


@dataclass(frozen=True, slots=True)
class CueAt:
    """A cue in the text, `text[start:end]`."""

    start: int
    end: int
    form: str
    use: Use


@dataclass(frozen=True, slots=True)
class Scene:
    """A text with what the search for speakers needs.

    Attributes:
        text: the article's.
        shown: the same, as long, with the words of quotations hidden and all their marks as “ and ”.
        quotations: in their order.
        cues: outside quotations, in their order.
        starts: where sentences begin, in their order; the first is 0.
    """

    text: str
    shown: str
    quotations: Sequence[Quotation]
    cues: Sequence[CueAt]
    starts: Sequence[int]
    speech: Speech

    def sentence(self, place: int) -> tuple[int, int]:
        """Where the sentence around `place` begins and the next one does."""
        number = bisect_right(self.starts, place)
        return self.starts[number - 1], self.starts[number] if number < len(self.starts) else len(self.text)

    def is_name(self, mention: Mention) -> bool:
        """Whether capitals at the start of a sentence are those of a name: two words, or a capital elsewhere, too."""
        word = self.shown[mention.start : mention.end]
        if " " in word or mention.courtesy is not None or mention.role is not None or not word.isalpha():
            return True
        text = self.text
        low = max(mention.start - _AROUND, 0)
        high = mention.end + _AROUND
        at = text.find(" " + word, low, high)
        while at >= 0:
            if text[at - 1].isalnum() or text[at - 1] in ",.-" and text[at - 2 : at - 1].islower() is False:
                return True
            if text[at - 1] == ",":
                return True
            at = text.find(" " + word, at + 1, high)
        return False

    def cues_in(self, start: int, end: int) -> Sequence[CueAt]:
        """The cues that begin in `shown[start:end]`."""
        return self.cues[bisect_left(self.cues, start, key=_start) : bisect_left(self.cues, end, key=_start)]


def _start(cue: CueAt) -> int:
    return cue.start


def lay_open(text: str, quotations: Sequence[Quotation], speech: Speech) -> Scene:
    """The scene of `text` with the quotations that stand in it."""
    shown = _hidden(text, quotations)
    uses = speech.cues
    # A cue stands behind a space: the text is read with one before it, and with line feeds as spaces.
    padded = " " + shown.replace("\n", " ")
    unlikely = speech.unlikely
    cues = []
    for match in speech.cue.finditer(padded):
        start, end = match.span()
        if padded[padded.rfind(" ", start - _WORD_MAX if start > _WORD_MAX else 0, start) + 1 : start] in unlikely:
            continue
        form = padded[start + 1 : end]
        cues.append(CueAt(start, end - 1, form, uses[form]))
    return Scene(text, shown, quotations, cues, _starts(shown, speech), speech)


def _hidden(text: str, quotations: Sequence[Quotation]) -> str:
    parts = []
    done = 0
    for one in quotations:
        inside = one.closed - one.opened - 3
        if inside < 0:
            continue
        last = text[one.end - 1]
        parts += [text[done : one.opened], "“", HIDDEN * inside, last if last in ".,!?…" else HIDDEN, "”"]
        done = one.closed
    parts.append(text[done:])
    return "".join(parts).replace("\u00a0", " ")


def _starts(shown: str, speech: Speech) -> list[int]:
    starts = [0]
    for match in _SENTENCE_END.finditer(shown):
        start, end = match.span()
        sign = shown[start]
        if end >= len(shown):
            break
        following = shown[end]
        if sign == "\n" or "\n" in match.group():
            starts.append(end)
        elif not following.islower() and not (sign == "." and _is_abbreviation(shown, start, speech)):
            starts.append(end)
    return starts


def _is_abbreviation(shown: str, stop: int, speech: Speech) -> bool:
    match = _ABBREVIATION.search(shown, max(stop - 7, 0), stop)
    if match is None:
        return False
    word = match.group(1)
    if len(word) == 1:
        return word.isupper()
    lowered = word.lower()
    return lowered in _NO_STOP or (word[0].isupper() and (lowered in speech.courtesy or (len(word) < 5 and lowered in speech.roles)))
