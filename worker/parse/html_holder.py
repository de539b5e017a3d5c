"""Where the article of a page stands: the element that holds most of its running words closely.

The runs of words are weighed (letters outside of links). The best holder is widened while its parent holds clearly
more of them without much else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.parse.html_runs import PARAGRAPHS, teaser_around, trusted_words

if TYPE_CHECKING:
    from worker.parse.html_tree import Element, Page
    from worker.reading_rules import BodyRules

_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LETTERS_MIN = 40
_LINK_SHARE_MAX = 0.5
_ANCESTORS_MAX = 60
# Each level up counts for less, so that a close holder wins over the whole page.
_DECAY = 0.75
_WIDER_BY = 1.2
_WIDER_BY_IF_NAMED = 1.5
_TEXT_SHARE_MIN = 0.4
_NAMED_COUNTS = 1.5
# An element with so much of a page's words is no box beside the article, whatever it is called.
_MOST = 0.4
_OF_DIVISION = 0.7


def weight_of(text: str) -> int:
    """The letters of `text`, an ideograph counted as three."""
    return len(text) if text.isascii() else len(text) + 2 * len(_WIDE.findall(text))


def holder_of(page: Page, rules: BodyRules, teasers: frozenset[Element]) -> Element | None:
    """The element with the article's words; None where there is nothing like them.

    What stands in `teasers` does not count.
    """
    close: dict[Element, float] = {}
    whole: dict[Element, int] = {}
    elsewhere: dict[Element, bool] = {}
    words = trusted_words(rules.elsewhere_words, page.blocks, None, _MOST)
    most = page.root.letters * _MOST
    for block in page.blocks:
        letters = weight_of(block.text)
        if letters < _LETTERS_MIN or block.linked > len(block.text) * _LINK_SHARE_MAX:
            continue
        if teasers and teaser_around(block, teasers) is not None:
            continue
        if _is_elsewhere(block.element, rules.skipped_elements, words, elsewhere, most):
            continue
        letters -= block.linked
        is_paragraph = block.element.tag in PARAGRAPHS
        share = 1.0 if is_paragraph else _OF_DIVISION
        # A paragraph is held by its parent; a division may hold others like itself.
        element = block.element.parent if is_paragraph else block.element
        for _ in range(_ANCESTORS_MAX):
            if element is None:
                break
            close[element] = close.get(element, 0) + letters * share
            whole[element] = whole.get(element, 0) + letters
            share, element = share * _DECAY, element.parent
    if not close:
        return None
    for element in close:
        if (
            element.tag == "article"
            or element.words & rules.body_words
            or element.attributes.get("itemprop") == "articleBody"
        ):
            close[element] *= _NAMED_COUNTS
    return _widened(max(close, key=close.__getitem__), whole)


def _is_elsewhere(
    element: Element | None, tags: frozenset[str], words: frozenset[str], known: dict[Element, bool], most: float
) -> bool:
    chain: list[Element] = []
    answer = False
    while element is not None and not answer:
        if element in known:
            answer = known[element]
            break
        chain.append(element)
        if element.letters < most:
            answer = element.tag in tags or not words.isdisjoint(element.words)
        element = element.parent
    known.update(dict.fromkeys(chain, answer))
    return answer


def _widened(holder: Element, whole: dict[Element, int]) -> Element:
    """`holder`, or the widest element around it that adds paragraphs and little else."""
    element = holder.parent
    while element is not None and element.tag not in {"body", "html"} and element in whole:
        letters = whole[element]
        if letters >= whole[holder] * (_WIDER_BY_IF_NAMED if holder.tag == "article" else _WIDER_BY):
            if letters < element.letters * _TEXT_SHARE_MIN:
                break
            holder = element
        element = element.parent
    return holder
