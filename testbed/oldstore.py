"""A store put back into the shape that an older release kept: what a hub meets at the first start after an upgrade.

What has come since goes, tables and columns; the log stays. That the shape is right, a store that the release itself
wrote shows in the tests.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

OLDEST: Final = 1
# What version 1 did not have.
NEW_TABLES: Final = ("bookings", "leaves", "openings")
NEW_COLUMNS: Final = {
    "tickets": (
        "priority", "overtaken", "misses", "kept_until", "behind_at", "behind_place", "for_clerk", "further", "booking",
        "joint", "part", "parts", "host",
    ),
    "services": (
        "last_called_at", "joint", "part", "for_window", "for_clerk", "behind_at", "behind_place", "aside",
    ),
}  # fmt: skip


def as_version_1(path: Path) -> None:
    """Take from a store whose hub stands still what has come since version 1."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        for table in NEW_TABLES:
            db.execute(f"DROP TABLE {table}")
        for table, columns in NEW_COLUMNS.items():
            for column in columns:
                db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute(f"PRAGMA user_version={OLDEST}")
        db.execute("COMMIT")


def version_of(path: Path) -> int:
    """The version of a store's shape."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
