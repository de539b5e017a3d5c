"""What a number counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.figure_rules import UnitRules

_CHARACTERS_MAX, _WORDS_MAX = 80, 4
_ENDS = '.,;:!?)]"”»…—'
_OPENS = '(“"«‘['
_SPACES = (" ", "\u00a0")


def unit_behind(text: str, end: int, rules: UnitRules, of: tuple[str, ...]) -> tuple[str | None, int]:
    """The word that is counted by the number that ends at `end`, and where that word ends; (None, `end`) without one.

    One of the words `of` and up to three others may stand between them (`10,000 North Harbour soldiers`), or a hyphen
    (`a 30-minute stop`).
    """
    between = text[end : end + 1]
    if between == "-":
        return _attached(text, end)
    if between not in _SPACES:
        return None, end
    place = end + 1
    for word in of:
        if text.startswith(word, place):
            place += len(word)
            break
    for word in text[place : place + _CHARACTERS_MAX].split(" ", _WORDS_MAX)[:_WORDS_MAX]:
        bare = word.rstrip(_ENDS).partition("\n")[0]
        bare = bare.removesuffix("’s").removesuffix("'s")
        if not bare[:1].isalpha() or bare.lower() in rules.stop:
            break
        if _is_unit(bare, rules):
            return bare, place + len(bare)
        if len(bare) < len(word) or rules.told_by == "next":
            break
        place += len(word) + 1
    return None, end


def _attached(text: str, end: int) -> tuple[str | None, int]:
    word = text[end + 1 : end + 1 + _CHARACTERS_MAX].partition(" ")[0].partition("-")[0].rstrip(_ENDS)
    return (word, end + 1 + len(word)) if word.isalpha() and word.islower() else (None, end)


def _is_unit(word: str, rules: UnitRules) -> bool:
    lowered = word.lower()
    if lowered in rules.words:
        # With a capital such a word is part of a name: a programme called `60 Minutes`.
        return word == lowered or word.isupper() or rules.told_by == "capital"
    match rules.told_by:
        case "ending":
            return word.endswith(rules.endings) and not word.endswith(rules.not_endings) and len(word) > 2
        case "capital":
            return word[0].isupper()
        case _:
            return len(word) > 1
