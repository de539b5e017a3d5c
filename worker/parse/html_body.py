"""The words of a page: where they stand, and which of the elements in between are something else.

The paragraphs of a page are weighed (letters outside of links); the element that holds most of them closely
is the article, widened while its parent holds clearly more of them without much else. Inside of it, in
order, come paragraphs, headings and lists, save what the rules name as something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resiliparse.extract.html2text import extract_plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from resiliparse.parse.html import HTMLTree
    from resiliparse.parse.html.node import ElementNode

    from worker.rules import BodyRules

_BLOCKS = "p, h2, h3, h4, blockquote, li, pre"
_WEIGHED = "p, pre"
_NEVER_TEXT = "script, style, noscript, template"
_LETTERS_MIN = 40
_LINK_SHARE_MAX = {"li": 0.3}
_LINK_SHARE_MAX_ELSE = 0.6
_ANCESTORS_MAX = 60
# Each level up counts for less, so that a close holder wins over the whole page.
_DECAY = 0.75
_WIDER_BY = 1.3
_TEXT_SHARE_MIN = 0.4
_SKIPPED_SHARE_MAX = 1 / 3
_CLASS_CHARACTERS_MAX = 300
_FALLBACK_LETTERS = 250
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_HEADINGS = {"h2", "h3", "h4"}


def page_paragraphs(tree: HTMLTree, rules: BodyRules) -> tuple[str, ...]:
    """The paragraphs of the article in `tree`, which loses its scripts by it; empty where there is none."""
    body = tree.body
    if body is None:
        return ()
    for element in body.query_selector_all(_NEVER_TEXT).values():
        element.decompose()
    article = _article_of(body, rules)
    paragraphs = _blocks_of(article, rules) if article is not None else ()
    if sum(map(len, paragraphs)) >= _FALLBACK_LETTERS:
        return paragraphs
    # Some pages have no paragraphs, only divisions and line breaks: there the library's own reading is
    # better.
    plain = extract_plain_text(tree, main_content=True, alt_texts=False, comments=False, post_meta=False)
    blocks = tuple(filter(None, (" ".join(block.split()) for block in plain.split("\n\n"))))
    return blocks if sum(map(len, blocks)) > 2 * sum(map(len, paragraphs)) else paragraphs


def fragment_paragraphs(tree: HTMLTree) -> tuple[str, ...]:
    """All paragraphs of a piece of HTML that is known to be an article's text."""
    body = tree.body
    if body is None:
        return ()
    for element in body.query_selector_all(_NEVER_TEXT).values():
        element.decompose()
    plain = extract_plain_text(tree, main_content=False, alt_texts=False, list_bullets=False)
    return tuple(filter(None, (" ".join(block.split()) for block in plain.split("\n\n"))))


@dataclass(slots=True)
class _Weights:
    """Letters of running text below each element: `close` counts them less with each level, `all` in full."""

    close: dict[ElementNode, float] = field(default_factory=dict)
    all: dict[ElementNode, float] = field(default_factory=dict)


def _article_of(body: ElementNode, rules: BodyRules) -> ElementNode | None:
    weights = _Weights()
    skipped: dict[ElementNode, bool] = {}
    for paragraph in body.query_selector_all(_WEIGHED).values():
        letters = len(paragraph.text or "")
        if letters < _LETTERS_MIN:
            continue
        linked = _linked_letters(paragraph)
        if linked * 2 > letters or _is_within(
            paragraph, skipped, lambda element: element.tag in rules.skipped_elements
        ):
            continue
        _weigh(paragraph, letters - linked, weights)
    if not weights.close:
        return None
    return _widened(max(weights.close, key=weights.close.__getitem__), weights)


def _weigh(paragraph: ElementNode, letters: int, weights: _Weights) -> None:
    share, element = 1.0, paragraph.parent_element
    for _ in range(_ANCESTORS_MAX):
        if element is None:
            return
        weights.close[element] = weights.close.get(element, 0) + letters * share
        weights.all[element] = weights.all.get(element, 0) + letters
        share, element = share * _DECAY, element.parent_element


def _widened(article: ElementNode, weights: _Weights) -> ElementNode:
    """`article`, or the widest element around it that adds paragraphs and little else."""
    element = article.parent_element
    while element is not None and element.tag not in {"body", "html"} and element in weights.all:
        letters = weights.all[element]
        if letters >= weights.all[article] * _WIDER_BY:
            if letters < len(element.text or "") * _TEXT_SHARE_MIN:
                break
            article = element
        element = element.parent_element
    return article


def _blocks_of(article: ElementNode, rules: BodyRules) -> tuple[str, ...]:
    small = len(article.text or "") * _SKIPPED_SHARE_MAX
    skipped: dict[ElementNode, bool] = {article: False}

    def is_something_else(element: ElementNode) -> bool:
        return element.tag in rules.skipped_elements or (
            _is_called(element, rules.skipped_words) and len(element.text or "") < small
        )

    blocks: list[tuple[str, str]] = []
    for element in article.query_selector_all(_BLOCKS).values():
        tag = element.tag or ""
        if tag in {"blockquote", "li"} and element.query_selector("p, li") is not None:
            continue
        text = " ".join((element.inner_text or "").split())
        share = _LINK_SHARE_MAX.get(tag, _LINK_SHARE_MAX_ELSE)
        if not text or _is_within(element, skipped, is_something_else) or _linked_letters(element) > len(text) * share:
            continue
        blocks.append((tag, text))
    while blocks and blocks[-1][0] in _HEADINGS:
        blocks.pop()
    return tuple(text for _, text in blocks)


def _is_called(element: ElementNode, words: frozenset[str]) -> bool:
    names = f"{element.class_name or ''} {element.id or ''}"
    if names == " " or len(names) > _CLASS_CHARACTERS_MAX:
        return False
    return any(word.lower() in words for word in _WORDS.findall(names))


def _is_within(element: ElementNode, known: dict[ElementNode, bool], test: Callable[[ElementNode], bool]) -> bool:
    """Whether `test` holds for `element` or one around it; `known` remembers the answers."""
    chain: list[ElementNode] = []
    current: ElementNode | None = element
    answer = False
    while current is not None and not answer:
        if current in known:
            answer = known[current]
            break
        chain.append(current)
        answer = test(current)
        current = current.parent_element
    known.update(dict.fromkeys(chain, answer))
    return answer


def _linked_letters(element: ElementNode) -> int:
    return sum(len(link.text or "") for link in element.get_elements_by_tag_name("a").values())
