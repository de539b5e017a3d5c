"""Who stands before a place: `Jo Roe, the mayor, also |said`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.ahead import role_behind
from worker.enrich.quotes.mentions import Mention, read_phrase
from worker.enrich.quotes.tokens import (
    ADVERB,
    BODY,
    CUE,
    DETERMINER,
    HANGING,
    JOINER,
    NEGATION,
    OF,
    OPENER,
    PARTICLE,
    POSSESSIVE,
    PREPOSITION,
    PRONOUN,
    QUOTED,
    RELATIVE,
    ROLE,
    SPEAKER,
    SUBORDINATOR,
)

if TYPE_CHECKING:
    from worker.enrich.quotes.scene import Scene

_BACK_MAX: Final = 45
_HANGS_MAX: Final = 4


def name_before(scene: Scene, start: int, end: int) -> Mention | None:
    """The mention that ends before token `end`, as before a cue: `Jo Roe, the mayor, has also |said`."""
    tokens = scene.tokens
    last = end - 1
    start = max(start, end - _BACK_MAX)
    while last >= start and tokens[last].bits & ADVERB and not tokens[last].capital:
        last -= 1
    if last < start:
        return None
    bits = tokens[last].bits
    if bits & (NEGATION | JOINER) or (bits & DETERMINER and not bits & PRONOUN):
        return None
    behind = tokens[last].behind
    if tokens[last].before[:1] == "(" and last > start:
        behind = tokens[last].behind.lstrip(")")
        last -= 1
        behind = behind or tokens[last].behind
    if behind.endswith(","):
        return _before_commas(scene, start, last, end)
    return phrase_to(scene, start, last)


def _before_commas(scene: Scene, start: int, last: int, end: int) -> Mention | None:
    """`Jo Roe, who runs the port, |said`: back over what stands between commas."""
    tokens = scene.tokens
    nominal: Mention | None = None
    for number in range(last, start, -1):
        if not tokens[number - 1].behind.endswith(","):
            continue
        found = phrase_to(scene, start, number - 1)
        if found is None:
            continue
        if found.kind == "nominal":
            clause = range(number, last + 1)
            if tokens[number].capital and all(tokens[n].capital or tokens[n].bits & PARTICLE for n in clause):
                named = read_phrase(scene, number, last)
                if named is not None and named.kind == "name":
                    return named._replace(role=found.role)
            nominal = nominal or found
        elif found.kind == "name":
            return found._replace(role=found.role or role_behind(scene, found.last, end))
    return nominal


def phrase_to(scene: Scene, start: int, last: int, *, hanging: bool = True) -> Mention | None:
    """The mention whose noun phrase ends at `last`, without what hangs on it by a preposition.

    Without `hanging` it is what stands right there: `a letter to Jo Roe |who said`.
    """
    tokens = scene.tokens
    whole = last
    for _ in range(_HANGS_MAX):
        if last > start and tokens[last].before[:1] == "(":
            last -= 1  # `Jo Roe (R-Fla.)`
        if last < start:
            return None
        bits = tokens[last].bits
        if bits & PRONOUN:
            return Mention("pronoun", last, last) if bits & SPEAKER else None
        if bits & QUOTED:
            return None
        first = _phrase_start(scene, start, last)
        before = first - 1 if first > start and scene.joined(first) else None
        if hanging and before is not None and tokens[first].bits & HANGING and tokens[before].bits & ROLE:
            last = before  # `der Sprecher des Ministeriums`
            continue
        if hanging and before is not None and tokens[before].bits & HANGING and not tokens[before].capital:
            titled = tokens[before].bits & OF and before > start and tokens[before - 1].bits & ROLE
            if titled and tokens[before - 1].capital and scene.joined(before) and first < last:
                first = _phrase_start(scene, start, before - 1)
            else:
                last = before - 1
                if last < start or not scene.joined(before):
                    return None
                continue
        elif before is not None and tokens[before].bits & JOINER and before > start and tokens[before - 1].capital:
            return None  # Two speak, and one of them alone would be wrong.
        while first < last and tokens[first].bits & OPENER and not tokens[first].bits & DETERMINER:
            first += 1
        found = read_phrase(scene, first, last)
        if found is not None and found.kind == "nominal" and found.role is not None and whole > last:
            return found._replace(role=(found.role[0], whole))
        return found
    return None


def _phrase_start(scene: Scene, start: int, last: int) -> int:
    """Where the noun phrase that ends at `last` begins."""
    tokens = scene.tokens
    first = last
    while first > start and scene.joined(first):
        token, before = tokens[first], tokens[first - 1]
        bits = before.bits
        if token.bits & DETERMINER and not token.capital:
            break
        if before.bits & QUOTED or not before.size:
            break
        if bits & DETERMINER and not bits & QUOTED:
            first -= 1
            continue
        if before.capital and not bits & JOINER:
            if bits & (SUBORDINATOR | PREPOSITION):
                break
        elif bits & (PREPOSITION | JOINER | RELATIVE | CUE) or not (
            bits & (ROLE | BODY | PARTICLE | POSSESSIVE) or not token.capital or token.bits & ROLE
        ):
            break
        first -= 1
    return first
