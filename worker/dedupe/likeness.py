"""What one text is to another, told from their sketches: the decision, small enough to stand in a script as well.

Copies differ in what an outlet puts around an article: a lead of its own, links, another story below. Different
articles share what stands below or between all of an outlet's articles: galleries, newsletters, notices. So a near
duplicate needs most of the smaller text in the other, and the lead of one of them, unless next to nothing is left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from worker.dedupe.sketch import LEAD_LEVEL, VALUE_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.dedupe.sketch import Sample

NEAR_MIN, NEAR_FEW_MIN = 0.72, 0.60
"""So much of the smaller text in common, with a lead; the second where few shingles tell it, less than FEW or beside
boilerplate."""

LEAD_MIN, EMBEDDED_LEAD_MIN = 0.55, 0.50
"""So much of one lead in the other, or anywhere in the other text: another lead or story may stand before it."""

MOST_MIN, MOST_LEAD_MIN = 0.85, 0.25
"""Where that much is in common, so much of a lead will do."""

EDITED_MIN, PARTS, PART_MIN = 0.40, 8, 0.16
"""Or less in common, but some in each part of both texts: so it is where words are replaced all over."""

LEAD_COMMON_MIN = 0.60
"""No less of a lead will do where most of what led from one text to the other is boilerplate."""

FEW = 40
NEAR_ALONE_MIN, ALONE_DOUBT = 0.88, 2
"""So much in common that no lead is asked for, with as many shingles of the smaller sample taken not to be."""

COMMON_MIN = 0.5
LEAD_DOUBT = 4
SHARED_MIN = 0.10
EVIDENCE_MIN = 6
SIZES_ALIKE = 1.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """`kind`: what the new text is to the old one; None where that is nothing.

    `similarity`: estimated share of the smaller text's word 3-shingles that stand in the other, boilerplate included.
    `share`: estimated share of the new text's own.
    """

    kind: Literal["exact", "near", "shared"] | None
    similarity: float
    share: float


def verdict(new: Sample, old: Sample, boilerplate: float = 0.0) -> Likeness:
    """What `new` is to `old`.

    `boilerplate`: of the postings that both have, the share that many other articles have as well: 0 where nothing is
    known of it. That part of what they share is taken out of both before they are compared.
    """
    if new.exact == old.exact and new.words == old.words:
        return Likeness("exact", 1.0, 1.0)
    ours, theirs = overlap(new, old)
    share = sum(ours) / len(ours) if ours else 0.0
    size, matched = min((len(ours), sum(ours)), (len(theirs), sum(theirs)))
    similarity = matched / size if size else 0.0
    if size < EVIDENCE_MIN and max(new.words, old.words) > SIZES_ALIKE * min(new.words, old.words):
        return Likeness(None, similarity, share)
    own = _own(matched, size, boilerplate, 0)
    few, common = size < FEW, boilerplate >= COMMON_MIN
    alone = _own(matched, size, boilerplate, ALONE_DOUBT) >= NEAR_ALONE_MIN
    edited = own >= EDITED_MIN and not few and min(least_part(ours), least_part(theirs)) >= PART_MIN
    if (alone or edited) and not common:
        return Likeness("near", similarity, share)
    if own >= (NEAR_FEW_MIN if few or common else NEAR_MIN) and _has_lead(new, old, own, common=common):
        return Likeness("near", similarity, share)
    return Likeness("shared" if own >= SHARED_MIN else None, similarity, share)


def _has_lead(new: Sample, old: Sample, own: float, *, common: bool) -> bool:
    """Whether the lead of one text stands in the other, as far as it must."""
    lead_min, embedded_min = LEAD_MIN, EMBEDDED_LEAD_MIN
    if common:
        lead_min = embedded_min = LEAD_COMMON_MIN
    elif own >= MOST_MIN:
        lead_min = embedded_min = MOST_LEAD_MIN
    if max(lead_in_lead(new, old), lead_in_lead(old, new)) >= lead_min:
        return True
    return max(lead_in_body(new, old), lead_in_body(old, new)) >= embedded_min


def overlap(new: Sample, old: Sample) -> tuple[list[bool], list[bool]]:
    """For each shingle of each sample whether it stands in the other, at the sparser limit of the two."""
    level = max(new.level, old.level)
    bits = VALUE_BITS - (level - min(new.level, old.level))
    ours, theirs = _at(new.whole, new.level, level, bits), _at(old.whole, old.level, level, bits)
    known, sought = set(theirs), set(ours)
    return [value in known for value in ours], [value in sought for value in theirs]


def least_part(found: Sequence[bool]) -> float:
    """The share that is found in that one of PARTS equal parts where it is least."""
    edges = [len(found) * part // PARTS for part in range(PARTS + 1)]
    return min(sum(found[start:end]) / (end - start) for start, end in pairwise(edges))


def lead_in_lead(text: Sample, other: Sample) -> float:
    """Estimated share of the lead of `text` that stands in the lead of `other`."""
    known = set(other.lead)
    return sum(value in known for value in text.lead) / len(text.lead) if text.lead else 0.0


def lead_in_body(text: Sample, other: Sample) -> float:
    """Estimated share of the lead of `text` that stands anywhere in `other`: with few values known, rather too low."""
    level = max(LEAD_LEVEL, other.level)
    bits = VALUE_BITS - (level - min(LEAD_LEVEL, other.level))
    sought = _at(text.lead, LEAD_LEVEL, level, bits)
    known = set(_at(other.whole, other.level, level, bits))
    return sum(value in known for value in sought) / (len(sought) + LEAD_DOUBT)


def _at(values: Sequence[int], level: int, sparser: int, bits: int) -> list[int]:
    """Those of a sample at `level` that belong to one at `sparser`, cut to their first `bits` bits there."""
    below = 1 << (VALUE_BITS - (sparser - level))
    drop = VALUE_BITS - (sparser - level) - bits
    return [value >> drop for value in values if value < below]


def _own(matched: int, size: int, boilerplate: float, doubt: int) -> float:
    """Share in common of what is no boilerplate, with `doubt` more that is not in common."""
    common = matched * boilerplate
    return (matched - common) / (size - common + doubt) if size - common + doubt > 0 else 0.0
