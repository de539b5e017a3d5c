"""The head: where every output ended when a segment was last sealed, durable before that gets its sealed name."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson

from worker.disk import fsops
from worker.disk.layout import OutFolder  # noqa: TC001 - part of the public signatures
from worker.disk.position import OUTPUTS, Position, Positions
from worker.sink.outputs import ADOPT, End, OutputDamagedError

_SCHEMA = "head/1"


@dataclass(frozen=True, slots=True)
class Sealing:
    """The segment that was sealed with this head: the ordinal of its first line, and its length."""

    output: str
    first: int
    length: int


@dataclass(frozen=True, slots=True)
class Head:
    """Where all outputs end; one that is not in `ends` has not begun.

    `generation` is that of the last journal record before this head: only later records count beside it.
    `sealing` tells a start after a crash what has still to be renamed.
    """

    generation: int
    ends: dict[str, End]
    sealing: Sealing | None = None

    def of(self, output: str) -> End:
        """The end of the output of that name."""
        return self.ends.get(output, End())


def write_head(out: OutFolder, head: Head) -> None:
    """Make `head` durable, and with it every name in the hidden folder."""
    fsops.write_file(out.head, orjson.dumps({"schema": _SCHEMA, **asdict(head)}))
    fsops.sync_folder(out.hidden)


def read_head(out: OutFolder) -> Head | None:
    """The durable head, None where there is none.

    Raises:
        OutputDamagedError: there is one, and nobody can read it.
    """
    try:
        with open(out.head, "rb") as file:
            value = orjson.loads(file.read())
        sealing = Sealing(**value["sealing"]) if value["sealing"] else None
        ends = {name: End.from_json(end) for name, end in value["ends"].items()}
        return Head(value["generation"], ends, sealing)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise OutputDamagedError(out.head, f"it can't be read ({error})", f"restore it; {ADOPT}") from None


def positions_of(ends: dict[str, End]) -> Positions:
    """The positions of all outputs; one that is not in `ends` is at its beginning."""
    return Positions(**{name: ends[name].position if name in ends else Position() for name in OUTPUTS})
