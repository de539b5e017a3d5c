"""The judge: what must be true of a site once everything that was dropped is through."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import zstandard

from tests.crashes.harness.deadline import wait_for
from worker.article import Article, Document
from worker.config_files import load_rules
from worker.disk import claims
from worker.ids import derive
from worker.pipeline import process
from worker.schema import line_problem, rejection_problem
from worker.sink.verify import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.crashes.harness.corpus import Dropped
    from tests.crashes.harness.site import Site

OUTPUTS = ("articles", "rejected", "duplicates")

Line = dict[str, Any]
Owed = tuple[str, str, str | None, str]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The lines of the outputs, over all segments, in order; `duplicates` are those of articles that repeat others."""

    articles: list[Line]
    rejected: list[Line]
    duplicates: list[Line]

    @property
    def accepted(self) -> list[Line]:
        """The articles of both outputs, without findings about earlier ones; what others repeat comes first."""
        return [line for line in (*self.articles, *self.duplicates) if line["kind"] == "article"]


def content(site: Site, output: str = "articles") -> bytes:
    """The bytes of one output over all its segments."""
    while True:
        try:
            return _content(site.out.path, output)
        except FileNotFoundError:
            continue  # sealed, or compressed, between the listing and the look


def _content(folder: str, output: str) -> bytes:
    names = sorted(n for n in os.listdir(folder) if n.startswith(f"{output}-") and not n.endswith(".json"))
    plain = {n for n in names if n.endswith(".jsonl")}
    pieces = [_segment(f"{folder}/{n}") for n in names if n in plain or (n.endswith(".zst") and n[:-4] not in plain)]
    active = f"{folder}/{output}.jsonl"
    if os.path.exists(active):
        pieces.append(_segment(active))
    return b"".join(pieces)


