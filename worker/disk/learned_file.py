"""What was learned and what people decided about it, on disk beside the outputs.

    <out>/.copydesk/learned.json     the writer's: each paragraph with its publisher, and where it was seen
    <out>/.copydesk/decisions.json   people's: approved and refused ones (`copydesk rules`)

Each has one owner, is replaced as a whole, and says a hash of its content: a file that is torn or was edited by hand is
set aside under another name, and loudly. What was learned comes back from the lines; decisions do not.
"""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import orjson

from worker.disk import fsops
from worker.learned import mark_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from worker.disk.layout import OutFolder

Decision = Literal["approved", "refused"]
DECISIONS: tuple[Decision, ...] = ("approved", "refused")

_SCHEMA = "learned/1"
_ID_CHARACTERS = 10
_T = TypeVar("_T")

_log = logging.getLogger("copydesk.sink")


@dataclass(frozen=True, slots=True)
class LearnedParagraph:
    """One paragraph of a publisher.

    `articles` is in how many articles it had stood when it was learned, `seq` the line with which it was learned,
    `last_seq` the last line in which it was seen or from which it was cut.
    """

    publisher: str
    paragraph: str
    articles: int
    seq: int
    last_seq: int

    @property
    def id(self) -> str:
        """The same for the same words of the same publisher, on every machine."""
        digest = hashlib.sha256(self.publisher.encode("utf-8", "replace") + b"\0" + self.mark)
        return digest.hexdigest()[:_ID_CHARACTERS]

    @property
    def mark(self) -> bytes:
        """What the stages know it by."""
        return mark_of(self.paragraph)


def read_learned(out: OutFolder) -> tuple[LearnedParagraph, ...]:
    """What was learned; nothing where the file is missing, or is damaged and was set aside.

    Raises:
        OSError: it can't be read.
    """
    rows = _read(out.learned, lambda value: tuple(LearnedParagraph(**row) for row in value))
    return rows or ()


def write_learned(out: OutFolder, paragraphs: Iterable[LearnedParagraph]) -> None:
    """Replace the file. Raises OSError: the disk."""
    _write(out.learned, [asdict(one) for one in paragraphs])


def read_decisions(out: OutFolder) -> Mapping[str, Decision]:
    """The decisions by id; none where the file is missing, or is damaged and was set aside.

    Raises:
        OSError: it can't be read.
    """
    return _read(out.decisions, lambda value: {id_: DECISIONS[DECISIONS.index(said)] for id_, said in value}) or {}


def write_decisions(out: OutFolder, decisions: Mapping[str, Decision]) -> None:
    """Replace the file. Raises OSError: the disk."""
    _write(out.decisions, sorted(decisions.items()))


def _write(path: str, value: object) -> None:
    data = orjson.dumps(value)
    head = orjson.dumps({"schema": _SCHEMA, "sha256": hashlib.sha256(data).hexdigest()})
    fsops.write_file(path, head + b"\n" + data + b"\n")
    fsops.sync_folder(os.path.dirname(path))


def _read(path: str, build: Callable[[list[Any]], _T]) -> _T | None:
    try:
        with open(path, "rb") as file:
            head, _, rest = file.read().partition(b"\n")
    except FileNotFoundError:
        return None
    data = rest.removesuffix(b"\n")
    try:
        said = orjson.loads(head)
        if (said["schema"], said["sha256"]) == (_SCHEMA, hashlib.sha256(data).hexdigest()):
            return build(orjson.loads(data))
        problem = "its content is not what its first line says"
    except (ValueError, KeyError, TypeError) as error:
        problem = str(error)
    aside = f"{path}.damaged"
    _log.error("%s can't be understood (%s): set aside as %s", path, problem, aside)
    fsops.rename(path, aside)
    return None
