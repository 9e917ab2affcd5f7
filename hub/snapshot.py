"""A store as it stands at one moment, read without disturbing its hub: a read-only connection in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hall.errors import BadLog
from hall.events import Forgotten
from hall.model import Day, Instant
from hub.for_a_time import last_forgotten
from hub.seals import Sealed
from hub.tables import VERSION, Table

Row = tuple[Any, ...]


class Snapshot:
    """What stands in the file; every reader raises BadLog if the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = self._open()
        ((version,),) = self._read("PRAGMA user_version")
        if version != VERSION:
            self._db.close()
            older = "; start its hub once, which upgrades it" if version < VERSION else ""
            raise BadLog(f"{path}: a store of version {version}, this program knows {VERSION}{older}")
        next(self._read("BEGIN"), None)
        ((self.hall, self.day, self.seq, self.at, self.head),) = self._read("SELECT hall, day, seq, at, head FROM hub")

    def _open(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise BadLog(f"{self._path}: no such file: is the path right, and has the hub run yet?")
        uri = self._path.absolute().as_uri()
        for options in ("mode=ro", "mode=ro&immutable=1"):
            db = sqlite3.connect(f"{uri}?{options}", uri=True, timeout=5.0, isolation_level=None)
            try:
                db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                return db
            except sqlite3.Error as error:
                db.close()
                told = error
                # On a read-only disk there can be no -shm file; without a -wal nothing is missed by not asking for it.
                if self._path.with_name(self._path.name + "-wal").exists():
                    break
        raise BadLog(f"{self._path}: cannot be read: {told}") from told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def log(self) -> Iterator[tuple[int, Instant, bytes, bytes]]:
        """Every row of the log: number, time, event, hash."""
        return self._read("SELECT seq, at, body, hash FROM log ORDER BY seq")

    def seals(self) -> list[Sealed]:
        """The seals of all closed days."""
        return [Sealed(*row) for row in self._read("SELECT day, seq, hash FROM seals ORDER BY day")]

    def rows(self, table: Table, day: Day | None = None) -> Iterator[Row]:
        """The rows of a table, or those of one day, their values in the order of the fields."""
        names = ", ".join(table.fields)
        where, values = ("", ()) if day is None else ("WHERE day = ?", (day,))
        return self._read(f"SELECT {names} FROM {table.name} {where}", values)  # noqa: S608 - names of our own tables

    def days(self, table: Table) -> list[Day]:
        """The days of which a table has rows."""
        return [day for (day,) in self._read(f"SELECT DISTINCT day FROM {table.name} ORDER BY day")]  # noqa: S608

    def last_forgotten(self) -> tuple[Instant, Forgotten] | None:
        """The last deletion of what was kept long enough, and when it was."""
        return last_forgotten(self._db)

    def texts(self, before: Instant) -> tuple[int, int]:
        """How many personal texts there are, and how many of them should be gone by then."""
        ((every, over),) = self._read("SELECT count(*), coalesce(sum(delete_after < ?), 0) FROM personal", (before,))
        return every, over

    def first_text_until(self) -> Instant | None:
        """When the first of the personal texts is over."""
        ((until,),) = self._read("SELECT min(delete_after) FROM personal")
        return None if until is None else int(until)

    def begun_at(self) -> Instant | None:
        """When the log began."""
        return next((at for (at,) in self._read("SELECT at FROM log ORDER BY seq LIMIT 1")), None)

    def _read(self, sql: str, values: Row = ()) -> Iterator[Any]:
        try:
            yield from self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise BadLog(f"{self._path}: cannot be read: {error}: restore a backup") from error
