"""Which writing system most letters of a text belong to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

# First and last code point of each block that has letters, in steps of 64, as Unicode has them.
_BLOCKS: Final = (
    ("latin", 0x40, 0x24F), ("latin", 0x1E00, 0x1EFF), ("greek", 0x380, 0x3FF), ("greek", 0x1F00, 0x1FFF),
    ("cyrillic", 0x400, 0x52F), ("armenian", 0x540, 0x58F), ("hebrew", 0x5C0, 0x5FF), ("arabic", 0x600, 0x77F),
    ("arabic", 0xFB40, 0xFDFF), ("devanagari", 0x900, 0x97F), ("bengali", 0x980, 0x9FF), ("gurmukhi", 0xA00, 0xA7F),
    ("gujarati", 0xA80, 0xAFF), ("oriya", 0xB00, 0xB7F), ("tamil", 0xB80, 0xBFF), ("telugu", 0xC00, 0xC7F),
    ("kannada", 0xC80, 0xCFF), ("malayalam", 0xD00, 0xD7F), ("sinhala", 0xD80, 0xDFF), ("thai", 0xE00, 0xE7F),
    ("lao", 0xE80, 0xEFF), ("tibetan", 0xF00, 0xFFF), ("burmese", 0x1000, 0x107F), ("georgian", 0x1080, 0x10FF),
    ("hangul", 0x1100, 0x11FF), ("ethiopic", 0x1200, 0x137F), ("khmer", 0x1780, 0x17FF), ("kana", 0x3040, 0x30FF),
    ("han", 0x3400, 0x9FFF), ("hangul", 0xAC00, 0xD7FF),
)  # fmt: skip
_NAMES: Final = ("", *dict.fromkeys(name for name, _, _ in _BLOCKS))
_EVERY_LETTER_MAX = 200
_KANA_SHARE_MIN = 0.1
"""Japanese mixes both; a Chinese text names a Japanese firm now and then."""


@cache
def _table() -> np.ndarray[Any, Any]:
    import numpy as np

    table = np.zeros(1024, np.int64)
    for name, first, last in _BLOCKS:
        table[first >> 6 : (last >> 6) + 1] = _NAMES.index(name)
    return table


def script_of(text: str) -> tuple[str, int]:
    """The script of most letters in `text`, and how many they are; ("", 0) where it has none.

    Chinese characters count as `kana` where a tenth of the letters is kana. Characters outside the basic plane
    are not counted.
    """
    if text.isascii():
        return ("latin", len(text))
    import numpy as np

    if len(text) > _EVERY_LETTER_MAX:
        script, letters = script_of(text[::3])
        return (script, 3 * letters)
    points = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    counts = np.bincount(_table().take(points >> 6), minlength=len(_NAMES))
    counts[0] = 0
    best = int(counts.argmax())
    kana, han = int(counts[_NAMES.index("kana")]), int(counts[_NAMES.index("han")])
    if kana and kana >= _KANA_SHARE_MIN * (kana + han) and kana + han >= counts[best]:
        return ("kana", kana + han)
    return (_NAMES[best], int(counts[best]))
