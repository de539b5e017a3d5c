"""Where a mark stands: the kind of character on its left and on its right, as a key of two letters.

Left:  `¶` start of a paragraph, ` ` space, `a` lower case, `s` that letter, `A` upper case, `0` digit, `.`
`!` `,` `;`
`)` `(` `-` the usual signs (`!` also `?`, `;` also `:`), `q` a quotation mark, `M` another stand-in, `o`
anything else.
Right: the same with `¶` the end of a paragraph and `x` the rest of a contraction or possessive (`s`, `t`,
`re`, `ve`,
`ll`, `d`, `m`); a space is told by what follows it: ` ` lower case, `T` upper case, `N` anything else, `K`
a stand-in.
"""

from __future__ import annotations

import re
from typing import Final

SUFFIX: Final = re.compile(r"(?:[stdm]|re|ve|ll)(?![^\W_])")


class _Kinds(dict[str, str]):
    def __missing__(self, sign: str) -> str:
        if sign.isupper():
            kind = "A"
        elif sign.isalpha():
            kind = "a"
        elif sign.isdigit():
            kind = "0"
        else:
            kind = "o"
        if len(self) < 2_000:
            self[sign] = kind
        return kind


KINDS: Final = _Kinds(
    {
        "": "¶",
        "\n": "¶",
        " ": " ",
        "s": "s",
        ".": ".",
        "!": "!",
        "?": "!",
        "…": "!",
        ",": ",",
        ";": ";",
        ":": ";",
        ")": ")",
        "]": ")",
        "(": "(",
        "[": "(",
        "-": "-",
        "–": "-",
        "—": "-",
        "/": "-",
        "“": "q",
        "”": "q",
        '"': "q",
        "‘": "q",
        "’": "q",
        "'": "q",
    }
)
_AFTER_SPACE: Final = {"a": " ", "s": " ", "A": "T", "M": "K", "¶": "¶"}


def place_key(text: str, start: int, end: int, mark: str) -> str:
    """The key of the stand-in `mark` at `text[start:end]`."""
    left = "M" if text.startswith(mark, start - len(mark)) and start else KINDS[text[start - 1 : start]]
    if text.startswith(mark, end):
        return left + "M"
    after = text[end : end + 1]
    right = KINDS[after]
    if right == " ":
        if text.startswith(mark, end + 1):
            return left + "K"
        return left + _AFTER_SPACE.get(KINDS[text[end + 1 : end + 2]], "N")
    if after in "stdmrvl" and after and left in "asAM" and SUFFIX.match(text, end):
        return left + "x"
    return left + ("a" if right == "s" else right)
