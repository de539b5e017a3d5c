"""Short texts and what is said in them, for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.config_files import load_rules
from worker.enrich.quotes.find import quotes

if TYPE_CHECKING:
    from worker.article import Quote

RULES = load_rules()


def said(text: str, language: str = "en") -> tuple[Quote, ...]:
    """What is said in `text`, each span checked against its words."""
    found = quotes(text, language, (), RULES)
    for quote in found:
        assert text[quote.span[0] : quote.span[1]] == quote.text
        if quote.speaker is not None and quote.speaker.span is not None:
            start, end = quote.speaker.span
            assert text[start:end].strip() == text[start:end] != ""
    return found


def names(text: str, language: str = "en") -> list[tuple[str, str, str | None]]:
    """Of each row the kind, the words and the name of the speaker."""
    return [(one.kind, one.text, one.speaker.name if one.speaker else None) for one in said(text, language)]


def speakers(text: str, language: str = "en") -> list[tuple[str | None, str | None]]:
    """Name and role of the speaker of each quotation; indirect speech is left out."""
    return [
        (one.speaker.name, one.speaker.role) if one.speaker else (None, None)
        for one in said(text, language)
        if one.kind != "indirect"
    ]
