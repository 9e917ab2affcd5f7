"""A store of an older version is upgraded at its first start: its rows, its log and its rebuild hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hall.errors import BadLog
from hub.snapshot import Snapshot
from hub.store import Store
from hub.tables import TABLES, VERSION
from hub.verify import verify
from testbed.oldstore import OLDEST, as_version_1, version_of
from tests.hub.made import House

RELEASED = Path(__file__).parent / "releases" / "0.1.0.sql"


def shape(path: Path) -> dict[str, set[str]]:
    """The columns of every table."""
    with closing(sqlite3.connect(path)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")} for name in names}


def test_the_shape_of_version_1_is_that_of_a_store_the_release_wrote(tmp_path: Path) -> None:
    House(path=tmp_path / "hub.db").store.close()
    as_version_1(tmp_path / "hub.db")
    with closing(sqlite3.connect(tmp_path / "released.db")) as db:
        db.executescript(RELEASED.read_text(encoding="utf-8"))
    assert shape(tmp_path / "hub.db") == shape(tmp_path / "released.db")
    assert version_of(tmp_path / "hub.db") == version_of(tmp_path / "released.db") == OLDEST


def test_a_store_of_version_1_goes_on_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    house = House(path=path)
    house.open()
    house.ticket()
    house.store.close()
    as_version_1(path)
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
    as_version_1(path)
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
