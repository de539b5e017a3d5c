"""How often the language of a passage is told, by language, and what that costs.

    python -m benchmarks.language LANGUAGES.jsonl [--misses]

Each line of the file has `text` and `language`. Beside it py3langid, where it is installed: it knows Norwegian without
its two written forms, so that its `no` counts as `nb`. Costs are of CPU, the best of several rounds.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import write_report
from worker.config_files import load_rules
from worker.enrich.language import language_of

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS = 3


def tellers() -> dict[str, Callable[[str], str]]:
    """Who tells languages here."""
    rules = load_rules().words.language
    found: dict[str, Callable[[str], str]] = {"copydesk": lambda text: language_of(text, None, rules)}
    if importlib.util.find_spec("py3langid") is not None:
        import py3langid

        found["py3langid"] = lambda text: str({"no": "nb"}.get(said := py3langid.classify(text)[0], said))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("passages", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what was told wrongly")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.passages.read_text().splitlines()]
    result = {}
    for name, tell in tellers().items():
        told = [(row["language"], tell(row["text"])) for row in rows]
        wrong = Counter(pair for pair in told if pair[0].partition("-")[0] != pair[1].partition("-")[0])
        costs = []
        for _ in range(_ROUNDS):
            began = time.process_time()
            for row in rows:
                tell(row["text"])
            costs.append((time.process_time() - began) / len(rows) * 1e6)
        result[name] = {
            "passages": len(rows),
            "languages": len({row["language"] for row in rows}),
            "right_percent": round(100 * (1 - wrong.total() / len(rows)), 2),
            "us": round(min(costs), 1),
        }
        if options.misses:
            print(name, *(f"{gold}->{said}:{count}" for (gold, said), count in wrong.most_common()))
    write_report("language", result)


if __name__ == "__main__":
    main()
