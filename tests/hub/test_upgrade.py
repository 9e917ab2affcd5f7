"""A store of an older version is upgraded at its first start: its rows, its log and its rebuild hold."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hall.errors import BadLog
from hub.snapshot import Snapshot
from hub.store import TABLES, VERSION, Store
from hub.verify import verify
from tests.hub.made import House

# What version 1 did not have.
NEW_TABLES = ("bookings", "leaves", "openings")
NEW_COLUMNS = {
    "tickets": (
        "priority", "overtaken", "misses", "kept_until", "behind_at", "behind_place", "for_clerk", "further", "booking",
        "joint", "part", "parts", "host",
    ),
    "services": ("last_called_at", "joint", "part"),
}  # fmt: skip


def version_1(path: Path) -> None:
    """Take from a store what has come since version 1."""
    db = sqlite3.connect(path)
    for table in NEW_TABLES:
        db.execute(f"DROP TABLE {table}")
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute("PRAGMA user_version=1")
    db.commit()
    db.close()


def test_a_store_of_version_1_goes_on_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    house = House(path=path)
    house.open()
    house.ticket()
    house.store.close()
    version_1(path)
    with pytest.raises(BadLog, match="start its hub once"):
        Snapshot(path)
    again = House(path=path, now=house.now + 1_000)
    assert [t.label for t in again.writer.floor.tickets.values()][:1] == ["A001"]
    again.ticket()
    again.restart()
    again.store.close()
    report = verify(path, rebuild=True)
    assert report.broken is None
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    for table in TABLES:  # and no column is missing
        names = {row[1] for row in db.execute(f"PRAGMA table_info({table.name})")}
        assert names == set(table.columns.split(", "))
    db.close()


def test_an_upgrade_that_is_cut_off_leaves_the_old_version(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    House(path=path).store.close()
    version_1(path)
    for steps in range(0, 1_000, 7):
        db = sqlite3.connect(path)
        left = iter(range(steps))
        db.set_authorizer(lambda *_, left=left: sqlite3.SQLITE_DENY if next(left, None) is None else sqlite3.SQLITE_OK)
        try:
            Store(db, "village")
            cut = False
        except sqlite3.DatabaseError:
            cut = True
        db.set_authorizer(None)
        db.close()
        version = sqlite3.connect(path).execute("PRAGMA user_version").fetchone()[0]
        assert version in (1, VERSION)
        if not cut:
            break
    assert not cut
    assert steps > 50
    assert House(path=path).take_ticket().label == "A001"


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    House(path=path).store.close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version={VERSION + 1}")
    db.close()
    with pytest.raises(BadLog, match="start the newer hub"):
        Store.open(path, "village")
