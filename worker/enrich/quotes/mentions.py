"""Who stands at a place: a name, a pronoun, or a description such as `the governor`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from worker.article import Span
    from worker.speech_rules import Speech

_WORD: Final = re.compile(r"[^\W_][\w.'’/&-]*")
_PHRASE_MAX: Final = 170
_WORDS_MAX: Final = 60
_PHRASE_WORDS: Final = 7
_NEAR: Final = 48
_MODIFIERS_MAX: Final = 5
_APPOSITION_MAX: Final = 110
_POSSESSIVE: Final = ("'s", "’s", "s'", "s’")
_AGE: Final = re.compile(r",? (?:aged? )?\d{1,3}(?=,)")
_BRACKETS: Final = re.compile(r" ?\([^()\n]{1,60}\)")


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that stand for a speaker.

    Attributes:
        kind: `name` (of a person, an organisation or a country), `pronoun`, `nominal` (by role), `body` (such as
            `the campaign`).
        start, end: the words in the text; of a name without its titles.
        role: what the text says there that the speaker is.
        courtesy: a title such as `Mr.` that stands before the name, in small letters.
    """

    kind: Literal["name", "pronoun", "nominal", "body"]
    start: int
    end: int
    role: Span | None = None
    courtesy: str | None = None


@dataclass(slots=True)
class _Word:
    start: int
    end: int
    plain: str
    capital: bool
    joined: bool


def words_in(shown: str, start: int, end: int, most: int = _WORDS_MAX) -> list[_Word]:
    """The first `most` words of `shown[start:end]`; `joined` where only a space parts a word from the one before."""
    found: list[_Word] = []
    before = -9
    for match in _WORD.finditer(shown, start, end):
        at, stop = match.span()
        word = match.group()
        last = word[-1]
        if last in _ENDS_OF_WORDS:
            plain = word.rstrip(".'’-")
            if last == "." and "." not in plain and len(plain) > 1 and not (len(plain) < 6 and word[0].isupper()):
                stop -= 1
        else:
            plain = word
        found.append(
            _Word(at, stop, plain.lower(), word[0].isupper(), at == before + 1 or shown[before:at] in _JOINTS)
        )
        before = stop
        if len(found) == most:
            break
    return found


_ENDS_OF_WORDS: Final = frozenset(".'’-")
_JOINTS: Final = frozenset((" -", "  "))


def name_at(shown: str, start: int, end: int, speech: Speech) -> Mention | None:
    """The mention that begins at `start`, as behind a cue (`said Jo Roe, the mayor`) or at the start of a sentence."""
    words = words_in(shown, start, min(end, start + _PHRASE_MAX), _PHRASE_WORDS)
    if not words or words[0].start - start > 2:
        return None
    first = words[0]
    if first.plain in speech.pronouns and not (
        first.plain in speech.determiners and len(words) > 1 and words[1].joined and words[1].plain not in speech.cues
    ):
        return None if speech.pronouns[first.plain] is None else Mention("pronoun", first.start, first.end)
    phrase = _phrase(words, speech)
    if len(words) == _PHRASE_WORDS and len(phrase) > 2:
        words = words_in(shown, start, min(end, start + _PHRASE_MAX))
        phrase = _phrase(words, speech)
    if not phrase:
        return None
    found = _read(phrase, speech)
    if found is None:
        return None
    return _with_apposition(shown, found, words, len(phrase), end, speech)


def _phrase(words: list[_Word], speech: Speech) -> list[_Word]:
    """The words from the first that make one noun phrase: up to a verb, a preposition or a comma."""
    taken: list[_Word] = []
    roles, bodies = speech.roles, speech.bodies
    last_firm = 0
    loose = 0
    for number, word in enumerate(words):
        if number and not word.joined:
            break
        plain = word.plain
        if word.capital or plain in roles or plain in bodies:
            if word.capital and number and taken[-1].plain in speech.joiners and not _is_role_pair(words, number, speech):
                break
            taken.append(word)
            last_firm = len(taken)
            loose = 0
        elif plain in speech.determiners:
            if number:
                break
            taken.append(word)
        elif plain in speech.particles and taken and taken[-1].capital:
            taken.append(word)
        elif plain in speech.prepositions:
            follower = words[number + 1] if number + 1 < len(words) else None
            if taken and _is_title(taken[-1], speech) and follower is not None and follower.capital and plain == "of":
                taken.append(word)
                continue
            break
        elif plain in speech.relatives or plain in speech.cues or loose >= _MODIFIERS_MAX:
            break
        else:
            loose += 1
            taken.append(word)
    return taken[:last_firm]


