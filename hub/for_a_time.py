"""The rows of a store that are kept for a time, and their deletion. The log keeps its event, with counts and nothing of
what was deleted; when it is due, `hub.retention` says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from hall.events import Forgotten, decode_event
from hall.model import Instant
from hub.retention import REPLIES_KEPT_MS

FORGOTTEN: Final = '{"event":"forgotten/'  # the canonical bytes begin with the tag


class ForATime:
    """Of one store. `write` executes inside the writer's transaction and gives the
    number of rows; it raises CannotWrite."""

    def __init__(self, db: sqlite3.Connection, write: Callable[[str, tuple[Any, ...]], int]) -> None:
        self._db, self._write = db, write

    def put_personal(self, key: str, kind: str, text: str, until: Instant) -> None:
        """A personal text, apart from the log, so that it can be deleted while the chain stands."""
        self._write("INSERT INTO personal VALUES (?, ?, ?, ?)", (key, kind, text, until))

    def forget(self, now: Instant) -> Forgotten:
        """Delete what has been kept long enough; how much it was."""
        texts = self._write("DELETE FROM personal WHERE delete_after < ?", (now,))
        answers = self._write("DELETE FROM replies WHERE at < ?", (now - REPLIES_KEPT_MS,))
        return Forgotten(texts=texts, answers=answers)

    def last_run(self) -> Instant | None:
        """When that was done last, or the log began; None for a store without a log."""
        found = last_forgotten(self._db)
        if found is not None:
            return found[0]
        row = self._db.execute("SELECT at FROM log ORDER BY seq LIMIT 1").fetchone()
        return None if row is None else int(row[0])

    def leave_the_disk(self) -> bool:
        """Empty SQLite's own log, in which deleted bytes stand still; False if somebody reads just now, or the disk
        does not let us. Not inside a transaction."""
        try:
            busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
        return not busy


def last_forgotten(db: sqlite3.Connection) -> tuple[Instant, Forgotten] | None:
    """The last deletion that the log tells of, and when it was."""
    # Backwards by the primary key: it stands among the last day's events, unless it never was.
    sql = "SELECT at, body FROM log WHERE CAST(substr(body, 1, ?) AS TEXT) = ? ORDER BY seq DESC LIMIT 1"
    row = db.execute(sql, (len(FORGOTTEN), FORGOTTEN)).fetchone()
    if row is None:
        return None
    event = decode_event(row[1])
    assert isinstance(event, Forgotten)
    return int(row[0]), event
