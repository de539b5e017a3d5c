"""Families over workers, batches and orders of arrival: in Redis, with real articles and planted chains.

    python -m benchmarks.families ARTICLES.jsonl.gz [--orders 5]

All articles and 300 chains of three texts (see `benchmarks.duplicate_edits`) are claimed by 1, 2 and 4 workers at once,
in batches of 1 and of 64, in each order of arrival. The families of a run are those of its verdicts once families that
were found to be one are joined. Told are the runs; how many texts are not in the same family in all of them; and of
those, pair by pair, how like they are by their sketches.
"""

from __future__ import annotations

import argparse
import itertools
import queue
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.duplicate_edits import explained, planted
from benchmarks.duplicates import texts_of
from benchmarks.redis_alone import redis_alone
from tests.store.desks import families
from worker.dedupe.fingerprint import exact_fingerprint
from worker.dedupe.sketch import Sketch, sketch_of
from worker.dedupe.succession import Succession
from worker.ids import mint
from worker.store.claim import Claim, pack_claim
from worker.store.commit import commit
from worker.store.connection import connect, run_id
from worker.store.index import Window, ensure_index
from worker.store.keys import Keys
from worker.store.scripts import load_scripts
from worker.store.verdict import Verdict, read_verdict
from worker.store.wire import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import redis

_KEYS = Keys("copydesk")
_DAY = 739_000
_BODY = b"{}"
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Way:
    """One run: so many workers, batches of so many texts, and the number of its order."""

    workers: int
    batch: int
    order: int


def run(client: redis.Redis, url: str, way: Way, claims: Mapping[str, Claim]) -> dict[str, frozenset[str]]:
    """The family of each text, claimed in that way."""
    client.flushall()
    load_scripts(client)
    ensure_index(client, _KEYS, Window(1_000_000, float("inf")))
    client.set(_KEYS.ready, run_id(client))
    names = list(claims)
    random.Random(way.order).shuffle(names)
    batches: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()
    for first in range(0, len(names), way.batch):
        batches.put(names[first : first + way.batch])
    called: dict[str, str] = {}

    def work(_: int) -> None:
        with connect(url, name="worker") as own:
            while True:
                try:
                    batch = batches.get_nowait()
                except queue.Empty:
                    return
                documents = {mint(): name for name in batch}
                called.update(documents)
                _commit(own, {document: claims[name] for document, name in documents.items()})

    with ThreadPoolExecutor(way.workers) as pool:
        list(pool.map(work, range(way.workers)))
    return {
        called[document]: family
        for group in families(_verdicts(client))
        for family in (frozenset(called[document] for document in group),)
        for document in group
    }


def _commit(client: redis.Redis, claims: Mapping[str, Claim]) -> None:
    job = mint()
    client.set(_KEYS.payload(job), b"x")
    client.hset(_KEYS.documents, mapping=dict.fromkeys(claims, job))
    parts = [
        (Part(document, job, "0" * 64, "article", "", _BODY, claim=claim), _BODY) for document, claim in claims.items()
    ]
    assert commit(client, _KEYS, job=job, final=True, parts=parts) == "committed"


def _verdicts(client: redis.Redis) -> dict[str, Verdict]:
    rows = cast("list[tuple[bytes, dict[bytes, bytes]]]", client.xrange(_KEYS.stream))
    return {row[b"d"].decode(): read_verdict(row[b"v"]) for _, row in rows}


def _claim(name: str, text: str, sketch: Sketch) -> Claim:
    succession = Succession(_DAY, 1, 2, (name.encode()[:8].ljust(8),), by_file=False)
    return Claim(pack_claim(exact_fingerprint(text), succession, sketch))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--orders", type=int, default=5)
    given = parser.parse_args()
    texts = texts_of(given.articles)
    texts = dict(texts) | dict(planted(random.Random(_SEED), texts))
    sketches = {name: sketch_of(text) for name, text in texts.items()}
    claims = {
        name: _claim(f"{number:08}", texts[name], sketch) for number, (name, sketch) in enumerate(sketches.items())
    }
    ways = [Way(*one) for one in itertools.product((1, 2, 4), (1, 64), range(given.orders))]
    with (
        tempfile.TemporaryDirectory(prefix="copydesk-families-") as folder,
        redis_alone(folder) as url,
        connect(url, name="benchmark") as client,
    ):
        found = [run(client, url, way, claims) for way in ways]
    differing = sorted(name for name in texts if len({one[name] for one in found}) > 1)
    print(f"{len(ways)} runs, {len(texts)} texts, {len(differing)} not in the same family in all of them")
    print("\n".join(line for name in differing for line in explained(name, found, sketches)))


if __name__ == "__main__":
    main()