def _is_role_pair(words: list[_Word], number: int, speech: Speech) -> bool:
    """Whether `… ally and lobbyist Jo Roe` goes on behind its `and`."""
    return number >= 2 and not words[number - 2].capital


def _is_title(word: _Word, speech: Speech) -> bool:
    return word.plain in speech.roles


def _read(phrase: list[_Word], speech: Speech) -> Mention | None:
    """The name or the role in a noun phrase."""
    start = 1 if phrase[0].plain in speech.determiners and len(phrase) > 1 else 0
    definite = start == 1
    last = len(phrase) - 1
    if phrase[last].plain in speech.openers and last == start:
        return None
    if last > 0 and phrase[last - 1].plain in speech.courtesy and phrase[last].capital:
        return Mention("name", phrase[last].start, phrase[last].end, None, phrase[last - 1].plain)
    name = last + 1
    if last > start and _is_surname(phrase[last - 1], phrase[last], speech):
        name = last
    while name - 1 >= start and _in_name(phrase[name - 1], speech):
        name -= 1
    while name <= last and not phrase[name].capital:
        name += 1
    of = next((n for n in range(last, start, -1) if phrase[n].plain == "of"), None)
    if of is not None and name > of > start:
        name = _behind_title(phrase, of + 1, last, speech)
    courtesy = None
    while name <= last and phrase[name].plain in speech.courtesy:
        courtesy = phrase[name].plain
        name += 1
    if name > last:
        return _by_role(phrase, start, last, speech)
    while name < last and (phrase[name].plain in speech.belonging or phrase[name].plain in speech.openers):
        name += 1
    role_end = name - (courtesy is not None)
    role_start = start
    while role_start < role_end and phrase[role_start].plain in speech.openers | speech.determiners:
        role_start += 1
    has_role = any(word.plain in speech.roles for word in phrase[role_start:role_end])
    role = (phrase[role_start].start, phrase[role_end - 1].end) if has_role else None
    if not has_role and role_end > start and not definite and not all(w.capital for w in phrase[start:role_end]):
        if name == last:
            return None
        role = (phrase[role_start].start, phrase[role_end - 1].end)
    if _possessive(phrase[last], phrase, last):
        return None
    return Mention("name", phrase[name].start, phrase[last].end, role, courtesy)


def _behind_title(phrase: list[_Word], place: int, last: int, speech: Speech) -> int:
    """Where the name begins in `Secretary of State Jo Roe`: one word belongs to the title, and what follows is a name."""
    return place + 1 if place < last else last + 1


def _possessive(word: _Word, phrase: list[_Word], number: int) -> bool:
    return word.end - word.start > 2 and number == len(phrase) - 1 and word.plain.endswith(("'s", "’s"))


def _in_name(word: _Word, speech: Speech) -> bool:
    plain = word.plain
    if plain in speech.roles or plain in speech.bodies or plain.endswith(("'s", "’s")):
        return False
    return word.capital or plain in speech.particles


def _is_surname(first: _Word, last: _Word, speech: Speech) -> bool:
    """Whether a word for a role is the surname of a first name: `Howard Dean`."""
    return last.capital and first.capital and last.plain in speech.roles and first.plain in speech.given


def _by_role(phrase: list[_Word], start: int, last: int, speech: Speech) -> Mention | None:
    head = phrase[last].plain
    span = (phrase[start].start, phrase[last].end)
    if head in speech.roles:
        return Mention("nominal", *span, role=span)
    if phrase[last].capital and start < last and all(word.capital for word in phrase[start : last + 1]):
        return Mention("name", *span)
    return Mention("body", *span) if head in speech.bodies else None


def _with_apposition(
    shown: str, found: Mention, words: list[_Word], taken: int, end: int, speech: Speech
) -> Mention:
    """`found` with what stands between commas behind it: a role for a name, a name for a role."""
    if found.kind == "nominal" and found.role is not None:
        return _named_behind(shown, found, end, speech)
    if found.kind == "name" and found.role is None:
        role = role_behind(shown, found.end, end, speech)
        return found if role is None else Mention("name", found.start, found.end, role, found.courtesy)
    return found


