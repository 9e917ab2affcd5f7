"""The tables of the hub's store: what `hall.model` names, one column a field, and the rest beside them."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, structs

from hall.model import Alert, Block, Booking, Desk, Emergency, Leave, Lockout, Opening, Rating, Service, Ticket
from hub.held import Entity

# 2: classes, no-shows that come back, bookings, leaves, windows opened; 3: joint matters; 4: how a ticket stood when
# it was called, several leaves of a clerk
VERSION = 4

T = TypeVar("T", bound=Struct)


class Table(Struct, frozen=True):
    """A table of the present state: which values it keeps, and what makes a row one."""

    name: str
    kind: type[Entity]
    key: str

    @property
    def columns(self) -> str:
        """Its columns, in the order of the values' fields; an upgraded file may hold them in another."""
        return ", ".join(self.kind.__struct_fields__)

    @property
    def marks(self) -> str:
        return ", ".join("?" for _ in self.kind.__struct_fields__)

    @property
    def daily(self) -> bool:
        """Whether its rows belong to a day; the others outlive it."""
        return "day" in self.fields

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return self.kind.__struct_fields__

    def key_of(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """What makes a row one."""
        return tuple(row[at] for at in _key_columns(self))


def value_of(kind: type[T], row: tuple[Any, ...]) -> T:
    """The value that a row of its table keeps."""
    names = kind.__struct_fields__
    return msgspec.convert(dict(zip(names, row, strict=True)), kind, strict=False)  # 0 and 1 are bools


@cache
def _key_columns(table: Table) -> tuple[int, ...]:
    return tuple(table.fields.index(name.strip()) for name in table.key.split(","))


TABLES = (
    Table("tickets", Ticket, "id"),
    Table("services", Service, "id"),
    Table("desks", Desk, "window"),
    Table("blocks", Block, "day, series, first"),
    Table("lockouts", Lockout, "badge"),
    Table("alerts", Alert, "id"),
    Table("ratings", Rating, "service"),
    Table("emergencies", Emergency, "zone"),
    Table("bookings", Booking, "id"),
    Table("leaves", Leave, "badge, begins"),
    Table("openings", Opening, "window"),
)
BY_KIND = {table.kind: table for table in TABLES}

OTHERS = """
CREATE UNIQUE INDEX one_number ON tickets(day, series, number);
CREATE INDEX ratings_day ON ratings(day);
CREATE TABLE personal(id TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, delete_after INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
CREATE INDEX bookings_date ON bookings(date);
CREATE INDEX services_day ON services(day);
CREATE TABLE log(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE seals(day TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL)
    STRICT, WITHOUT ROWID;
CREATE TABLE replies(station TEXT, id TEXT, at INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(station, id))
    STRICT, WITHOUT ROWID;
CREATE INDEX replies_at ON replies(at);
CREATE TABLE moments(id TEXT PRIMARY KEY, topic TEXT NOT NULL, not_after INTEGER NOT NULL, body BLOB NOT NULL)
    STRICT, WITHOUT ROWID;
CREATE TABLE hub(id INTEGER PRIMARY KEY CHECK (id = 1), hall TEXT NOT NULL, day TEXT, seq INTEGER NOT NULL,
    at INTEGER NOT NULL, head BLOB NOT NULL, boot INTEGER NOT NULL) STRICT;
"""


def schema() -> str:
    """The tables of this version, drawn from the values they keep."""
    return "".join(create(table) for table in TABLES) + OTHERS


def create(table: Table) -> str:
    """The statement that makes it."""
    columns = ", ".join(f"{name} {column}" for name, column in columns_of(table))
    return f"CREATE TABLE {table.name}({columns}, PRIMARY KEY({table.key})) STRICT, WITHOUT ROWID;\n"


@cache
def columns_of(table: Table) -> list[tuple[str, str]]:
    """Name and type of every column. What has a default in the value has it in the table: files can be upgraded."""
    hints = typing.get_type_hints(table.kind)
    return [(f.name, _column(hints[f.name]) + _default(f.default)) for f in structs.fields(table.kind)]


def _default(value: Any) -> str:
    if value is None or value is msgspec.NODEFAULT:
        return ""
    return f" DEFAULT '{value}'" if isinstance(value, str) else f" DEFAULT {int(value)}"


def _column(hint: Any) -> str:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = [o for o in options if o is not types.NoneType]
    return ("INTEGER" if kinds[0] in (int, bool) else "TEXT") + ("" if len(kinds) < len(options) else " NOT NULL")


def into() -> dict[type[Entity], str]:
    """The end of the INSERT of each kind of row."""
    return {t.kind: f" INTO {t.name}({t.columns}) VALUES ({t.marks})" for t in TABLES}
