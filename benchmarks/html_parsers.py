"""What the parsers under a reader of pages cost: the tree, and one look at every element's name, attributes and text.

    python -m benchmarks.html_parsers PAGES.zip

Beside them stands what it costs to read linked data and microdata: with extruct (a tree of its own included), and as
copydesk does it: the walk that it needs for the words anyway, and the same with linked data. Milliseconds of CPU
per 60 KB of page; run with `requirements/bench.lock`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.html_pages import load_pages
from benchmarks.report import write_report
from worker.config_files import load_rules
from worker.parse.html_linked import read_linked
from worker.parse.html_walk import read_page

if TYPE_CHECKING:
    from collections.abc import Callable

_PAGE_BYTES = 60 * 1024


def selectolax(page: str) -> int:
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(page).root
    assert root is not None
    return sum(bool(node.tag and node.attributes) for node in root.traverse(include_text=True))


def resiliparse(page: str) -> int:
    from resiliparse.parse.html import HTMLTree

    count = 0
    for node in HTMLTree.parse(page).document or ():
        count += bool(node.tag and getattr(node, "attrs", None))
    return count


def lxml(page: str) -> int:
    from lxml import html

    root = html.fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    return sum(bool(element.attrib and (element.text or element.tail)) for element in root.iter())


def extruct(page: str) -> int:
    from extruct import extract

    return len(extract(page, syntaxes=["json-ld", "microdata", "opengraph"], errors="ignore"))


def walk(page: str) -> int:
    return len(read_page(page).elements)


def walk_and_linked(page: str) -> int:
    walked = read_page(page)
    return len(walked.meta) + len(read_linked(walked, None, frozenset(), load_rules()).article)


def _cost(read: Callable[[str], int], pages: list[str]) -> float:
    for page in pages[:5]:
        read(page)
    began = time.process_time()
    for page in pages:
        read(page)
    return (time.process_time() - began) / sum(len(page.encode()) for page in pages) * _PAGE_BYTES * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    pages = [page.data.decode("utf-8", "replace") for page in load_pages(parser.parse_args().pages)]
    readers = (selectolax, resiliparse, lxml, extruct, walk, walk_and_linked)
    write_report("html_parsers", {read.__name__: round(_cost(read, pages), 2) for read in readers})


if __name__ == "__main__":
    main()
