"""Cuts the model of languages out of py3langid's (BSD): the languages that are told, the sequences that tell most.

    pip install py3langid==0.4.0
    python -m benchmarks.language_model config/models/language.npz

Deterministic: the same version gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

# Those of one script are told from one another by the model; a script with one language needs none.
LANGUAGES = {
    "latin": "af az bs ca cs cy da de en eo es et eu fi fr ga gl ha hr hu id is it ku lb lt lv mg ms mt nl nn nb pl "
    "pt ro rw sk sl so sq sr sv sw tl tr uz vi xh yo zu",
    "cyrillic": "be bg kk ky mk mn ru sr tg tt uk uz",
    "arabic": "ar fa ps ug ur",
    "devanagari": "hi mr ne",
    "bengali": "as bn",
}
SEQUENCES = {"latin": 20_000, "cyrillic": 6_000, "arabic": 3_000, "devanagari": 2_000, "bengali": 1_000}
# Classes of the source that are named otherwise, or that share a name and differ in script.
CLASSES = {"nb": "no"}
SECOND = {("latin", "sr"), ("cyrillic", "uz")}
LENGTH_MAX = 5
SCALE = 16.0


def source() -> tuple[list[bytes], Any, list[str]]:
    """The sequences, weights (sequence by language) and languages of py3langid's model."""
    from py3langid import langid

    identifier: Any = langid._get_identifier()  # noqa: SLF001 - there is no public way to the weights
    moves, rows, out = identifier.tk_nextmove, identifier.tk_row, identifier.tk_output
    # The shortest way to a state is its sequence: the automaton is a trie with ways back.
    sequences = {0: b""}
    queue = [0]
    for state in queue:
        start = int(rows[state]) << 8
        for byte in range(256):
            target = int(moves[start + byte])
            if target not in sequences:
                sequences[target] = sequences[state] + bytes([byte])
                queue.append(target)
    shortest: dict[int, bytes] = {}
    for state in queue:
        if int(out[state]) >= 0:
            shortest.setdefault(int(out[state]), sequences[state])
    weights = np.asarray(identifier.nb_ptc).astype(np.float32)
    return [shortest[n] for n in range(len(weights))], weights, list(identifier.nb_classes)


def cut(script: str, sequences: list[bytes], weights: Any, classes: list[str]) -> dict[str, Any]:
    """The arrays of one script: the sequences that tell its languages apart best, the best first."""
    languages = LANGUAGES[script].split()
    columns = []
    for language in languages:
        name = CLASSES.get(language, language)
        places = [n for n, one in enumerate(classes) if one == name]
        columns.append(places[-1] if (script, language) in SECOND else places[0])
    part = weights[:, columns]
    share = np.exp(part)
    # The information of a sequence about the language, all languages being as likely.
    gain = (share * (part - np.log(share.mean(1))[:, None])).sum(1)
    gain[[len(one) > LENGTH_MAX for one in sequences]] = -1
    kept = np.argsort(-gain, kind="stable")[: SEQUENCES[script]]
    # Longer ones last: the reader takes the last that fits.
    kept = kept[np.argsort([len(sequences[n]) for n in kept], kind="stable")]
    steps = np.round((part[kept].max(1, keepdims=True) - part[kept]) * SCALE)
    return {
        f"{script}_languages": np.array(" ".join(languages)),
        f"{script}_keys": np.array([key(sequences[n]) for n in kept], np.uint64),
        f"{script}_weights": np.minimum(steps, 255).astype(np.uint8),
    }


def key(sequence: bytes) -> int:
    """A sequence as a number: see `worker/enrich/ngrams.py`."""
    return int.from_bytes(sequence, "big") | (len(sequence) << 48)


def main() -> None:
    """Write the model."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    sequences, weights, classes = source()
    arrays: dict[str, Any] = {"scripts": np.array(" ".join(LANGUAGES)), "scale": np.array(SCALE)}
    for script in LANGUAGES:
        arrays |= cut(script, sequences, weights, classes)
    np.savez_compressed(file, **arrays)
    print(f"{file}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