def _segment(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read()
    return zstandard.ZstdDecompressor().decompressobj().decompress(data) if path.endswith(".zst") else data


def outputs(site: Site) -> Outputs:
    """All lines, each of them whole."""
    return Outputs(*(_lines(content(site, output)) for output in OUTPUTS))


def line_count(site: Site) -> int:
    """How many lines stand in all outputs."""
    return sum(content(site, output).count(b"\n") for output in OUTPUTS)


def _lines(data: bytes) -> list[Line]:
    assert not data or data.endswith(b"\n"), f"the output ends in a torn line: {data[-80:]!r}"
    return [json.loads(row) for row in data.splitlines()]


def judge(site: Site, dropped: Sequence[Dropped]) -> Outputs:
    """Every promise at once; an AssertionError names the first that is broken.

    Returns the lines, for further questions.
    """
    found = outputs(site)
    _each_file_has_one_line(found, dropped)
    _numbers_have_no_gap(found)
    _lines_are_valid(found)
    _texts_are_theirs(found, dropped)
    _copies_name_their_original(found, dropped)
    _files_are_put_away(site, found, dropped)
    # A segment that was sealed this very moment gets its manifest a little later.
    wait_for(lambda: verify(site.out) is None, 5, f"verify finds no fault: {verify(site.out)}")
    return found


def _each_file_has_one_line(found: Outputs, dropped: Sequence[Dropped]) -> None:
    owed = Counter(row for file in dropped for row in file.lines())
    got: Counter[Owed] = Counter(
        ("article", s["path"], s["member"], s["sha256"]) for s in (line["source"] for line in found.accepted)
    )
    got += Counter(("rejection", line["path"], line["member"], line["sha256"]) for line in found.rejected)
    missing, extra = owed - got, got - owed
    reasons = {line["path"]: f"{line['error']}: {line['message']}" for line in found.rejected}
    assert not missing, f"{missing.total()} without a line: {_some(missing)}; rejected: {_some(reasons)}"
    assert not extra, f"{extra.total()} lines too many: {_some(extra)}; rejected: {_some(reasons)}"


def _some(rows: Counter[Owed] | dict[str, str]) -> str:
    return ", ".join(map(str, list(rows.items())[:5]))


def _numbers_have_no_gap(found: Outputs) -> None:
    for lines in (found.articles, found.duplicates):
        numbers = [line["seq"] for line in lines]
        assert numbers == list(range(1, len(numbers) + 1)), f"seq has a gap or a turn: {numbers[:50]}"
    ids = Counter(line["id"] for line in (*found.articles, *found.rejected, *found.duplicates))
    assert not [i for i, n in ids.items() if n > 1], "an id has two lines"


def _lines_are_valid(found: Outputs) -> None:
    for line in (*found.articles, *found.duplicates):
        assert line_problem(line) is None, f"seq {line['seq']}: {line_problem(line)}"
    for line in found.accepted:
        assert line["revision"] == 1
    for line in found.rejected:
        assert rejection_problem(line) is None, f"{line['id']}: {rejection_problem(line)}"
        assert line["revision"] == 1


def _texts_are_theirs(found: Outputs, dropped: Sequence[Dropped]) -> None:
    texts: dict[str, str | None] = {}
    for data in {one.data for file in dropped for one in (file.members or (file,))}:
        digest = hashlib.sha256(data).hexdigest()
        texts[digest] = _text_of(data, digest)
    for line in found.accepted:
        assert line["text"] == texts[line["source"]["sha256"]], f"seq {line['seq']} has another text"


def _text_of(data: bytes, digest: str) -> str | None:
    document = Document(
        id="0" * 26, inbox="inbox", path="a.txt", member=None, data=data, sha256=digest,
        modified_at=None, received_at="2024-01-01T00:00:00Z",
    )  # fmt: skip
    outcome = process(document, load_rules())
    return outcome.text if isinstance(outcome, Article) else None


def _copies_name_their_original(found: Outputs, dropped: Sequence[Dropped]) -> None:
    near_to = {hashlib.sha256(file.data).hexdigest(): file.near_to for file in dropped if file.near_to is not None}
    families = {digest: _text_of(data, digest) for digest, data in near_to.items()}
    first: dict[str | None, Line] = {}
    for line in found.accepted:
        original = first.setdefault(families.get(line["source"]["sha256"], line["text"]), line)
        if original is line:
            assert line["duplicate"] is None, f"seq {line['seq']} is the first of its text: {line['duplicate']}"
            continue
        kind = "exact" if line["text"] == original["text"] else "near"
        said = line["duplicate"] or {}
        assert (said.get("kind"), said.get("of")) == (kind, original["id"]), (
            f"seq {line['seq']} repeats {original['id']}: {line['duplicate']}"
        )
        assert kind == "near" or said["similarity"] == 1.0
    if found.duplicates:
        kept = [line["seq"] for line in found.articles if line["kind"] == "article" and line["duplicate"]]
        assert not kept, f"copies among the articles: {kept[:5]}"


def _files_are_put_away(site: Site, found: Outputs, dropped: Sequence[Dropped]) -> None:
    left = [name for name in waiting(site) if not site.keep]
    assert not left, f"still in the inbox: {left[:5]}"
    assert not claimed(site), f"still claimed: {claimed(site)[:5]}"
    for work in site.works():
        assert not os.path.isdir(work.claimed) or not os.listdir(work.claimed), f"leftovers in {work.claimed}"
    if site.keep:
        for file in dropped:
            assert (site.inbox / file.path).read_bytes() == file.data, f"{file.path} was touched"
    else:
        alone = Counter(line["id"] for line in found.accepted if line["source"]["member"] is None)
        containers = archived(site, "archive") - alone
        assert archived(site, "archive") == alone + containers
        assert containers.total() == sum(file.owed == "members" for file in dropped), "each container once"
        for line in (*found.accepted, *found.rejected):
            name = line.get("source", line)["member"]
            parents = [*containers, *archived(site, "rejected")]
            assert name is None or any(derive(parent, name) == line["id"] for parent in parents), line["id"]
    assert archived(site, "rejected") == Counter(line["id"] for line in found.rejected)


def waiting(site: Site) -> list[str]:
    """The files in the inbox, hidden ones left out."""
    rows = []
    for folder, folders, files in os.walk(site.inbox):
        folders[:] = [name for name in folders if not name.startswith(".")]
        rows += [os.path.relpath(os.path.join(folder, name), site.inbox) for name in files]
    return rows


def claimed(site: Site) -> list[str]:
    """The batches that stand in any work folder."""
    return [batch for work in site.works() for batch in claims.batches(work)]


def archived(site: Site, name: str) -> Counter[str]:
    """The document ids of the files below `archive` or `rejected` of every work folder; reasons left out."""
    ids: Counter[str] = Counter()
    for work in site.works():
        for _, _, files in os.walk(f"{work.path}/{name}"):
            ids.update(file[:26] for file in files if not (len(file) == 31 and file.endswith(".json")))
    return ids
