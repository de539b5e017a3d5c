"""The floor: one process, no queue. It also holds what the hand-written script does with one file."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from worker.article import Document, Rejection
from worker.config_files import load_rules
from worker.fill import fill_article, fill_rejection
from worker.parse.members import Container
from worker.pipeline import process
from worker.record import render_article, render_rejection

RULES = load_rules()
LINE_BYTES_MAX = 100_000


def line_of(name: str, data: bytes, digest: str) -> bytes:
    """The output line of one file, made by copydesk's own pipeline, with its newline."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document = Document(digest[:26], "inbox", name, None, data, digest, now, now)
    outcome = process(document, RULES)
    assert not isinstance(outcome, Container), "one file is one article here"
    body = outcome if isinstance(outcome, Rejection) else render_article(outcome, LINE_BYTES_MAX, RULES.version)
    if isinstance(body, Rejection):
        return fill_rejection(render_rejection(body), now) + b"\n"
    return fill_article(body, seq=1, emitted_at=now) + b"\n"


def main() -> None:
    inbox, out = sys.argv[1:]
    with open(out, "ab", buffering=1 << 20) as lines:
        for name in sorted(os.listdir(inbox)):
            if not name.startswith("."):
                data = Path(inbox, name).read_bytes()
                lines.write(line_of(name, data, sha256(data).hexdigest()))
                os.unlink(f"{inbox}/{name}")
        lines.flush()
        os.fsync(lines.fileno())
    while True:  # the measurement ends it, as it ends the services
        time.sleep(1)


if __name__ == "__main__":
    main()
