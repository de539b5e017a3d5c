"""Rejected files that somebody wants tried again: each a new document that names the old one.

`retry/<id>.json` is there before `retry/<id>.<name>` arrives, and goes when the new batch is sealed.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

import orjson

from worker.disk import names
from worker.ids import is_id
from worker.intake.examine import Candidate
from worker.intake.scan import signature_of

if TYPE_CHECKING:
    from worker.disk.layout import WorkFolder
    from worker.intake.tree import Tree

_ID_LENGTH = 26


class Retries(NamedTuple):
    """Files of one inbox, which the record is to name as it did; empty where the reason does not say."""

    inbox: str
    candidates: list[Candidate]


class _Reason(NamedTuple):
    """The inbox that a document came from, its path there, and its name inside that file where it was a member."""

    inbox: str
    path: bytes
    member: str | None


def waiting_retries(work: WorkFolder, tree: Tree, files_max: int, bytes_max: int) -> Retries:
    """The files to be tried again, those of the oldest document's inbox, oldest first.

    Args:
        work: the work folder.
        tree: its folder `retry`.
        files_max: the most files.
        bytes_max: the largest file.
    """
    inbox: str | None = None
    found: list[Candidate] = []
    for name in sorted(os.listdir(work.retry)):
        document_id = name[:_ID_LENGTH]
        if not is_id(document_id) or name[_ID_LENGTH:] in {"", ".json", ".json.new"}:
            continue
        reason = _reason(f"{work.retry}/{document_id}.json", os.fsencode(name[_ID_LENGTH + 1 :]))
        candidate = _candidate(tree, os.fsencode(name), document_id, reason, bytes_max)
        if candidate is not None and (inbox is None or inbox == reason.inbox):
            inbox = reason.inbox
            found.append(candidate)
        if len(found) >= files_max:
            break
    return Retries(inbox or "", found)


def _candidate(tree: Tree, place: bytes, document_id: str, reason: _Reason, bytes_max: int) -> Candidate | None:
    try:
        status = tree.status(place)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size > bytes_max:
        return None
    return Candidate(reason.path, place, signature_of(status), "rename", document_id, reason.member)


def _reason(sidecar: str, name: bytes) -> _Reason:
    """What is known of the document; its mere name where the reason was lost."""
    try:
        with open(sidecar, "rb") as file:
            value = orjson.loads(file.read())
        member = value.get("member")
        return _Reason(str(value["inbox"]), names.decoded(value["raw_path"]), str(member) if member else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Reason("", name, None)
