"""Damaged samples of every format: refused with a reason or read, never a crash. The long run is `benchmarks.fuzz`."""

from __future__ import annotations

import os
import random
import time

import pytest

from benchmarks.fuzz import FOLDERS, NAMES, SECONDS_MAX, mutated, samples, try_on
from worker.parse.format_table import FORMATS, TEXT

FORMS = {form.name: form for form in (*FORMATS, TEXT)}
INPUTS = 40
CASES = sorted(os.listdir(FOLDERS[1])) if os.path.isdir(FOLDERS[1]) else []


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_document_is_read_or_refused(name: str) -> None:
    chance = random.Random(name)
    corpus = list(samples(name))
    assert corpus
    for _ in range(INPUTS):
        data = mutated(chance.choice(corpus), corpus, chance)
        began = time.process_time()
        try_on(FORMS[name], data)
        assert time.process_time() - began < SECONDS_MAX


@pytest.mark.parametrize("case", CASES)
def test_what_once_went_wrong_stays_mended(case: str) -> None:
    with open(f"{FOLDERS[1]}/{case}", "rb") as file:
        data = file.read()
    began = time.process_time()
    try_on(FORMS[case.partition("-")[0]], data)
    assert time.process_time() - began < SECONDS_MAX
