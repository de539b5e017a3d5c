"""From bytes to text: byte order mark, strict UTF-8, the declared encoding, the charset that the bytes show, cp1252."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from worker.parse.charsets import charset_of

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What a document may declare, in small letters without punctuation, and how it is read and named: as browsers
# do, latin-1 is windows-1252 and GB 2312 is GB 18030. Everything else, and with it UTF-7 and Python's own
# codecs, is not believed. A table of our own: Python's registry imports and remembers whatever word it is
# asked for.
_DECLARABLE = {
    **{f"windows{n}": (f"cp{n}", f"windows-{n}") for n in (874, *range(1250, 1259))},
    **{f"cp{n}": (f"cp{n}", f"windows-{n}") for n in range(1250, 1259)},
    **{f"iso8859{n}": (f"iso8859-{n}", f"iso-8859-{n}") for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    "iso88591": ("cp1252", "windows-1252"),
    "latin1": ("cp1252", "windows-1252"),
    "ascii": ("cp1252", "windows-1252"),
    "usascii": ("cp1252", "windows-1252"),
    "iso88599": ("cp1254", "windows-1254"),
    "iso885911": ("cp874", "windows-874"),
    "tis620": ("cp874", "windows-874"),
    "ibm866": ("cp866", "ibm866"),
    "koi8r": ("koi8-r", "koi8-r"),
    "koi8u": ("koi8-u", "koi8-u"),
    "macintosh": ("mac-roman", "macintosh"),
    "gb2312": ("gb18030", "gb18030"),
    "gbk": ("gb18030", "gb18030"),
    "gb18030": ("gb18030", "gb18030"),
    "big5": ("big5hkscs", "big5"),
    "big5hkscs": ("big5hkscs", "big5"),
    "euckr": ("cp949", "euc-kr"),
    "ksc56011987": ("cp949", "euc-kr"),
    "shiftjis": ("cp932", "shift_jis"),
    "sjis": ("cp932", "shift_jis"),
    "xsjis": ("cp932", "shift_jis"),
    "windows31j": ("cp932", "shift_jis"),
    "eucjp": ("euc_jp", "euc-jp"),
    "iso2022jp": ("iso2022_jp", "iso-2022-jp"),
}
_PUNCTUATION = re.compile(r"[^a-z0-9]+")

_REPLACEMENT = "\ufffd"
_ESCAPE = b"\x1b"
_BROKEN_MAX = 1000


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` without its byte order mark; `encoding` as the record names it; `flags` for `quality.flags`."""

    text: str
    encoding: str
    flags: tuple[str, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of `data`. `declared` is what the document itself says of its encoding.

    Never fails: a byte that can't be read becomes U+FFFD or, in cp1252, the control character of its
    number, and the flag `undecodable_bytes` or `mixed_encoding` says so.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _lenient(data, codec, codec)
    codec, name = _DECLARABLE.get(_PUNCTUATION.sub("", (declared or "").lower()), ("cp1252", "windows-1252"))
    # ISO 2022 is made of ASCII bytes alone, so that it would pass for UTF-8.
    if codec == "iso2022_jp" and _ESCAPE in data:
        return _lenient(data, codec, name)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data, error):
            return Decoded(data.decode("utf-8", _BYTES_OF_CP1252), "utf-8", ("mixed_encoding",))
    told = charset_of(data) if not declared else None
    if told is not None:
        return _lenient(data, *told)
    return _from_cp1252(data) if codec == "cp1252" else _lenient(data, codec, name)


def is_believed(declared: str) -> bool:
    """Whether `declared` is a charset that `decode` would read by, and no codec of Python's own such as `punycode`."""
    name = _PUNCTUATION.sub("", declared.lower())
    return (
        declared.isascii()
        and declared.isprintable()
        and (name in _DECLARABLE or name.removeprefix("utf")[:2] in {"8", "16", "32"})
    )


def _lenient(data: bytes, codec: str, name: str) -> Decoded:
    text = data.decode(codec, "replace").removeprefix("\ufeff")
    return Decoded(text, name, ("undecodable_bytes",) if _REPLACEMENT in text else ())


def _is_mostly_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether the bytes that are not UTF-8 are the exception: a character cut at the end, a pasted word."""
    if error.start >= len(data) - 3 and not data[: error.start].isascii():
        return True
    letters = data.decode("utf-8", "replace")
    broken = letters.count(_REPLACEMENT)
    sound = len(letters) - len(letters.encode("ascii", "ignore")) - broken
    return sound > broken and broken <= _BROKEN_MAX


def _from_cp1252(data: bytes) -> Decoded:
    try:
        return Decoded(data.decode("cp1252"), "windows-1252")
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1").translate(_CP1252), "windows-1252", ("undecodable_bytes",))


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1").translate(_CP1252), error.end


_CP1252 = {number: bytes([number]).decode("cp1252", "ignore") or chr(number) for number in range(0x80, 0xA0)}
_BYTES_OF_CP1252 = "copydesk-cp1252"
codecs.register_error(_BYTES_OF_CP1252, _as_cp1252)
