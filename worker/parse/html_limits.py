"""Pages that would cost more than they can be worth are refused before they are parsed."""

from __future__ import annotations

import re

from worker.errors import PermanentError

BYTES_MAX = 4 * 1024 * 1024
TAGS_MAX = 50_000
DEPTH_MAX = 2000
ATTRIBUTES_MAX = 4000

_OPEN_OR_CLOSE = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{8000,}")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
# Elements that end by themselves, so that many of them in a row are no depth.
_SELF_ENDING = frozenset(
    b"area base br col dd dt embed hr img input li link meta option p path source td th tr track wbr".split()
)


def refuse_hostile(page: bytes) -> None:
    """Let an ordinary page pass.

    Raises:
        PermanentError: it is too large, has too many elements, is too deep (reading its text takes quadratic time
            in the depth), or has a tag with too many attributes (the parser takes quadratic time in them).
    """
    if len(page) > BYTES_MAX:
        raise PermanentError("parse", "too_large", f"HTML of {len(page)} bytes; {BYTES_MAX} are allowed")
    tags = page.count(b"<")
    if tags > TAGS_MAX:
        raise PermanentError("parse", "too_many_elements", f"HTML with {tags} tags; {TAGS_MAX} are allowed")
    if tags > DEPTH_MAX and _depth(page) > DEPTH_MAX:
        raise PermanentError("parse", "too_deep", f"elements nested more than {DEPTH_MAX} deep")
    for tag in _LONG_TAG.finditer(page):
        if len(_QUOTED.sub(b"", tag.group()).split()) > ATTRIBUTES_MAX:
            raise PermanentError("parse", "too_many_attributes", f"a tag with more than {ATTRIBUTES_MAX} attributes")


def _depth(page: bytes) -> int:
    """The deepest nesting that `page` can have, by counting tags."""
    depth = deepest = 0
    for slash, name in _OPEN_OR_CLOSE.findall(page):
        if name.lower() in _SELF_ENDING:
            continue
        if slash:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
