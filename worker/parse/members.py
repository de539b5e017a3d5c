"""Documents inside a document: what an archive, a mailbox, a feed or a crawl holds, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.draft import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.draft import Draft
    from worker.errors import PermanentError
    from worker.rules import Rules


@dataclass(frozen=True, slots=True)
class Member:
    """One document inside another.

    `name` is its `source.member`: the same each time the container is opened, and no other member's (where a
    container's own names may repeat, the position is part of it). `data` are its bytes: what its reader gets, and
    what is kept where it is rejected. `read` is its reader where the container knows the format; None: the format is
    told by content. `fields` are what the container says of it; they count where the member itself says nothing.
    """

    name: str
    data: bytes
    read: Callable[[bytes, Rules], Draft] | None = None
    fields: Fields = Fields()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class BadMember:
    """A member that can't be had, though those behind it can; `data` is what there is of it."""

    name: str
    error: PermanentError
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Container:
    """An opened container.

    `members` can be gone through once, takes bounded memory, and raises PermanentError where nothing behind can be
    read: what came before stands.
    """

    format: str
    members: Iterator[Member | BadMember]
