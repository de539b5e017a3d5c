"""The table of formats: how each begins, and what reads it.

Told by content: the first row that fits is it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.parse.html_page import read_html
from worker.parse.json_document import read_json, stream_json_lines
from worker.parse.plain_text import read_text
from worker.parse.readers import (
    read_docx,
    read_feed,
    read_mail,
    read_markdown,
    read_newsml,
    read_nitf,
    read_pdf,
    stream_arc,
    stream_mbox,
    stream_tar,
    stream_warc,
    stream_zip,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from worker.draft import Draft
    from worker.parse.members import Container
    from worker.rules import Rules

_BLANK = rb"(?:\xef\xbb\xbf)?\s*+"
_PROLOGUE = _BLANK + rb"(?:<\?.*?\?>\s*+)*+(?:<!--.*?-->\s*+)*+"
_DOCTYPE = rb"(?:<!doctype\s[^<>\[]*(?:\[[^\]]*\]\s*)?>\s*+)?(?:<!--.*?-->\s*+)*+(?:<\?.*?\?>\s*+)*+"
_PREFIX = rb"(?:[a-z][\w-]{0,30}:)?"
_PAGE = (
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|main|article|section|div|p|h[1-6]|span|script|style"
    rb"|header|figure|blockquote|center|table|ul|ol|img|br|a|b|i|em|strong|font)[\s>/]"
)
_FEED = rb"<" + _PREFIX + rb"(?:(?:rss|feed|rdf)[\s>/]|channel(?:\s+[a-z:]+=|>))"
_NEWSML = rb"(?:news|package|concept|knowledge|planning|catalog)(?:item|message|ml)"
_FRONT_MATTER = (
    rb"(?:---[ \t]*\r?\n(?:#[^\n]*\n)*+[a-z][\w .-]{0,60}:[ \t\r\n].{0,4000}?\n(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)"
    rb"|\+\+\+[ \t]*\r?\n(?:#[^\n]*\n)*+[a-z][\w.-]{0,60}[ \t]*=.{0,4000}?\n\+\+\+[ \t]*\r?(?:\n|\Z))"
)
_MAIL = (
    rb"(?=(?:received|return-path|delivered-to|mime-version|message-id|x-mozilla-status|dkim-signature"
    rb"|content-transfer-encoding|x-original-to|authentication-results|list-id|x-mailer|in-reply-to):)"
)
_HEADER_LINE = rb"[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*+"
_MAILBOX = rb"From \S+ +(?:mon|tue|wed|thu|fri|sat|sun) [a-z]{3} +\d"


@dataclass(frozen=True, slots=True)
class Format:
    """A format, how it begins, and its reader; without one the document is rejected.

    `read` is that of a format that holds one article; `open` that of one that may hold several; `stream` opens a
    file that need not fit into memory; `is_unpacked` says that what it compresses is read in its place. `begins` is
    matched at the start of the bytes, one of `endings` at the end of the lower-case file name: it counts only where
    no content decides.
    """

    name: str
    called: str
    begins: re.Pattern[bytes]
    read: Callable[[bytes, Rules], Draft] | None = None
    open: Callable[[bytes, Rules], Draft | Container] | None = None
    stream: Callable[[BinaryIO, Rules], Container] | None = None
    endings: tuple[str, ...] = ()
    is_unpacked: bool = False

    @property
    def is_read(self) -> bool:
        """Whether there is a reader."""
        return self.is_unpacked or any((self.read, self.open, self.stream))


def _begins(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)


# Those with a signature come before those that are guessed from words.
FORMATS: tuple[Format, ...] = (
    Format("pdf", "a PDF", _begins(rb"%PDF-"), read_pdf),
    Format("docx", "a word-processor file (docx)", _begins(rb"PK\x03\x04.{0,4000}word/"), read_docx),
    Format("xlsx", "a spreadsheet (xlsx)", _begins(rb"PK\x03\x04.{26}\[Content_Types\]\.xml.{0,4000}xl/")),
    Format("pptx", "slides (pptx)", _begins(rb"PK\x03\x04.{26}\[Content_Types\]\.xml.{0,4000}ppt/")),
    Format("odt", "a word-processor file (odt)", _begins(rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis")),
    Format("epub", "an e-book (epub)", _begins(rb"PK\x03\x04.{26}mimetypeapplication/epub")),
    Format("zip", "a zip archive", _begins(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), stream=stream_zip),
    Format("gzip", "a gzip file", _begins(rb"\x1f\x8b\x08"), is_unpacked=True),
    Format("bzip2", "a bzip2 file", _begins(rb"BZh[1-9]1AY&SY")),
    Format("xz", "an xz file", _begins(rb"\xfd7zXZ\x00")),
    Format("zstd", "a zstd file", _begins(rb"\x28\xb5\x2f\xfd")),
    Format("7z", "a 7z archive", _begins(rb"7z\xbc\xaf\x27\x1c")),
    Format("rar", "a rar archive", _begins(rb"Rar!\x1a\x07")),
    Format("tar", "a tar archive", _begins(rb".{257}ustar"), stream=stream_tar),
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
    Format("warc", "a web archive (WARC)", _begins(rb"WARC/[01]\.\d+\r?\n"), stream=stream_warc),
    Format("arc", "a web archive (ARC)", _begins(rb"filedesc://\S+ [\d.]+ \d{8,14} text/plain "), stream=stream_arc),
    Format("html", "HTML", _begins(_PROLOGUE + _PAGE), read_html, endings=(".html", ".htm", ".xhtml")),
    Format(
        "nitf",
        "an XML news file (NITF)",
        _begins(_PROLOGUE + rb"(?:<!doctype\s+nitf[\s>]|" + _DOCTYPE + rb"<" + _PREFIX + rb"nitf[\s>])"),
        read_nitf,
    ),
    Format(
        "newsml",
        "an XML news file (NewsML)",
        _begins(_PROLOGUE + rb"(?:<!doctype\s+newsml[\s>]|" + _DOCTYPE + rb"<" + _PREFIX + _NEWSML + rb"[\s>])"),
        open=read_newsml,
    ),
    Format("feed", "a feed", _begins(_PROLOGUE + _DOCTYPE + _FEED), open=read_feed),
    Format(
        "xml",
        "XML",
        _begins(_BLANK + rb"<(?:\?xml\s|!doctype|[a-z][\w.:-]*+(?:\s[^<>]*)?>\s*+<[a-z!])"),
        open=read_newsml,
    ),
    Format("markdown", "Markdown with front matter", _begins(_BLANK + _FRONT_MATTER), read_markdown),
    Format("mbox", "a mailbox (mbox)", _begins(_MAILBOX), stream=stream_mbox),
    Format(
        "mail",
        "mail",
        _begins(rb"(?:" + _HEADER_LINE + rb"){0,40}?" + _MAIL + _HEADER_LINE + rb"[\w-]+:"),
        open=read_mail,
        endings=(".eml",),
    ),
    Format(
        "json",
        "JSON",
        _begins(_BLANK + rb"(?:\{\s*+[\"}]|\[\s*+[\[{\"\]])"),
        open=read_json,
        stream=stream_json_lines,
        endings=(".json", ".jsonl", ".ndjson"),
    ),
)

# Asked first: most files are plain text, and begin like none of these.
_ANY = _begins(b"|".join(b"(?:%s)" % form.begins.pattern for form in FORMATS))

BINARY = Format("binary", "binary data", _begins(b""))
TEXT = Format("txt", "plain text", _begins(b""), read_text)
ARCHIVES = frozenset({"zip", "gzip", "tar", "bzip2", "xz", "zstd", "7z", "rar"})


def begins_any(head: bytes) -> bool:
    """Whether a document that begins with `head` has one of the formats by its content."""
    return _ANY.match(head) is not None
