"""What each quotation is, and whose: told from titles and scare quotes, tied to the one before, given to a speaker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from worker.enrich.quotes.attribution import Attribution, at_end, before, before_place, behind
from worker.enrich.quotes.subjects import main_subject, subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.enrich.quotes.marks import Quotation
    from worker.enrich.quotes.scene import Scene

Kind = Literal["direct", "fragment"]

_SENTENCE_WORDS: Final = 5
_PHRASE_WORDS: Final = 3
_SMALL_WORD: Final = 4
_STARTS_MAX: Final = 2
_STOPS: Final = frozenset(".?!…—-–")
_COMMAS: Final = frozenset(",;:")
_LEADING: Final = frozenset((",", ":", "—", "-", "–"))
_CARRIED: Final = frozenset(("same", "next"))


@dataclass(slots=True)
class Found:
    """A quotation with its kind, its attribution and the group that it belongs to.

    `like` is the quotation before whose speaker this one has, too.
    """

    quotation: Quotation
    kind: Kind
    attribution: Attribution | None
    group: int
    like: Found | None = None


class _Place(NamedTuple):
    """A quotation among the tokens.

    Attributes:
        quoted: its token; `last` is that of its last paragraph.
        floor, limit: behind the quotation before, and the quotation after.
        start: of its sentence.
    """

    one: Quotation
    quoted: int
    last: int
    floor: int
    limit: int
    start: int


def attributed(scene: Scene, marked: Sequence[Quotation]) -> list[Found]:
    """The quotations of `marked` that somebody says, each with its cue as far as the text has one."""
    found: list[Found] = []
    group = -1
    numbers = [scene.token_at(one.opened) for one in marked]
    numbers.append(len(scene.tokens))
    for number, one in enumerate(marked):
        previous = found[-1] if found else None
        if one.continues and previous is not None and previous.quotation.goes_on:
            found.append(Found(one, "direct", previous.attribution, previous.group, previous))
            continue
        last = number
        while marked[last].goes_on and last + 1 < len(marked):
            last += 1
        floor = numbers[number - 1] + 1 if number else 0
        place = _Place(
            one, numbers[number], numbers[last], floor, numbers[last + 1], scene.sentence(numbers[number])[0]
        )
        judged = _judge(scene, place, previous)
        if judged is None:
            continue
        kind, attribution, goes_on = judged
        group += not goes_on
        carried = attribution is not None and attribution.rule in _CARRIED
        found.append(Found(one, kind, attribution, group, previous if carried else None))
    return found


def _judge(scene: Scene, place: _Place, previous: Found | None) -> tuple[Kind, Attribution | None, bool] | None:
    """Kind, attribution, and whether it goes on with the quotation before; None for a title or a scare quote."""
    tokens, first = scene.tokens, max(place.start, place.floor)
    opens = not any(tokens[n].size for n in range(first, place.quoted))
    # A dash alone, between two quotations of one sentence, opens none.
    dash = place.floor > place.start and previous is not None and not tokens[place.quoted - 1].size
    if opens and not dash:
        return _opening(scene, place, previous)
    return _inside_sentence(scene, place, previous)


def _words(scene: Scene, one: Quotation) -> int:
    return scene.text.count(" ", one.start, one.end) + 1


def _opening(scene: Scene, place: _Place, previous: Found | None) -> tuple[Kind, Attribution | None, bool] | None:
    """A quotation that a sentence begins with."""
    one, text = place.one, scene.text
    words, final = _words(scene, one), text[one.end - 1]
    after = behind(scene, place.last, place.limit)
    ends = one.goes_on or final in _STOPS or final in _COMMAS
    if after is not None and after.mention is not None and (words >= _PHRASE_WORDS or ends):
        return "direct", after, False
    sentence = (
        ends or scene.tokens[place.quoted].behind[:1] in {".", ",", "!", "?"} or place.quoted + 1 in scene.paragraphs
    )
    ahead = _paragraph_before(scene, place)
    if ahead is not None and (words >= _PHRASE_WORDS or sentence):
        return "direct", ahead, False
    if words >= _PHRASE_WORDS and sentence:
        if after is not None:
            return "direct", after, False
        carried = _carried(scene, place, previous)
        return "direct", carried, carried is not None and carried.rule == "same"
    if after is not None:
        return ("direct" if words >= _SENTENCE_WORDS else "fragment"), after, False
    inside = _inside(scene, place)
    if inside is not None:
        return "fragment", inside, False
    capital = text[one.start].isupper() or not text[one.start].isalpha()
    return ("direct", None, False) if words >= 2 * _SENTENCE_WORDS and capital else None


def _inside_sentence(
    scene: Scene, place: _Place, previous: Found | None
) -> tuple[Kind, Attribution | None, bool] | None:
    """A quotation in the midst of a sentence or at its end."""
    one, text = place.one, scene.text
    words, final = _words(scene, one), text[one.end - 1]
    capital = text[one.start].isupper() or not text[one.start].isalpha()
    lead = scene.tokens[place.quoted - 1].behind[-1:] or ("" if scene.tokens[place.quoted - 1].size else "—")
    ahead = before(scene, place.quoted, place.floor)
    splits = previous is not None and previous.kind == "direct" and place.floor > place.start
    carried = previous.attribution if splits and previous is not None else None
    if carried is not None and ahead is not None and ahead.cue == carried.cue:
        return "direct", carried._replace(rule="same"), True
    if ahead is not None:
        said = (capital and words > 1) or lead in {",", ":"} or words >= _SENTENCE_WORDS
        return ("direct" if said else "fragment"), ahead, splits
    if carried is not None and lead == "," and carried.rule in {"behind", "inverted"}:
        return "direct", carried._replace(rule="same"), True
    if lead in _LEADING and words >= _SENTENCE_WORDS:
        after = behind(scene, place.last, place.limit)
        if after is not None and after.mention is not None:
            return "direct", after, False
    inside = _inside(scene, place)
    if inside is None:
        says = words >= _SENTENCE_WORDS and capital and final in ".?!" and not _is_title(text, one)
        return ("direct", None, False) if says else None
    return None if _is_title(text, one) else ("fragment", inside, False)


def _paragraph_before(scene: Scene, place: _Place) -> Attribution | None:
    """What leads to a quotation at the start of a paragraph: a paragraph before it that ends with a colon."""
    if place.quoted not in scene.paragraphs:
        return None
    stop = place.quoted
    while stop > place.floor and not scene.tokens[stop - 1].size:
        stop -= 1
    if stop <= place.floor or scene.tokens[stop - 1].behind[-1:] not in {":", ","}:
        return None
    start, _ = scene.sentence(stop - 1)
    return before_place(scene, start, max(start, place.floor), stop)


def _carried(scene: Scene, place: _Place, previous: Found | None) -> Attribution | None:
    """The speaker of the quotation before, where this one goes on with it; else whom the sentence before is about."""
    if previous is not None and previous.attribution is not None:
        floor = scene.token_at(previous.quotation.opened) + 1
        starts = [start for start in scene.starts_in(floor, place.quoted + 1) if scene.tokens[start].size]
        if not any(n in scene.paragraphs for n in range(floor, place.quoted + 1)):
            if len(starts) <= _STARTS_MAX:
                return previous.attribution._replace(rule="same")
        elif previous.kind == "direct" and starts == [place.quoted]:
            return previous.attribution._replace(rule="next")
    if place.quoted in scene.paragraphs or place.quoted == 0:
        return None
    start, _ = scene.sentence(place.quoted - 1)
    mention = main_subject(scene, max(start, place.floor), place.quoted)
    return None if mention is None or mention.kind == "body" else Attribution("subject", mention, None)


def _inside(scene: Scene, place: _Place) -> Attribution | None:
    """The cue of the sentence that quoted words stand in: the last one before them, else one at its end."""
    spare: Attribution | None = None
    for cue in reversed(scene.cues_in(place.start, place.quoted)):
        if cue.use == "source":
            continue
        mention, _ = subject(scene, place.start, cue)
        if mention is None:
            continue
        found = Attribution("inside", mention, cue)
        if mention.kind in {"name", "pronoun"}:
            return found
        spare = spare or found
    if spare is not None:
        return spare
    after = behind(scene, place.quoted, place.limit)
    return after if after is not None and after.mention is not None else at_end(scene, place.quoted)


def _is_title(text: str, one: Quotation) -> bool:
    """Whether the quoted words look like a title: capitals all through."""
    words = text[one.start : one.end].split()
    return (
        len(words) > 1
        and words[0][0].isupper()
        and words[-1][0].isupper()
        and all(word[0].isupper() or len(word) <= _SMALL_WORD for word in words)
    )
