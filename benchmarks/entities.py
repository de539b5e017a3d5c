"""People and places against names marked by hand.

    python -m benchmarks.entities ARTICLES.jsonl.gz [--spacy PIPELINE] [--show]

The marks are `entity_gold.jsonl` beside this file: `{"id", "people", "places", "maybe"}`; a person or place is the list
of its forms, and `maybe` holds names that count neither way. A row is right when one of its forms is a form that is
marked, without case, accents, full stops and a leading `the`. The rules were tuned on every other article; the rest was
only measured. Beside it: a spaCy pipeline where one is named, and what a page of code does (`plain`): the countries and
cities of the gazetteers as places, and any other two words with capitals as people.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.config_files import load_rules
from worker.enrich.names.entities import entities
from worker.spacy_pipeline import load_spacy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Rows = dict[str, list[set[str]]]
"""Type -> for each entity that was found its forms."""

GOLD = Path(__file__).parent / "entity_gold.jsonl"
TYPES = ("people", "places")
_TYPE = {"person": "people", "place": "places"}
_CAPITALS = re.compile(r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")


def folded(name: str) -> str:
    """A name as it is compared."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = plain.casefold().replace("’", "'").replace(".", "").replace("-", " ").strip()
    return plain.removeprefix("the ").removesuffix("'s")


def ours(article: dict[str, Any]) -> Rows:
    """What copydesk finds."""
    text = article["text"]
    rows: Rows = {kind: [] for kind in TYPES}
    for one in entities(text, article["title"], "en", RULES):
        if one.type in _TYPE:
            rows[_TYPE[one.type]].append({one.name, *(text[start:end] for start, end in one.mentions)})
    return rows


def plain(article: dict[str, Any]) -> Rows:
    """What gazetteers alone find: countries and cities as places, any other two words with capitals as people."""
    names = RULES.names["en"]
    rows: Rows = {kind: [] for kind in TYPES}
    for words in sorted(set(_CAPITALS.findall(article["text"]))):
        if words in names.countries or words in names.gazetteer.cities:
            rows["places"].append({words})
        elif words.count(" ") == 1:
            rows["people"].append({words})
    return rows


def of_spacy(pipeline: str) -> Callable[[dict[str, Any]], Rows]:
    """What a spaCy pipeline finds: one row for each name, and for a surname with a full name one row together."""
    recogniser = load_spacy(f"spacy:{pipeline}")

    def rows_of(article: dict[str, Any]) -> Rows:
        found: dict[str, set[str]] = {kind: set() for kind in TYPES}
        for kind, start, end in recogniser.names(article["text"]):
            if kind in _TYPE:
                found[_TYPE[kind]].add(article["text"][start:end])
        rows: Rows = {kind: [{name} for name in sorted(names)] for kind, names in found.items() if kind != "people"}
        full = [name for name in sorted(found["people"]) if " " in name]
        lasts = {name.rpartition(" ")[2] for name in full}
        rows["people"] = [{name} for name in full] + [
            {name} for name in sorted(found["people"]) if " " not in name and name not in lasts
        ]
        return rows

    return rows_of


def compare(found: list[set[str]], gold: list[list[str]], maybe: list[str]) -> tuple[list[str], list[str]]:
    """The rows of `found` that are none of `gold`, and the names of `gold` that none is; `maybe` counts neither way."""
    forms = [{folded(form) for form in one} for one in gold]
    open_to_doubt = {folded(name) for name in maybe}
    hit = [False] * len(forms)
    wrong = []
    for row in found:
        said = {folded(form) for form in row}
        at = next((n for n, one in enumerate(forms) if one & said), None)
        if at is not None:
            hit[at] = True
        elif not said & open_to_doubt:
            wrong.append(max(row, key=len))
    return wrong, [one[0] for one, is_hit in zip(gold, hit, strict=True) if not is_hit]


def score(
    articles: list[dict[str, Any]], gold: dict[str, Any], finder: Callable[[dict[str, Any]], Rows], *, show: bool
) -> None:
    """Print precision and recall of each type."""
    right, found, marked = Counter[str](), Counter[str](), Counter[str]()
    started = time.process_time()
    rows = [finder(article) for article in articles]
    took = time.process_time() - started
    for article, row in zip(articles, rows, strict=True):
        for kind in TYPES:
            marks = gold[article["id"]]
            wrong, missed = compare(row[kind], marks[kind], marks["maybe"])
            found[kind] += len(row[kind])
            marked[kind] += len(marks[kind])
            right[kind] += len(row[kind]) - len(wrong)
            right[f"{kind} found"] += len(marks[kind]) - len(missed)
            if show and (wrong or missed):
                print(f"    {article['id']} {kind}: wrong {wrong}, missed {missed}")
    for kind in TYPES:
        precision = right[kind] / found[kind] if found[kind] else 0.0
        recall = right[f"{kind} found"] / marked[kind] if marked[kind] else 0.0
        counts = f"({found[kind]} found, {marked[kind]} marked)"
        print(f"    {kind:14} precision {precision:.3f}  recall {recall:.3f}  {counts}")
    print(f"    {took / max(1, sum(len(a['text']) for a in articles)) * 3e9:,.0f} µs of CPU per 3,000 characters")


def read(path: Path, ids: Iterable[str]) -> list[dict[str, Any]]:
    """The articles of `ids`, in that order."""
    wanted = dict.fromkeys(ids)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found = {row["id"]: row for row in map(json.loads, file) if row["id"] in wanted}
    return [found[one] for one in wanted if one in found]


RULES = load_rules()


def main() -> None:
    """Print the scores of each half."""
    parser = argparse.ArgumentParser()
    parser.add_argument("articles", type=Path)
    parser.add_argument("--spacy", default="", help="a pipeline to compare with: its name or folder")
    parser.add_argument("--show", action="store_true", help="print what is wrong and missed in the first half")
    given = parser.parse_args()
    gold = {row["id"]: row for row in map(json.loads, GOLD.read_text(encoding="utf-8").splitlines())}
    articles = read(given.articles, gold)
    finders: dict[str, Callable[[dict[str, Any]], Rows]] = {"copydesk": ours, "plain": plain}
    if given.spacy:
        finders[given.spacy] = of_spacy(given.spacy)
    for name, finder in finders.items():
        for half, start in (("tuned", 0), ("held out", 1)):
            print(f"{name}, {half}: {len(articles[start::2])} articles")
            score(articles[start::2], gold, finder, show=given.show and name == "copydesk" and not start)


if __name__ == "__main__":
    main()
