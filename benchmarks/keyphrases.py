"""Keyphrases beside YAKE: how many of ten have a word of the headline, how many of its words they have, and the cost.

    python -m benchmarks.keyphrases ARTICLES.jsonl.gz [--count 300]

Neither is given the headline. `right`: a word of the phrase, other than the most frequent of the language, stands in
the headline, where an editor put it; a lower bound, since a headline has few words, and one that counts `Roe`, `Jo
Roe` and `Mayor Jo Roe` three times. `covered`: of the headline's words that stand in the text, those in any of the
phrases. YAKE is measured where it is installed (`pip install yake`). Costs are of CPU.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import re
import time
from typing import TYPE_CHECKING

from benchmarks.report import write_report
from worker.config_files import load_rules
from worker.enrich.keyphrases import keyphrases

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD = re.compile(r"[a-z]{3,}")
_COMMON = frozenset(
    _WORD.findall(
        "the and for that with was are his her has had not but from they this have you who will said says over about "
        "after new more than out all its into how what why when can could would should one two first their our been"
    )
)
_TOP = 10


def finders() -> dict[str, Callable[[str], list[str]]]:
    """Who finds phrases here: text in, the best ten out."""
    rules = load_rules().words.keyphrases
    found: dict[str, Callable[[str], list[str]]] = {
        "copydesk": lambda text: [one.text for one in keyphrases(text, None, "en", rules)][:_TOP]
    }
    if importlib.util.find_spec("yake") is not None:
        import yake

        extractor = yake.KeywordExtractor(lan="en", n=3, top=_TOP)
        found["yake"] = lambda text: [phrase for phrase, _ in extractor.extract_keywords(text)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles")
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    with gzip.open(options.articles, "rt") as file:
        rows = [row for row in map(json.loads, file) if 2_000 < len(row["text"]) < 6_000][:: 7][: options.count]
    result = {}
    for name, find in finders().items():
        find(rows[0]["text"])
        began = time.process_time()
        told = [find(row["text"]) for row in rows]
        seconds = time.process_time() - began
        result[name] = {**_scores(rows, told), "us": round(seconds / len(rows) * 1e6)}
    if "yake" in result:
        result["yake"]["times_copydesk"] = round(result["yake"]["us"] / result["copydesk"]["us"], 1)
    write_report("keyphrases", {"articles": len(rows), **result})


def _scores(rows: list[dict[str, str]], told: list[list[str]]) -> dict[str, float]:
    right = covered = wanted = 0
    for row, phrases in zip(rows, told, strict=True):
        headline = _words(row["title"])
        right += sum(not headline.isdisjoint(_words(phrase)) for phrase in phrases)
        there = headline & _words(row["text"])
        wanted += len(there)
        covered += len(there & _words(" ".join(phrases)))
    count = sum(map(len, told))
    return {
        "phrases": count,
        "right_percent": round(100 * right / count, 1),
        "covered_percent": round(100 * covered / wanted, 1),
    }


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _COMMON


if __name__ == "__main__":
    main()
