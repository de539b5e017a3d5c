"""The words of a text as numbers: what two texts are compared by.

Letters and digits make words; case, accents and every mark between words do not count. Where a script has no spaces
between words, something else begins one: in Chinese and Japanese each character, in Thai and Lao a vowel that is
written first in its syllable, in Khmer and Burmese some of the letters (all would make words too short to tell).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.uint64]
    Places = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_BITS_MIN = 14

_PLANE = 1 << 16
_ALONE = np.uint64(1 << 32)
"""Set in the table where a character begins a word, whatever stands before it."""

_BEYOND = np.uint64(1 << 33)
"""In place of every character beyond the first plane, which the table leaves out."""

_ASTRAL_SIGNS, _ASTRAL_HAN = 0x1D000, 0x20000
_BEGINNING = (
    range(0x0E40, 0x0E45),  # Thai
    range(0x0EC0, 0x0EC5),  # Lao
    range(0x1000, 0x1022, 3),  # Burmese
    range(0x1780, 0x17A3, 3),  # Khmer
    range(0x2E80, 0x2FE0),  # radicals
    range(0x3005, 0x3008),
    range(0x3040, 0x3100),  # Hiragana, Katakana
    range(0x3400, 0x4DC0),  # Han
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
)
"""The characters with which a word begins wherever they stand."""


@dataclass(frozen=True, slots=True)
class Words:
    """`hashes`: 64 bits for each word in order. `starts`, `ends`: its span in code points of the text."""

    hashes: Numbers
    starts: Places
    ends: Places


def words_of(text: str) -> Words:
    """The words of `text`, in time linear in its length.

    A word's number is the polynomial of its letters modulo 2**64, taken from sums over the whole text. It is not
    mixed: mix it before bits of it are used.
    """
    points = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), np.uint32)
    letters = _table().take(points, mode="clip")
    spaced = letters.max() < _ALONE
    if not spaced:
        letters = _astral(points, letters)
    powers, inverses = _powers(max(len(letters).bit_length(), _BITS_MIN))
    sums = (letters * powers[: len(letters)]).cumsum()
    starts, ends = _spaced(letters) if spaced else _unspaced(letters)
    return Words((sums[ends] - sums[starts]) * inverses[starts], starts, ends)


def _spaced(letters: Numbers) -> tuple[Places, Places]:
    """Starts and ends of words that have other characters between them."""
    inside = letters.astype(np.bool_)
    edges = (inside[1:] != inside[:-1]).nonzero()[0]
    return edges[::2], edges[1::2]


def _unspaced(letters: Numbers) -> tuple[Places, Places]:
    """Starts and ends of words where some characters are words by themselves."""
    inside = letters != 0
    begins = (inside[1:] & ~inside[:-1]) | (letters[1:] >= _ALONE)
    ends = inside[:-1] & (~inside[1:] | begins)
    return begins.nonzero()[0], ends.nonzero()[0]


def _astral(points: NDArray[np.uint32], letters: Numbers) -> Numbers:
    """Beyond the first plane: letters up to the signs and emoji, then Han, each by itself."""
    numbers = points.astype(np.uint64)
    beyond = np.where(points < _ASTRAL_SIGNS, numbers, np.uint64(0))
    beyond = np.where(points >= _ASTRAL_HAN, numbers | _ALONE, beyond)
    return np.where(points < _PLANE, letters, beyond)


@cache
def _powers(bits: int) -> tuple[Numbers, Numbers]:
    """The powers of the base and of its inverse for texts of up to `2**bits` code points."""
    return _geometric(_BASE, bits), _geometric(_BASE_INVERSE, bits)


def _geometric(base: int, bits: int) -> Numbers:
    powers = np.full(1 << bits, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers)


@cache
def _table() -> Numbers:
    """What each code point of the first plane counts as, and that there are others."""
    table = np.zeros(_PLANE + 1, np.uint64)
    table[_PLANE] = _BEYOND
    for point in range(_PLANE):
        if unicodedata.category(chr(point))[0] in "LNM":
            table[point] = _letter(chr(point))
    for points in _BEGINNING:
        for point in points:
            if unicodedata.category(chr(point))[0] in "LN":
                table[point] |= _ALONE
    return table


def _letter(character: str) -> int:
    """The number of a letter without its case and accents."""
    plain = unicodedata.normalize("NFKD", character)[0]
    return ord(plain.casefold()[0])
