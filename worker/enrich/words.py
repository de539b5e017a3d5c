"""How many words a text has."""

from __future__ import annotations

import re

# Scripts that put no space between words; in Chinese and Japanese each character counts, as editors do it.
_UNSPACED = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def count_words(text: str) -> int:
    """The words of the mended `text`: between white space, and each Chinese or Japanese character."""
    if text.isascii() or _UNSPACED.search(text) is None:
        # As many as there are gaps, and one: mended text has single spaces and empty lines, and nothing else.
        return text.count(" ") + text.count("\n\n") + 1
    return len(_UNSPACED.sub(" ", text).split()) + len(_UNSPACED.findall(text))
