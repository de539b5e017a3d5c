"""The sketch beside MinHash by rensa: cost, and the error of the similarity that both tell.

    python -m benchmarks.sketch_rensa ARTICLES.jsonl.gz

Similarity is the share of the smaller text's word 3-shingles that stand in the other. MinHash tells the Jaccard index;
similarity follows from it and the numbers of shingles. Of 1,000 articles each has a copy with 10 % of the words
edited, and one inside four times as many words of others. 128 permutations take 512 bytes, the sketch 307.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np
from rensa import RMinHash

from benchmarks.duplicates import texts_of
from benchmarks.planted_copies import edited
from worker.dedupe.likeness import verdict
from worker.dedupe.sketch import sample_of, sketch_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORDS = re.compile(r"\w+")
_PERMUTATIONS, _SEED, _ROUNDS = 128, 42, 9


def main() -> None:
    """Print cost and errors of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    texts = [text for text in texts_of(parser.parse_args().articles).values() if len(text.split()) >= 150]
    chosen = [text[:3_000] for text in texts if len(text) >= 3_000][:500]
    print(
        f"sketch: {cost(lambda: [sketch_of(text) for text in chosen], len(chosen)):6.1f} µs of CPU per 3,000 characters"
    )
    print(f"rensa:  {cost(lambda: minhashes(chosen), len(chosen)):6.1f}, words by a regular expression included")
    choice = random.Random(_SEED)
    sample = choice.sample(texts, 1_000)
    vocabulary = [word for text in sample for word in text.split()]
    print_errors("10 % edited", [(text, edited(choice, text, 0.1, vocabulary)) for text in sample])
    print_errors("embedded", [(text, embedded(choice, text, vocabulary)) for text in sample])


def embedded(choice: random.Random, text: str, vocabulary: Sequence[str]) -> str:
    """`text` with 10 % of its words edited, and four times as many after it."""
    others = " ".join(choice.choices(vocabulary, k=4 * len(text.split())))
    return f"{edited(choice, text, 0.1, vocabulary)} {others}"


def cost(work: Callable[[], object], count: int) -> float:
    """µs of CPU for each of `count`, the best of several rounds."""
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best * 1e6 / count


def minhashes(texts: Sequence[str]) -> np.ndarray:
    """The signatures of all texts, by the fastest way of rensa: hashes of words, shingles rolled over them."""
    hashed = RMinHash.hash_token_sets([_WORDS.findall(text.casefold()) for text in texts])
    rolled = [_rolled(np.array(words, np.uint64)) for words in hashed]
    ends = np.cumsum([0, *map(len, rolled)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        np.concatenate(rolled), ends, num_perm=_PERMUTATIONS, seed=_SEED
    )
    return np.array(matrix.to_rows())


def _rolled(words: np.ndarray) -> np.ndarray:
    factor = np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((words[:-2] * factor + words[1:-1]) * factor + words[2:])


def print_errors(kind: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Root mean square errors of both."""
    signatures = minhashes([text for pair in pairs for text in pair])
    ours, theirs = [], []
    for place, (one, other) in enumerate(pairs):
        first, second = shingles(one), shingles(other)
        smaller = min(len(first), len(second))
        true = len(first & second) / smaller
        told = verdict(sample_of(sketch_of(one).data), sample_of(sketch_of(other).data)).similarity
        jaccard = float((signatures[2 * place] == signatures[2 * place + 1]).mean())
        contained = jaccard / (1 + jaccard) * (len(first) + len(second)) / smaller
        ours.append((told - true) ** 2)
        theirs.append((contained - true) ** 2)
    print(f"{kind}: error of the sketch {fmean(ours) ** 0.5:.3f}, of MinHash {fmean(theirs) ** 0.5:.3f}")


def shingles(text: str) -> set[tuple[str, ...]]:
    """The word 3-shingles of a text."""
    words = _WORDS.findall(text.casefold())
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


if __name__ == "__main__":
    main()
