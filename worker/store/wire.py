"""What crosses Redis, and how it is signed.

A signature is HMAC-SHA256 over a purpose and the bytes, so that nothing signed for one purpose passes for
another.

    signed     = 32 bytes of signature, then the body
    payload    = length of the header (4 bytes, big-endian), header (JSON), the documents' bytes end to end
    part       = the same with one body, the record as JSON with gaps or the rejection as JSON, and behind it
                 the bytes of a rejected member
    stream     = fields `d` document id, `p` signed part, `v` verdict (see `verdict.py`)
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import orjson

if TYPE_CHECKING:
    from worker.store.claim import Claim

SIGNATURE_BYTES = 32
COMMITTED = b"committed"


class ForgedError(Exception):
    """The bytes were not signed with this key for this purpose."""


def sign(key: bytes, purpose: bytes, body: bytes) -> bytes:
    """`body` behind its signature."""
    return hmac.digest(key, purpose + b"\0" + body, "sha256") + body


def verify(key: bytes, purpose: bytes, signed: bytes) -> bytes:
    """The body of `signed`.

    Raises:
        ForgedError: the signature does not fit.
    """
    body = signed[SIGNATURE_BYTES:]
    expected = hmac.digest(key, purpose + b"\0" + body, "sha256")
    if not hmac.compare_digest(expected, signed[:SIGNATURE_BYTES]):
        raise ForgedError(f"a bad signature on {len(signed)} bytes for {purpose.decode()}")
    return body


@dataclass(frozen=True, slots=True)
class PayloadDocument:
    """A claimed document on its way to a worker.

    `size` are the bytes that follow for it. `modified_at` and `received_at` are RFC 3339 in UTC. `deaths`
    counts the processes that died while they worked on it by their own doing, `kills` those that somebody
    killed. A `condemned` document is not opened again: the worker rejects it with that error code.

    `member` is its `source.member` where it is a member that was rejected and is tried again. The bytes of one
    that is `on_disk` do not follow: it is opened where it was claimed.

    Of a container: `suspect` is the ordinal of the member in hand at the last death in one, with counts and
    condemnation of its own. `progress` is how many members were committed at the last kill in none.
    """

    id: str
    inbox: str
    path: str
    sha256: str
    size: int
    modified_at: str
    received_at: str
    retry_of: str | None = None
    deaths: int = 0
    kills: int = 0
    condemned: str | None = None
    member: str | None = None
    on_disk: bool = False
    suspect: int | None = None
    suspect_deaths: int = 0
    suspect_kills: int = 0
    suspect_condemned: str | None = None
    progress: int = 0

    @property
    def has_died(self) -> bool:
        """Whether any process has died while it worked on this."""
        return bool(self.deaths or self.kills) or self.suspect is not None

    def with_deaths_of(self, earlier: PayloadDocument) -> PayloadDocument:
        """The same with all that `earlier`, the same document, says of deaths."""
        return replace(self, **{name: getattr(earlier, name) for name in _OF_DEATHS})


_OF_DEATHS = (
    "deaths", "kills", "condemned", "suspect", "suspect_deaths", "suspect_kills", "suspect_condemned", "progress",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payload:
    """The documents of one job, all of one batch, each with its bytes."""

    job: str
    batch: str
    documents: tuple[PayloadDocument, ...]
    blobs: tuple[bytes, ...]

    def only(self, job: str, wanted: frozenset[str]) -> Payload:
        """The same for the documents whose ids are in `wanted`, as job `job`."""
        rows = [(d, b) for d, b in zip(self.documents, self.blobs, strict=True) if d.id in wanted]
        return replace(self, job=job, documents=tuple(d for d, _ in rows), blobs=tuple(b for _, b in rows))

    @property
    def on_disk(self) -> bool:
        """Whether it is one for the queue of files."""
        return any(document.on_disk for document in self.documents)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member stands: as number `ordinal`, from 0, of the document `parent`, under that name."""

    parent: str
    ordinal: int
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a worker made of one document.

    `body` is, for an article, its JSON line with a NUL at each gap that the writer fills (see `record.py`),
    for a rejection the JSON of its record without `rejected_at`. `sha256` is that of the claimed bytes it was
    made from. `fingerprint` is the hex of the exact fingerprint, empty for a rejection.

    `claim` is what the text claims in the index; it is not part of what is signed.

    `place` is that of a member, and `data` are the bytes of a rejected one. The last part of a container says in
    `members` how many came before it: it is `opened`, without a body, or the container's own rejection.
    """

    document: str
    batch: str
    sha256: str
    kind: Literal["article", "rejection", "opened"]
    fingerprint: str
    body: bytes
    place: Place | None = None
    members: int | None = None
    data: bytes = b""
    claim: Claim | None = field(default=None, compare=False)

    @property
    def claimed(self) -> str:
        """The claimed document that it is made of: itself, or the container of a member."""
        return self.document if self.place is None else self.place.parent

    @property
    def owner(self) -> str:
        """Its name as the owner of a text."""
        if self.place is None:
            return self.document
        return f"{self.document}:{self.place.parent}:{self.place.ordinal}"


def _packed(header: bytes, body: bytes) -> bytes:
    return len(header).to_bytes(4, "big") + header + body


def _unpacked(data: bytes) -> tuple[bytes, bytes]:
    end = 4 + int.from_bytes(data[:4], "big")
    return data[4:end], data[end:]


def pack_payload(key: bytes, payload: Payload) -> bytes:
    """The signed bytes of a payload."""
    header = {"job": payload.job, "batch": payload.batch, "documents": payload.documents}
    return sign(key, b"payload1", _packed(orjson.dumps(header), b"".join(payload.blobs)))


def unpack_payload(key: bytes, signed: bytes) -> Payload:
    """The payload that was packed.

    Raises:
        ForgedError: somebody else made these bytes.
    """
    header, body = _unpacked(verify(key, b"payload1", signed))
    value = orjson.loads(header)
    documents = tuple(PayloadDocument(**row) for row in value["documents"])
    blobs, offset = [], 0
    for document in documents:
        size = 0 if document.on_disk else document.size
        blobs.append(body[offset : offset + size])
        offset += size
    return Payload(value["job"], value["batch"], documents, tuple(blobs))


def pack_part(key: bytes, part: Part) -> bytes:
    """The signed bytes of a part."""
    row: list[object] = [part.document, part.batch, part.sha256, part.kind, part.fingerprint]
    if part.place is not None or part.members is not None:
        place = part.place and [part.place.parent, part.place.ordinal, part.place.name]
        row += [place, part.members, len(part.data)]
    return sign(key, b"part1", _packed(orjson.dumps(row), part.body + part.data))


def unpack_part(key: bytes, signed: bytes) -> Part:
    """The part that was packed.

    Raises:
        ForgedError: somebody else made these bytes.
        ValueError: a worker of another version did.
    """
    header, body = _unpacked(verify(key, b"part1", signed))
    row = orjson.loads(header)
    if len(row) == 5:
        row += [None, None, 0]
    document, batch, sha256, kind, fingerprint, place, members, size = row
    end = len(body) - size
    found = None if place is None else Place(*place)
    return Part(document, batch, sha256, kind, fingerprint, body[:end], found, members, body[end:])
