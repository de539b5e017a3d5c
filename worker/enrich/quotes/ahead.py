"""Who stands behind a place: `said |Jo Roe, the mayor`; and the roles and names between commas that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.enrich.quotes.mentions import Mention, read_phrase
from worker.enrich.quotes.tokens import (
    BELONGING,
    BODY,
    COMPLEMENT,
    CUE,
    DETERMINER,
    JOINER,
    OF,
    PARTICLE,
    POSSESSIVE,
    PREPOSITION,
    PRONOUN,
    QUOTED,
    RELATIVE,
    ROLE,
    SPEAKER,
)

if TYPE_CHECKING:
    from worker.article import Span
    from worker.enrich.quotes.scene import Scene
    from worker.enrich.quotes.tokens import Token

_PHRASE_MAX: Final = 14
_LOOSE_MAX: Final = 5
_APPOSITION_MAX: Final = 14
_HEAD_MAX: Final = 9
_NOUN: Final = ROLE | BODY
_END_OF_ROLE: Final = RELATIVE | CUE


def name_at(scene: Scene, first: int, end: int) -> Mention | None:
    """The mention that begins at `first`, as behind a cue (`said Jo Roe, the mayor`) or at the start of a sentence."""
    tokens = scene.tokens
    if first >= end:
        return None
    bits = tokens[first].bits
    if bits & PRONOUN and not (bits & DETERMINER and first + 1 < end and scene.joined(first + 1)):
        return Mention("pronoun", first, first) if bits & SPEAKER else None
    last = _phrase(scene, first, end)
    if last < first:
        return None
    found = read_phrase(scene, first, last)
    if found is None or found.kind == "body":
        return found
    if found.kind == "nominal":
        return _named_behind(scene, found, end)
    if found.role is None:
        return found._replace(role=role_behind(scene, found.last, end))
    return found


def _phrase(scene: Scene, first: int, end: int) -> int:
    """The last token of the noun phrase that begins at `first`: before a verb, a preposition or a comma."""
    tokens = scene.tokens
    firm = first - 1
    loose = 0
    number = first
    end = min(end, first + _PHRASE_MAX)
    while number < end:
        token = tokens[number]
        bits = token.bits
        if (number > first and not scene.joined(number)) or bits & QUOTED or not token.size:
            break
        previous = tokens[number - 1]
        if token.capital or bits & _NOUN:
            if token.capital and number > first and previous.bits & JOINER and tokens[number - 2].capital:
                break
            if number > first and bits & DETERMINER:
                break
            firm = number
            loose = 0
        elif bits & DETERMINER:
            if number > first:
                break
        elif bits & PARTICLE and number > first and previous.capital:
            pass
        elif bits & PREPOSITION:
            titled = bits & OF and number > first and previous.bits & ROLE
            if not (titled and number + 1 < end and tokens[number + 1].capital):
                break
        elif bits & (RELATIVE | CUE) or loose >= _LOOSE_MAX or (number > first and _is_whole(previous)):
            break
        else:
            loose += 1
        number += 1
    return firm


def _is_whole(token: Token) -> bool:
    """Whether a name may end with `token`, so that a small word behind it is a verb: not `Republican | strategist`."""
    return token.capital and not token.bits & BELONGING


def _named_behind(scene: Scene, found: Mention, end: int) -> Mention:
    """`a spokesman for the port, Jo Roe,`: the name; else the role with all that belongs to it."""
    tokens = scene.tokens
    last = found.last
    number = last + 1
    limit = min(end, number + _APPOSITION_MAX)
    if number < limit and scene.joined(number) and tokens[number].bits & COMPLEMENT:
        taken = number
        number += 1
        while number < limit and scene.joined(number):
            token = tokens[number]
            if token.capital or token.bits & (BODY | POSSESSIVE | ROLE):
                taken = number
            elif token.bits & PREPOSITION and not token.bits & COMPLEMENT:
                break
            elif not token.bits & (DETERMINER | PREPOSITION | JOINER):
                if not token.behind and number + 1 < limit:
                    number += 1
                    continue
                taken = number
                break
            number += 1
        if taken > last + 1:
            last = taken
    role = (found.first, last)
    number = last + 1
    if number < limit and tokens[last].behind == "," and tokens[number].capital:
        run = number
        while run + 1 < end and scene.joined(run + 1) and (tokens[run + 1].capital or tokens[run + 1].bits & PARTICLE):
            run += 1
        if tokens[run].behind[:1] in {",", "."} or run + 1 == end:
            named = read_phrase(scene, number, run)
            if named is not None and named.kind == "name":
                return named._replace(role=role)
    return found._replace(role=role)


def role_behind(scene: Scene, last: int, end: int) -> Span | None:
    """The tokens of the role in `, a spokesman for the port,` behind token `last`."""
    tokens = scene.tokens
    number = last + 1
    if number < end and tokens[number].before[:1] == "(" and tokens[number].behind[:1] == ")":
        last, number = number, number + 1
    if number >= end or not tokens[last].behind.endswith(","):
        return None
    if tokens[number].plain.isdigit() and tokens[number].behind == ",":
        number += 1
        if number >= end:
            return None
    start = number + bool(tokens[number].bits & DETERMINER)
    head = None
    limit = min(end, number + _APPOSITION_MAX)
    for at in range(start, min(limit, number + _HEAD_MAX)):
        token = tokens[at]
        if at > number and not scene.joined(at):
            break
        if token.bits & ROLE:
            head = at
        elif token.bits & _END_OF_ROLE and not token.capital:
            break
        elif head is None and token.bits & PREPOSITION:
            return None
    if head is None:
        return None
    if start == number and head + 1 < limit and tokens[head + 1].capital and scene.joined(head + 1):
        return None  # It is the title of somebody else.
    stop = head
    for at in range(head + 1, limit):
        if not scene.joined(at) or (tokens[at].bits & _END_OF_ROLE and not tokens[at].capital):
            break
        stop = at
    return (start, stop if tokens[stop].behind or stop + 1 == end else head)
