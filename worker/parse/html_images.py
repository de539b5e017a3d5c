"""The images of a page's article: those that its data name, and its figures with caption and credit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from worker.article import Image
from worker.parse.urls import absolute_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.parse.html_tree import Element, Page
    from worker.reading_rules import BodyRules

_IMAGES_MAX = 30
_CAPTION_LETTERS_MAX = 1000
_FIGURE_ELEMENTS_MAX = 60
# Lazy pages keep the address aside until the picture is scrolled to.
_ADDRESSES = ("data-src", "data-original", "data-lazy-src", "data-url", "src")
_SETS = ("data-srcset", "srcset")
_CREDIT_WORDS = frozenset({"credit", "credits", "photocredit", "imagecredit", "copyright", "source", "photographer"})


def page_images(
    supplied: Iterable[Image], page: Page, holder: Element | None, url: str | None, rules: BodyRules
) -> tuple[Image, ...]:
    """The `supplied` images and those of the figures around `holder`; one picture in two sizes is one image."""
    images: dict[str, Image] = {}
    for image in (*supplied, *_figures(page, holder, url, rules)):
        key = _file_of(image.url)
        known = images.get(key)
        images[key] = (
            image if known is None else Image(known.url, known.caption or image.caption, known.credit or image.credit)
        )
    return tuple(images.values())[:_IMAGES_MAX]


def _file_of(url: str) -> str:
    """What two addresses of one picture have in common: its file name, where that is one."""
    name = urlsplit(url).path.rpartition("/")[2]
    return name if "." in name else url


def _figures(page: Page, holder: Element | None, url: str | None, rules: BodyRules) -> Iterator[Image]:
    around = _article_around(holder)
    if around is None:
        return
    for element in page.elements[around.order : around.last]:
        if element.tag == "figure" and element.images:
            address = _address(page, element, url)
            if address is not None:
                caption, credit = _caption(page, element, rules)
                yield Image(address, caption, credit)


def _article_around(holder: Element | None) -> Element | None:
    """The `article` or `main` that the words stand in, or what holds them."""
    element = holder
    while element is not None:
        if element.tag in {"article", "main"}:
            return element
        element = element.parent
    return holder


def _inside(page: Page, figure: Element) -> Iterator[Element]:
    yield from page.elements[figure.order : min(figure.last, figure.order + _FIGURE_ELEMENTS_MAX)]


def _address(page: Page, figure: Element, url: str | None) -> str | None:
    for element in _inside(page, figure):
        if element.tag not in {"img", "amp-img", "source"}:
            continue
        said = [element.attributes.get(name) for name in _ADDRESSES]
        said += [(element.attributes.get(name) or "").split(",")[0].split(" ")[0] for name in _SETS]
        for text in said:
            address = absolute_url(text, base=url) if text and not text.startswith("data:") else None
            if address is not None:
                return address
    return None


def _caption(page: Page, figure: Element, rules: BodyRules) -> tuple[str | None, str | None]:
    """Caption and credit: the credit in an element of its own, or as the rules find it at the caption's end."""
    caption = credit = ""
    for element in _inside(page, figure):
        if not caption and element.tag == "figcaption":
            caption = element.text()
        elif not credit and not _CREDIT_WORDS.isdisjoint(element.words):
            credit = element.text()
    if not caption or len(caption) > _CAPTION_LETTERS_MAX:
        return None, credit or None
    if credit:
        return caption.replace(credit, "").strip() or None, credit
    for rule in rules.credits:
        found = rule.pattern.search(caption)
        if found is not None:
            return caption[: found.start()].strip() or None, found["credit"].strip(" .()")
    return caption, None
