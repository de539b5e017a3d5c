"""JSON Lines: an object on each line, read line by line."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

import orjson

from worker.errors import PermanentError
from worker.parse.members import MEMBER_BYTES_MAX, MEMBERS_MAX, BadMember, Container, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from worker.draft import Draft
    from worker.rules import Rules

_LOOKED_AT = 5
_MARK = b"\xef\xbb\xbf"


def is_json_lines(text: str) -> bool:
    """Whether `text`, which is no JSON as a whole, has an object on one of its first lines, and more of them."""
    lines: list[str] = []
    start = 0
    while len(lines) < _LOOKED_AT and start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip()
        if line:
            lines.append(line)
        start = end + 1
    return len(lines) > 1 and all(line.startswith("{") for line in lines) and any(map(_is_json, lines))


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def json_lines(file: BinaryIO, read: Callable[[bytes, Rules], Draft]) -> Container:
    """The articles in `file`, each named by the number of its line and read by `read`.

    Raises:
        PermanentError: none of the first lines is an object by itself.
    """
    lines = _lines(file)
    first = list(islice(lines, _LOOKED_AT))
    if not any(_is_json(line.removeprefix(_MARK).decode("utf-8", "replace")) for line in first if line.strip()):
        raise PermanentError("parse", "too_large", "JSON that is not an object a line is only read as a whole")
    return Container("jsonl", _members(chain(first, lines), read))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines, of those that are too long only the beginning."""
    while line := file.readline(MEMBER_BYTES_MAX + 1):
        if len(line) > MEMBER_BYTES_MAX:
            _skip_line(file)
        yield line


def _members(lines: Iterator[bytes], read: Callable[[bytes, Rules], Draft]) -> Iterator[Member | BadMember]:
    found = 0
    for number, line in enumerate(lines, 1):
        if len(line) > MEMBER_BYTES_MAX:
            yield BadMember(str(number), PermanentError("parse", "too_large", f"a line over {MEMBER_BYTES_MAX} bytes"))
            continue
        content = line.strip().removeprefix(_MARK)
        if content:
            found += 1
            if found > MEMBERS_MAX:
                raise PermanentError("parse", "too_many_members", f"more than {MEMBERS_MAX} lines")
            yield Member(str(number), content, read)


def _skip_line(file: BinaryIO) -> None:
    while (piece := file.readline(1 << 20)) and not piece.endswith(b"\n"):
        pass
