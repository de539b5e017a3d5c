"""What stands around a name and tells what it is: titles in small letters, verbs of speech, apposition, age."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.article import Span
    from worker.name_rules import NameRules

_AFTER = re.compile(r"(?:['’]s)?(,| \(|,? who\b|)(?: ?(\d{1,3})\b(?=[,.;)])| ([\w'-]+)(?: ([\w'-]+))?)?")
_AGE_MAX = 120
_WORDS_OF_ROLE = 4
_LEFT = 60
_NEAR = 24
_POSSESSIVE = frozenset(("'s", "’s"))
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
    """Whether what stands before a name is said of people: `said`, `spokesman`, `China's`."""
    at = span[0] - 1
    if at < 1 or text[at] != " ":
        return False
    word = _word_before(text, at)
    if word[-2:] in _POSSESSIVE:
        owner = _OWNER.search(text, max(0, span[0] - _NEAR), span[0])
        return owner is not None and owner.group(1) in rules.countries
    if word[-1:] == ",":
        return _is_role(_bare(word[:-1]), rules)
    return word in rules.saying or _is_role(_bare(word), rules)


def _word_before(text: str, at: int) -> str:
    """The word that ends at `at`, with the marks on it."""
    return text[max(0, text.rfind(" ", max(0, at - _NEAR), at) + 1) : at]


def _is_role(word: str, rules: NameRules) -> bool:
    return word in rules.roles or ("-" in word and word.rpartition("-")[2] in rules.roles)


def _bare(word: str) -> str:
    """A word without the line before it or the article that an apostrophe ties to it."""
    if word.isalpha():
        return word
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
    if not _is_role(last, rules):
        return None
    return match.start(2), match.start(2) + len(head.rstrip())


def role_before(text: str, span: Span, rules: NameRules) -> tuple[int, int] | None:
    """The span of the role in small letters before a name: `defense minister, `; None where there is none."""
    end = span[0] - 1
    if end < 1 or text[end] != " ":
        return None
    if text[end - 1] == ",":
        end -= 1
    last = _bare(_word_before(text, end))
    if not _is_role(last, rules):
        return None
    start = end - len(last)
    for word in reversed(
        text[max(0, start - _LEFT) : start].rstrip(" ").rpartition("\n")[2].split(" ")[-_WORDS_OF_ROLE:]
    ):
        if word not in rules.roles_before:
            break
        start -= len(word) + 1
    return start, end
