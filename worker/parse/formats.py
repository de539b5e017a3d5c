"""Which format a document has, and what it holds: one article, or several documents.

The format is told by content; the name only settles what the content leaves open. What is inside of a container
is told in the same way, and a container inside of one is gone through in its place.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse.format_table import ARCHIVES, BINARY, FORMATS, TEXT, begins_any
from worker.parse.gunzip import Gunzip, Joined
from worker.parse.members import MEMBER_BYTES_MAX, BadMember, Container, Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from worker.parse.format_table import Format
    from worker.rules import Rules

_HEAD_BYTES = 4096
# Among random bytes one in ten is a control character that no text has.
_BINARY_SHARE_MAX = 0.05
_STRAY_MAX = 8
_CONTROLS = bytes({*range(0x20)} - {*b"\b\t\n\v\f\r\x1a\x1b"})
_WIDE_MARKS = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Wide XML without a mark: the first two characters tell.
_WIDE_XML = {b"<\0?\0": "utf-16-le", b"\0<\0?": "utf-16-be", b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be"}
_TAG = re.compile(rb"</?(?:p|div|br|span|a|article|h[1-6])\b[^<>]*>", re.IGNORECASE)


def read(data: bytes, path: str, rules: Rules) -> Draft | Container:
    """The draft of the document with these bytes, which lay at `path`, or the documents inside of it.

    Raises:
        PermanentError: it is empty, of a format that is not read, damaged, or no article.
    """
    form = _readable(data, path)
    if form.name == "gzip":
        return _read_gzip(io.BytesIO(data), path, rules)
    return _opened(form, data, rules)


def open_file(file: BinaryIO, path: str, rules: Rules) -> Container:
    """The documents inside of a file that is too large for memory; it can be sought in, and stays the caller's.

    Raises:
        PermanentError: its format is not read, or only as a whole.
    """
    start = file.tell()
    form = _readable(file.read(_HEAD_BYTES), path)
    file.seek(start)
    if form.name == "gzip":
        opened = _read_gzip(file, path, rules)
        if isinstance(opened, Container):
            return opened
    if form.stream is None:
        raise PermanentError("parse", "too_large", f"it is {form.called}, and too large to be read as a whole")
    return _flat(form.stream(file, rules), rules)


def format_of(data: bytes, path: str) -> Format:
    """The format of the document with these bytes; `path` is only looked at where they leave it open."""
    head = _head(data)
    if begins_any(head):
        return next(form for form in FORMATS if form.begins.match(head))
    if len(head) - len(head.translate(None, _CONTROLS)) > max(_STRAY_MAX, len(head) * _BINARY_SHARE_MAX):
        return BINARY
    name = path.lower()
    named = next((form for form in FORMATS if form.endings and name.endswith(form.endings)), TEXT)
    if named.name == "html" and not _TAG.search(head):
        return TEXT
    return named


def _head(data: bytes) -> bytes:
    head = data[:_HEAD_BYTES]
    for marks in (_WIDE_MARKS, _WIDE_XML):
        for mark, codec in marks.items():
            if head.startswith(mark):
                return head.decode(codec, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    return head


def _readable(data: bytes, path: str) -> Format:
    if not data.strip(b" \t\r\n\v\f\0"):
        raise PermanentError("parse", "empty", "the file is empty")
    form = format_of(data, path)
    if not form.is_read:
        raise PermanentError("parse", "unsupported_format", f"it is {form.called}, which is not read")
    return form


def _opened(form: Format, data: bytes, rules: Rules) -> Draft | Container:
    if form.read is not None:
        return form.read(data, rules)
    if form.open is not None:
        opened = form.open(data, rules)
    else:
        assert form.stream is not None
        opened = form.stream(io.BytesIO(data), rules)
    return _flat(opened, rules) if isinstance(opened, Container) else opened


def _read_gzip(file: BinaryIO, path: str, rules: Rules) -> Draft | Container:
    """What is compressed, as if it were not: gzip adds no level of its own."""
    inside = Gunzip(file)
    reader = io.BufferedReader(inside, 1 << 16)
    path = path[:-3] if path.lower().endswith(".gz") else path
    form = _readable(reader.peek(_HEAD_BYTES)[:_HEAD_BYTES], path)
    if form.name in ARCHIVES - {"tar"}:
        raise PermanentError("parse", "nested_archive", f"{form.called} inside of gzip")
    if form.stream is not None and form.name != "json":
        opened = _flat(form.stream(reader, rules), rules)
        return replace(opened, members=_to_its_end(opened.members, inside))
    data = reader.read(MEMBER_BYTES_MAX + 1)
    if len(data) > MEMBER_BYTES_MAX:
        if form.stream is None:
            raise PermanentError("parse", "too_large", f"{form.called} of over {MEMBER_BYTES_MAX} bytes when unpacked")
        opened = form.stream(io.BufferedReader(Joined(data, reader)), rules)
        return replace(opened, members=_to_its_end(_flat(opened, rules).members, inside))
    try:
        whole = _opened(form, data, rules)
    except PermanentError:
        inside.raise_damage()
        raise
    if isinstance(whole, Container):
        return replace(whole, members=_to_its_end(whole.members, inside))
    inside.raise_damage()
    return whole


def _to_its_end(members: Iterator[Member | BadMember], inside: Gunzip) -> Iterator[Member | BadMember]:
    """`members`, and then what was wrong with the compression around them."""
    try:
        yield from members
    except PermanentError:
        inside.raise_damage()
        raise
    inside.raise_damage()


def _flat(container: Container, rules: Rules) -> Container:
    """`container` with members that hold one article each."""
    return replace(container, members=_flattened(container.members, rules))


def _flattened(members: Iterator[Member | BadMember], rules: Rules) -> Iterator[Member | BadMember]:
    is_empty = True
    for member in members:
        for inner in (member,) if isinstance(member, BadMember) or member.read else _inside(member, rules):
            is_empty = False
            yield inner
    if is_empty:
        raise PermanentError("parse", "not_an_article", "there is nothing inside that could be an article")


def _inside(member: Member, rules: Rules) -> Iterator[Member | BadMember]:
    """`member` with its reader, or what it holds, under names that begin with its own."""
    try:
        form = _readable(member.data, member.name)
        if form.name in ARCHIVES:
            raise PermanentError("parse", "nested_archive", f"{form.called} inside of another archive")  # noqa: TRY301
        opened = None if form.read is not None else _opened(form, member.data, rules)
    except PermanentError as error:
        yield BadMember(member.name, error, member.data)
        return
    if opened is None:
        yield replace(member, read=form.read)
    elif isinstance(opened, Draft):
        yield replace(member, read=partial(_already, opened))
    else:
        yield from _renamed(opened, member)


def _renamed(container: Container, member: Member) -> Iterator[Member | BadMember]:
    try:
        for inner in container.members:
            name = f"{member.name}!{inner.name}"
            if isinstance(inner, BadMember):
                yield replace(inner, name=name)
            else:
                yield replace(inner, name=name, fields=inner.fields.or_else(member.fields))
    except PermanentError as error:
        yield BadMember(f"{member.name}!", error, b"" if len(member.data) > MEMBER_BYTES_MAX else member.data)


def _already(draft: Draft, _data: bytes, _rules: Rules) -> Draft:
    """The draft of a member that had to be read to see that it holds one article."""
    return draft
