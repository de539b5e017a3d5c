"""Files to drop: made texts, each with a mark of its own, and what is owed for each."""

from __future__ import annotations

import hashlib
import json
import os
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from worker.disk import names

if TYPE_CHECKING:
    from pathlib import Path

_FIRST = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va")
_SECOND = ("bar", "den", "fil", "gom", "lup", "mar", "nes", "pit", "ron", "sul", "tak", "ver")

BLANK = b" \n\n"
"""What holds no article, whatever parses it."""

Manner = Literal["write", "slow", "rename", "link"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was put into the inbox. `path` is relative to it; `owed` is the kind of its one line.

    A container has `members`, whose paths are their names; of its own it is owed no line, or its rejection. A near copy
    has the data of the other file in `near_to`.
    """

    path: str
    data: bytes
    owed: Literal["article", "rejection", "members"] = "article"
    members: tuple[Dropped, ...] = ()
    near_to: bytes | None = None

    @property
    def shown(self) -> str:
        """The path as the record has it."""
        return names.shown(os.fsencode(self.path))

    def lines(self) -> list[tuple[str, str, str | None, str]]:
        """What is owed: kind, path, member and sha256 of each line."""
        rows = [(m.owed, self.shown, m.path, hashlib.sha256(m.data).hexdigest()) for m in self.members]
        if self.owed == "members":
            return [(str(kind), path, name, digest) for kind, path, name, digest in rows]
        return [*rows, (self.owed, self.shown, None, hashlib.sha256(self.data).hexdigest())]


def text(number: int, sentences: int = 6) -> bytes:
    """A plain article of its own, the same for the same number."""
    choose = random.Random(number)

    def sentence() -> str:
        # Of made-up words: texts of different numbers are not like each other.
        words = [choose.choice(_FIRST) + choose.choice(_SECOND) for _ in range(12)]
        return f"The {' '.join(words)}."

    paragraphs = [" ".join(sentence() for _ in range(3)) for _ in range(max(1, sentences // 3))]
    paragraphs.append(f"The file has the number {number} in the register of the town.")
    return (f"Town hall settles matter {number}\n\n" + "\n\n".join(paragraphs) + "\n").encode()


def near_copy(number: int, copy: int) -> Dropped:
    """The article of that number under a paragraph of its own at the end: the same for the same copy."""
    choose = random.Random(f"{number} {copy}")
    words = " ".join(choose.choice(_FIRST) + choose.choice(_SECOND) for _ in range(8))
    data = text(number) + f"\nAlso of note: {words}.\n".encode()
    return Dropped(f"near {number} {copy}.txt", data, near_to=text(number))


PROMO = "Support the work of the Harbour Herald with a small sum each month."


def promoted(number: int) -> bytes:
    """A scraped article of one publisher, with a promo that all of them carry."""
    words = text(number).decode().rstrip() + f"\n\n{PROMO}\n"
    title, _, body = words.partition("\n\n")
    return json.dumps({"title": title, "url": f"https://herald.example/{number}", "text": body}).encode()


def articles(count: int, first: int = 0, folder: str = "", sentences: int = 6) -> list[Dropped]:
    """`count` different articles."""
    return [Dropped(f"{folder}{n:05}.txt", text(n, sentences)) for n in range(first, first + count)]


def known_set() -> list[Dropped]:
    """A few of each kind: plain, in a sub-folder, an exact copy, one that no parser takes."""
    return [
        *articles(5),
        *articles(1, first=10, folder="desk/"),
        Dropped("copy of 00001.txt", text(1)),
        Dropped("blank.txt", BLANK, "rejection"),
    ]


def drop(inbox: Path, file: Dropped, manner: Manner = "rename") -> None:
    """Put `file` into the inbox. `rename` and `link` show it whole, `link` keeps a second name outside."""
    target = os.path.join(os.fsencode(inbox), os.fsencode(file.path))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if manner == "write":
        _write(target, (file.data,))
    elif manner == "slow":
        third = len(file.data) // 3 + 1
        _write(target, [file.data[i : i + third] for i in range(0, len(file.data), third)])
    else:
        outside = os.path.join(os.path.dirname(os.fsencode(inbox)), b"outside")
        os.makedirs(outside, exist_ok=True)
        source = os.path.join(outside, b"%d-%s" % (os.getpid(), os.fsencode(file.path).replace(b"/", b"_")))
        _write(source, (file.data,))
        (os.rename if manner == "rename" else os.link)(source, target)


def _write(path: bytes, pieces: tuple[bytes, ...] | list[bytes]) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        for piece in pieces:
            os.write(fd, piece)
    finally:
        os.close(fd)
