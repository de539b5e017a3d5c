"""How near a reading comes to the gold: words in common, the same day, the same people."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import datetime

_BY_CHARACTER = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
# Chinese, Japanese and Korean are compared by characters, everything else by words with their vowel signs.
_TOKEN = re.compile(rf"[{_BY_CHARACTER}]|(?:(?![{_BY_CHARACTER}])[\w\u0300-\u036f\u0900-\u0dff])+")


def token_f1(found: str, gold: str) -> float:
    """F1 of the tokens that both have, each as often as it stands there; case does not count."""
    ours, theirs = (Counter(_TOKEN.findall(unicodedata.normalize("NFC", text).casefold())) for text in (found, gold))
    common = sum((ours & theirs).values())
    return 2 * common / (sum(ours.values()) + sum(theirs.values())) if common else 0.0


def is_same_line(found: str | None, gold: str) -> bool:
    """Whether two headlines are the same, white space and Unicode normal form aside."""
    return _line(found or "") == _line(gold)


def is_same_day(found: str | None, gold: datetime) -> bool:
    """Whether `found`, ISO 8601, is on the day of `gold`: in gold's zone where both have one."""
    if not found or len(found) < len("2024-01-01"):
        return False
    moment = datetime.fromisoformat(found)
    if moment.tzinfo is not None and gold.tzinfo is not None:
        moment = moment.astimezone(gold.tzinfo)
    return moment.date() == gold.date()


def are_same_people(found: tuple[str, ...], gold: tuple[str, ...]) -> bool:
    """Whether both name exactly the same people, in any order."""
    return {_line(name).casefold() for name in found} == {_line(name).casefold() for name in gold}


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
