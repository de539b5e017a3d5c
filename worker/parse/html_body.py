"""The words of a page's article: what stands in the element that holds it, and is not something else.

In order come paragraphs, headings and lists, save what elements, names, links and lines tell to be something else;
then what its place tells: lines above the first sentence, boxes among the paragraphs, headings with nothing below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.article import Removal
from worker.parse.html_holder import holder_of, weight_of
from worker.parse.html_runs import (
    HEADINGS,
    ITEMS,
    PARAGRAPHS,
    SENTENCE_END,
    Kinds,
    teaser_around,
    teaser_holders,
)
from worker.parse.html_tree import is_in
from worker.parse.html_walk import read_page

if TYPE_CHECKING:
    from worker.parse.html_tree import Block, Element, Page
    from worker.reading_rules import BodyRules

_LINE_LETTERS = 60
_SENTENCE_LETTERS_MIN = 20
_ANCESTORS_MAX = 60
_ABOVE_MAX = 15
_LEAD_IN_LETTERS_MAX = 140
_HOST_SHARE_MIN = 0.8
_BOX_SHARE_MAX = 0.2
_BOX_LINE_LETTERS = 100
_BOX_LINK_SHARE = 0.3
_BOX_SHARE_WITH_HEADING = 0.12
_LEADS_ELSEWHERE = frozenset({"related_links", "promo", "navigation", "share_links"})
_NOT_BOXES = HEADINGS | PARAGRAPHS | ITEMS | {"ul", "ol", "dl"}
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Body:
    """The article of a page: its paragraphs, the standfirst above them, what was cut, and the element that holds it.

    `above` are the short runs of words between the page's heading and the first paragraph.
    """

    paragraphs: tuple[str, ...] = ()
    standfirst: str | None = None
    removed: tuple[Removal, ...] = ()
    holder: Element | None = None
    above: tuple[Block, ...] = ()


def page_body(page: Page, rules: BodyRules, supplied: str | None = None) -> Body:
    """The article in `page`; nothing in it where there is none. `supplied`: its text as linked data has it."""
    teasers = teaser_holders(page)
    holder = holder_of(page, rules, teasers) or holder_of(page, rules, frozenset())
    if holder is None:
        return Body()
    blocks = [block for block in page.blocks if is_in(block.element, holder)]
    kinds = Kinds(blocks, holder, rules)
    named = _without_teasers([(block, kinds.of(block)) for block in blocks], teasers)
    named = _without_boxes(_without_lead_in(named))
    if supplied is not None:
        named = _as_supplied(named, supplied)
    return _body_of(_without_lone_headings(named), holder, _above(page, named))


def fragment_paragraphs(html: str) -> tuple[str, ...]:
    """All paragraphs of a piece of HTML that is known to be an article's text."""
    return tuple(block.text for block in read_page(html).blocks)


Named = list[tuple["Block", "str | None"]]


def _without_teasers(named: Named, teasers: frozenset[Element]) -> Named:
    """The same with what announces other articles named, where the article's own words are most of it."""
    announced = [kind is None and teaser_around(block, teasers) is not None for block, kind in named]
    letters = sum(len(block.text) for (block, _), is_one in zip(named, announced, strict=True) if is_one)
    total = sum(len(block.text) for block, kind in named if kind is None)
    if letters * 2 > total:
        return named
    return [
        (block, "related_links" if is_one else kind) for (block, kind), is_one in zip(named, announced, strict=True)
    ]


def _without_lead_in(named: Named) -> Named:
    """The same with the lines above the first sentence named: headline, labels, byline, date."""
    if not any(kind is None and _is_prose(block) for block, kind in named):
        return named
    result: Named = []
    is_above = True
    for block, kind in named:
        if kind is None and is_above:
            is_above = not _is_prose(block)
            if is_above and block.element.tag not in {"h2", "h3"}:
                kind = "header"
        elif kind == "standfirst" and not is_above:
            kind = None
        result.append((block, kind))
    return result


def _is_prose(block: Block) -> bool:
    text = block.text
    if block.element.tag == "h1":
        return False
    if weight_of(text) >= _LEAD_IN_LETTERS_MAX:
        return True
    letters_min = _SENTENCE_LETTERS_MIN if block.element.tag in PARAGRAPHS else _LINE_LETTERS
    return weight_of(text) >= letters_min and bool(SENTENCE_END.search(text))


