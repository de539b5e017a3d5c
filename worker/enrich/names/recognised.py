"""Names that a model finds, beside those that the rules find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.enrich.names.found import Found

if TYPE_CHECKING:
    from worker.recogniser import Recogniser

CONFIDENCE = 0.7
"""What a name counts that a model finds: it says of none how sure it is."""


def with_recognised(text: str, found: list[Found], recogniser: Recogniser) -> list[Found]:
    """`found` and what the model finds besides; where the rules are less sure than it, its type holds.

    A name that stands over one that the rules are sure of is left out.
    """
    taken = [False] * (len(text) + 1)
    kept = []
    types = {(start, end): kind for kind, start, end in recogniser.names(text)}
    for one in found:
        said = next((types[span] for span in one.spans if span in types), None)
        if one.confidence >= CONFIDENCE or said is None or said == one.type:
            kept.append(one)
            for start, end in one.spans:
                taken[start:end] = [True] * (end - start)
    new: dict[tuple[str, str], Found] = {}
    owners = {(one.type, form): one for one in kept for form in one.forms}
    for (start, end), kind in types.items():
        words = text[start:end]
        if any(taken[start:end]):
            continue
        owner = owners.get((kind, words)) or new.get((kind, words))
        if owner is None:
            new[kind, words] = Found(kind, words, [(start, end)], CONFIDENCE, forms={words})
        else:
            owner.spans = sorted({*owner.spans, (start, end)})
    return [*kept, *new.values()]
