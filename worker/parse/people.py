"""Who wrote it: people told from desks, agencies and outlets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.article import Author

if TYPE_CHECKING:
    from worker.rules import PeopleRules

_NAME_CHARACTERS_MAX = 80
_TOKENS_MAX = 6
_ABC = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LIST = re.compile(r"\s*[;|/\n•·]\s*|,\s+")
_TOKEN = re.compile(r"[^\W\d_][\w'’.\-]*\.?|[A-Z]\.", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Byline:
    """What a printed byline says. Both are empty where it names a desk only."""

    authors: tuple[Author, ...]
    affiliation: str | None


def is_person(name: str, rules: PeopleRules) -> bool:
    """Whether `name` has the form of a person's: two to six words with capitals, or a script without them."""
    if not name or len(name) > _NAME_CHARACTERS_MAX or any(c.isdigit() for c in name):
        return False
    if name.casefold().removeprefix("the ") in rules.not_persons:
        return False
    tokens = name.split()
    if len(tokens) > _TOKENS_MAX or any(_is_of_organisation(token, rules) for token in tokens):
        return False
    if not _ABC.search(name):
        return any(c.isalpha() for c in name)
    return len(tokens) > 1 and tokens[0][0].isupper() and all(_is_of_name(token, rules) for token in tokens)


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
    words = words.strip()
    opener = rules.openers.match(words)
    if opener is not None:
        words = words[opener.end() :]
    parts = (part for chunk in _LIST.split(words) for part in rules.joiners.split(chunk))
    names = (part.strip(" ,.") if not part.endswith(" Jr.") else part.strip() for part in parts)
    return tuple(dict.fromkeys(name for name in names if is_person(name, rules)))


def _is_of_organisation(token: str, rules: PeopleRules) -> bool:
    return token.strip(".,()'’\"“”").casefold() in rules.organisation_words


def _is_of_name(token: str, rules: PeopleRules) -> bool:
    if token.casefold() in rules.particles or token.casefold().startswith(("d'", "d’", "al-", "el-", "l'")):
        return True
    return token[0].isupper() and _TOKEN.fullmatch(token.strip("()'’\"“”,")) is not None


def _is_desk(words: str, rules: PeopleRules) -> bool:
    tokens = words.rstrip(".").split()
    if len(tokens) > _TOKENS_MAX or not all(token[0].isupper() or token in {"of", "and", "&"} for token in tokens):
        return False
    return words.rstrip(".").casefold() in rules.not_persons or any(_is_of_organisation(t, rules) for t in tokens)
