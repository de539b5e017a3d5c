"""What the index of texts costs: processor time of Redis for each claim, memory, and how fast it is filled.

python -m benchmarks.index [--entries 10000 1000000] [--measured 6400]

The texts are random words, each article of 80 to 700 of them, one in ten a near copy of an earlier one. Claims are
committed in batches of 64 as a worker does it, with a body of 3 KB; the same is measured without any claim, so that
the difference is what the index adds. To fill a large index quickly, most entries are sketches of random values
with the sizes of real ones. The index is as large as its window: `documents_max` is the number of entries.

It is filled from texts, and from lines as the writer does it: read, parsed, sketched and claimed. Last comes the
processor time for the claim of a text of 3,000 characters.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from benchmarks.redis_alone import redis_alone
from benchmarks.report import write_report
from tests.store.desks import article
from worker.dedupe.fingerprint import exact_fingerprint
from worker.dedupe.sketch import Sketch, sketch_of
from worker.dedupe.succession import Succession
from worker.disk.layout import OutFolder
from worker.fill import fill_article
from worker.ids import mint
from worker.record import render_article
from worker.settings import Index
from worker.sink.index_rows import Last, index_rows
from worker.store.claim import Claim, pack_claim
from worker.store.commit import commit
from worker.store.connection import connect, run_id
from worker.store.index import Window, ensure_index
from worker.store.keys import Keys
from worker.store.load import Told, load_index
from worker.store.scripts import load_scripts
from worker.store.wire import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import redis

    from worker.store.load import Found

BATCH = 64
BODY = b"x" * 3000
KEYS = Keys("copydesk")
DAY = 739_000
WORDS = [f"word{number}" for number in range(20_000)]


@dataclass(slots=True)
class Texts:
    """Makes claims: of random articles, of near copies of some of them, or of random values."""

    choice: random.Random
    made: list[list[str]]

    def article(self) -> Claim:
        words = self.choice.choices(WORDS, k=self.choice.randint(80, 700))
        if self.made and self.choice.random() < 0.1:
            words = self.choice.choice(self.made)[:]
            for place in self.choice.sample(range(len(words)), len(words) // 25):
                words[place] = self.choice.choice(WORDS)
        elif len(self.made) < 2000:
            self.made.append(words)
        text = " ".join(words)
        return Claim(pack_claim(exact_fingerprint(text), self._succession(), sketch_of(text)))

    def noise(self) -> Claim:
        values, lead = self.choice.randint(70, 160), self.choice.randint(20, 40)
        header = bytes((1, self.choice.randint(0, 2), values, lead)) + values.to_bytes(4, "little")
        sketch = header + self.choice.randbytes(8) + self.choice.randbytes(2 * (values + lead))
        postings = tuple(self.choice.getrandbits(32) for _ in range(32))
        return Claim(pack_claim(self.choice.randbytes(16), self._succession(), Sketch(sketch, postings)))

    def _succession(self) -> Succession:
        name = self.choice.randbytes(8)
        return Succession(DAY + self.choice.randint(0, 20), 1_700_000_000, 1_700_000_060, (name,), by_file=False)


def cpu_seconds(client: redis.Redis) -> float:
    found = cast("dict[str, float]", client.info("cpu"))
    return found["used_cpu_user"] + found["used_cpu_sys"]


def memory_bytes(client: redis.Redis) -> int:
    return int(cast("dict[str, int]", client.info("memory"))["used_memory"])


def commit_batch(client: redis.Redis, claims: list[Claim | None]) -> None:
    job, names = mint(), [mint() for _ in claims]
    client.set(KEYS.payload(job), b"x")
    client.hset(KEYS.documents, mapping=dict.fromkeys(names, job))
    parts = [
        (Part(name, job, "0" * 64, "article", "", BODY, claim=claim), BODY)
        for name, claim in zip(names, claims, strict=True)
    ]
    assert commit(client, KEYS, job=job, final=True, parts=parts) == "committed"


def clear(client: redis.Redis) -> None:
    client.delete(KEYS.stream, KEYS.documents)


def claim_microseconds(client: redis.Redis, claims: list[Claim | None]) -> float:
    """Of Redis, for each document, at most: the middle of several runs' tenths, since others use the machine, too."""
    figures = []
    for first in range(0, len(claims) - BATCH + 1, BATCH * 10):
        group = claims[first : first + BATCH * 10]
        before = cpu_seconds(client)
        for start in range(0, len(group), BATCH):
            commit_batch(client, group[start : start + BATCH])
        figures.append((cpu_seconds(client) - before) / len(group) * 1e6)
        clear(client)
    figures.sort()
    return round(figures[len(figures) // 2], 1)


def measure(client: redis.Redis, entries: int, measured: int) -> dict[str, float]:
    client.flushall()
    load_scripts(client)
    window = ensure_index(client, KEYS, Window(max(entries, 1000), float("inf")))
    client.set(KEYS.ready, run_id(client))
    texts = Texts(random.Random(7), [])
    before = memory_bytes(client)
    rows: Iterator[Told] = (Told(mint(), texts.noise()) for _ in range(entries - measured))
    load_index(client, KEYS, rows, window, 30)
    claims: list[Claim | None] = [texts.article() for _ in range(measured)]
    cost = claim_microseconds(client, claims)
    clear(client)
    memory = (memory_bytes(client) - before) / entries
    plain = claim_microseconds(client, [None] * min(measured, 3200))
    return {
        "entries": entries,
        "redis_microseconds": cost,
        "of_which_without_claim": plain,
        "bytes": round(memory),
    }


def rate_from_texts(client: redis.Redis, count: int) -> float:
    """Articles a second, from their texts."""
    texts = Texts(random.Random(9), [])
    words = [" ".join(texts.choice.choices(WORDS, k=450)) for _ in range(count)]

    def rows() -> Iterator[Told]:
        for text in words:
            succession = Succession(DAY, 1, 2, (texts.choice.randbytes(8),), by_file=False)
            fingerprint = exact_fingerprint(text)
            yield Told(mint(), Claim(pack_claim(fingerprint, succession, sketch_of(text, fingerprint))))

    return _rate(client, rows(), count)


def rate_from_lines(client: redis.Redis, folder: str, count: int) -> float:
    """Articles a second, from the lines of an output."""
    out = OutFolder(f"{folder}/out")
    out.create()
    choice = random.Random(9)
    now = datetime.now(UTC).isoformat()
    with open(out.active("articles"), "wb") as file:
        for number in range(count):
            text = _prose(choice)
            one = article(text, url=f"https://herald.example/{number}", publisher="herald.example")
            body = render_article(one, 1_000_000, "0" * 12)
            assert isinstance(body, bytes)
            file.write(fill_article(body, seq=number + 1, emitted_at=now) + b"\n")
    return _rate(client, index_rows(out, Last(), Last(count, 0), Index(), lambda: False), count)


def _rate(client: redis.Redis, rows: Iterable[Told | Found], count: int) -> float:
    client.flushall()
    load_scripts(client)
    begun = time.perf_counter()
    assert load_index(client, KEYS, rows, Window(1_000_000, float("inf")), 30) == count
    return round(count / (time.perf_counter() - begun))


def _prose(choice: random.Random) -> str:
    """3,000 characters of words of two to nine letters."""
    words = ("".join(choice.choices("etaoinshrdlu", k=choice.randint(2, 9))) for _ in range(600))
    return " ".join(words)[:3000]


def claim_of_text_microseconds(count: int) -> float:
    """Processor time for what a text claims, without its names."""
    choice = random.Random(5)
    texts, figures = [_prose(choice) for _ in range(count)], []
    for _ in range(5):
        before = time.process_time()
        for text in texts:
            sketch_of(text, exact_fingerprint(text))
        figures.append((time.process_time() - before) / count * 1e6)
    return round(min(figures), 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index")
    parser.add_argument("--entries", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--measured", type=int, default=6400)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="copydesk-index-") as folder,
        redis_alone(folder) as url,
        connect(url, name="benchmark") as client,
    ):
        result = {
            "claims": [measure(client, entries, given.measured) for entries in given.entries],
            "filled_a_second_from_texts": rate_from_texts(client, 20_000),
            "filled_a_second_from_lines": rate_from_lines(client, folder, 20_000),
            "microseconds_for_the_claim_of_a_text": claim_of_text_microseconds(1000),
        }
    write_report("index", result)


if __name__ == "__main__":
    main()
