"""Whom the article says it has something from: agencies, outlets, authorities and documents, each by a cue.

The publisher's own name is no source, nor is the agency that the copy came from: that is `syndication`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.article import CitedSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from worker.article import Entity, Quote, Removal, Span
    from worker.draft import Fields
    from worker.rules import Rules
    from worker.source_rules import SourceRules

    Kind = Literal["agency", "outlet", "official", "document"]

_BEFORE_MAX: Final = 34
_ARTICLE: Final = re.compile(r"(?:\b[Tt]he|\b[Dd](?:er|ie|as|em|en)|\b[Ll]e|\b[Ll]a|\bl['’]|\b[Ee]l)\s?\Z")
_KINDS_SEARCHED: Final = frozenset(("contributors", "syndication_footer"))
_TELLING: Final = frozenset(("told", "tells", "telling", "sagte", "dijo a", "a déclaré à"))
_BY: Final = re.compile(r" (?:by|from|of) [^,.;\n]{3,60}")
_ORGANISATION_CAPITALS: Final = re.compile(r"[A-Z]{2,6}\Z")


def sources_cited(
    text: str,
    language: str,
    entities: tuple[Entity, ...],
    quotes: tuple[Quote, ...],
    fields: Fields,
    removed: tuple[Removal, ...],
    rules: Rules,
) -> tuple[CitedSource, ...]:
    """The sources that the article names, in the order of their first mention; those of `removed` text come last.

    `quotes` are what was found in the same text. `span` is None for a source that stands only in what was removed.
    """
    known = rules.sources
    primary = "en" if language == "und" else language.partition("-")[0]
    found: list[tuple[Span | None, str, Kind]] = []
    told: set[int] = set()
    for start, end, name, kind in _named(text, primary, known):
        found.append(((start, end), name, kind))
        told.add(start)
    organisations = {start for one in entities if one.type == "organisation" for start, _ in one.mentions}
    speech = rules.speech.get(primary)
    if speech is not None:
        found.extend(_speaking(text, quotes, told, organisations, speech.sources, known))
    found.sort(key=lambda one: one[0] or (0, 0))
    for removal in removed:
        if removal.kind in _KINDS_SEARCHED and removal.text:
            found.extend((None, name, kind) for name, kind in _in_credit(removal.text, known))
    rows: dict[str, CitedSource] = {}
    for span, name, kind in found:
        key = name.casefold().removeprefix("the ")
        if key not in rows and not _is_own(name, fields):
            rows[key] = CitedSource(name, kind, span)
    return tuple(rows.values())


def _named(text: str, language: str, known: SourceRules) -> Iterator[tuple[int, int, str, Kind]]:
    """The known agencies and outlets that stand beside a cue."""
    before = known.before.get(language, ())
    after = known.after.get(language)
    if after is None:
        return
    for match in known.named.finditer(text):
        start, end = match.span()
        if start and (text[start - 1].isalnum() or text[start - 1] in "-/@#."):
            continue
        said = match.group()
        lead = text[max(start - _BEFORE_MAX, 0) : start]
        bare = _ARTICLE.sub("", lead)
        cited = bare.rstrip(' \n“"„«(').lower().endswith(before) and not bare[-1:].isalnum()
        if not cited:
            cited = after.match(text, end) is not None and (said not in known.everyday or bare != lead)
        if cited:
            kind, name = known.kinds[said]
            yield start, end, name, kind


def _speaking(
    text: str,
    quotes: tuple[Quote, ...],
    told: set[int],
    organisations: set[int],
    cues: frozenset[str],
    known: SourceRules,
) -> Iterator[tuple[Span, str, Kind]]:
    """Who is cited as a source by what was found in quotations and indirect speech; `cues` are those of sources."""
    for quote in quotes:
        speaker = quote.speaker
        if speaker is None or speaker.span is None or quote.cue is None:
            continue
        start, end = speaker.span
        source = quote.cue in cues
        if speaker.name is not None:
            words = speaker.name.split()
            if words[-1] in known.outlet_words and len(words) > 1:
                yield speaker.span, speaker.name, "outlet"
            elif (source or _to_a_source(text, end, told)) and (
                start in organisations or _is_official(speaker.name, speaker.role, known)
            ):
                yield speaker.span, speaker.name, "official"
        elif source and speaker.role is not None:
            words = speaker.role.split()
            if any(word.lower() in known.documents for word in words):
                by = _BY.match(text, end)
                stop = by.end() if by is not None else end
                yield (start, stop), text[start:stop], "document"
            elif any(word.lower() in known.official_roles for word in words):
                yield speaker.span, speaker.role, "official"


def _to_a_source(text: str, end: int, told: set[int]) -> bool:
    """Whether what was said was said to an agency or outlet: `the ministry told Reuters`."""
    return any(end < start < end + 60 and "\n" not in text[end:start] for start in told)


def _is_official(name: str, role: str | None, known: SourceRules) -> bool:
    words = name.split()
    if any(word in known.official_words for word in words) or _ORGANISATION_CAPITALS.match(name):
        return True
    return role is not None and any(word.lower() in known.official_roles for word in role.split())


def _in_credit(text: str, known: SourceRules) -> Iterator[tuple[str, Kind]]:
    """Agencies and outlets in a line such as `Reuters contributed to this report`, but not a person's employer."""
    for match in known.named.finditer(text):
        start, end = match.span()
        if start and text[start - 1].isalnum():
            continue
        if text[end : end + 1] in {"'", "’"} or match.group() in known.everyday:
            continue
        kind, name = known.kinds[match.group()]
        yield name, kind


def _is_own(name: str, fields: Fields) -> bool:
    """Whether `name` is the publisher of this copy, or the agency that it came from."""
    letters = "".join(name.casefold().split()).removeprefix("the")
    if fields.syndication is not None and name == fields.syndication.agency:
        return True
    publisher = fields.publisher
    if publisher is None:
        return False
    own = "".join((publisher.name or "").casefold().split()).removeprefix("the")
    domain = (publisher.domain or "").replace("-", "").replace(".", "")
    return letters == own or (len(letters) > 3 and (letters in domain or own.startswith(letters)))
