"""What it costs to understand a text, finder by finder, in µs of CPU for an article of 3 KB; and a curve of lengths.

    python -m benchmarks.enrich_speed ARTICLES.jsonl.gz

Beside it the sha256 of 3,000 bytes in the same run, as a measure of the machine. Each figure is the best of several
rounds over articles of 2,500 to 3,500 characters. The curve is one long text made of articles, through all finders.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import hashlib
import json
import resource
import time
from typing import TYPE_CHECKING

from benchmarks.report import write_report
from worker.config_files import load_rules
from worker.draft import Fields
from worker.enrich.dates_mentioned import dates_mentioned
from worker.enrich.enrich import enrich
from worker.enrich.figures import figures
from worker.enrich.keyphrases import keyphrases
from worker.enrich.language import language_of
from worker.enrich.names.entities import entities
from worker.enrich.quotes.find import quotes
from worker.enrich.sources import sources_cited

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS = 7
_COUNT = 80
_LENGTHS = (3_000, 30_000, 100_000, 300_000, 1_000_000)


def cost(work: Callable[[int], object], count: int) -> float:
    """µs of CPU for one of `count` calls, the best of several rounds."""
    best = min(_once(work, count) for _ in range(_ROUNDS))
    return round(best / count * 1e6, 1)


def _once(work: Callable[[int], object], count: int) -> float:
    began = time.process_time()
    for number in range(count):
        work(number)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles")
    with gzip.open(parser.parse_args().articles, "rt") as file:
        every = [json.loads(line) for line in file]
    rows = [row for row in every if 2_500 < len(row["text"]) < 3_500][:_COUNT]
    rules, texts = load_rules(), [row["text"] for row in rows]
    fields = [Fields(headline=row["title"]) for row in rows]
    named = [entities(text, said.headline, "en", rules) for text, said in zip(texts, fields, strict=True)]
    spoken = [quotes(text, "en", names, rules) for text, names in zip(texts, named, strict=True)]
    words, page = rules.words, bytes(3_000)
    # As a worker does before it forks: what stands is not looked through again.
    gc.collect()
    gc.freeze()
    work: dict[str, Callable[[int], object]] = {
        "sha256": lambda _: hashlib.sha256(page).digest(),
        "language": lambda n: language_of(texts[n], None, words.language),
        "entities": lambda n: entities(texts[n], fields[n].headline, "en", rules),
        "quotes": lambda n: quotes(texts[n], "en", named[n], rules),
        "sources_cited": lambda n: sources_cited(texts[n], "en", named[n], spoken[n], fields[n], (), rules),
        "dates_mentioned": lambda n: dates_mentioned(texts[n], "en", None, words.dates_mentioned),
        "figures": lambda n: figures(texts[n], "en", words.figures),
        "keyphrases": lambda n: keyphrases(texts[n], fields[n].headline, "en", words.keyphrases),
        "all": lambda n: enrich(texts[n], fields[n], (), rules),
    }
    long = "\n\n".join(row["text"] for row in every[:400])
    curve = {size: round(_once(lambda _, size=size: enrich(long[:size], Fields(), (), rules), 1) * 1e3, 1)  # type: ignore[misc]
             for size in _LENGTHS}  # fmt: skip
    write_report(
        "enrich_speed",
        {
            "us": {name: cost(one, len(rows)) for name, one in work.items()},
            "ms_by_characters": {str(size): spent for size, spent in curve.items()},
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        },
    )


if __name__ == "__main__":
    main()
