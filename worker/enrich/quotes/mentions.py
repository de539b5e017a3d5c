"""Who stands at a place: a name, a pronoun, or a description such as `the governor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from worker.enrich.quotes.tokens import (
    ADVERB,
    BELONGING,
    BODY,
    COMPLEMENT,
    COURTESY,
    CUE,
    DETERMINER,
    GIVEN,
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
    from worker.article import Span
    from worker.enrich.quotes.scene import Scene

_PHRASE_MAX: Final = 14
_LOOSE_MAX: Final = 5
_APPOSITION_MAX: Final = 14
_HEAD_MAX: Final = 9
_BACK_MAX: Final = 45
_HANGS_MAX: Final = 4
_NOUN: Final = ROLE | BODY
_END_OF_ROLE: Final = RELATIVE | CUE


class Mention(NamedTuple):
    """Tokens that stand for a speaker.

    Attributes:
        kind: `name` (of a person, an organisation or a country), `pronoun`, `nominal` (by role), `body` (such as
            `the campaign`).
        first, last: the tokens; of a name without its titles.
        role: the tokens that say what the speaker is, first and last.
        courtesy: a title such as `mr` that stands before the name.
    """

    kind: Literal["name", "pronoun", "nominal", "body"]
    first: int
    last: int
    role: Span | None = None
    courtesy: str | None = None

    @property
    def start(self) -> int:
        """The first token of the name or the role, what comes first."""
        return self.first if self.role is None else min(self.first, self.role[0])

    @property
    def stop(self) -> int:
        """The last token of the name or the role, what comes last."""
        return self.last if self.role is None else max(self.last, self.role[1])


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
    found = _read(scene, first, last)
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
        elif bits & (RELATIVE | CUE) or loose >= _LOOSE_MAX:
            break
        else:
            loose += 1
        number += 1
    return firm


def _read(scene: Scene, first: int, last: int) -> Mention | None:
    """The name or the role in a noun phrase."""
    tokens = scene.tokens
    definite = bool(tokens[first].bits & DETERMINER) and last > first
    start = first + definite
    if tokens[last].bits & OPENER and last == start:
        return None
    name = _name_start(scene, start, last)
    courtesy = None
    while name <= last and tokens[name].bits & COURTESY:
        courtesy = tokens[name].plain.rstrip(".")
        name += 1
    if name > last:
        return _by_role(scene, start, last)
    while name < last and tokens[name].bits & (BELONGING | OPENER):
        name += 1
    if tokens[last].bits & POSSESSIVE:
        return None
    if scene.speech.nouns_have_capitals:
        if definite and name == last and courtesy is None and not tokens[last].bits & GIVEN and name == start:
            return Mention("nominal", start, last, (start, last))
        while name + 1 < last and not tokens[name].bits & GIVEN and tokens[name + 1].bits & GIVEN:
            name += 1
    ahead = name - (courtesy is not None)
    while start < ahead and tokens[start].bits & (OPENER | DETERMINER):
        start += 1
    role = None
    if start < ahead:
        if any(tokens[n].bits & ROLE for n in range(start, ahead)):
            role = (start, ahead - 1)
        elif not definite and not all(tokens[n].capital for n in range(start, ahead)):
            if name == last:
                return None
            role = (start, ahead - 1)
    return Mention("name", name, last, role, courtesy)


def _name_start(scene: Scene, start: int, last: int) -> int:
    """Where the name at the end of a noun phrase begins; behind `last` where there is none."""
    tokens = scene.tokens
    before = tokens[last - 1] if last > start else None
    if before is not None and before.bits & COURTESY and tokens[last].capital:
        return last - 1
    name = last + 1
    if before is not None and tokens[last].capital and tokens[last].bits & ROLE and before.capital:
        # A word for a role is the surname of a first name: `Howard Dean`.
        if before.bits & GIVEN:
            name = last
    while name - 1 >= start and _in_name(scene, name - 1):
        name -= 1
    while name <= last and not tokens[name].capital:
        name += 1
    for number in range(last, start, -1):
        if tokens[number].bits & OF:
            # `Secretary of State Jo Roe`: one word belongs to the title.
            return max(name, number + 2)
    return name


def _in_name(scene: Scene, number: int) -> bool:
    token = scene.tokens[number]
    if token.bits & (_NOUN | POSSESSIVE):
        return False
    return token.capital or bool(token.bits & PARTICLE)


def _by_role(scene: Scene, start: int, last: int) -> Mention | None:
    tokens = scene.tokens
    titled = any(tokens[n].bits & OF and tokens[n - 1].bits & ROLE for n in range(start + 1, last))
    if tokens[last].bits & ROLE or titled:
        return Mention("nominal", start, last, (start, last))
    if tokens[last].capital and start < last and all(tokens[n].capital for n in range(start, last + 1)):
        return Mention("name", start, last)
    return Mention("body", start, last) if tokens[last].bits & BODY else None


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
            elif not token.bits & (DETERMINER | PREPOSITION | JOINER):
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
            named = _read(scene, number, run)
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
                named = _read(scene, number, last)
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
        found = _read(scene, first, last)
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
        elif bits & (PREPOSITION | JOINER | RELATIVE | CUE):
            break
        elif not (bits & (ROLE | BODY | PARTICLE | POSSESSIVE) or not token.capital or token.bits & ROLE):
            break
        first -= 1
    return first


