"""Whole files damaged as scrapers do it: does the headline come back, and is everything cut that is not the article?

    python -m benchmarks.damaged_files ARTICLES.jsonl.gz [--half development|held-out]

Each clean article (see `benchmarks.damage`) becomes a file: its title, a label with an outlet, its text with marks
replaced, stops and paragraph breaks lost and lines wrapped, and a syndication footer glued to the last sentence.
Headlines are compared with single and double quotation marks alike: which of the two a damaged headline had, nothing
tells. Titles that begin with a label (`OPINION:`), which is cut, or that are damaged themselves are left out, and so
are articles with a footer of their own.
"""

from __future__ import annotations

import argparse
import hashlib
import re

from benchmarks.damage import Damage, clean_rows, damaged, damages, folded
from worker.article import Article, Document
from worker.config_files import load_rules
from worker.cut.cut import cut
from worker.draft import Draft
from worker.normalize.draft import normalize
from worker.pipeline import process

_TIME = "2026-01-01T00:00:00Z"
_OUTLET = "Harbour Ledger"
_LEFT_OUT = re.compile(r"[A-Z ]{3,}:|.*[\u0080-\u009fÃ]|.*â€")
_POINTS = ("headline", "label", "footer", "last words", "nothing else cut")


def file_of(title: str, text: str, how: Damage) -> bytes:
    """The damaged file."""
    footer = f"The post {title} first appeared on {_OUTLET}."
    body = damaged(f"{text.rstrip()}\n\n{footer}", how)
    return f"{damaged(title, Damage('title', how.mark))}\n\nNORTHPOINT EXCLUSIVE:\n{body}".encode()


def is_measured(row: dict[str, str]) -> bool:
    """Whether the article has a headline that is one, and nothing of its own that is cut."""
    title = row["title"]
    if len(title.split()) < 2 or _LEFT_OUT.match(title):
        return False
    paragraphs = tuple(row["text"].split("\n\n"))
    return cut(normalize(Draft("text/plain", "txt", "utf-8", paragraphs)), load_rules()).removed == ()


def alike(text: str) -> str:
    """`text` with every quotation mark the same."""
    return folded(text).replace('"', "'")


def points(title: str, text: str, how: Damage) -> dict[str, bool]:
    """Which points hold for one article."""
    data = file_of(title, text, how)
    outcome = process(
        Document("0" * 26, "damaged", "a.txt", None, data, hashlib.sha256(data).hexdigest(), None, _TIME), load_rules()
    )
    if not isinstance(outcome, Article):
        return dict.fromkeys(_POINTS, False)
    kinds = [removal.kind for removal in outcome.removed]
    syndication = outcome.syndication
    return {
        "headline": alike(outcome.headline or "") == alike(title),
        "label": outcome.publisher is not None and outcome.publisher.name == "NORTHPOINT",
        "footer": syndication is not None
        and syndication.original_publisher == _OUTLET
        and alike(syndication.original_headline or "") == alike(title),
        "last words": alike(outcome.text)[-20:] == alike(" ".join(text.split()))[-20:],
        "nothing else cut": kinds == ["label", "syndication_footer"],
    }


def main() -> None:
    """Print a table for each half, in per cent of the articles."""
    parser = argparse.ArgumentParser()
    parser.add_argument("articles")
    parser.add_argument("--half", choices=("development", "held-out"), action="append")
    parser.add_argument("--misses", action="store_true", help="print what is missed")
    arguments = parser.parse_args()
    for half in arguments.half or ("development", "held-out"):
        rows = [row for row in clean_rows(arguments.articles, half) if is_measured(row)]
        print(f"{half}: {len(rows)} articles with a title")
        print(f"{'damage':12} " + " ".join(f"{point:>16}" for point in _POINTS))
        for how in damages():
            if how.stops and how.glued and how.width in {0, 60, 80, 120, 160, 200} and how.mark in {"", "&", "?", "#"}:
                found = [points(" ".join(row["title"].split()), row["text"], how) for row in rows]
                shares = (100 * sum(one[point] for one in found) / len(rows) for point in _POINTS)
                print(f"{how.name:12} " + " ".join(f"{share:16.1f}" for share in shares), flush=True)
                for row, one in zip(rows, found, strict=True):
                    if arguments.misses and not all(one.values()):
                        missed = ", ".join(point for point in _POINTS if not one[point])
                        print(f"    {missed}: {row['title']!r} {row['text'][-60:]!r}")


if __name__ == "__main__":
    main()
