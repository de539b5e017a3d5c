"""Organisations and events, and the acronyms and short forms of organisations."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from worker.enrich.names.found import Found
from worker.name_flags import PART

if TYPE_CHECKING:
    from worker.enrich.names.gather import Name

_ACRONYM = re.compile(r" [(\[](?:the |or )?[\"“]?([A-Z][A-Za-z&.-]{1,9})[\"”]?[)\]]")
_BRACKETS = frozenset((" (", " ["))
_LOOKED_AT = 8
_NEAR = 8
_COMPARED_MAX = 12  # organisations whose names end in one word


def find_organisations(text: str, names: dict[str, Name]) -> list[Found]:
    """The organisations and events that `text` names. The names that are theirs are `taken`."""
    found: dict[str, Found] = {}
    for name in names.values():
        if name.taken:
            continue
        if name.known is not None and name.known.type in {"organisation", "event"}:
            if name.words == 1 and _is_word(text, name):
                continue
            _add(found, name.known.name, name.known.type, name, 0.9)
        elif "organisation" in name.kinds:
            _add(found, name.text, "organisation", name, 0.55 if name.first & PART and name.words == 2 else 0.85)
        elif "event" in name.kinds:
            _add(found, name.text, "event", name, 0.7)
    _tie_acronyms(text, names, found)
    return _tie_endings(list(found.values()))


def _is_word(text: str, name: Name) -> bool:
    """Whether a known name is an everyday word here: capitals at the starts of sentences only, small letters elsewhere.

    `Apple growers fear the frost, and apples are dear.`
    """
    if name.text.isupper() or not all(_opens(text, start) for start, _ in name.spans):
        return False
    return re.search(rf" {re.escape(name.text.lower())}(?:s|es)?\b", text) is not None


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" “\"‘'") if start < _NEAR else text[start - _NEAR : start].rstrip(" “\"‘'")
    return not before or before[-1] in ".!?…:\n"


def _add(found: dict[str, Found], key: str, kind: str, name: Name, confidence: float) -> None:
    name.taken = True
    entity = found.get(key)
    if entity is None:
        found[key] = Found(kind, name.text, list(name.spans), confidence, forms={name.text})  # type: ignore[arg-type]
        return
    entity.spans = sorted({*entity.spans, *name.spans})
    entity.forms.add(name.text)
    if len(name.text) > len(entity.name):
        entity.name = name.text


def _tie_acronyms(text: str, names: dict[str, Name], found: dict[str, Found]) -> None:
    """Short forms in brackets behind a name, and their other mentions."""
    for entity in list(found.values()):
        for _, end in entity.spans[:_LOOKED_AT]:
            match = _ACRONYM.match(text, end) if text[end : end + 2] in _BRACKETS else None
            if match is None:
                continue
            short = names.get(match.group(1))
            if short is not None and short.text not in entity.forms and _stands_for(short.text, entity.name):
                taken = next((key for key, one in found.items() if short.text in one.forms and one is not entity), None)
                if taken is not None:
                    del found[taken]
                short.taken = True
                entity.spans = sorted({*entity.spans, *short.spans})
                entity.forms.add(short.text)
            break


def _stands_for(acronym: str, name: str) -> bool:
    """Whether the letters of an acronym are first letters of the words of a name, in order."""
    letters = [c for c in acronym if c.isupper()]
    firsts = iter([part[0].upper() for word in name.split() for part in word.split("-") if part and part[0].isupper()])
    return len(letters) > 1 and all(letter in firsts for letter in letters)


def _tie_endings(found: list[Found]) -> list[Found]:
    """`National Security Council` beside `White House National Security Council` is the same one."""
    kept: list[Found] = []
    by_last: dict[str, list[Found]] = defaultdict(list)
    for entity in sorted(found, key=lambda one: -len(one.name)):
        alike = by_last[entity.name.rpartition(" ")[2]]
        owner = None
        if entity.type == "organisation" and entity.name.count(" ") > 1:
            owner = next((one for one in alike[-_COMPARED_MAX:] if one.name.endswith(f" {entity.name}")), None)
        if owner is None:
            kept.append(entity)
            alike.append(entity)
            continue
        owner.spans = sorted({*owner.spans, *entity.spans})
        owner.forms |= entity.forms
    return kept
