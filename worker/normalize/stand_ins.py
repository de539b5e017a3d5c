"""Which character, if any, stands where the quotation marks, apostrophes and dashes of a text were.

Evidence, cheap: a sign that is no ordinary punctuation stands before a small letter, or after a comma or full
stop. Strict: it stands where only an apostrophe can (`Russia&s`, `don?t`, `l?homme`) at least twice, or once
with an opening or closing mark of its kind, or it opens and closes passages as quotation marks do and the
text has no others. A stand-in may be a run (`???`) or the rest of a broken decoding (`â??`). Ampersands in
names, hashtags, addresses and questions are none of these places, so they are no evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_RUN: Final = re.compile(r"â?(?:[^\w\s.,;:!'\"()\[\]/$%“”‘’«»–—…-]|_){1,4}")
_SUFFIX: Final = re.compile(r"(?:[stdm]|re|ve|ll)(?![\w=/@&])")
_ELIDED: Final = re.compile(r"(?:(?<![^\W_])[ldjnscmt]|(?<![^\W_])qu)\Z", re.IGNORECASE)
_VOWEL: Final = re.compile(r"[aeiouyhàâéèêîôœ]", re.IGNORECASE)
_NOT_BEFORE: Final = frozenset(("at", *"rqbpsdmachjktfln"))
_EMPHASIS: Final = frozenset("#@*_~|+=<>^`\\{}•©")
_ENOUGH: Final = 4
_SHARE: Final = 8
_ADDRESS_MAX: Final = 300


def find_stand_in(text: str, signs: frozenset[str]) -> str | None:
    """The stand-in of `text`, None where nothing betrays one. `signs`: see `look.signs_of`."""
    for sign in sorted(signs):
        if not (sign.isspace() or (sign.isalnum() and sign != "â")):
            found = _betrayed(text, sign)
            if found:
                return found
    return None


def _betrayed(text: str, sign: str) -> str | None:
    counts = _apostrophes(text, sign)
    if counts is None:
        return None
    mark, count = counts.most_common(1)[0] if counts else (sign, 0)
    if text.count(mark) * len(mark) * _SHARE > len(text) + 40:
        return None
    if count >= 2:
        return mark
    opened, closed = _quoting(text, mark)
    if count == 1 and (opened + closed >= 2 or (opened + closed and sign not in _EMPHASIS)):
        return mark
    if opened and closed and opened + closed >= 3 and sign not in _EMPHASIS:
        return None if '"' in text or "“" in text else mark
    return None


def _apostrophes(text: str, sign: str) -> Counter[str] | None:
    """How often which run with `sign` stands as an apostrophe; None where it never stands like a mark."""
    counts: Counter[str] = Counter()
    like_a_mark = False
    at = text.find(sign)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        run = _RUN.match(text, at - (before == "â"))
        if run is None or not run[0].strip("â"):
            at = text.find(sign, at + 1)
            continue
        like_a_mark = like_a_mark or after.islower() or before in {".", ","} or len(run[0]) > 1
        if _is_apostrophe(text, run, sign):
            counts[run[0]] += 1
            if counts[run[0]] >= _ENOUGH:
                break
        at = text.find(sign, run.end())
    return counts if like_a_mark else None


def _is_apostrophe(text: str, run: re.Match[str], sign: str) -> bool:
    start, end = run.span()
    if not text[start - 1 : start].isalpha() or in_address(text, start):
        return False
    if _SUFFIX.match(text, end):
        return sign != "&" or text[max(start - 24, 0) : start].rpartition(" ")[2].lower() not in _NOT_BEFORE
    return (
        sign not in "&@#=_+|<>\\"
        and _VOWEL.match(text, end) is not None
        and _ELIDED.search(text, max(start - 3, 0), start) is not None
    )


def in_address(text: str, place: int) -> bool:
    """Whether `place` lies in a word that is an address of the web."""
    before = text[max(place - _ADDRESS_MAX, 0) : place]
    word = before[max(before.rfind(" "), before.rfind("\n")) + 1 :]
    return "://" in word or word.startswith("www.")


def _quoting(text: str, mark: str) -> tuple[int, int]:
    """How often `mark` stands as an opening mark does, and how often as a closing one after punctuation."""
    sign = re.escape(mark)
    opened = len(re.findall(rf"{sign}(?:(?<=^{sign})|(?<=[\s(]{sign}))(?=\w)", text))
    closed = len(re.findall(rf"{sign}(?:(?<=[a-z][.!]{sign})|(?<=,{sign}))(?=\s|$|[A-Z])", text))
    return opened, closed
