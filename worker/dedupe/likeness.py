"""What one text is to another, told from their sketches: the decision, small enough to stand in a script as well.

Copies differ in what an outlet puts around an article: a lead of its own, links, another story below. Different
articles share what stands below or between all of an outlet's articles: galleries, newsletters, notices. So a near
duplicate needs most of the smaller text in the other, and the lead of one of them, unless next to nothing is left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from worker.dedupe.sketch import LEAD_LEVEL, VALUE_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.dedupe.sketch import Sample

NEAR_MIN = 0.60
NEAR_ALONE_MIN = 0.90
LEAD_COMMON_MIN = 0.6
COMMON_MIN = 0.5
LEAD_MIN = 0.25
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
    matched_new, matched_old, new_size, old_size = overlap(new, old)
    share = matched_new / new_size if new_size else 0.0
    smaller, matched = min((new_size, matched_new), (old_size, matched_old))
    similarity = matched / smaller if smaller else 0.0
    if smaller < EVIDENCE_MIN and max(new.words, old.words) > SIZES_ALIKE * min(new.words, old.words):
        return Likeness(None, similarity, share)
    own = _own(matched, smaller, boilerplate)
    if own >= NEAR_MIN and _has_lead(new, old, own, boilerplate):
        return Likeness("near", similarity, share)
    return Likeness("shared" if own >= SHARED_MIN else None, similarity, share)


def _has_lead(new: Sample, old: Sample, own: float, boilerplate: float) -> bool:
    """Whether the lead of one stands in the other, or so little is left over that it need not."""
    common = boilerplate >= COMMON_MIN
    if own >= NEAR_ALONE_MIN and not common:
        return True
    return max(lead_in(new, old), lead_in(old, new)) >= (LEAD_COMMON_MIN if common else LEAD_MIN)


def overlap(new: Sample, old: Sample) -> tuple[int, int, int, int]:
    """How many of each sample stand in the other, and how many of each there are, at the sparser limit of the two."""
    level = max(new.level, old.level)
    bits = VALUE_BITS - (level - min(new.level, old.level))
    ours, theirs = _at(new.whole, new.level, level, bits), _at(old.whole, old.level, level, bits)
    known, sought = set(theirs), set(ours)
    return sum(v in known for v in ours), sum(v in sought for v in theirs), len(ours), len(theirs)


def lead_in(text: Sample, other: Sample) -> float:
    """Estimated share of the lead of `text` that stands in the lead of `other` or anywhere in it."""
    if not text.lead:
        return 0.0
    dense = set(other.lead)
    found = sum(value in dense for value in text.lead) / len(text.lead)
    level = max(LEAD_LEVEL, other.level)
    bits = VALUE_BITS - (level - min(LEAD_LEVEL, other.level))
    sought = _at(text.lead, LEAD_LEVEL, level, bits)
    sparse = set(_at(other.whole, other.level, level, bits))
    return max(found, sum(value in sparse for value in sought) / (len(sought) + LEAD_DOUBT))


def _at(values: Sequence[int], level: int, sparser: int, bits: int) -> list[int]:
    """Those of a sample at `level` that belong to one at `sparser`, cut to their first `bits` bits there."""
    below = 1 << (VALUE_BITS - (sparser - level))
    drop = VALUE_BITS - (sparser - level) - bits
    return [value >> drop for value in values if value < below]


def _own(matched: int, size: int, boilerplate: float) -> float:
    common = matched * boilerplate
    return (matched - common) / (size - common) if size > common else 0.0
