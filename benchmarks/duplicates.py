"""What is called a duplicate, beside labels set by hand and beside other systems on the same texts.

    python -m benchmarks.duplicates ARTICLES.jsonl.gz NEARDUPS.jsonl [--labels FILE] [--text-dedup PYTHON] [--alone]

ARTICLES has a row for each article (id, text); NEARDUPS pairs of ids that have much text in common. Of those, all that
are hinted to be copies or partial reuse and 60 of the different articles under one boilerplate were read, and the
labels are in `neardup_labels.txt`: the same article (duplicate), passages in common (shared), or neither (different).
The other pairs under one boilerplate count as different.

Every system gets all articles, in the order of their ids, and says which are copies of each other.

- found: of the pairs labelled duplicate, those in one family
- false: of the pairs labelled shared or different, those in one family; of these, traps: under one boilerplate
- others: further pairs in one family, which nobody has labelled
- s: CPU for all articles

text-dedup needs versions of libraries that exclude those of this project: name the interpreter that has it.
"""

from __future__ import annotations

import argparse
import gzip
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from benchmarks.corpus import PROJECT
from benchmarks.duplicate_systems import systems, text_dedup
from tests.dedupe.families import Index
from worker.dedupe.sketch import sketch_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    Pair = tuple[str, str]

TRAP = "boilerplate-trap"


def main() -> None:
    """Print the table, and each pair that copydesk tells otherwise than the labels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--labels", type=Path, default=PROJECT / "benchmarks" / "neardup_labels.txt")
    parser.add_argument("--text-dedup", metavar="PYTHON")
    parser.add_argument("--alone", action="store_true", help="copydesk only")
    arguments = parser.parse_args()
    texts = texts_of(arguments.articles)
    hints = hints_of(arguments.pairs)
    labels = labels_of(arguments.labels, hints)
    running = systems()
    if arguments.alone:
        running = {"copydesk": running["copydesk"]}
    elif arguments.text_dedup:
        running["text-dedup MinHash as it comes (word 5-grams, threshold 0.7)"] = text_dedup(arguments.text_dedup)
    print(f"{len(texts)} articles; pairs: {dict(Counter(labels.values()))}")
    print(f"{'':66} {'found':>9} {'false':>6} {'traps':>6} {'others':>6} {'s':>7}")
    for name, families_of in running.items():
        started = cpu_seconds()
        families = families_of(texts)
        print_row(name, families, labels, hints, cpu_seconds() - started)
    print_reported(texts, labels)


def cpu_seconds() -> float:
    """What this process and those that it has started and ended have used."""
    return sum(os.times()[:4])


def texts_of(articles: Path) -> dict[str, str]:
    """The texts by id, in the order of the ids."""
    with gzip.open(articles) as lines:
        rows = [orjson.loads(line) for line in lines]
    return {row["id"]: row["text"] for row in sorted(rows, key=lambda row: row["id"])}


def hints_of(pairs: Path) -> dict[Pair, str]:
    """The hint of each pair of ids, in their order."""
    rows = [orjson.loads(line) for line in pairs.read_bytes().splitlines()]
    return {ordered(row["id1"], row["id2"]): row["hint"] for row in rows}


def labels_of(labels: Path, hints: Mapping[Pair, str]) -> dict[Pair, str]:
    """The label of each pair that has one, and of all that are hinted to be traps."""
    rows = [line.split("#")[0].split() for line in labels.read_text().splitlines()]
    read = {ordered(row[0], row[1]): row[2] for row in rows if row}
    return {pair: "different" for pair, hint in hints.items() if hint == TRAP} | read


def ordered(one: str, other: str) -> Pair:
    """The pair in the order of the ids."""
    return (one, other) if one < other else (other, one)


def print_row(
    name: str, families: Mapping[str, str], labels: Mapping[Pair, str], hints: Mapping[Pair, str], seconds: float
) -> None:
    """One row of the table."""
    together = {pair for pair in labels if families[pair[0]] == families[pair[1]]}
    found = sum(labels[pair] == "duplicate" for pair in together)
    of_all = sum(label == "duplicate" for label in labels.values())
    traps = sum(hints.get(pair) == TRAP and labels[pair] != "duplicate" for pair in together)
    sizes = Counter(families.values()).values()
    others = sum(size * (size - 1) // 2 for size in sizes) - len(together)
    print(
        f"{name:66} {found:4d}/{of_all:<4d} {len(together) - found:6d} {traps:6d} {others:6d} {seconds:7.1f}",
        flush=True,
    )


def print_reported(texts: Mapping[str, str], labels: Mapping[Pair, str]) -> None:
    """What copydesk says of each labelled pair, as a table and one by one where it differs."""
    index = Index()
    said: dict[Pair, str] = {}
    for name, text in texts.items():
        claimed = index.claim(name, sketch_of(text), day=0)
        said |= {ordered(name, other): "shared" for other, _ in claimed.shared}
    families = index.families()
    said |= {pair: "duplicate" for pair in labels if families[pair[0]] == families[pair[1]]}
    print("\nlabelled    called: duplicate  shared  nothing")
    counts = Counter((label, said.get(pair, "nothing")) for pair, label in labels.items())
    for label in ("duplicate", "shared", "different"):
        print(f"{label:18} {counts[label, 'duplicate']:9d} {counts[label, 'shared']:7d} {counts[label, 'nothing']:8d}")
    for pair, label in sorted(labels.items(), key=lambda item: (item[1], item[0])):
        called = said.get(pair, "nothing")
        if called != label and not (label == "different" and called != "duplicate"):
            print(f"{pair[0]} {pair[1]}: labelled {label}, called {called}")


if __name__ == "__main__":
    main()
