"""Which paragraphs are no part of the article: one run at each edge, exact forms between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from worker.cut.claims import Claims
from worker.cut_rules import first_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from worker.cut_rules import CutIndex, CutRule, CutRules
    from worker.draft import Fields
    from worker.rules import Rules

CHARACTERS_MAX: Final = 1_200
_START_PARAGRAPHS_MAX: Final = 8
_MIDDLE_CHARACTERS_MAX: Final = 700
_LINKS_MAX: Final = 12
_LINK_CHARACTERS_MAX: Final = 170
_MIDDLE_LINKS_MAX: Final = 3
_TAIL_SENTENCES_MAX: Final = 6
_SMALL: Final = 60
_ENDING: Final = 24
_SENTENCE: Final = re.compile(r"(?<=[.!?…”\"’)\]]) (?=[^\s\W]|[(\[*©“\"])| (?=[\[(] ?(?:…|\.\.\.|\+\d))")
_PROSE_END: Final = re.compile(r"[.,;:。！।][\"'’”»)\]]*\Z")
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut: `paragraphs[first:last + 1]`, or what follows `kept` in the one paragraph where that is not ""."""

    kind: str
    first: int
    last: int
    text: str
    says: Mapping[str, str]
    flag: str | None = None
    kept: str = ""


def find_cuts(paragraphs: Sequence[str], fields: Fields, rules: Rules) -> list[Cut]:
    """The cuts in the order of the text; at least one paragraph, or a part of it, is in none of them."""
    desk = _Desk(paragraphs, first_words(paragraphs), fields, rules)
    below = desk.end()
    above = desk.start(below)
    return desk.start_cuts + desk.middle(above, below) + desk.end_cuts[::-1]


class _Desk:
    """A text with the rules that it gives reason to try."""

    __slots__ = ("claims", "end_cuts", "headline", "paragraphs", "rules", "start_cuts", "words")

    def __init__(self, paragraphs: Sequence[str], words: Sequence[str], fields: Fields, rules: Rules) -> None:
        self.paragraphs = paragraphs
        self.words = words
        self.rules: CutRules = rules.cuts
        self.claims = Claims(fields, rules, paragraphs)
        self.headline = folded(fields.headline) if fields.headline else ""
        self.start_cuts: list[Cut] = []
        self.end_cuts: list[Cut] = []

    def end(self) -> int:
        """Find the cuts at the end, the last first; the number of paragraphs above them."""
        paragraphs = self.paragraphs
        below = at = len(paragraphs)
        while at > 1 and below - at <= _LINKS_MAX:
            at -= 1
            found = self._fit(at, self.rules.end)
            if found is not None and (found[0].links or at == below - 1):
                self.end_cuts.append(self._made(found, at, below - 1))
                below = at
            elif not _is_link(paragraphs[at]):
                break
        cut = self._tail(below - 1)
        if cut is not None:
            self.end_cuts.append(cut)
        return below

    def start(self, below: int) -> int:
        """Find the cuts at the start, of the paragraphs before `below`; the first paragraph that stays."""
        at = 0
        while at < min(_START_PARAGRAPHS_MAX, below - 1):
            cut = self._first(at)
            if cut is None:
                break
            self.start_cuts.append(cut)
            at += 1
        return at

    def middle(self, above: int, below: int) -> list[Cut]:
        """The cuts between the edges, of `paragraphs[above:below]`."""
        paragraphs, words, rules = self.paragraphs, self.words, self.rules.anywhere
        opens, endings = rules.opens, rules.endings
        cuts: list[Cut] = []
        at = above
        while at < below:
            betrayed = words[at] in opens or paragraphs[at][-_ENDING:].lower().endswith(endings)
            found = self._fit(at, rules) if betrayed else None
            if found is None or len(paragraphs[at]) > _MIDDLE_CHARACTERS_MAX:
                at += 1
                continue
            last = self._links_below(at, below) if found[0].links else at
            cuts.append(self._made(found, at, last))
            at = last + 1
        return cuts if sum(cut.last + 1 - cut.first for cut in cuts) < below - above else []

    def _fit(self, at: int, rules: CutIndex) -> tuple[CutRule, Mapping[str, str]] | None:
        paragraph = self.paragraphs[at]
        if len(paragraph) > CHARACTERS_MAX:
            return None
        for rule in rules.betrayed(paragraph, self.words[at]):
            match = rule.pattern.fullmatch(paragraph)
            if match is not None:
                says = {name: value for name, value in match.groupdict().items() if value}
                if self.claims.hold(says, at):
                    return rule, says
        return None

    def _made(self, found: tuple[CutRule, Mapping[str, str]], first: int, last: int) -> Cut:
        rule, says = found
        return Cut(rule.kind, first, last, "\n".join(self.paragraphs[first : last + 1]), says, rule.flag)

    def _first(self, at: int) -> Cut | None:
        paragraph = self.paragraphs[at]
        if self.headline and len(paragraph) < CHARACTERS_MAX and folded(paragraph) == self.headline:
            return Cut("headline_repeat", at, at, paragraph, {})
        known = self.claims.known_line(paragraph)
        if known is not None:
            return Cut(known, at, at, paragraph, {})
        found = self._fit(at, self.rules.start) or self._fit(at, self.rules.anywhere)
        return self._made(found, at, at) if found is not None else None

    def _tail(self, at: int) -> Cut | None:
        """A footer that follows the last sentence in its paragraph."""
        paragraph = self.paragraphs[at]
        begin = max(len(paragraph) - CHARACTERS_MAX, 0)
        places = [match.end() for match in _SENTENCE.finditer(paragraph, begin)][-_TAIL_SENTENCES_MAX:]
        sentences = self.rules.sentences
        hinted = sentences.hinted(paragraph[places[0] :]) if places else ()
        for place in places:
            for rule in sentences.opens.get(first_words((paragraph[place : place + _SMALL],))[0], ()) + hinted:
                match = rule.pattern.fullmatch(paragraph, place)
                says = {name: value for name, value in match.groupdict().items() if value} if match else {}
                if match is not None and self.claims.hold(says, at):
                    return Cut(rule.kind, at, at, match.group(), says, rule.flag, paragraph[:place].rstrip())
        return None

    def _links_below(self, at: int, below: int) -> int:
        """The last of the links under a heading at `at`, `at` itself where there are none."""
        if ":" in self.paragraphs[at].rstrip(": ") or not at + 1 < below:
            return at
        last = at
        while last + 1 < below - 1 and last - at < _MIDDLE_LINKS_MAX and _is_link(self.paragraphs[last + 1]):
            last += 1
        return last


def folded(text: str) -> str:
    """The words of `text` alone, in small letters."""
    return " ".join(_WORDS.findall(text)).casefold()


def _is_link(line: str) -> bool:
    """Whether `line` can be one of a list of links: short, and no sentence."""
    if len(line) > _LINK_CHARACTERS_MAX:
        return False
    return _PROSE_END.search(line) is None or line.startswith(("http", "- ", "* ", "• "))
