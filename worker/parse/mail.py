"""Mail: the article in its text, and articles that are attached to it.

A mail without readable attachments is one article. With them it holds several documents: its own text, unless
that is only a covering note, and each attachment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Author, Moment, Publisher, Subject
from worker.draft import Draft, Fields
from worker.errors import PermanentError
from worker.parse.decode import decode
from worker.parse.fragment import split_html
from worker.parse.mail_text import Body, cut_body, unflow
from worker.parse.member_names import Names
from worker.parse.members import BadMember, Container, Member
from worker.parse.people import is_person
from worker.parse.plain_text import read_text
from worker.parse.supplied import language_tag
from worker.parse.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from worker.rules import Rules

HEADER_BYTES_MAX = 256 << 10
PARTS_MAX = 200
"""Parts that hold others; each may stand inside of the one before."""
_HEADER_CHARACTERS_MAX = 10_000
_COMMENTS_MAX = 50
_NOTE_WORDS_MAX = 30
_NESTING = re.compile(rb"boundary\s*\*?\d*\*?\s*=|message/(?:rfc822|global)", re.IGNORECASE)
_BOUNDARY = re.compile(rb"^--([!-~]{1,70})[ \t]*\r?$", re.MULTILINE)
_ATTACHED_TYPES = re.compile(
    r"text/(?:plain|html|markdown|xml)|application/(?:json|pdf|xhtml\+xml|xml|.*\+xml|.*\+json|.*wordprocessingml\..*)"
)
_ATTACHED_NAMES = re.compile(r".*\.(?:txt|md|html?|xhtml|eml|json|xml|nitf|docx|pdf)", re.IGNORECASE)
_PREFIXES = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|sv|vs|rv|antw)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+|<[^\s<>]{20,}>")
_LINKED_SHARE_MAX = 0.25
_PLAIN_SHARE_MIN = 0.6
_TEXT_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The texts of a mail, each with what decoding says of it, and what is attached: name and bytes."""

    plain: str
    html: str
    encoding: str
    flags: tuple[str, ...]
    attached: tuple[tuple[str, bytes], ...]


def read_mail(data: bytes, rules: Rules) -> Draft | Container:
    """The article in a mail, or its text and its attachments.

    Raises:
        PermanentError: it is hostile, or there is no text in it.
    """
    message = _parsed(data)
    parts = _parts(message)
    if parts.attached:
        return Container("mail", _members(data, message, parts, rules))
    return _draft(message, parts, rules)


def _parsed(data: bytes) -> Message:
    from email.parser import BytesParser
    from email.policy import compat32

    data = data.removeprefix(_TEXT_MARK).lstrip(b"\r\n")
    ends = [end for mark in (b"\n\n", b"\r\n\r\n") if (end := data.find(mark)) >= 0]
    if min(ends, default=len(data)) > HEADER_BYTES_MAX:
        raise PermanentError("parse", "too_large", f"a mail header of more than {HEADER_BYTES_MAX} bytes")
    if sum(1 for _ in _NESTING.finditer(data)) > PARTS_MAX:
        raise PermanentError("parse", "too_deep", f"a mail of more than {PARTS_MAX} parts with others inside")
    try:
        return BytesParser(policy=compat32).parsebytes(data)
    except RecursionError:
        raise PermanentError("parse", "too_deep", "parts of a mail nested too deeply") from None


