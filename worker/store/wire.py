"""What crosses Redis, and how it is signed.

A signature is HMAC-SHA256 over a purpose and the bytes, so that nothing signed for one purpose passes for
another.

    signed     = 32 bytes of signature, then the body
    payload    = length of the header (4 bytes, big-endian), header (JSON), the documents' bytes one after
    another part       = the same with one body: the record as JSON with gaps, or the rejection as JSON stream
    = fields `d` document id, `p` signed part, `v` verdict (the id of the exact original, or empty)
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import Literal

import orjson

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


@dataclass(frozen=True, slots=True)
class Part:
    """What a worker made of one document.

    `body` is, for an article, its JSON line with a NUL at each gap that the writer fills (see `record.py`),
    for a rejection the JSON of its record without `rejected_at`. `sha256` is that of the bytes it was made
    from. `fingerprint` is the hex of the exact fingerprint, empty for a rejection.
    """

    document: str
    batch: str
    sha256: str
    kind: Literal["article", "rejection"]
    fingerprint: str
    body: bytes


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
        blobs.append(body[offset : offset + document.size])
        offset += document.size
    return Payload(value["job"], value["batch"], documents, tuple(blobs))


def pack_part(key: bytes, part: Part) -> bytes:
    """The signed bytes of a part."""
    header = orjson.dumps([part.document, part.batch, part.sha256, part.kind, part.fingerprint])
    return sign(key, b"part1", _packed(header, part.body))


def unpack_part(key: bytes, signed: bytes) -> Part:
    """The part that was packed.

    Raises:
        ForgedError: somebody else made these bytes.
    """
    header, body = _unpacked(verify(key, b"part1", signed))
    document, batch, sha256, kind, fingerprint = orjson.loads(header)
    return Part(document, batch, sha256, kind, fingerprint, body)
