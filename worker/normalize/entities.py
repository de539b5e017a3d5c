"""References to characters that were written out instead of being read: `&quot;`, `&#8217;`."""

from __future__ import annotations

import html
import re

# Only with the semicolon: a bare `&` means something else in damaged text.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ROUNDS_MAX = 3


def mend_entities(text: str) -> tuple[str, int]:
    """`text` with each reference replaced by its character, and how many there were.

    Text that was escaped several times is read several times. A reference that does not exist stays.
    """
    count = 0
    for _ in range(_ROUNDS_MAX):
        if "&" not in text or ";" not in text:
            break
        mended, found = _REFERENCE.subn(lambda match: html.unescape(match.group()), text)
        if mended == text:
            break
        text, count = mended, count + found
    return text, count
