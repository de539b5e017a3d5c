"""What a run of words in an article is: the article's own, or something else, and what."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from worker.parse.html_tree import is_unseen

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from worker.parse.html_tree import Block, Element, Page
    from worker.reading_rules import BodyRules

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PARAGRAPHS = frozenset({"p", "pre", "blockquote"})
ITEMS = frozenset({"li", "dd", "dt"})
_LINK_SHARE_MAX = 0.6
_LINK_SHARE_OF_ITEMS = 0.4
_LINK_SHARE_OF_SENTENCES = 0.85
SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'’”»)\]」』]*\Z")
_SKIPPED_SHARE_MAX = 1 / 3
_SMALL_ALWAYS = 250
_SMALL_LINE = 100
_PROSE_LETTERS_MIN = 80
_OFTEN = 3
_TEASER_LETTERS_MAX = 500
_TEASER_LEVELS_MAX = 4
_LINE_LETTERS_MAX = 350
_CAPTION_LETTERS_MAX = 350
_LONE_LETTERS_MAX = 40
_FIGURES = frozenset({"figure", "figcaption"})


class Kinds:
    """Names blocks inside `holder`; answers about elements are remembered."""

    def __init__(self, blocks: list[Block], holder: Element, rules: BodyRules) -> None:
        self._rules = rules
        self._words = trusted_words(rules.skipped_words.keys(), blocks, holder, _SKIPPED_SHARE_MAX)
        self._repeated = _repeated(blocks)
        self._small = holder.letters * _SKIPPED_SHARE_MAX
        self._known: dict[Element, str | None] = {holder: None}

    def of(self, block: Block) -> str | None:
        """What `block` is if it is not the article's: a kind, or "" for what is not worth keeping."""
        kind = self._around(block.element)
        return self._by_words(block) or kind if kind in {None, "standfirst"} else kind

    def _by_words(self, block: Block) -> str | None:
        text, tag = block.text, block.element.tag
        if not any(c.isalnum() for c in text):
            return ""
        if text in self._repeated:
            return "box"
        if len(text) <= _LINE_LETTERS_MAX:
            kind = self._line(block)
            if kind is not None:
                return kind
        share = _LINK_SHARE_OF_ITEMS if tag in ITEMS else _LINK_SHARE_MAX
        if tag in PARAGRAPHS and SENTENCE_END.search(text):
            share = _LINK_SHARE_OF_SENTENCES
        return "related_links" if block.linked > len(text) * share else None

    def _line(self, block: Block) -> str | None:
        """What the words of a short block say that it is."""
        for rule in self._rules.lines:
            if rule.pattern.fullmatch(block.text):
                return rule.kind
        for rule in self._rules.openers:
            match = rule.pattern.match(block.text)
            if match is not None and (
                block.linked or block.text.endswith(":") or len(block.text) - match.end() < _LONE_LETTERS_MAX / 10
            ):
                return rule.kind
        return None

    def _around(self, element: Element) -> str | None:
        """What the elements around say that this is."""
        chain: list[Element] = []
        current: Element | None = element
        kind = None
        while current is not None:
            if current in self._known:
                kind = self._known[current]
                break
            chain.append(current)
            current = current.parent
        for inner in reversed(chain):
            kind = kind or self._named(inner)
            self._known[inner] = kind
        return kind

    def _named(self, element: Element) -> str | None:
        if element.tag in self._rules.skipped_elements:
            return "caption" if element.tag in _FIGURES else "box"
        if element.letters >= self._small and element.letters > _SMALL_ALWAYS:
            return None
        named = {self._rules.skipped_words[word] for word in self._words & element.words}
        if element.tag in HEADINGS:
            named.discard("box")
        if named:
            return min(named)
        if not self._rules.standfirst_words.isdisjoint(element.words):
            return "standfirst"
        if element.images and element.letters < (
            _CAPTION_LETTERS_MAX if element.tag not in PARAGRAPHS else _SMALL_LINE
        ):
            return "caption"
        return "hidden" if is_unseen(element) else None


def trusted_words(known: AbstractSet[str], blocks: list[Block], holder: Element | None, share: float) -> frozenset[str]:
    """Those of the `known` words that name something apart on this page: on less than a `share` of the prose.

    `blocks` are all in `holder`, whose own names do not count; None is the whole page.
    """
    letters: dict[str, int] = {}
    seen: set[str] = set()
    around: dict[Element | None, frozenset[str]] = {holder: frozenset(), None: frozenset()}
    total = 0
    for block in blocks:
        if len(block.text) < _PROSE_LETTERS_MIN or block.linked * 2 > len(block.text) or block.text in seen:
            continue
        seen.add(block.text)
        total += len(block.text)
        for word in _known_around(block.element, known, around):
            letters[word] = letters.get(word, 0) + len(block.text)
    most = max(_SMALL_ALWAYS, total * share)
    return frozenset(word for word in known if letters.get(word, 0) < most)


def _known_around(
    element: Element, known: AbstractSet[str], around: dict[Element | None, frozenset[str]]
) -> frozenset[str]:
    """The `known` words on `element` and what is around it; `around` holds the answers so far."""
    chain: list[Element] = []
    current: Element | None = element
    while current not in around:
        assert current is not None
        chain.append(current)
        current = current.parent
    words = around[current]
    for inner in reversed(chain):
        more = known & inner.words
        words = around[inner] = words | more if more else words
    return words


def _repeated(blocks: list[Block]) -> frozenset[str]:
    """Texts that stand in the article again and again, as notes in place of embedded things do."""
    counts = Counter(block.text for block in blocks)
    often = {text: count for text, count in counts.items() if count >= _OFTEN}
    letters = sum(len(text) * count for text, count in often.items())
    is_small = letters < sum(len(block.text) for block in blocks) * _SKIPPED_SHARE_MAX * 2
    return frozenset(often) if is_small else frozenset()


def teaser_holders(page: Page) -> frozenset[Element]:
    """The small elements around headings that are links: each announces another article."""
    holders: set[Element] = set()
    for block in page.blocks:
        if block.element.tag in HEADINGS and block.linked * 2 > len(block.text):
            element = block.element.parent
            for _ in range(_TEASER_LEVELS_MAX):
                if element is None or element.letters > _TEASER_LETTERS_MAX:
                    break
                holders.add(element)
                element = element.parent
    return frozenset(holders)


def teaser_around(block: Block, holders: frozenset[Element]) -> Element | None:
    """The innermost of the `holders` that `block` stands in."""
    element: Element | None = block.element
    for _ in range(_TEASER_LEVELS_MAX):
        if element is None or element in holders:
            return element
        element = element.parent
    return None