def _parts(message: Message) -> _Parts:
    plain: list[str] = []
    html: list[str] = []
    attached: list[tuple[str, bytes]] = []
    encoding = "utf-8"
    flags: tuple[str, ...] = ()
    for part in _leaves(message):
        kind, name = part.get_content_type(), _header_text(str(part.get_filename() or ""))
        data = _payload(part)
        if kind == "message/rfc822" or "attachment" in str(part.get("Content-Disposition") or "").casefold():
            if _is_readable(kind, name):
                attached.append((name or ("mail.eml" if kind == "message/rfc822" else "attachment"), data))
        elif kind in {"text/plain", "text/html"}:
            decoded = decode(data, str(part.get_content_charset() or ""))
            if not (plain or html):
                encoding, flags = decoded.encoding, decoded.flags
            text = unflow(decoded.text, part) if kind == "text/plain" else decoded.text
            (plain if kind == "text/plain" else html).append(text)
        elif name and _is_readable(kind, name):
            attached.append((name, data))
    return _Parts("\n\n".join(plain), max(html, key=len, default=""), encoding, flags, tuple(attached))


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold no others; a mail inside of the mail is one."""
    inside: object = None
    if message.is_multipart():
        inside = message.get_payload()
    elif message.get_content_maintype() == "multipart":
        inside = _under_other_boundary(_payload(message))
    if isinstance(inside, list) and message.get_content_type() != "message/rfc822":
        for part in inside:
            yield from _leaves(part)
    else:
        yield message


def _under_other_boundary(data: bytes) -> object:
    """The parts of a mail whose header names a boundary that is not the one between its parts."""
    boundary = _BOUNDARY.search(data)
    if boundary is None or b'"' in boundary[1]:
        return None
    return _parsed(b'Content-Type: multipart/mixed; boundary="%s"\n\n' % boundary[1] + data).get_payload()


def _payload(part: Message) -> bytes:
    """The bytes of a part. Never asked for as text: then the library looks up any charset that the mail names."""
    try:
        if part.is_multipart():
            return b"".join(inner.as_bytes() for inner in part.get_payload() if not isinstance(inner, str))
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _is_readable(kind: str, name: str) -> bool:
    if kind == "message/rfc822" or _ATTACHED_NAMES.fullmatch(name):
        return True
    return _ATTACHED_TYPES.fullmatch(kind) is not None and "." not in name


def _members(data: bytes, message: Message, parts: _Parts, rules: Rules) -> Iterator[Member | BadMember]:
    names = Names()
    about = replace(_fields(message, rules), headline=None, headline_origin=None, guid=None)
    if len((parts.plain or parts.html).split()) > _NOTE_WORDS_MAX:
        yield Member(names.unique("body"), data, _read_body)
    else:
        error = PermanentError("parse", "not_an_article", "only a covering note; the attachments are read")
        yield BadMember(names.unique("body"), error, (parts.plain or parts.html).encode("utf-8", "replace"))
    for name, attached in parts.attached:
        yield Member(names.unique(name), attached, fields=about)


def _read_body(data: bytes, rules: Rules) -> Draft:
    message = _parsed(data)
    return _draft(message, _parts(message), rules)


def _draft(message: Message, parts: _Parts, rules: Rules) -> Draft:
    fields = _fields(message, rules)
    paragraphs = split_html(parts.html) if parts.html else ()
    if not paragraphs or (parts.plain.strip() and not _is_poor(parts.plain, paragraphs)):
        body = cut_body(parts.plain)
        return _from_text(body, fields, parts, rules)
    if not any(c.isalpha() for paragraph in paragraphs for c in paragraph):
        raise PermanentError("parse", "not_an_article", "the mail has no text")
    return Draft("message/rfc822", "mail", parts.encoding, paragraphs, fields, flags=parts.flags)


def _is_poor(plain: str, paragraphs: tuple[str, ...]) -> bool:
    """Whether the plain text of a mail is only a makeshift for its HTML: a stub, or full of addresses."""
    words = _ADDRESS.sub("", plain).split()
    linked = len(plain) - len(_ADDRESS.sub("", plain))
    return len(words) < _PLAIN_SHARE_MIN * len(" ".join(paragraphs).split()) or linked > _LINKED_SHARE_MAX * len(plain)


def _from_text(body: Body, fields: Fields, parts: _Parts, rules: Rules) -> Draft:
    """The text read as one that came alone; what the mail's own header says counts first."""
    draft = read_text(body.text.encode("utf-8", "replace"), rules)
    fields = _forwarded(body, fields, rules)
    own = draft.fields
    if fields.headline and own.headline and own.headline.casefold() != fields.headline.casefold():
        own = replace(own, subheadline=own.subheadline or own.headline)
    return Draft(
        "message/rfc822",
        "mail",
        parts.encoding,
        draft.paragraphs,
        fields.or_else(own),
        (*body.removed, *draft.removed),
        tuple(dict.fromkeys((*parts.flags, *draft.flags))),
    )


def _forwarded(body: Body, fields: Fields, rules: Rules) -> Fields:
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


def _fields(message: Message, rules: Rules) -> Fields:
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
    name = " ".join(_header_text(name).strip("\"' ").split())
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
    return " ".join(_header_text(raw).split())


def _header_text(raw: str) -> str:
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
