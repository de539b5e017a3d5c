"""One name spelt in several ways: what is compared of it, and whether a shorter form fits a fuller one."""

from __future__ import annotations

import unicodedata

_PLAIN_WORDS = 2  # a first name and a surname
_FINAL_Y = frozenset(("iy", "yy"))


def folded_words(name: str) -> list[str]:
    """The words of a name as they are compared: no accents, hyphens or final `-iy`, small letters."""
    if " " not in name and name.isascii() and "-" not in name:
        return [_folded(name.lower())]
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = name.lower().replace("-", " ").split(" ")
    while len(words) > 1 and words[-1].rstrip(".") in {"jr", "sr", "ii", "iii", "iv"}:
        words.pop()
    return [_folded(word) for word in words]


def _folded(word: str) -> str:
    return word[:-2] + "y" if word[-2:] in _FINAL_Y and len(word) > len("iyy") else word


def fits(short: list[str], full: list[str]) -> bool:
    """Whether the words of one name are all in the other, in order, initials for words."""
    if len(short) == len(full) == _PLAIN_WORDS:
        return _is_same(short[0], full[0])
    rest = iter(full[:-1])
    return all(any(_is_same(word, other) for other in rest) for word in short[:-1])


def _is_same(word: str, other: str) -> bool:
    return word == other or (word[0] == other[0] and len(word.rstrip(".")) == 1)
