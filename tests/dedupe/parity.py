"""Pairs of sketches with the verdict on them, one JSON line each: what every other form of the decision must reproduce.

python -m tests.dedupe.parity [COUNT] [SEED]
"""

from __future__ import annotations

import json
import random
import sys
from typing import TYPE_CHECKING

from tests.dedupe.planted import pairs
from worker.dedupe.likeness import verdict
from worker.dedupe.sketch import sample_of, sketch_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BOILERPLATE = (0.0, 0.0, 0.0, 0.25, 0.5, 1.0)


def cases(count: int, seed: int) -> Iterator[dict[str, object]]:
    """`new` and `old`: stored sketches in hexadecimal, with their postings; then what `verdict` makes of them."""
    choice = random.Random(seed)
    for kind, first, second in pairs(seed, count):
        old, new, boilerplate = sketch_of(first), sketch_of(second), choice.choice(BOILERPLATE)
        found = verdict(sample_of(new.data), sample_of(old.data), boilerplate)
        yield {
            "planted": kind,
            "new": new.data.hex(),
            "old": old.data.hex(),
            "new_postings": new.postings,
            "old_postings": old.postings,
            "boilerplate": boilerplate,
            "kind": found.kind,
            "similarity": found.similarity,
            "share": found.share,
        }


if __name__ == "__main__":
    for case in cases(*(int(number) for number in (sys.argv[1:] + ["1000", "1"][len(sys.argv) - 1 :]))):
        print(json.dumps(case))
