"""The names of a container's members, as their lines have them: none of them twice, whatever its reader says.

Ids are derived from names, and two lines of one id would be one document twice. Which names there have been is
kept in a Bloom filter: four mebibytes whatever the container holds, no name missed, and one taken for known by
mistake (among a million, 6 in 10,000) only gets its ordinal appended. It is filled in the order of the members,
so that each attempt finds the same.
"""

from __future__ import annotations

import re
from hashlib import blake2b

NAME_CHARACTERS_MAX = 500
_BITS = 1 << 25
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class MemberNames:
    """Makes names, in the order of the members. `within`: the name of the container, where it is a member itself."""

    def __init__(self, within: str | None = None) -> None:
        self._prefix = "" if within is None else f"{within}!"
        self._seen = bytearray(_BITS // 8)

    def name(self, given: str, ordinal: int) -> str:
        """The name of the next member, which its reader calls `given`.

        What JSON can't hold, what is too long to be a name, and what is a name already gets the ordinal appended.
        """
        shown = _SURROGATE.sub("\ufffd", given)[:NAME_CHARACTERS_MAX]
        if shown != given or not given or not self._is_new(shown):
            shown = f"{shown}#{ordinal}"
            self._is_new(shown)
        return f"{self._prefix}{shown}"

    def _is_new(self, name: str) -> bool:
        """Whether this name has not been noted; it is from now on."""
        digest = blake2b(name.encode(), digest_size=12).digest()
        new = False
        for start in (0, 4, 8):
            bit = int.from_bytes(digest[start : start + 4], "big") % _BITS
            mask = 1 << (bit & 7)
            if not self._seen[bit >> 3] & mask:
                self._seen[bit >> 3] |= mask
                new = True
        return new
