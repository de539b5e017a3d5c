"""Which format a document has: told by its content; the name only settles what the content leaves open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.errors import PermanentError
from worker.parse.html_page import read_html
from worker.parse.json_document import read_json
from worker.parse.plain_text import read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from worker.draft import Draft
    from worker.parse.members import Container
    from worker.rules import Rules

_HEAD_BYTES = 4096
# Among random bytes one in ten is a control character that no text has.
_BINARY_SHARE_MAX = 0.05
_STRAY_MAX = 8
_CONTROLS = bytes({*range(0x20)} - {*b"\b\t\n\v\f\r\x1a\x1b"})
_WIDE_MARKS = {b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

_BLANK = rb"(?:\xef\xbb\xbf)?\s*+"
_PROLOGUE = _BLANK + rb"(?:<\?.*?\?>\s*+)*+(?:<!--.*?-->\s*+)*+"
_PAGE = (
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|main|article|section|div|p|h[1-6]|span|script|style"
    rb"|header|figure|blockquote|center|table|ul|ol|img|br|a|b|i|em|strong|font)[\s>/]"
)
_MAIL = rb"(?=(?:received|return-path|delivered-to|mime-version|message-id|x-mozilla-status|dkim-signature):)"
_HEADER_LINE = rb"[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*+"
_MAILBOX = rb"From \S+ +(?:mon|tue|wed|thu|fri|sat|sun) [a-z]{3} +\d"


@dataclass(frozen=True, slots=True)
class Format:
    """A format, how it begins, and its reader; without one the document is rejected.

    `begins` is matched at the start of the bytes, `name` at the end of the lower-case file name: it counts
    only where no content decides.
    """

    name: str
    called: str
    begins: re.Pattern[bytes]
    read: Callable[[bytes, Rules], Draft] | None = None
    endings: tuple[str, ...] = ()


def _begins(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)


# The first that fits is it. Those with a signature come before those that are guessed from words.
FORMATS: tuple[Format, ...] = (
    Format("pdf", "a PDF", _begins(rb"%PDF-")),
    Format("docx", "a word-processor file (docx)", _begins(rb"PK\x03\x04.{0,4000}word/")),
    Format("odt", "a word-processor file (odt)", _begins(rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis")),
    Format("epub", "an e-book (epub)", _begins(rb"PK\x03\x04.{26}mimetypeapplication/epub")),
    Format("zip", "a zip archive", _begins(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)")),
    Format("gzip", "a gzip file", _begins(rb"\x1f\x8b\x08")),
    Format("bzip2", "a bzip2 file", _begins(rb"BZh[1-9]1AY&SY")),
    Format("xz", "an xz file", _begins(rb"\xfd7zXZ\x00")),
    Format("zstd", "a zstd file", _begins(rb"\x28\xb5\x2f\xfd")),
    Format("7z", "a 7z archive", _begins(rb"7z\xbc\xaf\x27\x1c")),
    Format("rar", "a rar archive", _begins(rb"Rar!\x1a\x07")),
    Format("tar", "a tar archive", _begins(rb".{257}ustar")),
    Format("doc", "an old office file", _begins(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    Format("rtf", "a rich text file", _begins(rb"\{\\rtf\d")),
    Format("sqlite", "a SQLite database", _begins(rb"SQLite format 3\x00")),
    Format(
        "image",
        "an image",
        _begins(rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|II\*\x00|MM\x00\*|BM.{4}\x00{4}|\x00\x00\x01\x00"),
    ),
    Format(
        "media",
        "sound or video",
        _begins(rb"ID3[\x02-\x04]|OggS|fLaC|RIFF.{4}(?:WAVE|AVI )|\x00.{3}ftyp|\x1aE\xdf\xa3"),
    ),
    Format("program", "a program", _begins(rb"\x7fELF|MZ.{58,4000}PE\x00\x00")),
    Format("warc", "a web archive (WARC)", _begins(rb"WARC/[01]\.\d+\r?\n")),
    Format("html", "HTML", _begins(_PROLOGUE + _PAGE), read_html, (".html", ".htm", ".xhtml")),
    Format("nitf", "an XML news file (NITF)", _begins(_PROLOGUE + rb"<(?:!doctype\s+)?nitf[\s>]")),
    Format(
        "newsml",
        "an XML news file (NewsML)",
        _begins(_PROLOGUE + rb"<(?:news|package)(?:item|message|ml)[\s>]"),
    ),
    Format("feed", "a feed (RSS or Atom)", _begins(_PROLOGUE + rb"<(?:rss|feed|rdf:rdf)[\s>]")),
    Format("xml", "XML", _begins(_BLANK + rb"<(?:\?xml\s|!doctype|[a-z][\w.:-]*+(?:\s[^<>]*)?>\s*+<[a-z!])")),
    Format(
        "mail",
        "mail",
        _begins(_MAILBOX + rb"|(?:" + _HEADER_LINE + rb"){0,40}?" + _MAIL + _HEADER_LINE + rb"[\w-]+:"),
    ),
    Format("json", "JSON", _begins(_BLANK + rb"(?:\{\s*+[\"}]|\[\s*+[\[{\"\]])"), read_json, (".json",)),
)

# Asked first: most files are plain text, and begin like none of these.
_ANY = _begins(b"|".join(b"(?:%s)" % form.begins.pattern for form in FORMATS))
_BINARY = Format("binary", "binary data", _begins(b""))
_TEXT = Format("txt", "plain text", _begins(b""), read_text)
_TAG = re.compile(rb"</?(?:p|div|br|span|a|article|h[1-6])\b[^<>]*>", re.IGNORECASE)


def read(data: bytes, path: str, rules: Rules) -> Draft | Container:
    """The draft of the document with these bytes, which lay at `path`, or what it holds where that may be several.

    Raises:
        PermanentError: it is empty, of a format that is not read, damaged, or no article.
    """
    if not data.strip(b" \t\r\n\v\f\0"):
        raise PermanentError("parse", "empty", "the file is empty")
    form = format_of(data, path)
    if form.read is None:
        raise PermanentError("parse", "unsupported_format", f"it is {form.called}; text, HTML and JSON are read")
    return form.read(data, rules)


def open_file(file: BinaryIO, path: str, rules: Rules) -> Container:  # noqa: ARG001 - read from by formats that stream
    """Open a file that is too large for memory.

    Raises:
        PermanentError: it is of a format that can't be read piece by piece, as all are by now.
    """
    form = format_of(file.read(_HEAD_BYTES), path)
    raise PermanentError("parse", "too_large", f"it is {form.called}, which can only be read whole")


def format_of(data: bytes, path: str) -> Format:
    """The format of the document with these bytes; `path` is only looked at where they leave it open."""
    head = _head(data)
    if _ANY.match(head):
        return next(form for form in FORMATS if form.begins.match(head))
    if len(head) - len(head.translate(None, _CONTROLS)) > max(_STRAY_MAX, len(head) * _BINARY_SHARE_MAX):
        return _BINARY
    name = path.lower()
    named = next((form for form in FORMATS if name.endswith(form.endings)), _TEXT)
    if named.name == "html" and not _TAG.search(head):
        return _TEXT
    return named


def _head(data: bytes) -> bytes:
    head = data[:_HEAD_BYTES]
    for mark, codec in _WIDE_MARKS.items():
        if head.startswith(mark):
            return head.decode(codec, "replace").encode()
    return head
