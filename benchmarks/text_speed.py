"""What parsing, mending and cutting cost on plain text, undamaged and damaged, in µs of CPU per 3 KB.

    python -m benchmarks.text_speed ARTICLES.jsonl.gz

Beside it, in the same run on the same texts: a JSON round trip, and ftfy's `fix_text`, as measures of the machine. Each
figure is the best of several rounds over articles of 2,500 to 3,500 characters.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING

import ftfy

from benchmarks.damage import clean_rows, damaged, damages
from worker.config_files import load_rules
from worker.cut.cut import cut
from worker.cut.parted import part_footer
from worker.normalize.draft import normalize
from worker.parse.plain_text import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ROUNDS = 7
_CHARACTERS = 3_000
_COUNT = 60


def cost(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """µs of CPU per 3,000 characters, the best of several rounds."""
    best = min(_once(work, texts) for _ in range(_ROUNDS))
    return best * 1e6 * _CHARACTERS / sum(map(len, texts))


def _once(work: Callable[[str], object], texts: Sequence[str]) -> float:
    started = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - started


def main() -> None:
    """Print one row for each kind of text."""
    parser = argparse.ArgumentParser()
    parser.add_argument("articles")
    arguments = parser.parse_args()
    rules = load_rules()
    rows = [row for row in clean_rows(arguments.articles, "held-out") if 2_500 < len(row["text"]) < 3_500][:_COUNT]
    whole = [f"{row['title']}\n\n{row['text']}" for row in rows]
    how = next(one for one in damages() if one.name == "all 120 &")
    broken = [f"{row['title']}\n\nNORTHPOINT EXCLUSIVE:\n{damaged(row['text'], how)}" for row in rows]
    print(f"{len(whole)} articles; µs of CPU per 3 KB")
    print(f"{'text':10} {'parse':>7} {'+ mend':>7} {'+ cut':>7} {'JSON':>7} {'ftfy':>7} {'times JSON':>11}")
    for name, texts in (("undamaged", whole), ("damaged", broken)):
        parse = cost(lambda text: read_text(text.encode(), rules), texts)
        mend = cost(lambda text: normalize(part_footer(read_text(text.encode(), rules), rules)), texts)
        every = cost(lambda text: cut(normalize(part_footer(read_text(text.encode(), rules), rules)), rules), texts)
        trip = cost(lambda text: json.loads(json.dumps(text)), texts)
        other = cost(ftfy.fix_text, texts)
        print(f"{name:10} {parse:7.0f} {mend:7.0f} {every:7.0f} {trip:7.0f} {other:7.0f} {every / trip:11.1f}")


if __name__ == "__main__":
    main()
