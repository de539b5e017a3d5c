"""What mending and cutting do to articles that nobody damaged: every kind of change with its count, and places to read.

    python -m benchmarks.healthy ARTICLES.jsonl.gz [--read 200] [--seed 1] [--kind promo]

The articles are a JSON-lines file with `id`, `source`, `title`, `authors`, `url` and `text`. With `--read` a sample
of changed places is printed with what stands around them, the same for the same seed; half of them are mended places
and half cuts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from worker.article import Author, Publisher
from worker.config_files import load_rules
from worker.cut.cut import cut
from worker.draft import Draft, Fields
from worker.normalize.draft import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.normalize.edits import Change

_AROUND = 60
_SHOWN = 300
_WHITESPACE = "whitespace"


@dataclass(slots=True)
class Tally:
    """Changes and the articles that have them, by kind; the places, to draw from."""

    changes: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)
    places: list[tuple[str, str]] = field(default_factory=list)

    def add(self, found: list[tuple[str, str]]) -> None:
        """Count the changes of one article: kind and the place in words."""
        self.changes.update(kind for kind, _ in found)
        self.articles.update({kind for kind, _ in found})
        self.places += [place for place in found if place[0] != _WHITESPACE]

    def print(self, title: str) -> None:
        """Print the table."""
        print(f"\n{title:22} {'changes':>8} {'articles':>9}")
        for kind, count in self.changes.most_common():
            print(f"{kind:22} {count:8,} {self.articles[kind]:9,}")


def drafts(path: str) -> Iterator[tuple[str, Draft]]:
    """The articles as a reader would hand them on, each with its id."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            fields = Fields(
                headline=row["title"],
                headline_origin="metadata",
                authors=tuple(Author(name) for name in row["authors"]),
                publisher=Publisher(row["source"], None),
                url=row["url"],
            )
            paragraphs = tuple(part for part in re.split(r"\n\s*\n", row["text"]) if part.strip())
            yield row["id"], Draft("text/plain", "txt", "utf-8", paragraphs, fields)


def _place(text: str, change: Change) -> str:
    before = text[max(change.place - _AROUND, 0) : change.place]
    after = text[change.place + len(change.after) :][:_AROUND]
    return f"{before!r} [{change.before!r} -> {change.after!r}] {after!r}"


def main() -> None:
    """Print the tables, the flags, and the places to read."""
    parser = argparse.ArgumentParser()
    parser.add_argument("articles")
    parser.add_argument("--read", type=int, default=0, help="how many places are printed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="only places of this kind")
    arguments = parser.parse_args()
    mended, cuts, flags, count = Tally(), Tally(), Counter[str](), 0
    rules = load_rules()
    for name, draft in drafts(arguments.articles):
        count += 1
        normalized = normalize(draft)
        finished = cut(normalized, rules)
        mended.add([
            (change.kind, f"{name} {_place(normalized.text, change)}") for change in normalized.changes
        ])
        cuts.add([(removal.kind, f"{name} {(removal.text or '')[:_SHOWN]!r}") for removal in finished.removed])
        flags.update(finished.flags)
    print(f"{count:,} articles")
    mended.print("mended (text)")
    cuts.print("cut")
    print("\nflags: " + ", ".join(f"{flag} {number:,}" for flag, number in flags.most_common()))
    for tally in (mended, cuts):
        places = [place for place in tally.places if arguments.kind in place[0]]
        drawn = random.Random(arguments.seed).sample(places, min(arguments.read // 2, len(places)))
        for kind, place in drawn:
            print(f"{kind}: {place}")


if __name__ == "__main__":
    main()
