"""A model that tells the languages of one script apart by the sequences of 2 to 5 bytes that stand in a text.

Naive Bayes: each language gives each sequence a weight, its log probability. At each byte the longest known
sequence that ends there counts, as in the model that the weights are cut from (see `config/models/README.md`).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    Array = np.ndarray[Any, Any]

_BYTES_MIN = 8
_LENGTHS: Final = (2, 3, 4, 5)
_SLOT_BITS: Final = 17
# Knuth's multiplicative hash, with the golden ratio of 64 bits.
_MULTIPLIER: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True, eq=False)
class NgramModel:
    """The weights of one script.

    Attributes:
        languages: the columns of `weights`, BCP 47.
        keys: the sequence of each row; the last byte is the lowest, its length in bytes stands from bit 48 on.
        weights: one row a sequence, steps of 1/`scale` nats under the best language; the first row is of none.
        slots: hash of a key -> row, 0 where none has it.
    """

    languages: tuple[str, ...]
    keys: Array
    weights: Array
    slots: Array
    scale: float

    def scores(self, data: bytes) -> Array:
        """For each language how much less the text `data` (UTF-8) speaks for it than it could for any, in nats.

        Zero for all where the text is too short.
        """
        import numpy as np

        if len(data) < _BYTES_MIN:
            return np.zeros(len(self.languages), np.float32)
        keys = _keys(data)
        rows = self.slots.take(((keys * np.uint64(_MULTIPLIER)) >> np.uint64(64 - _SLOT_BITS)).view(np.int64))
        # Longer sequences have higher rows, and row 0 stands for none.
        longest = (rows * (self.keys.take(rows) == keys)).max(0)
        # Whole numbers under 2^24: float32 adds them exactly, in any order.
        sums: Array = np.ones(len(longest), np.float32) @ self.weights.take(longest, 0)
        return sums * np.float32(-1 / self.scale)


def _keys(data: bytes) -> Array:
    """The keys of the 2, 3, 4 and 5 bytes that end at each byte of `data`, one row each."""
    import numpy as np

    # Backwards, the eight bytes from each place on are one number whose lowest byte is the last of the sequence.
    ending = np.ndarray((len(data) - _BYTES_MIN + 1,), "<u8", data[::-1], strides=(1,))
    return (ending & np.array([[(1 << 8 * length) - 1] for length in _LENGTHS], np.uint64)) | np.array(
        [[length << 48] for length in _LENGTHS], np.uint64
    )


@cache
def ngram_models(data: bytes) -> Mapping[str, NgramModel]:
    """Script -> its model, from the file `config/models/language.npz`. Read once.

    Raises:
        ValueError, KeyError: it is no such file.
    """
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        scripts = str(arrays["scripts"]).split()
        return {
            script: _model(
                tuple(str(arrays[f"{script}_languages"]).split()),
                arrays[f"{script}_keys"],
                arrays[f"{script}_weights"],
                float(arrays["scale"]),
            )
            for script in scripts
        }


def _model(languages: tuple[str, ...], keys: Array, weights: Array, scale: float) -> NgramModel:
    import numpy as np

    keys = np.concatenate([np.zeros(1, np.uint64), keys])
    weights = np.concatenate([np.zeros((1, len(languages)), np.float32), weights])
    slots = np.zeros(1 << _SLOT_BITS, np.uint16)
    places = ((keys * np.uint64(_MULTIPLIER)) >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
    # Of two sequences in one place the last is kept: of the longer ones there are more.
    slots[places[1:]] = np.arange(1, len(keys))
    return NgramModel(languages, keys, weights, slots, scale)
