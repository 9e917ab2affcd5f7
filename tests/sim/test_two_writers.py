"""Two writers on one file: the hub's transaction must own the write lock from its first statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hall.errors import CannotWrite
from hub.store import Store


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, sqlite3.Connection]]:
    """The hub's store, and another process' connection to the same file that does not wait."""
    store = Store.open(tmp_path / "hub.db", "village")
    other = sqlite3.connect(tmp_path / "hub.db", timeout=0.0, isolation_level=None)
    yield store, other
    other.close()
    store.close()


def test_between_begin_and_commit_nobody_else_writes(stores: tuple[Store, sqlite3.Connection]) -> None:
    store, other = stores
    store.begin()
    assert store.reply("kiosk-1", "wish-1") is None  # every request is looked up first
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("INSERT INTO moments VALUES ('intruder', 'topic', 0, x'')")
    store.put_reply("kiosk-1", "wish-1", 1, b"answer")
    store.commit()
    assert store.reply("kiosk-1", "wish-1") == b"answer"


def test_a_writer_that_came_first_delays_the_hub_and_nothing_is_lost(stores: tuple[Store, sqlite3.Connection]) -> None:
    store, other = stores
    store._db.execute("PRAGMA busy_timeout=0")  # the wait itself is SQLite's; here only what follows from it
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO moments VALUES ('first', 'topic', 0, x'')")
    with pytest.raises(CannotWrite, match="locked"):
        store.begin()
    other.execute("COMMIT")
    store.begin()
    store.put_reply("kiosk-1", "wish-1", 1, b"answer")
    store.commit()
    assert [moment[0] for moment in store.moments()] == ["first"]
    assert store.reply("kiosk-1", "wish-1") == b"answer"
