"""What the writer is given: claimed batches on disk, and stream entries as workers make them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, cast

import orjson

from worker.article import Article, Quality, Rejection, Source
from worker.dedupe.fingerprint import exact_fingerprint
from worker.disk.claims import Claim, ClaimedFile, batch_folder, document_path, write_claim
from worker.disk.layout import OutFolder, WorkFolder
from worker.disk.position import Positions, read_position
from worker.ids import derive, mint
from worker.record import render_article, render_rejection
from worker.sink.segments import open_segment, sealed_segments
from worker.store import wire
from worker.store.wire import Part, pack_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from worker.sink.group import Entry

Taken = Literal["rename", "copy_move", "copy_keep"]

KEY = b"k" * 32


@dataclass(slots=True)
class Place:
    """An output folder and a work folder below one path, and the entries that wait to be written."""

    path: Path
    out: OutFolder = field(init=False)
    work: WorkFolder = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.out = OutFolder(str(self.path / "out"))
        self.work = WorkFolder(str(self.path / "inbox" / ".copydesk"))
        self.out.create()
        self.work.create()

    def works(self) -> tuple[WorkFolder, ...]:
        return (self.work,)

    def claim(
        self,
        texts: Sequence[str],
        *,
        taken: Taken = "rename",
        sealed: bool = True,
        since: Positions | None = None,
    ) -> Claim:
        """A batch of files with these texts, one document each."""
        batch = mint()
        os.makedirs(batch_folder(self.work, batch))
        files = tuple(self._file(batch, text, taken) for text in texts)
        inbox = str(self.path / "inbox")
        since = since if since is not None else read_position(self.out)
        claim = Claim(batch, "inbox", inbox, "2024-10-21T22:20:05Z", since, files, sealed)
        write_claim(self.work, claim)
        return claim

    def _file(self, batch: str, text: str, taken: Taken) -> ClaimedFile:
        self.count += 1
        document = mint()
        path = document_path(self.work, batch, document)
        with open(path, "wb") as file:
            file.write(text.encode())
        status = os.stat(path)
        return ClaimedFile(
            id=document,
            path=b"story %d.txt" % self.count,
            inode=status.st_ino,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            taken=taken,
            sha256=sha256(text.encode()).hexdigest(),
        )

    def entries(self, claim: Claim) -> list[Entry]:
        """The stream entries that workers make of a batch. A text that begins with `!` is a rejection."""
        return [self.entry(claim, file) for file in claim.files]

    def entry(
        self, claim: Claim, file: ClaimedFile, *, key: bytes = KEY, original: str = "", verdict: bytes = b""
    ) -> Entry:
        """The entry of one file, whose verdict is this, or that it is an exact copy of `original`."""
        with open(document_path(self.work, claim.batch, file.id), "rb") as opened:
            part = part_of(claim, file, opened.read())
        fields = entry_fields(part, key, original)
        return (b"%d-0" % self.count_entry(), {**fields, b"v": verdict or fields[b"v"]})

    def count_entry(self) -> int:
        self.count += 1
        return self.count

    def lines(self, output: str = "articles") -> list[bytes]:
        """Every line of an output, over all segments."""
        return content(self.out, output).splitlines(keepends=True)

    def ids(self, output: str = "articles") -> list[str]:
        return [orjson.loads(line)["id"] for line in self.lines(output)]

    def seqs(self) -> list[int]:
        return [orjson.loads(line)["seq"] for line in self.lines()]

    def filed(self, name: str) -> list[str]:
        """The ids of the files in `archive` or `rejected`, reasons left out, sorted."""
        return sorted(
            file[:26]
            for _, _, files in os.walk(f"{self.work.path}/{name}")
            for file in files
            if not (len(file) == 31 and file.endswith(".json"))
        )

    def claimed(self) -> list[str]:
        return os.listdir(self.work.claimed)


def member_part(claim: Claim, file: ClaimedFile, ordinal: int, text: str) -> Part:
    """The part of a member of that file, named after its text; one that begins with `!` is a rejection."""
    name = f"{text[:20]} at {ordinal}"
    own = replace(file, id=derive(file.id, name))
    part = part_of(claim, own, text.encode(), member=name)
    place = wire.Place(file.id, ordinal, name)
    return replace(part, sha256=file.sha256, place=place, data=text.encode() if part.kind == "rejection" else b"")


def last_part(claim: Claim, file: ClaimedFile, members: int, *, broken: bool = False) -> Part:
    """The part that ends that file as a container of so many members."""
    if not broken:
        return Part(file.id, claim.batch, file.sha256, "opened", "", b"", members=members)
    rejection = Rejection(file.id, file.path.decode(), None, file.sha256, "parse", "broken_archive", "it breaks")
    return Part(file.id, claim.batch, file.sha256, "rejection", "", render_rejection(rejection), members=members)


def entry_fields(part: Part, key: bytes = KEY, original: str = "") -> dict[bytes, bytes]:
    return {b"d": part.document.encode(), b"p": pack_part(key, part), b"v": copy_of(original) if original else b""}


def copy_of(original: str) -> bytes:
    """The verdict on an exact copy."""
    return orjson.dumps({"kind": "exact", "of": original, "similarity": 1})


def part_of(claim: Claim, file: ClaimedFile, data: bytes, member: str | None = None) -> Part:
    """The part that a worker makes of a claimed file, or of a member of one."""
    digest = sha256(data).hexdigest()
    path = file.path.decode()
    if data.startswith(b"!"):
        rejection = Rejection(file.id, path, member, digest, "parse", "unsupported_format", "not a text")
        return Part(file.id, claim.batch, digest, "rejection", "", render_rejection(rejection))
    article = article_of(claim, file, data, member)
    body = render_article(article, 10_000_000, "test")
    assert isinstance(body, bytes)
    return Part(file.id, claim.batch, digest, "article", exact_fingerprint(article.text).hex(), body)


def article_of(claim: Claim, file: ClaimedFile, data: bytes, member: str | None = None) -> Article:
    """An article of which nothing is known but its text."""
    values: dict[str, Any] = {f.name: () if str(f.type).startswith("tuple") else None for f in fields(Article)}
    text = data.decode()
    path = file.path.decode()
    source = Source(
        inbox=claim.inbox,
        path=path,
        member=member,
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        media_type="text/plain",
        format="plain_text",
        encoding="utf-8",
        modified_at=None,
        received_at=claim.claimed_at,
        retry_of=file.retry_of,
    )
    known = {"id": file.id, "text": text, "word_count": len(text.split()), "language": "und"}
    return Article(**cast(Any, {**values, **known, "quality": Quality(), "source": source}))


def content(out: OutFolder, output: str = "articles") -> bytes:
    """The bytes of an output, over all its segments."""
    pieces = []
    for segment in sealed_segments(out, output):
        with open_segment(segment) as file:
            pieces.append(file.read())
    if os.path.exists(out.active(output)):
        with open(out.active(output), "rb") as file:
            pieces.append(file.read())
    return b"".join(pieces)


def numbered(first: int, count: int, width: int = 0) -> list[bytes]:
    """Plain lines with a seq, for tests that are about bytes only."""
    return [b'{"seq":%d,"id":"%d","text":"%s"}' % (n, n, b"x" * width) for n in range(first, first + count)]


def joined(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
