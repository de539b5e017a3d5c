"""The verdicts beside labels set by hand, where the articles are there."""

from __future__ import annotations

import pytest

from benchmarks.corpus import PROJECT, SHARED
from benchmarks.duplicates import TRAP, hints_of, labels_of, texts_of
from worker.dedupe.likeness import verdict
from worker.dedupe.sketch import sample_of, sketch_of

ARTICLES, PAIRS = SHARED / "data" / "articles.jsonl.gz", SHARED / "data" / "neardups.jsonl"


@pytest.mark.skipif(not PAIRS.exists(), reason=f"the labelled articles are not at {PAIRS}; set COPYDESK_SHARED")
def test_hand_labels_are_met_by_the_sketches_alone() -> None:
    texts, hints = texts_of(ARTICLES), hints_of(PAIRS)
    labels = labels_of(PROJECT / "benchmarks" / "neardup_labels.txt", hints)
    samples = {name: sample_of(sketch_of(texts[name]).data) for pair in labels for name in pair}
    called = {pair: verdict(samples[pair[0]], samples[pair[1]]).kind for pair in labels}
    duplicates = [pair for pair, label in labels.items() if label == "duplicate"]
    shared = [pair for pair, label in labels.items() if label == "shared"]
    different = [pair for pair, label in labels.items() if label == "different"]
    assert sum(called[pair] in {"near", "exact"} for pair in duplicates) >= len(duplicates) - 1
    assert sum(called[pair] == "shared" for pair in shared) >= 0.9 * len(shared)
    assert sum(called[pair] in {"near", "exact"} for pair in different) <= 0.01 * len(different)
    assert not [pair for pair in different if hints[pair] == TRAP and called[pair] in {"near", "exact"}]
