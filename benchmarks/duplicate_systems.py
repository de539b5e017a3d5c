"""Systems that say which texts are copies of each other, each by its own way and settings: texts in, families out."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from tests.dedupe.families import Index
from worker.dedupe.sketch import sketch_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Texts = Mapping[str, str]
    Families = Mapping[str, str]

_WORDS = re.compile(r"\w+")
_PARENTS = "import pickle, json, sys; print(json.dumps(pickle.load(open(sys.argv[1], 'rb')).parent))"
"""Its own result, written a moment before, in the only form that it has."""


def systems() -> dict[str, Callable[[Texts], Families]]:
    """Those that are installed, by name with their settings. Each gives the family of every text."""
    found: dict[str, Callable[[Texts], Families]] = {"copydesk": copydesk}
    if find_spec("datasketch"):
        found["datasketch MinHashLSH, 128 permutations, word 3-grams, threshold 0.5"] = _datasketch(3, 0.5)
        found["datasketch MinHashLSH, 128 permutations, word 3-grams, threshold 0.7"] = _datasketch(3, 0.7)
        found["datasketch MinHashLSH, 128 permutations, word 5-grams, threshold 0.7"] = _datasketch(5, 0.7)
    if find_spec("datatrove"):
        found["datatrove MinHash as it comes (word 5-grams, 14 bands of 8)"] = datatrove
    return found


def copydesk(texts: Texts) -> Families:
    """By the reference of the index, in the order of `texts`."""
    index = Index()
    for name, text in texts.items():
        index.claim(name, sketch_of(text), day=0)
    return index.families()


def datatrove(texts: Texts) -> Families:
    """Texts with one band in common are joined, as its stages 2 and 3 do over files."""
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
    from datatrove.utils.hashing import HashConfig

    signature = MinhashDedupSignature("memory://signatures", MinhashConfig(hash_config=HashConfig(hash_fc="sha1")))
    bands: dict[object, list[str]] = defaultdict(list)
    for name, text in texts.items():
        shingles = signature.get_shingles(text)
        if shingles.size:
            for place, band in enumerate(signature.get_signature(shingles)):
                bands[place, *band].append(name)
    return joined(texts, ((names[0], other) for names in bands.values() for other in names[1:]))


def joined(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Families:
    """The families that `pairs` make of `names`, each known by one of its members."""
    parents = {name: name for name in names}

    def first(name: str) -> str:
        while parents[name] != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    for one, other in pairs:
        parents[first(other)] = first(one)
    return {name: first(name) for name in parents}


def _datasketch(width: int, threshold: float) -> Callable[[Texts], Families]:
    def families(texts: Texts) -> Families:
        from datasketch import MinHash, MinHashLSH

        index = MinHashLSH(threshold=threshold, num_perm=128)
        pairs = []
        for name, text in texts.items():
            words = _WORDS.findall(text.lower())
            minhash = MinHash(num_perm=128)
            minhash.update_batch(
                {" ".join(words[at : at + width]).encode() for at in range(max(1, len(words) - width + 1))}
            )
            pairs += [(other, name) for other in index.query(minhash)]
            index.insert(name, minhash)
        return joined(texts, pairs)

    return families


def text_dedup(python: str) -> Callable[[Texts], Families]:
    """Its command with its own settings, in the environment of the interpreter `python`."""

    def families(texts: Texts) -> Families:
        names = list(texts)
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder, "texts.jsonl")
            rows.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts.values()))
            told = f"--path json --data_files {rows} --split train --output {folder}/out --column text --debug"
            command = [python, "-m", "text_dedup.minhash", *told.split(), "--num_proc", "1"]
            subprocess.run(command, check=True, capture_output=True, cwd=folder)
            found = subprocess.run(
                [python, "-c", _PARENTS, f"{folder}/out/uf.pkl"], check=True, capture_output=True, cwd=folder
            )
        parents = orjson.loads(found.stdout.splitlines()[-1])
        return joined(names, ((names[parent], names[int(place)]) for place, parent in parents.items()))

    return families
