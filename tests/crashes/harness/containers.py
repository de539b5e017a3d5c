"""A container for tests: a first line that says so, then a member on each line, as JSON.

It is not one of the formats that copydesk reads, so that what is tested here are the members and nothing else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.crashes.harness.corpus import BLANK, Dropped, text
from worker.errors import PermanentError
from worker.parse.members import BadMember, Container, Member

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

MAGIC = b"#members\n"
BROKEN = b"broken\n"


def opened(file: BinaryIO) -> Container:
    """The container in `file`, read as it is gone through."""
    if file.readline(len(MAGIC)) != MAGIC:
        raise PermanentError("parse", "too_large", "it can only be read whole")
    return Container("members", _members(file))


def _members(file: BinaryIO) -> Iterator[Member | BadMember]:
    for line in file:
        if line == BROKEN:
            raise PermanentError("parse", "broken_archive", "nothing behind can be read")
        kind, name, words = json.loads(line)
        if kind == "bad":
            yield BadMember(name, PermanentError("parse", "bad_member", "it can't be had"), words.encode())
        else:
            yield Member(name, words.encode())


def container(path: str, members: Sequence[Dropped], *, broken: bool = False) -> Dropped:
    """A file with these members; `broken`: behind them nothing can be read."""
    rows = [
        json.dumps(["bad" if m.path.startswith("bad") else "good", m.path, m.data.decode()]).encode() + b"\n"
        for m in members
    ]
    data = MAGIC + b"".join(rows) + (BROKEN if broken else b"")
    return Dropped(path, data, "rejection" if broken else "members", tuple(members))


def members(count: int, first: int = 0, sentences: int = 6) -> list[Dropped]:
    """So many members, each a text of its own but for every seventh: that one is blank, or can't be had."""

    def member(number: int) -> Dropped:
        if number % 7 == 3:
            return Dropped(f"blank/{number:06}", BLANK, "rejection")
        if number % 7 == 5:
            return Dropped(f"bad/{number:06}", b"a bad one", "rejection")
        return Dropped(f"good/{number:06}", text(number, sentences))

    return [member(number) for number in range(first, first + count)]


def known_containers() -> list[Dropped]:
    """One that is whole, one that breaks half-way, one with copies within and of the others, one that is empty."""
    copies = [Dropped(f"copy {n} at {at}", text(n)) for at, n in enumerate((1, 2, 40, 40))]
    return [
        container("whole.members", members(20)),
        container("broken.members", members(8, first=30), broken=True),
        container("copies.members", [*copies, Dropped("own", text(50))]),
        Dropped("empty.members", MAGIC, "rejection"),
        Dropped("alone.txt", text(41)),
        Dropped("copy alone.txt", text(2)),
    ]
