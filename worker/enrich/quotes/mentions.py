"""Who stands at a place: a name, a pronoun, or a description such as `the governor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from worker.enrich.quotes.tokens import (
    BELONGING,
    BODY,
    COURTESY,
    DETERMINER,
    GIVEN,
    OF,
    OPENER,
    PARTICLE,
    POSSESSIVE,
    ROLE,
)

if TYPE_CHECKING:
    from worker.article import Span
    from worker.enrich.quotes.scene import Scene

_NOUN: Final = ROLE | BODY


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


def read_phrase(scene: Scene, first: int, last: int) -> Mention | None:
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
    shortened = name == last and courtesy is None and scene.shown[scene.end(last) - 1] == "."
    if tokens[last].bits & POSSESSIVE or shortened:
        return None  # `Ava, Mo.,` is no person, and `Jo Roe’s` none that speaks.
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
        name = last + (not before.bits & GIVEN)  # A word for a role is the surname of a first name: `Howard Dean`.
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