def _without_boxes(named: Named) -> Named:
    """The same with divisions named that stand among the paragraphs and have a heading, links or short lines.

    Only where nearly all paragraphs are children of one element: there, a division is something apart.
    """
    kept = [block for block, kind in named if kind is None]
    letters: dict[Element, int] = {}
    for block in kept:
        if block.element.tag in PARAGRAPHS and block.element.parent is not None:
            letters[block.element.parent] = letters.get(block.element.parent, 0) + len(block.text)
    total = sum(len(block.text) for block in kept)
    if not letters:
        return named
    host = max(letters, key=letters.__getitem__)
    if letters[host] < total * _HOST_SHARE_MIN:
        return named
    above: set[Element] = set()
    element: Element | None = host
    while element is not None:
        above.add(element)
        element = element.parent
    boxes: dict[Element, list[Block]] = {}
    for block in kept:
        top = block.element
        for _ in range(_ANCESTORS_MAX):
            if top in above or top.parent in above or top.parent is None:
                break
            top = top.parent
        if top not in above and top.tag not in _NOT_BOXES:
            boxes.setdefault(top, []).append(block)
    apart = {id(block) for blocks in boxes.values() if _is_box(blocks, total) for block in blocks}
    return [(block, "box" if id(block) in apart else kind) for block, kind in named]


def _is_box(blocks: list[Block], total: int) -> bool:
    letters = sum(len(block.text) for block in blocks)
    if letters > total * _BOX_SHARE_MAX:
        return False
    if len(blocks) == 1 and blocks[0].element.tag in HEADINGS and not blocks[0].linked:
        return False
    return (
        sum(block.linked for block in blocks) > letters * _BOX_LINK_SHARE
        or letters < len(blocks) * _BOX_LINE_LETTERS
        or (letters < total * _BOX_SHARE_WITH_HEADING and any(block.element.tag in HEADINGS for block in blocks))
    )


def _as_supplied(named: Named, supplied: str) -> Named:
    """The same with what stands outside of the `supplied` text named, where that is clearly the same text."""
    whole = _folded(supplied)
    found = [kind is None and _folded(block.text) in whole for block, kind in named]
    kept = sum(len(block.text) for block, kind in named if kind is None)
    same = sum(len(block.text) for (block, _), is_found in zip(named, found, strict=True) if is_found)
    if not same or same < kept * 0.7 or same < len(supplied) * 0.7:
        return named
    first, last = found.index(True), len(found) - 1 - found[::-1].index(True)
    result: Named = []
    for place, (block, kind) in enumerate(named):
        if kind is None and not found[place]:
            is_outside = not first <= place <= last
            if is_outside or (len(block.text) < 200 and block.element.tag not in HEADINGS | ITEMS):
                kind = "box"
        result.append((block, kind))
    return result


def _folded(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())


def _without_lone_headings(named: Named) -> Named:
    """The same with headings named that have nothing left below them."""
    result: Named = []
    has_text, was_cut, is_last = False, False, True
    for block, kind in reversed(named):
        if kind is None and block.element.tag in HEADINGS:
            if not has_text and (was_cut or is_last):
                kind = "related_links" if was_cut else ""
            has_text = was_cut = False
        elif kind is None:
            has_text, is_last = True, False
        elif kind in _LEADS_ELSEWHERE and not has_text:
            was_cut = True
        result.append((block, kind))
    result.reverse()
    return result


def _above(page: Page, named: Named) -> tuple[Block, ...]:
    """The lines about the article: those cut from it as a header or byline, then those before its first paragraph."""
    first = next((block for block, kind in named if kind is None), None)
    if first is None:
        return ()
    cut = [block for block, kind in named if kind in {"header", "byline", "standfirst"}]
    place = page.blocks.index(first)
    return (*cut, *reversed(page.blocks[max(0, place - _ABOVE_MAX) : place]))


def _body_of(named: Named, holder: Element, above: tuple[Block, ...]) -> Body:
    kept = tuple(block.text for block, kind in named if kind is None)
    standfirst = " ".join(block.text for block, kind in named if kind == "standfirst")
    removed = tuple(Removal(kind, block.text) for block, kind in named if kind and kind != "standfirst")
    return Body(kept, standfirst or None, removed, holder, above)
