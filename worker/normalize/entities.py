"""HTML entities left in the text.

They are whole (`&rsquo;`), encoded twice (`&amp;#8217;`) or half of one (`&nbsp `, `&#8217 `).

Evidence, cheap: an ampersand. Strict: after it a number or a name that HTML knows and that no English word is
(`&and;` may be a stand-in before a word), with its semicolon; without one only the few names that nothing
else is written as. An ampersand in `AT&T`, `R&D;` or an address stays.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import name2codepoint
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from worker.normalize.edits import Edit

_WORDS: Final = frozenset(
    (
        "and",
        "or",
        "not",
        "part",
        "sum",
        "image",
        "real",
        "sub",
        "sup",
        "cap",
        "cup",
        "int",
        "empty",
        "lang",
        "prop",
        "sim",
        "ang",
        "exist",
        "ni",
    )
)
_MORE: Final = frozenset(
    (
        "apos",
        "comma",
        "period",
        "colon",
        "semi",
        "lpar",
        "rpar",
        "num",
        "excl",
        "quest",
        "dollar",
        "percnt",
        "lsqb",
        "rsqb",
        "NewLine",
        "Tab",
        "ast",
        "sol",
        "commat",
        "hyphen",
        "lowbar",
    )
)
_NAMES: Final = (frozenset(name2codepoint) | _MORE) - _WORDS
_OPEN: Final = "nbsp|quot|rsquo|lsquo|ldquo|rdquo|mdash|ndash|hellip|apos|amp"
_ENTITY: Final = re.compile(
    r"&(?:[aA][mM][pP];){0,8}(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)"
    r"|&amp;"
    rf"|&(?:#[0-9]{{2,5}}(?![0-9;])|(?:{_OPEN})(?![A-Za-z0-9=;])|[rl]squo(?=(?:s|t|re|ve|ll|d|m)(?![A-Za-z0-9=;])))"
)
_UNSEEN: Final = "\xad\u200b\u200c\u200d\u200e\u200f"
_AMPERSANDS: Final = re.compile(r"(?:amp;)+", re.IGNORECASE)


def decode_entities(text: str) -> list[Edit]:
    """The edits that put the characters in the place of their entities."""
    edits: list[Edit] = []
    for match in _ENTITY.finditer(text):
        name = match[1]
        if name is not None and name not in _NAMES and name.lower() != "amp":
            continue
        after = _decoded(match[0])
        if after != match[0]:
            edits.append((match.start(), match.end(), after, "entity"))
    return edits


def _decoded(entity: str) -> str:
    once = "&" + _AMPERSANDS.sub("", entity[1:])
    if once == "&":
        return "&"
    after = unescape(once if once.endswith(";") else once + ";")
    return after if after.isprintable() or after.isspace() or after in _UNSEEN else ""
