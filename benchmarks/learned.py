"""What is learned over a stream of articles, what that cuts, and what learning and cutting cost.

    python -m benchmarks.learned ARTICLES.jsonl.gz [--articles-min 8] [--read 100] [--seed 2026]

The articles come in the order of their dates, each with its source as the publisher, and go through the pipeline with
what was learned up to then. Prints each learned paragraph, how many articles are cut by how many characters, and with
`--read` a sample of the cuts with what stands around them: the same for the same seed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.report import write_report
from worker.article import Publisher
from worker.config_files import load_rules
from worker.cut.cut import cut
from worker.cut.learned import KIND, learned_cuts
from worker.cut.parted import part_footer
from worker.draft import Draft, Fields
from worker.learned import NOTHING_LEARNED, learned_from, publisher_key
from worker.normalize.draft import normalize
from worker.sink.learner import Found, Learner, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.normalize.draft import Normalized
    from worker.rules import Rules


@dataclass(slots=True)
class Tally:
    """What a run came to; seconds are of CPU."""

    articles: int = 0
    characters: int = 0
    cut_articles: int = 0
    cut_characters: int = 0
    learning_seconds: float = 0.0
    cutting_seconds: float = 0.0
    found: dict[bytes, Found] = field(default_factory=dict)
    cuts: list[tuple[str, str, str, str]] = field(default_factory=list)


def drafts(path: str) -> Iterator[tuple[str, Draft]]:
    """Each article's id and draft, the oldest first."""
    with gzip.open(path, "rt") as file:
        rows = sorted(map(json.loads, file), key=lambda row: str(row["date"]))
    for row in rows:
        paragraphs = tuple(part for part in row["text"].split("\n\n") if part.strip())
        fields = Fields(headline=row["title"], headline_origin="metadata", publisher=Publisher(row["source"], None))
        if paragraphs:
            yield row["id"], Draft("text/plain", "txt", "utf-8", paragraphs, fields)


def run(path: str, articles_min: int) -> Tally:
    """Learn over all articles, and cut with what is known by then."""
    tally, learner, plain = Tally(), Learner(articles_min), load_rules()
    rules = plain
    for name, draft in drafts(path):
        done = cut(normalize(part_footer(draft, rules)), rules)
        _count(tally, name, done)
        began = time.process_time()
        paragraphs, said = done.text.split("\n\n"), done.fields
        seen = Seen(publisher_key(said.publisher), said.headline, paragraphs, is_duplicate=False)
        new = {found.mark: found for found in learner.see(seen) if found.mark not in tally.found}
        tally.learning_seconds += time.process_time() - began
        if new:
            tally.found |= new
            rules = plain.with_learned(learned_from((one.publisher, one.mark) for one in tally.found.values()))
        began = time.process_time()
        learned_cuts(paragraphs, (), said, rules.learned)
        tally.cutting_seconds += time.process_time() - began
    return tally


def _count(tally: Tally, name: str, done: Normalized) -> None:
    removed = [removal.text or "" for removal in done.removed if removal.kind == KIND]
    tally.articles += 1
    tally.characters += len(done.text)
    tally.cut_articles += bool(removed)
    tally.cut_characters += sum(map(len, removed))
    publisher = done.fields.publisher
    tally.cuts += [(name, (publisher.name if publisher else None) or "", text, done.text[-80:]) for text in removed]


def nothing_costs(path: str, rules: Rules) -> float:
    """µs of CPU per article for a look that finds nothing to look for."""
    texts = [(draft.paragraphs, draft.fields) for _, draft in drafts(path)]
    began = time.process_time()
    for paragraphs, fields in texts:
        learned_cuts(paragraphs, (), fields, rules.learned)
    return (time.process_time() - began) / len(texts) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles")
    parser.add_argument("--articles-min", type=int, default=8)
    parser.add_argument("--read", type=int, default=0, metavar="N", help="print N cuts")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    tally = run(options.articles, options.articles_min)
    for found in sorted(tally.found.values(), key=lambda found: (found.publisher, found.paragraph)):
        print(f"{found.publisher} | {found.articles} | {found.paragraph}")
    sample = random.Random(options.seed).sample(tally.cuts, min(options.read, len(tally.cuts)))
    for name, publisher, text, end in sample:
        print(f"cut {name} | {publisher} | {text!r} | ends {end!r}")
    write_report(
        "learned",
        {
            "articles": tally.articles,
            "learned": len(tally.found),
            "cut_articles": tally.cut_articles,
            "cut_share_of_characters_percent": round(100 * tally.cut_characters / tally.characters, 3),
            "learning_us": round(tally.learning_seconds / tally.articles * 1e6, 1),
            "cutting_us": round(tally.cutting_seconds / tally.articles * 1e6, 1),
            "cutting_us_where_nothing_is_learned": round(
                nothing_costs(options.articles, load_rules().with_learned(NOTHING_LEARNED)), 2
            ),
        },
    )


if __name__ == "__main__":
    main()
