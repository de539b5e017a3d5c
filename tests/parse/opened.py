"""What the readers make of bytes, member by member."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from worker.config_files import load_rules
from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse.formats import open_file, read
from worker.parse.members import BadMember, Container

if TYPE_CHECKING:
    from worker.draft import Fields

RULES = load_rules()


@dataclass(frozen=True, slots=True)
class Opened:
    """A container gone through: drafts and refusals by name in order, and why it ended early."""

    format: str
    drafts: dict[str, Draft]
    refused: dict[str, str]
    ended: str | None

    @property
    def fields(self) -> Fields:
        """Those of the only draft."""
        (draft,) = self.drafts.values()
        return draft.fields


def gone_through(container: Container) -> Opened:
    """Every member read, with what its container says of it."""
    drafts: dict[str, Draft] = {}
    refused: dict[str, str] = {}
    try:
        for member in container.members:
            assert member.name not in drafts.keys() | refused.keys(), member.name
            if isinstance(member, BadMember):
                refused[member.name] = member.error.error
                continue
            assert member.read is not None
            try:
                draft = member.read(member.data, RULES)
                drafts[member.name] = replace(draft, fields=draft.fields.or_else(member.fields))
            except PermanentError as error:
                refused[member.name] = error.error
    except PermanentError as error:
        return Opened(container.format, drafts, refused, error.error)
    return Opened(container.format, drafts, refused, None)


def opened(data: bytes, path: str = "a.bin") -> Opened:
    """What is in a container."""
    container = read(data, path, RULES)
    assert isinstance(container, Container), container
    return gone_through(container)


def streamed(data: bytes, path: str = "a.bin") -> Opened:
    """The same from a file that is taken for too large."""
    return gone_through(open_file(io.BytesIO(data), path, RULES))


def draft_of(data: bytes, path: str = "a.bin") -> Draft:
    """The one article in a document."""
    draft = read(data, path, RULES)
    assert isinstance(draft, Draft), draft
    return draft


def error_of(data: bytes, path: str = "a.bin") -> str:
    """Why a document is refused as a whole."""
    try:
        got = read(data, path, RULES)
    except PermanentError as error:
        return error.error
    assert isinstance(got, Container), got
    whole = gone_through(got)
    assert (whole.drafts, whole.refused) == ({}, {})
    assert whole.ended is not None
    return whole.ended


def as_expected(found: Opened) -> dict[str, object]:
    """What `found` holds as the files in `tests/golden/members` have it: only what is not empty."""
    drafts = {
        name: {
            "format": draft.format,
            "paragraphs": draft.paragraphs,
            "flags": draft.flags,
            **{key: value for key, value in asdict(draft.fields).items() if value not in (None, ())},
            **({"removed": draft.removed} if draft.removed else {}),
        }
        for name, draft in found.drafts.items()
    }
    return {"format": found.format, "articles": drafts, "refused": found.refused, "ended": found.ended}
