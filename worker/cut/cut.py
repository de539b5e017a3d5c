"""What is not the article, cut off: the stage on one page.

    start      labels, bylines, captions, promos and a repeated headline above the words
    end        footers, credits, disclaimers, promos, lists of links below them
    anywhere   advertisement marks, links and captions between paragraphs, exact forms only
    learned    what stands in many articles of this publisher, word for word
    dateline   `KYIV, Oct 15 (Reuters) —` before the first word
    dates      day and month in unknown order, now that the whole document can be asked

The forms are data (`[[cut]]` in `config/rules/*.toml`). Nothing of them is lost: each cut goes to `removed`
with its words and their mended marks, and what it says (who contributed, where the copy came from, whose it is)
to the fields. At least two fifths of the text stay, unless forms that can't be anything else (`_SURE`) make up
more; a text never becomes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Removal
from worker.cut.credits import with_credits
from worker.cut.dateline import with_dateline
from worker.cut.edges import find_cuts
from worker.cut.learned import learned_cuts
from worker.cut.syndication import with_syndication
from worker.parse.date_order import with_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.cut.edges import Cut
    from worker.normalize.draft import Normalized
    from worker.rules import Rules

KEPT_SHARE_MIN = 0.4
# These forms can't be anything else, so that a short text under a long one is cut, too.
_SURE = frozenset(("syndication_footer", "continuation", "dateline", "related_links", "headline_repeat"))


def cut(normalized: Normalized, rules: Rules) -> Normalized:
    """`normalized` without what is not the article."""
    paragraphs = normalized.text.split("\n\n")
    fields = normalized.fields
    cuts = find_cuts(paragraphs, fields, rules)
    more = learned_cuts(paragraphs, cuts, fields, rules.learned)
    cuts = _bounded(sorted((*cuts, *more), key=_place) if more else cuts, len(normalized.text))
    left = _without(paragraphs, cuts)
    if cuts:
        fields = with_credits(fields, cuts, rules)
    said = (removal.text or "" for removal in normalized.removed)
    fields = with_order(fields, (*said, normalized.text), rules.dates)
    first, fields, dateline = with_dateline(left[0], fields, cuts, rules)
    fields = with_syndication(fields, cuts, rules)
    if not cuts and dateline is None:
        return replace(normalized, fields=fields)
    removed = [Removal(one.kind, one.text) for one in cuts]
    if dateline is not None:
        left[0] = first
        removed.insert(_before(cuts, paragraphs), Removal("dateline", dateline))
    flags = dict.fromkeys((*normalized.flags, *(one.flag for one in cuts if one.flag)))
    return replace(
        normalized,
        text="\n\n".join(left),
        fields=fields,
        removed=(*normalized.removed, *removed),
        flags=tuple(flags),
    )


def _place(one: Cut) -> int:
    return one.first


def _bounded(cuts: list[Cut], length: int) -> list[Cut]:
    """Those of `cuts` that may be made in a text of `length` characters; the sure ones come first."""
    allowed = length * (1 - KEPT_SHARE_MIN)
    if sum(len(one.text) for one in cuts) <= allowed:
        return cuts
    room = allowed
    taken: set[int] = set()
    for at in sorted(range(len(cuts)), key=lambda at: (cuts[at].kind not in _SURE, len(cuts[at].text))):
        room -= len(cuts[at].text)
        if room >= 0 or cuts[at].kind in _SURE:
            taken.add(at)
    made = [one for at, one in enumerate(cuts) if at in taken]
    return made if sum(len(one.text) for one in made) < length else []


def _without(paragraphs: Sequence[str], cuts: Sequence[Cut]) -> list[str]:
    """What is left of `paragraphs`; all of them where nothing with a letter would be."""
    left: list[str | None] = list(paragraphs)
    for one in cuts:
        for at in range(one.first, one.last + 1):
            left[at] = None
        if one.kept:
            left[one.first] = one.kept
    kept = [paragraph for paragraph in left if paragraph]
    return kept or list(paragraphs)


def _before(cuts: Sequence[Cut], paragraphs: Sequence[str]) -> int:
    """How many of `cuts` stand before the first paragraph that is left."""
    gone = {at for one in cuts if not one.kept for at in range(one.first, one.last + 1)}
    first = next((at for at in range(len(paragraphs)) if at not in gone), 0)
    return sum(one.last < first for one in cuts)
