"""What was claimed by copy and still stands where it was, so that nothing is taken twice."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_TABLE = """
CREATE TABLE IF NOT EXISTS taken (
    place BLOB PRIMARY KEY, inode INTEGER, size INTEGER, mtime_ns INTEGER, sha256 TEXT, id TEXT,
    missing_since INTEGER
) WITHOUT ROWID
"""
_ASKED_AT_ONCE = 500
_KEPT_DAYS = 7


class Taken(NamedTuple):
    """A file that was taken: `place` is its absolute path, `sha256` that of its bytes, `id` the document."""

    place: bytes
    inode: int
    size: int
    mtime_ns: int
    sha256: str
    id: str


class Ledger:
    """A table on disk, one row for each file that was taken and stays where it is.

    Raises:
        ConfigurationError: the file is damaged or is no ledger.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
            # A row must be durable before the batch is published: once written, the batch leaves no other
            # trace.
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.execute(_TABLE)
        except sqlite3.DatabaseError as error:
            raise ConfigurationError(
                "paths.state",
                f"the ledger {path} can't be used ({error})",
                "restore it, or remove it: then the files that it knew are taken again",
            ) from error
        self._checked_to = b""

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def find(self, places: Sequence[bytes]) -> dict[bytes, Taken]:
        """The rows of those of the absolute paths that were taken."""
        rows: dict[bytes, Taken] = {}
        for start in range(0, len(places), _ASKED_AT_ONCE):
            asked = places[start : start + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(asked))
            query = f"SELECT place, inode, size, mtime_ns, sha256, id FROM taken WHERE place IN ({marks})"  # noqa: S608
            rows.update((row[0], Taken(*row)) for row in self._database.execute(query, asked))
        return rows

    def add(self, rows: Iterable[Taken]) -> None:
        """Note files as taken, durably, all or none.

        Raises:
            OSError: the disk does not take it.
        """
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?, ?, ?, NULL)", rows)
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise OSError(f"the ledger {self._path} can't be written: {error}") from error

    def prune(self, stands: Callable[[bytes], bool], today: int, limit: int = 1000) -> int:
        """Go on through the table and drop the rows whose file was gone on two looks a week apart.

        A mount that is away for a while makes all its files look gone: they are the same files when it is
        back.

        Args:
            stands: whether there is a file at an absolute path.
            today: the day as a number that rises by one each day.
            limit: how many rows are looked at.

        Returns:
            How many rows were dropped.
        """
        query = "SELECT place, missing_since FROM taken WHERE place > ? ORDER BY place LIMIT ?"
        rows = self._database.execute(query, (self._checked_to, limit)).fetchall()
        self._checked_to = rows[-1][0] if len(rows) == limit else b""
        dropped = 0
        for place, missing_since in rows:
            here = stands(place)
            if here and missing_since is not None:
                self._database.execute("UPDATE taken SET missing_since = NULL WHERE place = ?", (place,))
            elif not here and missing_since is None:
                self._database.execute("UPDATE taken SET missing_since = ? WHERE place = ?", (today, place))
            elif not here and today - missing_since >= _KEPT_DAYS:
                self._database.execute("DELETE FROM taken WHERE place = ?", (place,))
                dropped += 1
        return dropped