def _named_behind(shown: str, found: Mention, end: int, speech: Speech) -> Mention:
    """`a spokesman for the port, Jo Roe,`: the name; else the role with all that belongs to it."""
    assert found.role is not None
    stop = found.end
    limit = min(end, stop + _APPOSITION_MAX)
    words = words_in(shown, stop, limit)
    complement = stop
    number = 0
    if words and shown[stop : words[0].start] == " " and words[0].plain in speech.complements:
        if True:
            while number < len(words) and (number == 0 or words[number].joined) and (
                number == 0 or words[number].capital or words[number].plain in speech.determiners
                or words[number].plain in speech.prepositions or words[number].plain in speech.bodies
                or words[number].plain in speech.joiners or words[number].plain.endswith(("'s", "’s"))
            ):
                number += 1
            while number > 1 and words[number - 1].plain in speech.prepositions | speech.determiners | speech.joiners:
                number -= 1
            if number > 1:
                complement = words[number - 1].end
            else:
                number = 0
    if number < len(words) and shown[complement : words[number].start] == ", " and words[number].capital:
        run = number
        while run + 1 < len(words) and words[run + 1].joined and _in_title_or_name(words[run + 1], speech):
            run += 1
        named = _read(words[number : run + 1], speech)
        after = shown[words[run].end : words[run].end + 1]
        if named is not None and named.kind == "name" and after in {",", ".", ""}:
            return Mention("name", named.start, named.end, (found.role[0], complement), named.courtesy)
    return Mention("nominal", found.start, found.end, (found.role[0], complement))


def _in_title_or_name(word: _Word, speech: Speech) -> bool:
    return word.capital or word.plain in speech.particles


def role_behind(shown: str, place: int, end: int, speech: Speech) -> Span | None:
    """The role in `, a spokesman for the port,` that begins at `place`."""
    brackets = _BRACKETS.match(shown, place, end)
    if brackets is not None:
        place = brackets.end()
    age = _AGE.match(shown, place, end)
    if age is not None:
        place = age.end()
    if not shown.startswith(", ", place):
        return None
    words = words_in(shown, place + 2, min(end, place + 2 + _APPOSITION_MAX))
    start = 1 if words and words[0].plain in speech.determiners else 0
    head = None
    for number, word in enumerate(words[:9]):
        if number and not word.joined:
            break
        if word.plain in speech.roles and not (word.capital and start == 0 and number == 0 and len(words) < 2):
            head = number
            continue
        if word.plain in speech.relatives or word.plain in speech.cues:
            break
        if head is None and word.plain in speech.prepositions:
            return None
    if head is None:
        return None
    stop = head
    for number in range(head + 1, len(words)):
        word = words[number]
        if not word.joined or word.plain in speech.relatives or word.plain in speech.cues:
            break
        stop = number
    if start == 0 and head + 1 < len(words) and words[head + 1].joined and words[head + 1].capital:
        return None
    closing = shown[words[stop].end : words[stop].end + 1]
    if closing not in {",", ".", "", "\n", ")", "”", "“", ";", ":"}:
        stop = head
    return (words[start].start, words[stop].end)


def name_before(shown: str, start: int, end: int, speech: Speech) -> Mention | None:
    """The mention that ends at `end`, as before a cue: `Jo Roe, the mayor, has also |said`."""
    found = _one_word_before(shown, start, end, speech)
    if found is not None:
        return found
    near = end - _NEAR
    if near > start:
        near = shown.find(" ", near, end) + 1
        found = _name_before(shown, near, end, speech, whole=False)
        if found is not None:
            return found if found.start >= 0 else None
    found = _name_before(shown, start, end, speech, whole=True)
    return found if found is not None and found.start >= 0 else None


def _one_word_before(shown: str, start: int, end: int, speech: Speech) -> Mention | None:
    """A pronoun or a surname that stands alone right before `end`: what is most frequent, found at once."""
    stop = end - 1
    if stop <= start or shown[stop] != " ":
        return None
    at = max(shown.rfind(" ", start, stop), shown.rfind("\n", start, stop)) + 1 or start
    word = shown[at:stop]
    if word.lower() in speech.pronouns:
        gender = speech.pronouns[word.lower()]
        return None if gender is None else Mention("pronoun", at, stop)
    if not word.isalpha() or not word[0].isupper() or word.islower():
        return None
    before = shown[at - 2 : at - 1] if at - start > 1 else ""
    plain = word.lower()
    if before not in {"", ",", "”", "."} or plain in speech.roles or plain in speech.openers or plain in speech.bodies:
        return None
    if before == "." and shown[at - 4 : at - 3] != ".":
        return None
    return Mention("name", at, stop) if before != "." else None


