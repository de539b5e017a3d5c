"""The header of a mail: who wrote or sent it, when, and under which subject."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Author, Moment, Publisher, Subject
from worker.draft import Fields
from worker.parse.decode import decode
from worker.parse.people import is_person
from worker.parse.supplied import language_tag
from worker.parse.urls import canonical_url

if TYPE_CHECKING:
    from email.message import Message

    from worker.parse.mail_text import Body
    from worker.rules import Rules

_HEADER_CHARACTERS_MAX = 10_000
_COMMENTS_MAX = 50
_PREFIXES = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|sv|vs|rv|antw)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def with_forwarded(body: Body, fields: Fields, rules: Rules) -> Fields:
    """What the header of a forwarded mail says, and for the rest the mail around it."""
    inner = body.header
    if not inner:
        return fields
    headline = _PREFIXES.sub("", inner.get("subject", ""), count=1) or None
    author, publisher = _sender(inner.get("from", ""), rules)
    around = replace(fields, published=None, authors=(), publisher=None) if author or publisher else fields
    said = Fields(
        headline=headline,
        headline_origin="metadata" if headline else None,
        published=_date(inner.get("date", "") or inner.get("sent", "")),
        authors=author,
        publisher=publisher,
    )
    return said.or_else(around)


def fields_of_mail(message: Message, rules: Rules) -> Fields:
    """What the header of a mail says."""
    said = {name: _header(message, name) for name in ("subject", "from", "date", "message-id", "organization")}
    headline = _PREFIXES.sub("", said["subject"], count=1).strip() or None
    authors, publisher = _sender(said["from"], rules)
    if publisher is None and said["organization"]:
        publisher = Publisher(said["organization"], None)
    keywords = (word.strip() for word in _header(message, "keywords").split(","))
    return Fields(
        guid=said["message-id"].strip("<> ") or None,
        url=canonical_url(_header(message, "archived-at").strip("<> "), rules),
        headline=headline,
        headline_origin="metadata" if headline else None,
        published=_date(said["date"]),
        authors=authors,
        publisher=publisher,
        subjects=tuple(Subject(None, word, None) for word in keywords if word),
        language=language_tag(_header(message, "content-language").partition(",")[0].strip()),
    )


def _sender(header: str, rules: Rules) -> tuple[tuple[Author, ...], Publisher | None]:
    """Who wrote the mail: a person is an author, everybody else publishes."""
    from email.utils import parseaddr

    if header.count("(") > _COMMENTS_MAX:
        # The library follows comments inside of comments call by call.
        return (), None
    name, address = parseaddr(header.replace("\n", " "))
    name = " ".join(header_text(name).strip("\"' ").split())
    last, comma, first = name.partition(", ")
    if comma and is_person(f"{first} {last}", rules.people):
        name = f"{first} {last}"
    if not name or "@" in name:
        return (), None
    if is_person(name, rules.people):
        return (Author(name),), None
    domain = address.rpartition("@")[2].casefold()
    return (), Publisher(name, domain if "." in domain else None)


def _date(words: str) -> Moment | None:
    """The date of a mail header, in the zone that it states."""
    from email.utils import parsedate_tz

    evidence = " ".join(words.split())
    try:
        found = parsedate_tz(evidence[:200])
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return None if found is None else _moment(found, evidence[:200])


def _moment(found: tuple[int, int, int, int, int, int, int, int, int, int | None], evidence: str) -> Moment | None:
    from datetime import UTC, datetime, timedelta, timezone

    try:
        time = datetime(*found[:6])  # noqa: DTZ001 - the offset may be unknown
        if found[9] is None:
            return Moment(time.isoformat(timespec="seconds"), "second", None, "header", evidence)
        time = time.replace(tzinfo=timezone(timedelta(minutes=round(found[9] / 60))))
        instant = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Moment(time.isoformat(timespec="seconds"), "second", instant, "header", evidence)
    except (ValueError, OverflowError):
        return None


def _header(message: Message, name: str) -> str:
    """The first header of that name as text, unfolded; empty without one."""
    raw = next((str(value) for key, value in message.raw_items() if key.casefold() == name), "")
    if name == "from":
        # The parts of an address are told apart before they are decoded: a name may have a comma in it.
        return _sound(raw[:_HEADER_CHARACTERS_MAX])
    return " ".join(header_text(raw).split())


def header_text(raw: str) -> str:
    """A raw header with its encoded words decoded."""
    from email.errors import HeaderParseError
    from email.header import decode_header

    raw = _sound(raw[:_HEADER_CHARACTERS_MAX])
    if "=?" not in raw:
        return raw
    try:
        words = decode_header(raw)
    except (HeaderParseError, ValueError):
        return raw
    return "".join(word if isinstance(word, str) else decode(word, charset or None).text for word, charset in words)


def _sound(raw: str) -> str:
    """`raw` with its bytes that are not ASCII, which the parser keeps as surrogates, decoded."""
    try:
        raw.encode("ascii")
    except UnicodeEncodeError:
        return decode(raw.encode("utf-8", "surrogateescape")).text
    return raw
