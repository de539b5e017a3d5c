"""What stands around a name and tells what it is: titles in small letters, verbs of speech, apposition, age."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.article import Span
    from worker.name_rules import NameRules

_AFTER = re.compile(r"(?:['’]s)?(,| \(|,? who\b|)(?: ?(\d{1,3})\b(?=[,.;)])| ([\w'-]+)(?: ([\w'-]+))?)?")
_AGE_MAX = 120
_WORDS_OF_ROLE = 5
_LEFT = 90
_NEAR = 24
_OWNER = re.compile(r"([A-Z]\w+(?: [A-Z]\w+)?)['’]s $")


def after_tells(text: str, span: Span, rules: NameRules) -> bool:
    """Whether what follows a name is said of people: `said`, `, 45,`, `, who`, `, a professor`."""
    match = _AFTER.match(text, span[1])
    assert match is not None  # it may be empty
    mark, age, word, second = match.groups()
    if mark.endswith("who"):
        return True
    if age is not None:
        return bool(mark) and int(age) <= _AGE_MAX
    if word is None:
        return False
    if not mark:
        return word in rules.speech or second in rules.speech
    return mark == "," and role_after(text, span, rules) is not None


def before_tells(text: str, span: Span, rules: NameRules) -> bool:
    """Whether what stands before a name is said of people: `said`, `spokesman`."""
    left = text[max(0, span[0] - _NEAR) : span[0]]
    if left.endswith(("'s ", "’s ")):
        owner = _OWNER.search(left)
        return owner is not None and owner.group(1) in rules.countries
    words = left.rstrip(" ,").rsplit(" ", 1)
    word = _bare(words[-1])
    if not left.endswith(" "):
        return False
    return (
        word in rules.roles
        or word.rpartition("-")[2] in rules.roles
        or (not left.endswith(", ") and word in rules.saying)
    )


def _bare(word: str) -> str:
    """A word without the line before it or the article that an apostrophe ties to it."""
    for mark in "\n'’":
        word = word.rpartition(mark)[2]
    return word


def role_after(text: str, span: Span, rules: NameRules) -> tuple[int, int] | None:
    """The span of the role in an apposition: `, a spokesperson for …`; None where there is none."""
    if not text.startswith(", ", span[1]):
        return None
    match = rules.apposition.match(text, span[1])
    if match is None:
        return None
    words = match.group(2)
    stop = rules.behind_role.search(words)
    head = words[: stop.start()] if stop else words
    last = head.rstrip().rpartition(" ")[2].lower()
    if last not in rules.roles and last.rpartition("-")[2] not in rules.roles:
        return None
    return match.start(2), match.start(2) + len(head.rstrip())


def role_before(text: str, span: Span, rules: NameRules) -> tuple[int, int] | None:
    """The span of the role in small letters before a name: `defense minister, `; None where there is none."""
    if text[span[0] - 1 : span[0]] != " " or not (text[span[0] - 2].islower() or text[span[0] - 2] == ","):
        return None
    left = text[max(0, span[0] - _LEFT) : span[0]]
    body = left.rstrip(", ")
    words = body.rpartition("\n")[2].split(" ")
    words[-1] = _bare(words[-1])
    if words[-1] not in rules.roles and words[-1].rpartition("-")[2] not in rules.roles:
        return None
    end = span[0] - len(left) + len(body)
    n = len(words) - 1
    while n and len(words) - n < _WORDS_OF_ROLE and words[n - 1] in rules.roles_before | rules.roles:
        n -= 1
    return end - len(" ".join(words[n:])), end
