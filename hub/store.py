"""The hub's one file: SQLite in WAL, every commit synced. Raw sqlite3: `sqlite_utils`' atomic() is a deferred BEGIN.

Tables hold what `hall.model` names, one column a field; the log holds the events, chained by SHA-256.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from hall.errors import BadLog, CannotWrite, HallError
from hall.events import AnyEvent, decode_event, encode_event
from hall.model import (
    Alert,
    Booking,
    Day,
    Instant,
    RequestId,
    StationId,
)
from hub.floor import Floor
from hub.for_a_time import ForATime
from hub.held import Entity
from hub.seals import Sealed
from hub.tables import TABLES, VERSION, Table, columns_of, create, into, schema, value_of

GENESIS = bytes(32)
TRIAL_BYTES = 65_536
BUSY_S = 2.0  # nobody else writes; a loop that waits longer tells no time


def chained(head: bytes, seq: int, at: Instant, body: bytes) -> bytes:
    """The hash of a log row: SHA-256 over the hash before it, its number, its time and its event."""
    return hashlib.sha256(head + seq.to_bytes(8, "big") + at.to_bytes(8, "big") + body).digest()


class Mark(Struct, frozen=True):
    """Where the log stood at a savepoint."""

    seq: int
    head: bytes
    day: Day | None
    at: Instant


class Store:
    """The writer's connection. All methods but the readers belong inside `begin` … `commit`.

    Any refusal of SQLite to write (disk full, read-only, I/O) is raised as CannotWrite.
    """

    def __init__(self, db: sqlite3.Connection, hall: str) -> None:
        self._db = db
        self._into = into()
        self.for_a_time = ForATime(db, self._write)
        db.isolation_level = None
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._create(hall)
        elif version > VERSION:
            raise BadLog(f"the store is of version {version}, this hub knows {VERSION}: start the newer hub")
        elif version < VERSION:
            self._upgrade()
        row = db.execute("SELECT hall, day, seq, at, head, boot FROM hub").fetchone()
        if row[0] != hall:
            raise BadLog(f"the store belongs to hall {row[0]!r}, the hall file says {hall!r}")
        self.day: Day | None = row[1]
        self.seq, self.at, self.head, self.boot = int(row[2]), int(row[3]), bytes(row[4]), int(row[5])
        self._check_head()

    @classmethod
    def open(cls, path: Path, hall: str) -> Store:
        """The store in a file, made if it is not there. Raises BadLog or CannotWrite."""
        db: sqlite3.Connection | None = None
        try:
            db = sqlite3.connect(path, timeout=BUSY_S)
            db.execute("PRAGMA temp_store=MEMORY")  # savepoints spilt to /var/tmp: 41 KB written a request, not 28
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")  # NORMAL lost acknowledged tickets in power cuts
            db.execute("PRAGMA secure_delete=ON")  # a person's words leave the disk too, not only the table
            return cls(db, hall)
        except (sqlite3.Error, HallError) as error:
            if db is not None:
                db.close()
            if isinstance(error, HallError):
                raise
            raise CannotWrite(f"{path}: {error}: see to its disk and its permissions") from error

    def _create(self, hall: str) -> None:
        # One transaction: a hub killed here finds an empty file again, not half a store.
        self._db.execute("BEGIN IMMEDIATE")
        for statement in schema().split(";"):
            self._db.execute(statement)
        self._db.execute("INSERT INTO hub VALUES (1, ?, NULL, 0, 0, ?, 0)", (hall, GENESIS))
        self._db.execute(f"PRAGMA user_version={VERSION}")
        self._db.execute("COMMIT")

    def _upgrade(self) -> None:
        """An older version's tables get what has come since, and every row as the log says it; all of it or nothing.

        A new column's default need not be what the old days' events come to: a number that nobody answered to was
        missed once already, whether or not the older version counted that."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DROP TABLE IF EXISTS leaves")  # one a clerk, before version 4; the log has them all
        for table in TABLES:
            there = {row[1] for row in self._db.execute(f"PRAGMA table_info({table.name})")}
            if not there:
                self._db.execute(create(table))
                continue
            for name, column in columns_of(table):
                if name not in there:
                    self._db.execute(f"ALTER TABLE {table.name} ADD COLUMN {name} {column}")
        self._db.execute("CREATE INDEX IF NOT EXISTS bookings_date ON bookings(date)")
        self._db.execute(f"PRAGMA user_version={VERSION}")
        floor = Floor()
        for at, body in self._db.execute("SELECT at, body FROM log ORDER BY seq"):
            self.put(floor.apply(decode_event(body), at))
        self._db.execute("COMMIT")

    def _check_head(self) -> None:
        rows = self._db.execute("SELECT seq, at, body, hash FROM log ORDER BY seq DESC LIMIT 2").fetchall()
        before = bytes(rows[1][3]) if len(rows) == 2 else GENESIS
        seq, at, body, head = rows[0] if rows else (0, 0, b"", GENESIS)
        good = not rows or chained(before, seq, at, body) == head
        if (seq, head) != (self.seq, self.head) or not good:
            raise BadLog(
                f"the log ends at {seq} with a hash that the state (at {self.seq}) was not committed with: "
                "do not go on; run hall log verify --rebuild and restore a backup"
            )

    def booted(self) -> int:
        """Count a start of the hub; its number. Raises CannotWrite."""
        self.begin()
        self.boot += 1
        self._db.execute("UPDATE hub SET boot = ?", (self.boot,))
        self.commit()
        return self.boot

    # --- the transaction ---

    def begin(self) -> None:
        self._write("BEGIN IMMEDIATE")

    def savepoint(self) -> Mark:
        self._write("SAVEPOINT one")
        return self.mark()

    def release(self) -> None:
        self._write("RELEASE one")

    def rollback_to(self, mark: Mark) -> None:
        self._write("ROLLBACK TO one")
        self._write("RELEASE one")
        self._stand_at(mark)

    def commit(self) -> None:
        """Make it last; only now may anything of it be told."""
        self._write("UPDATE hub SET day = ?, seq = ?, at = ?, head = ?", (self.day, self.seq, self.at, self.head))
        self._write("COMMIT")

    def rollback(self, mark: Mark) -> None:
        """Undo all since `begin`."""
        if self._db.in_transaction:  # SQLite may have rolled back by itself
            self._write("ROLLBACK")
        self._stand_at(mark)

    def try_writing(self) -> None:
        """Commit a change as large as a full batch and leave nothing of it. Raises CannotWrite."""
        before = self.mark()
        try:
            self.begin()
            self.put_moment("~", "", 0, bytes(TRIAL_BYTES))
            self._write("DELETE FROM moments WHERE id = '~'")
            self.commit()
        except CannotWrite:
            self.rollback(before)
            raise

    def mark(self) -> Mark:
        """Where the log stands."""
        return Mark(self.seq, self.head, self.day, self.at)

    def _stand_at(self, mark: Mark) -> None:
        self.seq, self.head, self.day, self.at = mark.seq, mark.head, mark.day, mark.at

    def append(self, event: AnyEvent, at: Instant) -> None:
        """One more row of the log."""
        body = encode_event(event)
        self.seq += 1
        self.head = chained(self.head, self.seq, at, body)
        self.at = max(self.at, at)
        self._write("INSERT INTO log VALUES (?, ?, ?, ?)", (self.seq, at, body, self.head))

    def put(self, entities: Iterable[Entity], new: type[Entity] | None = None) -> None:
        """The rows as they now are. One of the kind `new` must not exist yet: a number given out twice ends here."""
        for entity in entities:
            verb = "INSERT" if type(entity) is new else "INSERT OR REPLACE"
            self._write(verb + self._into[type(entity)], structs.astuple(entity))

    def seal(self, day: Day) -> None:
        """Anchor a closed day: the hash of the log's last row."""
        self._write("INSERT INTO seals VALUES (?, ?, ?, ?)", (day, self.seq, self.at, self.head))

    def put_reply(self, station: StationId, request: RequestId, at: Instant, body: bytes) -> None:
        """Keep a reply: every repeat of the request gets it."""
        self._write("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", (station, request, at, body))

    def put_moment(self, moment: str, topic: str, not_after: Instant, body: bytes) -> None:
        """A moment still to be told."""
        self._write("INSERT OR REPLACE INTO moments VALUES (?, ?, ?, ?)", (moment, topic, not_after, body))

    def drop_moments(self, moments: Iterable[str], before: Instant) -> None:
        """Moments that the broker has, or that are over."""
        self._write("DELETE FROM moments WHERE not_after < ?", (before,))
        for moment in moments:
            self._write("DELETE FROM moments WHERE id = ?", (moment,))

    def _write(self, sql: str, values: tuple[Any, ...] = ()) -> int:
        try:
            return self._db.execute(sql, values).rowcount
        except sqlite3.OperationalError as error:
            raise CannotWrite(str(error)) from error

    # --- readers ---

    def reply(self, station: StationId, request: RequestId) -> bytes | None:
        """The reply a request got before, if it did."""
        row = self._db.execute("SELECT body FROM replies WHERE station = ? AND id = ?", (station, request)).fetchone()
        return bytes(row[0]) if row else None

    def moments(self) -> list[tuple[str, str, Instant, bytes]]:
        """What is still to be told: id, topic, not after, body."""
        sql = "SELECT id, topic, not_after, body FROM moments ORDER BY not_after, id"
        return self._db.execute(sql).fetchall()

    def seals(self) -> list[Sealed]:
        """The seals of all closed days."""
        return [Sealed(*row) for row in self._db.execute("SELECT day, seq, hash FROM seals ORDER BY day")]

    def log(self) -> Iterator[tuple[int, Instant, bytes, bytes]]:
        """Every row of the log: number, time, event, hash."""
        yield from self._db.execute("SELECT seq, at, body, hash FROM log ORDER BY seq")

    def events(self) -> Iterator[tuple[Instant, AnyEvent]]:
        """Every event with its time."""
        for _, at, body, _ in self.log():
            yield at, decode_event(body)

    def rows(self, table: Table, where: str = "", values: tuple[Any, ...] = ()) -> Iterator[Entity]:
        """The values of a table."""
        select = f"SELECT {table.columns} FROM {table.name} {where}"  # noqa: S608 - names of our own tables
        for row in self._db.execute(select, values):
            yield value_of(table.kind, row)

    def floor(self) -> Floor:
        """The floor as it was committed: today's rows, and what outlives a day. Raises BadLog for a broken file."""
        found: list[Entity] = []
        try:
            for table in TABLES:
                if table.daily:
                    found += self.rows(table, "WHERE day = ?", (self.day,))
                elif table.kind is Booking:
                    found += self.rows(table, "WHERE date >= ?", (self.day or "",))
                elif table.kind is Alert:
                    found += self.rows(table, "WHERE ended_at IS NULL")
                else:
                    found += self.rows(table)
        except sqlite3.OperationalError:
            raise  # locked, or the disk: nothing is said against the file
        except sqlite3.DatabaseError as error:
            raise BadLog(f"the store cannot be read: {error}: do not go on; restore a backup") from error
        return Floor.loaded(self.day, self.at, found)

    def close(self) -> None:
        self._db.close()