_NOBODY: Final = Mention("name", -1, -1)


def _name_before(shown: str, start: int, end: int, speech: Speech, *, whole: bool) -> Mention | None:
    """As `name_before`; where not the `whole` sentence is given, None also if more of it must be seen."""
    words = words_in(shown, start, end)
    while words and words[-1].plain in speech.adverbs and not words[-1].capital:
        words.pop()
    if not words:
        return None if not whole else _NOBODY
    last = words[-1]
    plain = last.plain
    if (
        plain in speech.negations
        or plain in speech.joiners
        or (plain in speech.determiners and plain not in speech.pronouns)
    ):
        return _NOBODY
    gap = shown[last.end : end].strip()
    if gap.startswith(",") or "(" in gap:
        if not whole:
            return None
        if _BRACKETS.sub("", gap).startswith(","):
            return _before_commas(shown, words, end, speech)
    if not whole and plain not in speech.pronouns and all(word.joined for word in words[1:]):
        return None
    return _ending(shown, words, end, speech) or (_NOBODY if whole else None)


def _before_commas(shown: str, words: list[_Word], end: int, speech: Speech) -> Mention | None:
    """`Jo Roe, who runs the port, |said`: back over what stands between commas."""
    limit = len(words)
    nominal: Mention | None = None
    for number in range(len(words) - 1, 0, -1):
        word, previous = words[number], words[number - 1]
        if "," not in shown[previous.end : word.start]:
            continue
        clause = words[number:limit]
        found = _ending(shown, words[:number], previous.end, speech)
        if found is not None and found.kind == "nominal":
            if word.capital and all(one.capital or one.plain in speech.particles for one in clause):
                named = _read(clause, speech)
                if named is not None and named.kind == "name":
                    return Mention("name", named.start, named.end, found.role, named.courtesy)
            nominal = nominal or found
        elif found is not None and found.kind == "name":
            role = found.role or role_behind(shown, found.end, end, speech)
            return Mention("name", found.start, found.end, role, found.courtesy)
    return nominal


def _ending(shown: str, words: list[_Word], end: int, speech: Speech) -> Mention | None:
    """The noun phrase that the last of `words` belongs to, without what hangs on it by a preposition."""
    last = len(words) - 1
    complement: int | None = None
    for _ in range(4):
        if last < 0:
            return None
        word = words[last]
        if word.plain in speech.pronouns:
            return None if speech.pronouns[word.plain] is None else Mention("pronoun", word.start, word.end)
        first = last
        while first > 0 and words[first].joined and _goes_back(words, first, speech):
            first -= 1
        before = words[first - 1] if first > 0 and words[first].joined else None
        if before is not None and before.plain in speech.hanging and not before.capital and not (
            before.plain == "of" and first >= 2 and words[first - 2].capital and words[first - 2].plain in speech.roles
            and words[first - 1].joined and first < last
        ):
            complement = words[last].end if complement is None else complement
            last = first - 2
            if last < 0 or not words[last + 1].joined:
                return None
            continue
        if before is not None and before.plain == "of":
            first -= 2
            while first > 0 and words[first].joined and _goes_back(words, first, speech):
                first -= 1
        if before is not None and before.plain in speech.joiners and first >= 2 and words[first - 2].capital:
            return None
        phrase = words[first : last + 1]
        while len(phrase) > 1 and phrase[0].plain in speech.openers and phrase[0].plain not in speech.determiners:
            phrase = phrase[1:]
        found = _read(phrase, speech)
        if found is not None and found.kind == "nominal" and complement is not None and found.role is not None:
            return Mention("nominal", found.start, found.end, (found.role[0], complement))
        return found
    return None


def _goes_back(words: list[_Word], first: int, speech: Speech) -> bool:
    """Whether the word before `first` belongs to the same noun phrase."""
    word, before = words[first], words[first - 1]
    plain = before.plain
    if word.plain in speech.determiners and not word.capital:
        return False
    if plain in speech.determiners:
        return True
    if before.capital and plain not in speech.joiners:
        return plain not in speech.subordinators and plain not in speech.prepositions
    if plain in speech.prepositions or plain in speech.joiners or plain in speech.relatives or plain in speech.cues:
        return False
    if plain in speech.roles or plain in speech.bodies or plain in speech.particles:
        return True
    if plain.endswith(("'s", "’s")):
        return True
    return not word.capital or word.plain in speech.roles
