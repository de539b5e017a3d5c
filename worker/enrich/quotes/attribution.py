"""By which cue a quotation is given to whom: before it, behind it, or from what stands around it.

All places are numbers of tokens; a quotation is one token.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.enrich.quotes.ahead import name_at
from worker.enrich.quotes.back import name_before
from worker.enrich.quotes.mentions import Mention
from worker.enrich.quotes.subjects import QUOTING, main_subject, subject
from worker.enrich.quotes.tokens import (
    ADVERB,
    DETERMINER,
    PREPOSITION,
    PRONOUN,
    QUESTION,
    RELATIVE,
    SPEAKER,
    THAT,
    TIME,
)

if TYPE_CHECKING:
    from worker.enrich.quotes.scene import CueAt, Scene

_BEHIND_MAX: Final = 34
_LEAD_MAX: Final = 16
_LISTENER_MAX: Final = 3
_UNKNOWN_MAX: Final = 7


class Attribution(NamedTuple):
    """A cue with its speaker, and the rule that found them: it tells how sure they are."""

    rule: str
    mention: Mention | None
    cue: CueAt | None


def behind(scene: Scene, quoted: int, limit: int) -> Attribution | None:
    """The cue behind a quotation: `“…,” Jo Roe said` or `“…,” said Jo Roe`. Looks no further than `limit`."""
    first = quoted + 1
    number = bisect_right(scene.starts, quoted)
    stop = scene.starts[number] if number < len(scene.starts) else len(scene.tokens)
    own = True
    if first == stop:
        # `“…?” Jo Roe asked.` looks like a sentence of its own.
        if first in scene.paragraphs or scene.shown[_last_sign(scene, quoted)] not in "?!…":
            return None
        own = False
        stop = scene.starts[number + 1] if number + 1 < len(scene.starts) else len(scene.tokens)
    stop = min(stop, limit, first + _BEHIND_MAX)
    for cue in scene.cues_in(first, stop):
        if cue.use not in QUOTING and cue.use != "source":
            continue
        found = _behind_by(scene, cue, first, stop)
        if found is not None and not own and not _ends_there(scene, found, cue, stop):
            return None
        return found
    return None


def _last_sign(scene: Scene, quoted: int) -> int:
    """Where the last sign inside the marks of a quotation stands."""
    return scene.end(quoted) - 2


def _behind_by(scene: Scene, cue: CueAt, first: int, stop: int) -> Attribution | None:
    tokens = scene.tokens
    if cue.use == "source":
        return Attribution("source", name_at(scene, cue.behind, stop), cue) if cue.first == first else None
    for number in range(cue.first, cue.behind):
        if tokens[number].bits & SPEAKER:
            return Attribution("behind", Mention("pronoun", number, number), cue)
    if cue.first == first or (cue.first == first + 1 and tokens[first].bits & ADVERB):
        return Attribution("inverted", name_at(scene, cue.behind, stop), cue)
    mention = name_before(scene, first, cue.first)
    if mention is not None:
        return Attribution("behind", mention, cue)
    if cue.form in scene.speech.participles or tokens[first].bits & RELATIVE or cue.first - first > _UNKNOWN_MAX:
        return None
    return Attribution("behind", None, cue)


def _ends_there(scene: Scene, found: Attribution, cue: CueAt, stop: int) -> bool:
    """Whether nothing is said in the sentence behind `“…?” Jo Roe asked` that the cue could be for."""
    last = cue.behind - 1
    if found.mention is not None:
        last = max(last, found.mention.last)
    if scene.tokens[last].behind or last + 1 >= stop:
        return True
    bits = scene.tokens[last + 1].bits
    if cue.use in {"telling", "asking"} and not bits & (QUESTION | THAT):
        return True
    if found.mention is None or scene.tokens[last + 1].capital:
        return bool(bits & (TIME | PREPOSITION | ADVERB))
    return not bits & (THAT | DETERMINER | PRONOUN | QUESTION)


def at_end(scene: Scene, quoted: int) -> Attribution | None:
    """The cue with which a sentence ends that has quoted words in it: `… is “shut,” the mayor said on Monday`."""
    _, stop = scene.sentence(quoted)
    for cue in reversed(scene.cues_in(quoted + 1, stop)):
        mention = None
        if cue.use == "source":
            mention = name_at(scene, cue.behind, stop)
        elif cue.use in QUOTING and cue.form not in scene.speech.participles:
            mention = name_before(scene, quoted + 1, cue.first)
            start = cue.first if mention is None else mention.start
            if not any(scene.tokens[n].behind.endswith(",") for n in range(quoted, start)):
                continue
        if mention is not None:
            return Attribution("inside", mention, cue)
    return None


def before(scene: Scene, quoted: int, floor: int) -> Attribution | None:
    """The cue before a quotation: `Jo Roe said: “…”`. Looks no further back than `floor`."""
    start, _ = scene.sentence(quoted)
    if max(start, floor) >= quoted:
        return None
    return before_place(scene, start, max(start, floor), quoted)


def before_place(scene: Scene, start: int, floor: int, place: int) -> Attribution | None:
    """The last cue from `floor` on that what follows at `place` can belong to, in a sentence from `start`."""
    colon = scene.tokens[place - 1].behind.endswith(":")
    for cue in reversed(scene.cues_in(floor, place)):
        if cue.use not in QUOTING:
            if cue.use == "source" and scene.tokens[place - 1].behind.endswith(","):
                return Attribution("source", name_at(scene, cue.behind, place), cue)
            continue
        if not _leads_on(scene, cue, place, colon=colon):
            break
        mention, rule = subject(scene, start, cue)
        return Attribution(f"before_{rule}", mention, cue)
    if colon:
        mention = _label(scene, start, place)
        if mention is not None:
            return Attribution("label", mention, None)
        mention = main_subject(scene, start, place)
        if mention is not None:
            return Attribution("colon", mention, None)
    return None


def _leads_on(scene: Scene, cue: CueAt, place: int, *, colon: bool) -> bool:
    """Whether the words between a cue and a quotation leave the two together."""
    between = place - cue.behind
    if between == 0 or (between == 1 and scene.tokens[cue.behind].bits & THAT):
        return True
    if between == 1 and not scene.tokens[cue.behind].size:
        return True  # A dash alone.
    if colon or scene.tokens[place - 1].behind.endswith(","):
        return between < _LEAD_MAX * (1 + colon)
    return cue.use == "telling" and between <= _LISTENER_MAX


def _label(scene: Scene, start: int, place: int) -> Mention | None:
    """`Jo Roe:` at the start of a line or behind a dash."""
    mention = name_before(scene, start, place)
    if mention is None or mention.kind != "name":
        return None
    first = mention.start
    if (
        first == start
        or not scene.tokens[first - 1].size
        or scene.tokens[first - 1].behind[-1:] in {"-", "—", "–", "]", "."}
    ):
        return mention
    return None
