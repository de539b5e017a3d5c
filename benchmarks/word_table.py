"""Makes the tables of common words from wordfreq's lists (CC BY-SA 4.0): how often each word is used.

    pip install wordfreq==3.1.1
    python -m benchmarks.word_table config/models

Deterministic: the same version gives the same bytes.
"""

from __future__ import annotations

import argparse
import math
import re
import zlib
from itertools import groupby
from pathlib import Path

LANGUAGES = {
    "en": 30_000, "de": 20_000, "fr": 15_000, "es": 15_000, "it": 12_000, "pt": 12_000, "nl": 10_000,
    "sv": 8_000, "da": 8_000, "nb": 8_000, "pl": 12_000, "cs": 10_000, "ru": 15_000, "uk": 12_000,
    "tr": 10_000, "ar": 10_000, "id": 8_000, "fi": 10_000, "hu": 10_000, "ro": 8_000, "el": 8_000,
    "ca": 8_000, "fa": 6_000, "he": 8_000, "bg": 8_000,
}  # fmt: skip
WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")


def table(language: str, count: int) -> bytes:
    """A line for each step: ten times the Zipf frequency, and the words that have it, in the order of their letters."""
    import wordfreq

    words = [word for word in wordfreq.top_n_list(language, 2 * count, wordlist="small") if WORD.fullmatch(word)][
        :count
    ]
    steps = sorted(
        (-round(10 * (math.log10(wordfreq.word_frequency(word, language, "small")) + 9)), word) for word in words
    )
    lines = (
        f"{-step} {' '.join(word for _, word in found)}" for step, found in groupby(steps, key=lambda pair: pair[0])
    )
    return "\n".join(lines).encode()


def zipf_tenths(frequency: float) -> int:
    """Ten times the Zipf scale of van Heuven et al. (2014): the logarithm of the uses among a billion words."""
    return round(10 * (math.log10(frequency) + 9))


def main() -> None:
    """Write a table for each language."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    total = 0
    for language, count in LANGUAGES.items():
        data = zlib.compress(table(language, count), 9)
        (folder / f"words.{language}.zlib").write_bytes(data)
        total += len(data)
    print(f"{len(LANGUAGES)} languages, {total} bytes")


if __name__ == "__main__":
    main()
