"""A station's durable outbox: facts wait here until the hub has noted them; intentions become facts after a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from hall.errors import CannotWrite
from hall.messages import DeviceSeen, Printed, Rated
from hall.model import RequestId

KeptFact = Printed | DeviceSeen | Rated
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(KeptFact).decode

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS intentions(key TEXT PRIMARY KEY, id TEXT NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS boots(n INTEGER PRIMARY KEY) STRICT;
"""


class Kept(Struct, frozen=True):
    """A fact and the request id it will always carry."""

    id: RequestId
    fact: KeptFact


class Outbox:
    """SQLite file of one station. `boot` counts its starts."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.isolation_level = None
        self._db.executescript(SCHEMA)
        self.boot: int = self._start()

    @classmethod
    def open(cls, path: Path) -> Outbox:
        """The outbox in a file, made if it is not there; every commit is synced. Raises CannotWrite."""
        try:
            db = sqlite3.connect(path)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            return cls(db)
        except sqlite3.Error as error:
            raise CannotWrite(f"{path}: {error}: see to its disk and its permissions") from error

    def _start(self) -> int:
        with self._transaction():
            self._db.execute("INSERT INTO facts(id, body) SELECT id, body FROM intentions ORDER BY key")
            self._db.execute("DELETE FROM intentions")
            boot = self._db.execute("SELECT coalesce(max(n), 0) + 1 FROM boots").fetchone()[0]
            self._db.execute("DELETE FROM boots")
            self._db.execute("INSERT INTO boots VALUES (?)", (boot,))
        return int(boot)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing. Raises CannotWrite."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise CannotWrite(f"outbox: {error}: see to its disk and its permissions") from error

    def note(self, request: RequestId, fact: KeptFact, settles: str = "") -> None:
        """Keep a fact; the intention `settles` is fulfilled in the same transaction. Raises CannotWrite."""
        with self._transaction():
            self._db.execute("DELETE FROM intentions WHERE key = ?", (settles,))
            self._db.execute("INSERT INTO facts(id, body) VALUES (?, ?)", (request, _encode(fact)))

    def intend(self, key: str, request: RequestId, fact_if_lost: KeptFact) -> None:
        """Before an act that may be cut short: the fact that holds if nothing more is heard of it. Raises CannotWrite:
        then the act must not begin."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO intentions VALUES (?, ?, ?)", (key, request, _encode(fact_if_lost))
            )

    def oldest(self) -> Kept | None:
        """The fact to send next."""
        row = self._db.execute("SELECT id, body FROM facts ORDER BY seq LIMIT 1").fetchone()
        return Kept(row[0], _decode(row[1])) if row else None

    def noted(self, request: RequestId) -> None:
        """The hub has it. Raises CannotWrite; then it is sent again, which does no harm."""
        with self._transaction():
            self._db.execute("DELETE FROM facts WHERE id = ?", (request,))

    def close(self) -> None:
        self._db.close()
