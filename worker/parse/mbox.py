"""mbox: mails behind each other, each behind a line `From …`; read mail by mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.errors import PermanentError
from worker.parse.members import MEMBER_BYTES_MAX, MEMBERS_MAX, BadMember, Container, Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from worker.rules import Rules

_LINE_BYTES = 1 << 16
_SEPARATOR = re.compile(rb"From (?:\S+ .*\d\d?:\d\d|\S+ +(?:mon|tue|wed|thu|fri|sat|sun) |- )", re.IGNORECASE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def stream_mbox(file: BinaryIO, _rules: Rules) -> Container:
    """The mails of a mailbox, each named by its number."""
    return Container("mbox", _members(file))


def _members(file: BinaryIO) -> Iterator[Member | BadMember]:
    for number, mail in enumerate(_mails(file), 1):
        if number > MEMBERS_MAX:
            raise PermanentError("parse", "too_many_members", f"more than {MEMBERS_MAX} mails")
        if mail is None:
            yield BadMember(str(number), PermanentError("parse", "too_large", f"a mail over {MEMBER_BYTES_MAX} bytes"))
        else:
            yield Member(str(number), _QUOTED.sub(rb"\1", mail))


def _mails(file: BinaryIO) -> Iterator[bytes | None]:
    """The bytes of each mail; None for one that is too large."""
    held: list[bytes] = []
    size, is_open = 0, False
    is_at_start = is_behind_blank = True
    while line := file.readline(_LINE_BYTES):
        if is_at_start and is_behind_blank and _SEPARATOR.match(line):
            if is_open:
                yield b"".join(held) if size <= MEMBER_BYTES_MAX else None
            held, size, is_open = [], 0, True
        else:
            size += len(line)
            if size <= MEMBER_BYTES_MAX:
                held.append(line)
            elif held:
                held = []
        is_behind_blank = is_at_start and not line.strip()
        is_at_start = line.endswith(b"\n")
    if is_open:
        yield b"".join(held) if size <= MEMBER_BYTES_MAX else None
