"""What the claims in the index said of a document when it was committed: the field `v` of its entry in the stream.

Empty where it is like nothing else, else JSON with some of these keys:

    kind, of, similarity    it repeats a text: `exact` or `near`, the owner of the first of the family
    version, replaces       it is that version of a document, and takes the place of this owner's
    superseded              true: it is a version that came late
    found                   [[owner, owner], ...]: the first of a family, and that of the earlier one that it has joined
    shared                  [[owner, share, record], ...]: texts that have passages in common with it; the number of
                            their record, 0 where there is none

An owner is a document id, and for a member its id, that of its container and its ordinal, with colons between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from worker.ids import ID

_OWNER = re.compile(rf"({ID.pattern})(?::({ID.pattern}):(\d{{1,15}}))?")
_VERSION_MAX = 1 << 31


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has a text: a document, or a member of the document `container`, with its ordinal there."""

    document: str
    container: str | None = None
    ordinal: int = 0

    @classmethod
    def read(cls, text: object) -> Owner:
        """The owner of that name. Raises ValueError for anything else."""
        found = _OWNER.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"{text!r:.80} is no owner")
        document, container, ordinal = found.groups()
        return cls(document) if container is None else cls(document, container, int(ordinal))


@dataclass(frozen=True, slots=True)
class Repeated:
    """The text that a document repeats: of the owner `of`, the first of its family."""

    kind: Literal["exact", "near"]
    of: Owner
    similarity: float


@dataclass(frozen=True, slots=True)
class Joined:
    """Two families are one: `later` is the first of one, `earlier` of the other and of both."""

    later: Owner
    earlier: Owner


@dataclass(frozen=True, slots=True)
class Partner:
    """A text with passages in common; `record` is its number in the index, 0 where nobody knows."""

    owner: Owner
    share: float
    record: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a document stands to those that were claimed before it."""

    repeated: Repeated | None = None
    version: int = 1
    replaces: Owner | None = None
    superseded: bool = False
    joined: tuple[Joined, ...] = ()
    shared: tuple[Partner, ...] = ()

    @property
    def named(self) -> tuple[Owner, ...]:
        """Those that must have a line before this one has."""
        owners = [] if self.repeated is None else [self.repeated.of]
        owners += [] if self.replaces is None else [self.replaces]
        return (*owners, *(owner for pair in self.joined for owner in (pair.later, pair.earlier)))


def read_verdict(data: bytes) -> Verdict:
    """The verdict that the field holds.

    Raises:
        ValueError: it holds something else.
    """
    if not data:
        return Verdict()
    row = orjson.loads(data)
    try:
        return Verdict(
            version=_whole(row.get("version", 1), 1, _VERSION_MAX),
            repeated=_repeated(row) if "kind" in row else None,
            replaces=Owner.read(row["replaces"]) if "replaces" in row else None,
            superseded=row.get("superseded", False) is True,
            joined=tuple(Joined(Owner.read(later), Owner.read(earlier)) for later, earlier in row.get("found", ())),
            shared=tuple(
                Partner(Owner.read(owner), _share(share), _whole(record, 0, 1 << 53))
                for owner, share, record in row.get("shared", ())
            ),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"a verdict of another form: {error}") from None


def _repeated(row: dict[str, Any]) -> Repeated:
    if row["kind"] not in {"exact", "near"}:
        raise ValueError(f"no kind of duplicate: {row['kind']!r:.20}")
    return Repeated(row["kind"], Owner.read(row["of"]), _share(row["similarity"]))


def _share(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError(f"{value!r:.20} is no share")


def _whole(value: object, low: int, high: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise ValueError(f"{value!r:.20} is not from {low} to {high}")
