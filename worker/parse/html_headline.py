"""The headline of a page: what its heading, its linked data, its meta elements and its title agree on.

Meta elements and titles carry the name of the outlet, of a section or a date behind the headline; linked data
sometimes too. What a heading shows without such an ending is the headline itself.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHARACTERS_MAX = 500
_SEPARATOR = re.compile(
    r"\s+[|*\-–—·•»›:/]+\s+|\s*[｜ㅣ│]\s*|\s+\|\s*|\s*\|\s+|(?<=[^\x00-\x7f])\s?[-：:|]\s?(?=[^\x00-\x7f])"
)
_FOLD = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "`": "'", "–": "-", "—": "-"}
)
_ENDING_SHARE_MAX = 0.7
_AS_LONG = 0.95
_SPACES = re.compile("[\\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")

Origin = Literal["metadata", "heading"]


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says its headline is, in the places that say it, and what the site is called."""

    linked: str | None
    open_graph: str | None
    twitter: str | None
    headings: Sequence[str]
    title: str | None
    sites: Sequence[str]


def headline_of(said: Said) -> tuple[str, Origin] | None:
    """The headline, and where it was found; None where nothing says it."""
    headings = [line for text in said.headings if (line := _line(text))]
    sites = frozenset(_fold(name) for name in said.sites if name)
    known = [_fold(text) for text in headings]
    linked, graph, twitter, title = (
        _without_site(line, known, sites) if (line := _line(text)) else None
        for text in (said.linked, said.open_graph, said.twitter, said.title)
    )
    others = {_fold(text) for text in (linked, graph, twitter, title) if text}
    heading = next((text for text in headings if _fold(text) in others), headings[0] if headings else None)
    if heading is not None and not _is_confirmed(heading, others):
        heading = None
    return _chosen(linked, graph, twitter, heading, title)


def _chosen(
    linked: str | None, graph: str | None, twitter: str | None, heading: str | None, title: str | None
) -> tuple[str, Origin] | None:
    """Linked data and what is written for sharing agree, or the heading decides, or the fuller of the two is it.

    Where all three say different things, the headline is what the page shows.
    """
    shared = graph or twitter
    if linked and shared and heading:
        if _fold(linked) == _fold(shared):
            return shared if "&" in linked and "&" not in shared else linked, "metadata"
        if _letters(heading) == _letters(shared):
            return shared, "metadata"
        if _fold(heading) == _fold(linked):
            is_fuller = len(shared) >= len(linked) * _AS_LONG and _fold(linked) not in _fold(shared)
            return (shared if is_fuller and _fold(twitter or "") != _fold(linked) else linked), "metadata"
        if _fold(heading) in _fold(linked) or _fold(heading) in _fold(shared):
            return heading, "heading"
        if _fold(linked) not in _fold(heading) and _fold(shared) not in _fold(heading):
            return heading, "heading"
    if linked:
        return linked, "metadata"
    if heading and (shared is None or _fold(heading) in _fold(shared)):
        return (shared, "heading") if shared and _fold(heading) == _fold(shared) else (heading, "heading")
    best = shared or heading or title
    if best is None:
        return None
    return best, "heading" if best == heading else "metadata"


def _line(text: str | None) -> str | None:
    line = " ".join(_UNSEEN.sub("", text).split()) if text else None
    return line if line and len(line) <= _CHARACTERS_MAX else None


def _fold(text: str) -> str:
    """`text` without case, white space, invisible characters and the style of its marks."""
    text = html.unescape(text) if "&" in text else text
    return _SPACES.sub("", text.casefold().translate(_FOLD))


def _letters(text: str) -> str:
    """`text` folded, and without the marks: a heading shows as two lines what a meta element joins by one."""
    return "".join(filter(str.isalnum, _fold(text)))


def _without_site(line: str, headings: Sequence[str], sites: frozenset[str]) -> str:
    """`line` up to where a heading ends, or without an ending or a beginning that names the site."""
    breaks = list(_SEPARATOR.finditer(line))
    for found in breaks:
        if _fold(line[: found.start()]) in headings:
            return line[: found.start()]
        if _fold(line[found.end() :]) in headings:
            return line[found.end() :]
    for found in breaks:
        ending = line[found.end() :]
        if len(ending) < len(line) * _ENDING_SHARE_MAX and any(
            _names(part, sites) for part in _SEPARATOR.split(ending)
        ):
            return line[: found.start()]
    first = breaks[0] if breaks else None
    if first is not None and _names(line[: first.start()], sites):
        return line[first.end() :]
    return line


def _names(part: str, sites: frozenset[str]) -> bool:
    folded = _fold(part)
    return len(folded) > 1 and any(
        folded == site or (len(site) > 3 and site in folded and len(folded) < 2 * len(site)) for site in sites
    )


def _is_confirmed(heading: str, others: set[str]) -> bool:
    """Whether something else on the page says the same, or at least part of it, or nothing says anything."""
    folded = _fold(heading)
    return not others or any(folded in other or other in folded for other in others) or len(folded) > 20
