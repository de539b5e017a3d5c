"""Learning beside the writer: a thread reads the lines once they stand, counts, and keeps what it learns on disk.

The writer's loop calls `tend` about once a second: it takes up what people decided, and sees to it that Redis has the
newest. Redis only carries it; what was learned outlives it in `learned.json`.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from worker.article import Publisher
from worker.cut.learned import KIND
from worker.disk.learned_file import LearnedParagraph, read_decisions, read_learned, write_learned
from worker.failpoints import reach
from worker.learned import NOTHING_LEARNED, learned_from, mark_of, publisher_key
from worker.sink.learner import Learner, Seen
from worker.sink.tail import read_lines
from worker.store.learned_wire import publish_learned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    import redis

    from worker.disk.layout import OutFolder
    from worker.disk.learned_file import Decision
    from worker.learned import Learned
    from worker.settings import Rules
    from worker.store.keys import Keys

LINES_BACK = 5_000
"""How far before the last line a start begins to count."""

PARAGRAPHS_MAX = 2_000
"""How many are kept, over all publishers. Beyond it the one goes that was not seen for longest and not decided on."""

SAVE_LINES = 2_000
"""Where nothing new is learned, when something was last seen is saved after this many lines."""

_log = logging.getLogger("copydesk.sink")


class Learning:
    """The thread, and what it has learned. `close` it before the process ends."""

    def __init__(self, out: OutFolder, settings: Rules, last_seq: int) -> None:
        """Begin some thousand lines before `last_seq`. Raises OSError: a file can't be read."""
        self._out = out
        self._settings = settings
        self._learner = Learner(settings.learn_articles_min)
        self._lock = threading.Lock()
        self._known: dict[tuple[str, bytes], LearnedParagraph] = {}
        self._decisions: Mapping[str, Decision] = {}
        self._decided_at: int | None = None
        self._ended = threading.Event()
        self._saved_seq = last_seq
        self.learned: Learned = NOTHING_LEARNED
        for one in read_learned(out):
            self._known[one.publisher, one.mark] = one
        self._look_for_decisions()
        self._choose()
        first = max(1, last_seq - LINES_BACK + 1)
        self._thread = threading.Thread(target=self._run, args=(first,), name="learning", daemon=True)
        self._thread.start()

    def tend(self, client: redis.Redis, keys: Keys, key: bytes) -> None:
        """Take up new decisions, and have Redis say what is to be cut.

        Raises:
            one of `AWAY`: Redis is away. OSError: the decisions can't be read.
        """
        if self._look_for_decisions():
            self._choose()
        if publish_learned(client, keys, key, self.learned):
            reach("learning.published")
            marks = sum(map(len, self.learned.marks.values()))
            _log.info("workers are to cut %d learned paragraphs (version %s)", marks, self.learned.version or "none")

    def close(self, seconds: float) -> None:
        """Let it end, and wait for that `seconds` at the most."""
        self._ended.set()
        self._thread.join(seconds)

    def _run(self, first: int) -> None:
        try:
            for line in read_lines(self._out, first, follow=True, stop=self._ended.is_set):
                self._see(orjson.loads(line))
        except Exception:
            # It can be done without; the outputs can't. What was learned so far holds.
            _log.exception("learning has ended")

    def _see(self, line: dict[str, Any]) -> None:
        if line.get("kind") != "article":
            return
        seq, publisher = line["seq"], publisher_key(_publisher(line["publisher"]))
        seen = Seen(publisher, line["headline"], line["text"].split("\n\n"), line["duplicate"] is not None)
        new = [
            LearnedParagraph(found.publisher, found.paragraph, found.articles, seq, seq)
            for found in self._learner.see(seen)
            if (found.publisher, found.mark) not in self._known
        ]
        cut = [mark_of(removal["text"]) for removal in line["removed"] if removal["kind"] == KIND and removal["text"]]
        if new or cut:
            self._take(publisher, seq, new, cut)

    def _take(self, publisher: str, seq: int, new: Iterable[LearnedParagraph], cut: Iterable[bytes]) -> None:
        with self._lock:
            for mark in cut:
                one = self._known.get((publisher, mark))
                if one is not None and one.last_seq < seq:
                    self._known[publisher, mark] = replace(one, last_seq=seq)
            for one in new:
                self._known[one.publisher, one.mark] = one
                _log.info("learned of %s (%s): %.80s", one.publisher, one.id, one.paragraph)
            self._forget_beyond()
        if new or seq - self._saved_seq >= SAVE_LINES:
            self._saved_seq = seq
            self._save()
        if new:
            self._choose()

    def _forget_beyond(self) -> None:
        while len(self._known) > PARAGRAPHS_MAX:
            undecided = [key for key, one in self._known.items() if one.id not in self._decisions]
            if not undecided:
                return
            del self._known[min(undecided, key=lambda key: self._known[key].last_seq)]

    def _save(self) -> None:
        try:
            write_learned(self._out, self._known.values())
            reach("learning.saved")
        except OSError as error:
            # The disk has the writer's own loop waiting; here it is tried again with what is learned next.
            _log.error("what was learned can't be saved: %s", error)

    def _look_for_decisions(self) -> bool:
        """Read the decisions again where the file is another one; whether it was."""
        try:
            status = os.stat(self._out.decisions)
            stamp = hash((status.st_ino, status.st_mtime_ns, status.st_size))
        except FileNotFoundError:
            stamp = 0
        if stamp == self._decided_at:
            return False
        self._decisions, self._decided_at = read_decisions(self._out), stamp
        return True

    def _choose(self) -> None:
        """From what is known, what is to be cut."""
        with self._lock:
            known = list(self._known.values())
        self.learned = chosen(known, self._decisions, self._settings.learn)


def chosen(known: Iterable[LearnedParagraph], decisions: Mapping[str, Decision], learn: str) -> Learned:
    """What is to be cut of `known` under the setting `rules.learn`."""
    if learn == "off":
        return NOTHING_LEARNED
    return learned_from(
        (one.publisher, one.mark)
        for one in known
        if (said := decisions.get(one.id)) == "approved" or (said is None and learn == "on")
    )


def _publisher(said: dict[str, Any] | None) -> Publisher | None:
    return Publisher(said["name"], said["domain"]) if said else None
