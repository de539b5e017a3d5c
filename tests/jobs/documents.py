"""Payloads for tests, and a pipeline whose documents say what is to happen to them.

A document that begins with `container` holds one on each further line, under its own text and line number as name.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Article, Document, Quality, Rejection, Source
from worker.errors import PermanentError
from worker.ids import mint
from worker.jobs.desk import Stages
from worker.parse.members import BadMember, Container, Member
from worker.pipeline import rejection_of
from worker.store.wire import Payload, PayloadDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

RECEIVED_AT = "2024-10-15T09:00:00Z"


def payload_of(*texts: str | bytes, job: str | None = None) -> Payload:
    """A payload with a document for each of `texts`."""
    batch = mint()
    blobs = tuple(text if isinstance(text, bytes) else text.encode() for text in texts)
    documents = tuple(
        PayloadDocument(
            id=mint(),
            inbox="inbox",
            path=f"{number}.txt",
            sha256=hashlib.sha256(blob).hexdigest(),
            size=len(blob),
            modified_at=RECEIVED_AT,
            received_at=RECEIVED_AT,
        )
        for number, blob in enumerate(blobs)
    )
    return Payload(job or batch, batch, documents, blobs)


def with_counts(payload: Payload, *, deaths: int = 0, kills: int = 0) -> Payload:
    """The same with those counts on every document."""
    return replace(payload, documents=tuple(replace(d, deaths=deaths, kills=kills) for d in payload.documents))


def ids(payload: Payload) -> Sequence[str]:
    """The ids of its documents."""
    return [document.id for document in payload.documents]


def acted(document: Document) -> Article | Rejection | Container:
    """A pipeline: does what the text says (`segfault`, `abort`, ...), and makes an article of anything else."""
    if document.data.startswith(b"container\n"):
        return Container("lines", members_of(io.BytesIO(document.data)))
    return acted_alone(document)


def acted_member(document: Document, member: Member | BadMember) -> Article | Rejection:
    """The same for a member."""
    return rejection_of(document, member.error) if isinstance(member, BadMember) else acted_alone(document)


def opened(file: BinaryIO, path: str) -> Container:
    """The same for a file that is too large for memory."""
    if path.endswith(".whole"):
        raise PermanentError("parse", "too_large", "it can only be read whole")
    return Container("lines", members_of(file))


def members_of(file: BinaryIO) -> Iterator[Member | BadMember]:
    """The lines behind the first.

    One that begins with `open` acts while it is got, `bad` can't be had, `broken` ends all.
    """
    next(file)
    for number, line in enumerate(file):
        text = line.rstrip(b"\n")
        word, _, rest = text.partition(b" ")
        if word == b"open":
            acted_on(rest.decode())
        if word == b"broken":
            raise PermanentError("parse", "broken_archive", "nothing behind can be read")
        name = f"{number}: {text[:40].decode()}"
        yield (
            BadMember(name, PermanentError("parse", "bad_member", "it is bad"), text)
            if word == b"bad"
            else Member(name, text)
        )


def container_of(*texts: str) -> str:
    """A document that holds these."""
    return "\n".join(("container", *texts))


def acted_on(text: str) -> None:
    """Do what the text says, if it says anything."""
    name, _, argument = text.partition(" ")
    act = _ACTS.get(name)
    if act is not None:
        act(argument)


def acted_alone(document: Document) -> Article | Rejection:
    """The article of a document that holds no others."""
    text = document.data.decode()
    acted_on(text)
    name, _, _ = text.partition(" ")
    if name == "refused":
        return rejection_of(document, PermanentError("parse", "unsupported_format", "no article"))
    return article(document, text)


def article(document: Document, text: str) -> Article:
    """The plainest article of `document`."""
    return Article(
        id=document.id,
        guid=None,
        url=None,
        headline=None,
        headline_origin=None,
        subheadline=None,
        summary=None,
        text=text,
        word_count=len(text.split()),
        language="und",
        published=None,
        modified=None,
        status=None,
        embargoed_until=None,
        byline=None,
        authors=(),
        publisher=None,
        section=None,
        genre=None,
        rights=None,
        subjects=(),
        images=(),
        dateline=None,
        syndication=None,
        repairs=(),
        removed=(),
        entities=(),
        quotes=(),
        sources_cited=(),
        dates_mentioned=(),
        figures=(),
        keyphrases=(),
        quality=Quality(),
        source=Source(
            inbox=document.inbox,
            path=document.path,
            member=document.member,
            sha256=document.sha256,
            bytes=len(document.data),
            media_type="text/plain",
            format="txt",
            encoding="utf-8",
            modified_at=document.modified_at,
            received_at=document.received_at,
            retry_of=document.retry_of,
        ),
    )


def _loop_in_c(_argument: str) -> None:
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000_000)


def _sleep(argument: str) -> None:
    time.sleep(float(argument or 60))


def _hoard(_argument: str) -> None:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def _bug(_argument: str) -> None:
    raise KeyError("a bug of the pipeline")


_ACTS = {
    "segfault": lambda _: ctypes.string_at(0),
    "abort": lambda _: os.abort(),
    "exit": lambda _: os._exit(3),
    "killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "loop": _loop_in_c,
    "sleep": _sleep,
    "hoard": _hoard,
    "bug": _bug,
}


ACTED = Stages(acted, acted_member, opened)
