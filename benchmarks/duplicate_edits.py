"""How far a copy may be from its original: planted copies, chains of copies, the synthetic corpus, and the cost.

    python -m benchmarks.duplicate_edits ARTICLES.jsonl.gz [curve] [chains] [synthetic] [cost]

- curve: 1,000 articles, each with a copy of every kind; how many are told as near, as shared, or not at all
- chains: among all articles, 300 chains of three, the middle one like both others and those unlike; in five
  orders of arrival. Families must be the same in all, once families found to be one are joined
- synthetic: the corpus of `benchmarks.corpus`, read as copydesk reads it
- cost: µs of CPU for the sketch of 3,000 characters, exact fingerprint included, beside SHA-256 of 1 MB
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import orjson

from benchmarks.corpus import generate
from benchmarks.duplicates import texts_of
from benchmarks.planted_copies import edited, plants
from tests.dedupe.families import Index
from tests.documents import document
from worker.article import Article
from worker.config_files import load_rules
from worker.dedupe.likeness import verdict
from worker.dedupe.sketch import sample_of, sketch_of
from worker.pipeline import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from worker.dedupe.sketch import Sketch

_SEED = 2026
_CHAINS, _ORDERS = 300, 5
_SYNTHETIC = 10_000
_BAND = (0.5, 0.7)


def main() -> None:
    """Print what is named; all by default."""
    parts: dict[str, Callable[[Mapping[str, str]], None]] = {
        "curve": curve,
        "chains": chains,
        "synthetic": synthetic,
        "cost": cost,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("parts", nargs="*", choices=[*parts, []])
    arguments = parser.parse_args()
    texts = texts_of(arguments.articles)
    for name in arguments.parts or parts:
        parts[name](texts)


def curve(texts: Mapping[str, str]) -> None:
    """For each kind of copy, what becomes of 1,000."""
    choice = random.Random(_SEED)
    names = choice.sample([name for name, text in texts.items() if len(text.split()) >= 150], 1_000)
    vocabulary = [word for name in names for word in texts[name].split()]
    sketches = {name: sketch_of(texts[name]) for name in names}
    print(f"{'per cent of copies':52} {'near':>6} {'shared':>7} {'neither':>8} {'similarity':>11}")
    for kind, plant in plants(vocabulary).items():
        told: Counter[str | None] = Counter()
        similarities = []
        for name, other in zip(names, names[1:] + names[:1], strict=True):
            found, similarity = _compared(sketch_of(plant(choice, texts[name], texts[other])), sketches[name])
            told["near" if found == "exact" else found] += 1
            similarities.append(similarity)
        near, shared, neither = (told[one] / len(names) * 100 for one in ("near", "shared", None))
        print(f"{kind:52} {near:6.1f} {shared:7.1f} {neither:8.1f} {fmean(similarities):11.2f}", flush=True)


def _compared(new: Sketch, old: Sketch) -> tuple[str | None, float]:
    """Kind and similarity; no kind where no key would lead from one to the other."""
    found = verdict(sample_of(new.data), sample_of(old.data))
    return (found.kind if set(new.postings) & set(old.postings) else None), found.similarity


def chains(texts: Mapping[str, str]) -> None:
    """Families over several orders of arrival."""
    choice = random.Random(_SEED)
    all_texts = dict(texts) | dict(planted(choice, texts))
    sketches = {name: sketch_of(text) for name, text in all_texts.items()}
    orders = []
    for _ in range(_ORDERS):
        names = list(sketches)
        choice.shuffle(names)
        index = Index()
        for name in names:
            index.claim(name, sketches[name], day=0)
        orders.append(_members(index.families()))
    whole = sum(all(order[f"{n}a"] == order[f"{n}c"] for order in orders) for n in range(_CHAINS))
    print(f"{whole} of {_CHAINS} chains are one family in all {_ORDERS} orders")
    differing = {name for name in sketches if len({order[name] for order in orders}) > 1}
    print(f"{len(differing)} of {len(sketches)} texts have another family in another order")
    for name in sorted(differing):
        print("\n".join(explained(name, orders, sketches)))


def planted(choice: random.Random, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Chains a, b, c: b is a whole article, a its first 55 %, c its last 55 %, all with a few edits."""
    names = choice.sample([name for name, text in texts.items() if 300 <= len(text.split()) <= 1_500], _CHAINS)
    vocabulary = [word for name in names for word in texts[name].split()]
    for number, name in enumerate(names):
        words = texts[name].split()
        part = round(0.55 * len(words))
        for letter, piece in (("a", words[:part]), ("b", words), ("c", words[-part:])):
            yield f"{number}{letter}", edited(choice, " ".join(piece), 0.02, vocabulary)


