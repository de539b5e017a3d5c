"""The texts that are measured: a deterministic corpus made by a generator that lies outside the project.

`COPYDESK_SHARED` names the folder that holds it (`bench/gen_corpus.py`); by default `shared` beside the project.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("COPYDESK_SHARED", PROJECT.parent / "shared"))
RESULTS = PROJECT / "benchmarks" / "results"


def generate(count: int, seed: int = 1) -> Path:
    """The folder with `count` files, made once and kept; exits with a clear sentence where the generator is absent."""
    generator = SHARED / "bench" / "gen_corpus.py"
    if not generator.exists():
        sys.exit(f"the corpus generator is not at {generator}; set COPYDESK_SHARED to the folder that holds bench/")
    target = RESULTS / f"corpus-{count}-{seed}"
    if not (target / "truth.jsonl").exists():
        subprocess.run([sys.executable, generator, target, "--n", str(count), "--seed", str(seed)], check=True)
    return target / "files"


def place(source: Path, inbox: Path) -> int:
    """Copy all files of `source` into `inbox`, each renamed in whole; returns how many."""
    inbox.mkdir(parents=True, exist_ok=True)
    count = 0
    for entry in os.scandir(source):
        temporary = inbox / f".{entry.name}"
        temporary.write_bytes(Path(entry.path).read_bytes())
        temporary.rename(inbox / entry.name)
        count += 1
    return count
