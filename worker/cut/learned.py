"""What was learned of this publisher is cut: paragraphs that are known word for word, a bounded share of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.cut.edges import Cut
from worker.learned import CHARACTERS_MAX, mark_of, publisher_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.draft import Fields
    from worker.learned import Learned

KIND: Final = "boilerplate"
SHARE_MAX: Final = 0.3
"""The most of a text that goes for what was learned. Where more would have to, nothing does."""

PARAGRAPHS_KEPT_MIN: Final = 2


def learned_cuts(paragraphs: Sequence[str], others: Sequence[Cut], fields: Fields, learned: Learned) -> list[Cut]:
    """The cuts that what was learned makes in `paragraphs`, of which `others` make theirs; in the order of the text."""
    marks = learned.marks.get(publisher_key(fields.publisher)) if learned.marks else None
    if not marks:
        return []
    gone = {at for one in others for at in range(one.first, one.last + 1)}
    found = [
        Cut(KIND, at, at, paragraph, {})
        for at, paragraph in enumerate(paragraphs)
        if len(paragraph) <= CHARACTERS_MAX and at not in gone and mark_of(paragraph) in marks
    ]
    left = len(paragraphs) - len(gone) - len(found)
    is_too_much = sum(len(one.text) for one in found) > SHARE_MAX * sum(map(len, paragraphs))
    return [] if is_too_much or left < PARAGRAPHS_KEPT_MIN else found
