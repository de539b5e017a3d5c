"""Mail: the article in its text, and articles that are attached to it.

A mail without readable attachments is one article. With them it holds several documents: its own text, unless
that is only a covering note, and each attachment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.draft import Draft, Fields
from worker.errors import PermanentError
from worker.parse.decode import decode
from worker.parse.fragment import split_html
from worker.parse.mail_header import fields_of_mail, header_text, with_forwarded
from worker.parse.mail_text import Body, cut_body, unflow
from worker.parse.member_names import Names
from worker.parse.members import BadMember, Container, Member
from worker.parse.plain_text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from worker.rules import Rules

HEADER_BYTES_MAX = 256 << 10
PARTS_MAX = 200
"""Parts that hold others; each may stand inside of the one before."""
_NOTE_WORDS_MAX = 30
_NESTING = re.compile(rb"boundary\s*\*?\d*\*?\s*=|message/(?:rfc822|global)", re.IGNORECASE)
_BOUNDARY = re.compile(rb"^--([!-~]{1,70})[ \t]*\r?$", re.MULTILINE)
_ATTACHED_TYPES = re.compile(
    r"text/(?:plain|html|markdown|xml)|application/(?:json|pdf|xhtml\+xml|xml|.*\+xml|.*\+json|.*wordprocessingml\..*)"
)
_ATTACHED_NAMES = re.compile(r".*\.(?:txt|md|html?|xhtml|eml|json|xml|nitf|docx|pdf)", re.IGNORECASE)
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
        kind, name = part.get_content_type(), header_text(str(part.get_filename() or ""))
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
    about = replace(fields_of_mail(message, rules), headline=None, headline_origin=None, guid=None)
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
    fields = fields_of_mail(message, rules)
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
    fields = with_forwarded(body, fields, rules)
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
