"""Who wrote it: people told from desks, agencies and outlets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.article import Author

if TYPE_CHECKING:
    from worker.reading_rules import PeopleRules

_NAME_CHARACTERS_MAX = 80
_TOKENS_MAX = 6
_LIST = re.compile(r"\s*[;|/\n•·、，]\s*|,\s+|\s+[-–—]\s+")
_BEHIND = re.compile(r"\s*(?:\([^()]*\)|<[^<>]*>|\S+@\S+)\s*\Z|\s*@\w+\s*\Z")
_EDGES = " ,:\t\u00a0-–—"
_NEVER = frozenset("@:/<>_=#!?$%&*+{}[]")
_VOWEL = re.compile("[AEIOUYÀ-ÖØ-ÝĀ-ſΑΕΗΙΟΥΩАЕЁИОУЫЭЮЯІЇЄ]")
_HANGUL_MAX, _IDEOGRAPHS_MAX = 5, 7
_TOKEN = re.compile(r"[^\W\d_][\w'’.\-]*\.?|[A-Z]\.", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Byline:
    """What a printed byline says. Both are empty where it names a desk only."""

    authors: tuple[Author, ...]
    affiliation: str | None


def is_person(name: str, rules: PeopleRules) -> bool:
    """Whether `name` has the form of a person's: two to six words with capitals, or a script without them."""
    if not name or len(name) > _NAME_CHARACTERS_MAX or any(c.isdigit() or c in _NEVER for c in name):
        return False
    if name.casefold().removeprefix("the ") in rules.not_persons:
        return False
    tokens = name.split()
    if len(tokens) > _TOKENS_MAX or any(_is_of_organisation(token, rules) for token in tokens):
        return False
    if any(_is_acronym(token) for token in tokens):
        return False
    if name.lower() == name.upper():
        return _is_uncased_name(name, rules)
    return len(tokens) > 1 and tokens[0][0].isupper() and all(_is_of_name(token, rules) for token in tokens)


def _is_acronym(token: str) -> bool:
    """Whether a word is short, all capitals and without a vowel, as broadcasters and agencies are; not `T.` or `JR`."""
    return 3 <= len(token) <= 4 and token.isupper() and token.isalpha() and not _VOWEL.search(token)


def _is_uncased_name(name: str, rules: PeopleRules) -> bool:
    """Names in scripts without capitals: ideographs and Hangul are short, and organisations end in words of theirs."""
    if not any(c.isalpha() for c in name) or name.endswith(rules.organisation_endings):
        return False
    letters = [c for c in name if c.isalpha()]
    if all("\uac00" <= c <= "\ud7af" for c in letters):
        return len(letters) <= _HANGUL_MAX
    return not any("\u4e00" <= c <= "\u9fff" for c in letters) or len(letters) <= _IDEOGRAPHS_MAX


def read_byline(words: str, rules: PeopleRules) -> Byline | None:
    """The people in a printed byline without its `By`; None where it names neither a person nor a desk.

    A comma before the last part leads to the affiliation, unless the names are a list with an `and`.
    """
    names = rules.joiners.split(words.strip().rstrip("."))
    head = [part.strip() for part in names[:-1] for part in part.split(",")]
    tail = [part.strip() for part in names[-1].split(",")]
    people = [*head, tail[0]]
    if not all(is_person(name, rules) for name in people):
        return Byline((), None) if _is_desk(words, rules) else None
    rest = tail[1:]
    if len(rest) > 1 and all(is_person(name, rules) for name in rest):
        people, rest = [*people, *rest], []
    affiliation = ", ".join(rest) or None
    return Byline(tuple(Author(name, affiliation=affiliation) for name in people), affiliation)


def read_names(words: str, rules: PeopleRules) -> tuple[str, ...]:
    """The people in a list that a program wrote: separated by commas, semicolons, bars or `and`."""
    parts = (part for chunk in _LIST.split(words.strip()) for part in rules.joiners.split(f" {chunk} "))
    names = (_bare(part, rules) for part in parts)
    return tuple(dict.fromkeys(name for name in names if is_person(name, rules)))


def _bare(part: str, rules: PeopleRules) -> str:
    """A name without the `By` before it and the job, address or place behind it."""
    part = _BEHIND.sub("", part.strip(_EDGES))
    opener = rules.openers.match(part)
    if opener is not None:
        part = part[opener.end() :]
    closer = rules.closers.search(part)
    if closer is not None and closer.start():
        part = part[: closer.start()]
    part = part.strip(_EDGES)
    return part if part.endswith(" Jr.") else part.rstrip(".")


def _is_of_organisation(token: str, rules: PeopleRules) -> bool:
    folded = token.strip(".,()'’\"“”").casefold()
    return folded in rules.organisation_words or any(
        part in rules.organisation_words for part in folded.split("-") if "-" in folded
    )


def _is_of_name(token: str, rules: PeopleRules) -> bool:
    if token.casefold() in rules.particles or token.casefold().startswith(("d'", "d’", "al-", "el-", "l'")):
        return True
    return token[0].isupper() and _TOKEN.fullmatch(token.strip("()'’\"“”,")) is not None


def _is_desk(words: str, rules: PeopleRules) -> bool:
    tokens = words.rstrip(".").split()
    if len(tokens) > _TOKENS_MAX or not all(token[0].isupper() or token in {"of", "and", "&"} for token in tokens):
        return False
    return words.rstrip(".").casefold() in rules.not_persons or any(_is_of_organisation(t, rules) for t in tokens)
