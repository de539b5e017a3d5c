"""What each stand-in was: a quotation mark, an apostrophe, a dash, or what it seems to be.

Evidence: where it stands. The characters on its two sides give each role a cost (`mark_costs.py`, counted on
news prose); what is open at that point decides between the roles that the place alone leaves possible. The
cheapest reading of the whole text wins (Viterbi over four states), so one mark that is hard to read is
decided by its neighbours, and a paragraph's end sets things straight again. Marks that are whole take part
with their known role.

States: 0 outside, 1 inside “ ”, 2 inside ‘ ’ inside “ ”, 3 inside ‘ ’ alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from worker.normalize.mark_costs import COSTS, LEFT_COSTS, RIGHT_COSTS, ROLE_COSTS, ROLES
from worker.normalize.mark_places import place_key
from worker.normalize.stand_ins import in_address
from worker.normalize.words import FIRM_ENDS

if TYPE_CHECKING:
    from worker.normalize.edits import Edit

Step = tuple[int, str]
Transitions = tuple[tuple[int, int, float, Step], ...]
Event = tuple[int, int, Transitions]

_INFINITE: Final = 1e9
_UNSEEN: Final = 8.0
_MARGIN: Final = 7.5
_CERTAIN: Final = frozenset(("ax", "Ax", "sx"))
_KINDS: Final = {
    "O": "quotation_mark",
    "C": "quotation_mark",
    "o": "quotation_mark",
    "c": "quotation_mark",
    "A": "apostrophe",
    "D": "dash",
}
_SIGNS: Final = {"O": "“", "C": "”", "o": "‘", "c": "’", "A": "’"}
_MOVES: Final = {
    "O": ((0, 1, 0.0), (1, 1, 4.0), (2, 1, 8.0)),
    "C": ((1, 0, 0.0), (2, 0, 4.0), (0, 0, 7.0)),
    "o": ((1, 2, 0.0), (0, 3, 2.0)),
    "c": ((2, 1, 0.0), (3, 0, 0.0)),
    "A": ((0, 0, 0.0), (1, 1, 0.0), (2, 2, 0.3), (3, 3, 0.3)),
    "D": ((0, 0, 0.0), (1, 1, 0.0), (2, 2, 0.0), (3, 3, 0.0)),
    "Q": ((0, 0, 0.0), (1, 1, 0.0), (2, 2, 0.0), (3, 3, 0.0)),
}
_REOPENED: Final = ((0, 1, 0.0), (1, 1, 1.0))
_BOUNDARY: Final[Transitions] = (
    (0, 0, 0.0, (0, "")),
    (1, 1, 1.5, (1, "")),
    (1, 0, 4.0, (1, "")),
    (2, 1, 6.0, (2, "")),
    (2, 0, 7.0, (2, "")),
    (3, 0, 4.0, (3, "")),
)
_NOWHERE: Final = (0, "")
_WHOLE: Final[dict[str, Transitions]] = {
    "“": tuple((*move, (move[0], "")) for move in _MOVES["O"]),
    "”": tuple((*move, (move[0], "")) for move in _MOVES["C"]),
    '"': tuple((*move, (move[0], "")) for role in "OC" for move in _MOVES[role]),
}
_ELISION: Final = re.compile(r"(?:(?<![^\W_])[A-Za-z]|\b[Qq]u)\Z")


def read_marks(text: str, mark: str) -> list[Edit]:
    """The edits that turn each `mark` in `text` into the typographic mark that stood there.

    `text` has its lines joined already; paragraphs are parted by blank lines or glued.
    """
    edits: list[Edit] = []
    events = _events(text, mark, edits)
    states: list[float] = [0.0, _INFINITE, _INFINITE, _INFINITE]
    trail: list[list[Step]] = []
    for _, _, transitions in events:
        reached = [_INFINITE, _INFINITE, _INFINITE, _INFINITE]
        back = [_NOWHERE, _NOWHERE, _NOWHERE, _NOWHERE]
        for source, target, cost, step in transitions:
            total = states[source] + cost
            if total < reached[target]:
                reached[target] = total
                back[target] = step
        states = reached
        trail.append(back)
    for (start, end, _), role in zip(events, _cheapest(states, trail), strict=True):
        if role and role != "Q":
            edits.append((start, end, _dash(text, start, end) if role == "D" else _SIGNS[role], _KINDS[role]))
    edits.sort()
    return edits


def _cheapest(states: list[float], trail: list[list[Step]]) -> list[str]:
    ends = (states[0], states[1] + 4.0, states[2] + 8.0, states[3] + 4.0)
    state = ends.index(min(ends))
    roles: list[str] = []
    for back in reversed(trail):
        state, role = back[state]
        roles.append(role)
    roles.reverse()
    return roles


def _events(text: str, mark: str, edits: list[Edit]) -> list[Event]:
    """Stand-ins, whole quotation marks and the ends of paragraphs, in the order of the text.

    What can only be an apostrophe goes to `edits` at once.
    """
    events = _stand_ins(text, mark, edits)
    for sign, transitions in _WHOLE.items():
        at = text.find(sign)
        while at >= 0:
            events.append((at, at + 1, transitions))
            at = text.find(sign, at + 1)
    events.extend((place, place, _BOUNDARY) for place in _boundaries(text))
    events.sort(key=_start)
    return [
        event
        for event, before in zip(events, [None, *events], strict=False)
        if before is None or event[2] is not _BOUNDARY or before[2] is not _BOUNDARY
    ]


def _stand_ins(text: str, mark: str, edits: list[Edit]) -> list[Event]:
    events: list[Event] = []
    addresses = "://" in text or "www." in text
    width = len(mark)
    at = text.find(mark)
    while at >= 0:
        end = at + width
        if not (addresses and in_address(text, at)):
            key = place_key(text, at, end, mark)
            if key == "aa" and _ELISION.search(text, max(at - 3, 0), at):
                key = "ax"
            if key in _CERTAIN:
                edits.append((at, end, "’", "apostrophe"))
            else:
                events.append((at, end, _transitions(key, _literal(text, at, end, key, mark))))
        at = text.find(mark, end)
    return events


def _start(event: Event) -> int:
    return event[0]


def _boundaries(text: str) -> list[int]:
    """Where a paragraph ends: before a blank line, and after a full stop with a capital glued to it."""
    places: list[int] = []
    at = text.find("\n\n")
    while at >= 0:
        places.append(at)
        at = text.find("\n\n", at + 2)
    at = text.find(".")
    while at >= 0:
        if text[at + 1 : at + 2].isupper() and text[at - 1 : at].islower():
            places.append(at + 1)
        at = text.find(".", at + 2)
    return places


def _literal(text: str, start: int, end: int, key: str, mark: str) -> float | None:
    """What it costs that the sign is itself: for an ampersand little in `AT&T` and `Smith & Sons`.

    None for a question mark, whose price is counted.
    """
    if mark[0] == "?":
        return None
    if mark != "&":
        return 6.0
    if key == "AA":
        is_name = text[start - 1] in "OD" and text[end + 1 : end + 2].islower()
        return 3.0 if is_name else -3.0
    if key == " T":
        after = text[end + 1 : end + 25].partition(" ")[0].rstrip(".,;:’")
        before = text[max(start - 25, 0) : start - 1].rpartition(" ")[2]
        if after in FIRM_ENDS or after == before:
            return -3.0
    return 7.0


@lru_cache(maxsize=2_048)
def _transitions(key: str, literal: float | None) -> Transitions:
    """What a stand-in at a place of this key can be, each with its cost.

    `literal`: the price of not being a mark, None where it is a question mark, whose price is counted.
    """
    costs = dict(zip(ROLES, _costs(key), strict=True))
    if literal is not None:
        costs["Q"] = literal
    limit = min(costs.values()) + _MARGIN
    moves: list[tuple[int, int, float, Step]] = []
    for role, cost in costs.items():
        if cost <= limit or role == "Q":
            steps = _REOPENED if role == "O" and key[0] in "¶.!" else _MOVES[role]
            moves.extend((source, target, cost + extra, (source, role)) for source, target, extra in steps)
    return tuple(moves)


def _costs(key: str) -> tuple[float, ...]:
    known = COSTS.get(key)
    if known is not None:
        return known
    nothing = (_UNSEEN,) * len(ROLES)
    left, right = LEFT_COSTS.get(key[0], nothing), RIGHT_COSTS.get(key[1], nothing)
    return tuple(one + other - both for one, other, both in zip(left, right, ROLE_COSTS, strict=True))


def _dash(text: str, start: int, end: int) -> str:
    """An en dash between digits, else an em dash."""
    return "–" if text[start - 1 : start].isdigit() and text[end : end + 1].isdigit() else "—"
