"""How well news pages are read: headline, date, authors and text beside their gold, and beside other readers.

    python -m benchmarks.html PAGES.zip [--half tuning|held-out] [--only LANGUAGE] [--worst N] [--alone]

PAGES.zip holds pages and a `gold.jsonl` (title, authors, publishing_date, gold_body with summary and sections).
Rules are read off the pages of one half of the publishers (`html_pages.is_for_tuning`) and not the other.

- headline: exactly the gold's, white space aside
- date: right to the day, in the gold's zone where both have one; one page whose gold is wrong is left out
- people: exactly the people of the gold, in any order (`html_people.txt` says which gold authors are people)
- body: F1 of words (Chinese, Japanese, Korean: of characters) of text and gold paragraphs with their
  headings; `+ standfirst` counts the gold's summary too, and what the reader knows to be a standfirst
- ms: CPU per 60 KB of page, everything included, and as a multiple of copydesk's in the same run

Other readers are run where they are installed: `pip install -r requirements/bench.lock`.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks.html_pages import load_pages
from benchmarks.html_readers import readers
from benchmarks.html_scores import are_same_people, is_same_day, is_same_line, token_f1
from benchmarks.report import write_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.html_pages import Page
    from benchmarks.html_readers import Reading

_PAGE_BYTES = 60 * 1024
_FEW = 3


@dataclass(frozen=True, slots=True)
class Score:
    """How one page was read; None where there is nothing to compare with."""

    page: Page
    reading: Reading
    seconds: float
    headline: bool
    date: bool | None
    people: bool | None
    body: float
    with_summary: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--half", choices=("tuning", "held-out"))
    parser.add_argument("--only", metavar="LANGUAGE")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="the N worst pages, field by field")
    parser.add_argument("--alone", action="store_true", help="copydesk's reader alone, no others")
    options = parser.parse_args()
    pages = load_pages(options.pages)
    if options.half:
        pages = [page for page in pages if page.is_tuning == (options.half == "tuning")]
    if options.only:
        pages = [page for page in pages if page.language == options.only]
    chosen = dict(list(readers().items())[: 1 if options.alone else None])
    scores = {name: [_score(page, read) for page in pages] for name, read in chosen.items()}
    ours = scores["copydesk"]
    if options.worst:
        _print_worst(ours, options.worst)
    write_report("html", {"readers": _table(scores), "copydesk": {"halves": _halves(ours), "languages": _few(ours)}})


def _score(page: Page, read: Callable[[bytes], Reading]) -> Score:
    read(page.data)
    began = time.process_time()
    reading = read(page.data)
    seconds = time.process_time() - began
    return Score(
        page=page,
        reading=reading,
        seconds=seconds,
        headline=is_same_line(reading.headline, page.headline),
        date=None if page.published is None else is_same_day(reading.published, page.published),
        people=None if page.people is None else are_same_people(reading.people, page.people),
        body=token_f1(reading.body, page.body),
        with_summary=token_f1(f"{reading.standfirst}\n{reading.body}", f"{page.summary}\n{page.body}"),
    )


def _row(scores: list[Score]) -> dict[str, float]:
    return {
        "pages": len(scores),
        "headline %": _percent(score.headline for score in scores),
        "date %": _percent(score.date for score in scores),
        "people %": _percent(score.people for score in scores),
        "body F1": round(fmean(score.body for score in scores), 4),
        "body + standfirst F1": round(fmean(score.with_summary for score in scores), 4),
        "worst body F1": round(min(score.body for score in scores), 3),
    }


def _table(scores: dict[str, list[Score]]) -> dict[str, dict[str, float]]:
    table = {}
    for name, rows in scores.items():
        costs = sum(row.seconds for row in rows) / sum(len(row.page.data) for row in rows) * _PAGE_BYTES * 1000
        table[name] = {**_row(rows), "ms per 60 KB": round(costs, 2)}
    base = table["copydesk"]["ms per 60 KB"]
    return {name: {**row, "times copydesk": round(row["ms per 60 KB"] / base, 2)} for name, row in table.items()}


def _halves(scores: list[Score]) -> dict[str, dict[str, float]]:
    halves = {half: [s for s in scores if s.page.is_tuning == (half == "tuning")] for half in ("tuning", "held-out")}
    return {half: _row(rows) for half, rows in halves.items() if rows}


def _few(scores: list[Score]) -> dict[str, dict[str, float]]:
    """The languages with at least three pages."""
    groups: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        groups[score.page.language].append(score)
    return {language: _row(rows) for language, rows in sorted(groups.items()) if len(rows) >= _FEW}


def _percent(answers: Iterable[bool | None]) -> float:
    known = [answer for answer in answers if answer is not None]
    return round(100 * sum(known) / len(known), 1) if known else 0.0


def _print_worst(scores: list[Score], count: int) -> None:
    for score in sorted(scores, key=lambda s: s.body)[:count]:
        print(f"{score.body:.3f} {score.with_summary:.3f} {score.page.id}")
    for score in scores:
        page, reading = score.page, score.reading
        for name, is_right, found, gold in (
            ("headline", score.headline, reading.headline, page.headline),
            ("date", score.date, reading.published, page.published),
            ("people", score.people, reading.people, page.people),
        ):
            if is_right is False:
                print(f"{page.id} {name}: {found} instead of {gold}")


if __name__ == "__main__":
    main()
