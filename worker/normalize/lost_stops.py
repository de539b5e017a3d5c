"""Was a full stop lost at the end of a full line, or is it only a wrap?

Asked where a capital follows, in a text that loses its full stops at line ends.

Evidence: the words on both sides, each with its weight (a logistic regression on news prose; positive speaks
for a lost stop). A title or initial without its full stop (`Mr`, `U.S`, `George W`) settles it, unless the
text writes it so elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.normalize.words import ABBREVIATIONS, DATES, NO_END, OPENERS

if TYPE_CHECKING:
    from collections.abc import Iterable

_INITIALS: Final = re.compile(r"(?:(?<![^\W_])[A-Za-z](?:\.[A-Za-z])+|(?<![\w’'&])[B-HJ-Z]|Ph\.D)\Z")
_SHORT_MAX: Final = 9
_WORDS_TOO: Final = frozenset(("No", "Miss", "Mass", "Wash", "Ill"))
_EDGE: Final = "\"'”’“‘»()[]&?#*,.;:"
WEIGHTS: Final = (-1.27, -3.23, -2.15, 4.86, 0.57, -1.09, -1.9, 1.54, 0.46, 1.87, -4.56, 0.59)
SMALL_ELSEWHERE: Final = 1.42
NAME_ELSEWHERE: Final = -0.86
_REST_MAX: Final = 1.5
_LAST_WORD: Final = re.compile(r"[^\W\d_]+\Z")
_ARTICLES: Final = frozenset(("the", "The", "a", "an", "An"))
_NAME: Final = re.compile(r"[\w-]+")


def abbreviation(line: str) -> str:
    """The abbreviation without its full stop that `line` ends with, "" where it ends with none."""
    word = line[-12:].rpartition(" ")[2]
    if len(word) > _SHORT_MAX:
        return ""
    if "." in word or word[-1:].isupper():
        return word if _INITIALS.search(word) else ""
    word = word.lstrip(_EDGE)
    return word if word in ABBREVIATIONS and word not in _WORDS_TOO else ""


def _last_word(line: str) -> str:
    last = _LAST_WORD.search(line[-30:])
    return last[0] if last else ""


def ends_with_article(line: str) -> bool:
    """Whether `line` ends with an article, after a glued full stop, too: `statement.The`."""
    return _last_word(line) in _ARTICLES


def cannot_end(line: str) -> bool:
    """Whether hardly a sentence ends as `line` does: at a comma, or at a word such as `of`."""
    word = _last_word(line)
    return line[-1:] in {",", ";"} or word in NO_END or word.lower() in NO_END


def unstopped(words: Iterable[str], text: str) -> frozenset[str]:
    """Those of the abbreviations `words` that `text` writes without a full stop elsewhere."""
    return frozenset(word for word in set(words) & ABBREVIATIONS if f" {word} " in text)


def is_lost(text: str, line: str, following: str, word: str) -> bool:
    """Whether the full stop between `line` and `following` (whose first word is `word`) is lost."""
    odds = score(features(line, following, word))
    if odds <= -_REST_MAX or odds > _REST_MAX:
        return odds > 0
    return odds + score_of_text(text, word) > 0


def features(line: str, following: str, word: str) -> tuple[bool, ...]:
    """What speaks for and against a lost stop, in the order of `WEIGHTS`."""
    before = line[-30:].rpartition(" ")[2].lstrip(_EDGE)
    name = _name(word)
    opens = name in OPENERS
    proper = before[:1].isupper()
    return (
        True,
        before in NO_END or before.lower() in NO_END,
        proper,
        opens,
        opens and proper,
        following[len(word) + 1 : len(word) + 2].isupper(),
        name in DATES,
        not word[:1].isalnum(),
        line[-1] == ")",
        not opens and name.endswith(("ing", "ed", "ly")),
        line[-1] in ",;",
        not opens and name.endswith("s"),
    )


def score(found: tuple[bool, ...]) -> float:
    """Log odds of a lost stop by the words on both sides."""
    return sum(weight for weight, is_there in zip(WEIGHTS, found, strict=True) if is_there)


def score_of_text(text: str, word: str) -> float:
    """What the rest of the text adds: the word in small letters elsewhere, the word as a name elsewhere."""
    name = _name(word)
    small = name not in OPENERS and name.lower() != name and f" {name.lower()} " in text
    return SMALL_ELSEWHERE * small + NAME_ELSEWHERE * (text.count(f" {name}") > 1)


def _name(word: str) -> str:
    found = _NAME.search(word)
    return found[0] if found else ""