def _members(families: Mapping[str, str]) -> dict[str, frozenset[str]]:
    members = defaultdict(set)
    for name, first in families.items():
        members[first].add(name)
    return {name: frozenset(members[first]) for name, first in families.items()}


def explained(name: str, orders: Sequence[Mapping[str, frozenset[str]]], sketches: Mapping[str, Sketch]) -> list[str]:
    """A line for each text that is in the family of `name` only at times, with how like the two are."""
    ever = frozenset.union(*(order[name] for order in orders))
    always = frozenset.intersection(*(order[name] for order in orders))
    lines = []
    for other in sorted(ever - always):
        kind, similarity = _compared(sketches[name], sketches[other])
        inside = "inside" if _BAND[0] <= similarity <= _BAND[1] else "outside"
        lines.append(f"  {name} {other}: {kind}, similarity {similarity:.2f}, {inside} the band {_BAND}")
    return lines


def synthetic(_: Mapping[str, str]) -> None:
    """Copies found and unrelated texts joined in the synthetic corpus, through the whole pipeline."""
    folder, rules, index = generate(_SYNTHETIC), load_rules(), Index()
    truth = [orjson.loads(line) for line in (folder.parent / "truth.jsonl").read_bytes().splitlines()]
    for row in truth:
        article = process(document((folder / row["file"]).read_bytes(), path=row["file"]), rules)
        text = article.text if isinstance(article, Article) else ""
        index.claim(row["file"], sketch_of(text), day=0)
    families = index.families()
    origins = {row["file"]: row["of"] or row["file"] for row in truth}
    copies = [row for row in truth if row["of"]]
    found = sum(families[row["file"]] == families[row["of"]] for row in copies)
    wrong = sum(origins[name] != origins[first] for name, first in families.items())
    share = found / len(copies)
    print(f"{_SYNTHETIC} files: {found} of {len(copies)} copies found ({share:.2%}), {wrong} joined wrongly")
    for row in copies:
        if families[row["file"]] != families[row["of"]]:
            print(f"  missed: {row}")


def cost(texts: Mapping[str, str]) -> None:
    """µs for a sketch, the best of several rounds."""
    chosen = [text[:3_000] for text in texts.values() if len(text) >= 3_000][:500]
    sketched = min(_seconds(lambda: [sketch_of(text) for text in chosen]) for _ in range(15)) / len(chosen)
    megabyte = bytes(1_000_000)
    measure = min(_seconds(lambda: sha256(megabyte)) for _ in range(15))
    sketches = [sketch_of(text) for text in texts.values()]
    sizes = [len(sketch.data) for sketch in sketches]
    print(f"sketch: {sketched * 1e6:.1f} µs of CPU per 3,000 characters; SHA-256 of 1 MB: {measure * 1e6:.0f} µs")
    print(f"size: {fmean(sizes):.0f} bytes on average, {max(sizes)} at most")
    holders = defaultdict(list)
    for number, sketch in enumerate(sketches):
        for key in sketch.postings:
            holders[key].append(number)
    others = [len({one for key in sketch.postings for one in holders[key]}) - 1 for sketch in sketches]
    print(f"keys: each article has one in common with {fmean(others):.1f} others on average")


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
