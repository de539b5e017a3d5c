"""The kinds of lines in the outputs, key by key, in their order.

An article line is an `Article` with keys before, inside and behind it that only the stream knows:
`ARTICLE_LINE` puts them in order. The other lines are dataclasses of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, get_type_hints

from worker.article import Article, Duplicate, Processing, Shared, Span, Story

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ID = {"pattern": "^[0-7][0-9a-hjkmnp-tv-z]{25}$"}
_ORDINAL = {"meaning": "position in the stream: rises by exactly 1", "minimum": 1}


class Open:
    """An object with any keys, each beginning with the name of whoever put it there."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a line: its name, the Python type of its value, and meaning and limits of it."""

    name: str
    type: object
    metadata: Mapping[str, object]
    required: bool = True


def keys_of(record: type) -> tuple[Key, ...]:
    """The keys of the dataclass `record` as JSON has them."""
    hints = get_type_hints(record)
    return tuple(
        Key(str(f.metadata.get("name", f.name)), hints[f.name], f.metadata, required=hints[f.name] is not Open)
        for f in fields(record)
    )


@dataclass(frozen=True, slots=True)
class _Start:
    seq: int = field(metadata=_ORDINAL)
    schema: Literal["article/1.0"]
    kind: Literal["article"]
    id: str = field(
        metadata={"meaning": "one accepted document, the same over retries, restarts and reprocessing", **_ID}
    )
    revision: int = field(metadata={"meaning": "1, and one more at each reprocessing", "minimum": 1})
    version: int = field(metadata={"meaning": "editorial succession: 1, unless it supersedes another", "minimum": 1})
    replaces: str | None = field(metadata={"meaning": "the document that this one supersedes", **_ID})


@dataclass(frozen=True, slots=True)
class _Others:
    duplicate: Duplicate | None = field(metadata={"meaning": "the earlier line that this one repeats"})
    shared: tuple[Shared, ...] = field(metadata={"meaning": "reuse short of a duplicate"})
    story: Story | None = field(metadata={"meaning": "the running story that it joined"})


@dataclass(frozen=True, slots=True)
class _End:
    processing: Processing = field(metadata={"meaning": "what made the line, and when"})
    ext: Open = field(metadata={"meaning": "the only open object, keys namespaced; may be absent"})


def _article_line() -> Iterator[Key]:
    yield from keys_of(_Start)
    for key in keys_of(Article):
        if key.name == "entities":
            yield from keys_of(_Others)
        if key.name != "id":
            yield key
    yield from keys_of(_End)


ARTICLE_LINE: tuple[Key, ...] = tuple(_article_line())


@dataclass(frozen=True, slots=True)
class Reference:
    """An article or a story, or words in it."""

    kind: Literal["article", "story"]
    id: str = field(metadata=_ID)
    span: Span | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words in an article that a finding rests on."""

    id: str = field(metadata=_ID)
    span: Span | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A later finding about lines that stand already: an emitted line never changes."""

    seq: int = field(metadata=_ORDINAL)
    schema: Literal["relation/1.0"]
    kind: Literal["relation"]
    id: str = field(metadata={"meaning": "a function of type, subject and object"})
    type: Literal["duplicate_found", "story_merged", "story_split", "quote_conflict", "figure_conflict"]
    subject: Reference
    object: Reference
    members: tuple[str, ...] = field(metadata={"meaning": "articles moved by a merge or split"})
    evidence: tuple[Evidence, ...]
    processing: Processing


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An article or a story that is no longer vouched for."""

    seq: int = field(metadata=_ORDINAL)
    schema: Literal["withdrawal/1.0"]
    kind: Literal["withdrawal"]
    id: str
    subject: Reference
    reason: str
    processing: Processing


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A document that is no article, with the reason."""

    id: str = field(metadata=_ID)
    revision: int = field(metadata={"minimum": 1})
    path: str = field(metadata={"meaning": "relative to the watched folder"})
    member: str | None = field(metadata={"meaning": "the item inside a feed, archive, mailbox or WARC"})
    sha256: str = field(metadata={"pattern": "^[0-9a-f]{64}$"})
    stage: str = field(metadata={"meaning": "the step that refused it"})
    error: str = field(metadata={"meaning": "the reason as a stable code", "pattern": "^[a-z][a-z0-9_]*$"})
    message: str = field(metadata={"meaning": "the reason in one sentence"})
    attempts: int = field(metadata={"meaning": "how often it was tried", "minimum": 1})
    rejected_at: str = field(metadata={"meaning": "RFC 3339 in UTC"})
