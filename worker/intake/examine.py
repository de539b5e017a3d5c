"""One file that waits: whether it can be claimed now, and how; what can't is refused or watched.

Files are judged by what stands there at this moment, under the descriptor of their folder.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from worker.intake.probe import NotAFileError, Probed, judge, probe
from worker.intake.scan import Found, Odd, Rules, Signature, kind, signature_of

if TYPE_CHECKING:
    from worker.intake.refused import Refused
    from worker.intake.settle import Settling
    from worker.intake.tree import Tree

# These say nothing of the file.
_OF_THE_PROCESS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR}
TakenBy = Literal["rename", "copy_move", "copy_keep"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that can be claimed. `path` is for the record, `place` where it lies below the root.

    `retry_of` and `member` are those of a rejected document that is tried again.
    """

    path: bytes
    place: bytes
    signature: Signature
    taken: TakenBy
    retry_of: str | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How files of this folder are judged.

    Args:
        rules: which names are looked at.
        bytes_max: the largest file that is taken.
        lease_device: see `probe`.
        keep: whether files stay where they are and are claimed by copy.
        device: the device of the folder of claimed files.
        trusted: whether files are complete because the user says so.
    """

    rules: Rules
    bytes_max: int
    lease_device: int | None
    keep: bool
    device: int
    trusted: bool = False


class Examiner:
    """Judges the files of one tree.

    Args:
        tree: the root.
        terms: how files are judged.
        settling: the files under observation.
        refused: the files that can't be taken.
    """

    def __init__(self, tree: Tree, terms: Terms, settling: Settling, refused: Refused) -> None:
        self._tree = tree
        self._terms = terms
        self._settling = settling
        self._refused = refused
        self._other_mounts: set[bytes] = set()

    def examine(self, found: Found, now: float) -> Candidate | None:
        """The file as one to claim, or None if it is not whole yet, is refused or is gone.

        Args:
            found: its path.
            now: a monotonic time in seconds.

        Raises:
            OSError: the process, not the file, is in trouble.
        """
        path = found.path
        try:
            folder, name = self._tree.at(path)
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if self._refused.knows(path) and self._refused.stands(path, signature_of(status), now):
                return None
            if stat.S_ISDIR(status.st_mode):
                return None  # made just now where a file was; the listing enters it
            if not stat.S_ISREG(status.st_mode):
                self._refused.refuse(path, *kind(status.st_mode), signature_of(status), now)
                return None
            probed = probe(folder, name, self._terms.lease_device)
        except BlockingIOError:
            # Another process holds a lease of its own, which a server does while its client writes.
            self._wait(path, signature_of(status), now)
            return None
        except NotAFileError:
            return None  # swapped just now; the next listing says for what
        except OSError as error:
            self._not_opened(path, error, now)
            return None
        if not self._ready(found, probed, now):
            return None
        if probed.signature.size > self._terms.bytes_max:
            message = f"{probed.signature.size} bytes, and intake.file_bytes_max is {self._terms.bytes_max}"
            self._refused.refuse(path, "too_large", message, probed.signature, now)
            return None
        return Candidate(path, path, probed.signature, self._taken_by(path, probed))

    def _ready(self, found: Found, probed: Probed, now: float) -> bool:
        if self._terms.trusted:
            return True
        verdict = judge(probed, complete=found.complete)
        if verdict == "written":
            self._wait(found.path, probed.signature, now)
        return verdict == "ready" or (verdict == "settle" and self._settling.note(found.path, probed.signature, now))

    def _wait(self, path: bytes, signature: Signature, now: float) -> None:
        """Look again later at a file that is being written; where nobody waits, it is refused."""
        if self._terms.trusted:
            self._refused.refuse(path, "being_written", "another process is writing it", signature, now)
        else:
            self._settling.renew(path, signature, now)

    def _taken_by(self, path: bytes, probed: Probed) -> TakenBy:
        if self._terms.keep:
            return "copy_keep"
        elsewhere = probed.device != self._terms.device or os.path.dirname(path) in self._other_mounts
        # Under its other name a hard-linked file could be changed or taken once more.
        return "copy_move" if elsewhere or probed.links > 1 else "rename"

    def _not_opened(self, path: bytes, error: OSError, now: float) -> None:
        if error.errno in _OF_THE_PROCESS:
            raise error
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
            self.taken(path)  # gone, or swapped for a link, which the next listing comes upon
            return
        reason = "unreadable" if error.errno in {errno.EACCES, errno.EPERM} else "io_error"
        self._refuse_now(path, reason, error.strerror or str(error), now)

    def refuse(self, odd: Odd, now: float) -> None:
        """The listing came upon something that is no document."""
        if not self._refused.stands(odd.path, odd.signature, now):
            self._refused.refuse(odd.path, odd.reason, odd.message, odd.signature, now)

    def _refuse_now(self, path: bytes, reason: str, message: str, now: float) -> None:
        try:
            signature = signature_of(self._tree.status(path))
        except OSError:
            self.taken(path)
            return
        self._settling.forget(path)
        self._refused.refuse(path, reason, message, signature, now)

    def taken(self, path: bytes) -> None:
        """The file is claimed, or is gone."""
        self._settling.forget(path)
        self._refused.forget(path)

    def left(self, candidate: Candidate, reason: str, message: str, now: float) -> None:
        """The claim left the file there: `gone`, `changed` meanwhile, on an `other_mount`, else refused."""
        if reason == "gone":
            self.taken(candidate.path)
        elif reason == "changed":
            self._wait(candidate.path, candidate.signature, now)
        elif reason == "other_mount":
            self._other_mounts.add(os.path.dirname(candidate.path))
        else:
            self._refuse_now(candidate.path, reason, message, now)
