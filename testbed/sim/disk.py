"""A disk that outlives a process, fills up, turns read-only, and a power cut at any seam."""

from __future__ import annotations

import sqlite3
from typing import Any

NO_LIMIT = 1_073_741_823


class PowerCut(BaseException):
    """The process is gone in the middle of what it did. No `except Exception` outlives it."""


class Seam:
    """Counts what a process hands to the world (statements, publishes, acknowledgements) and cuts it off there."""

    def __init__(self) -> None:
        self._left: int | None = None

    def cut_after(self, handed: int) -> None:
        """Cut at the next thing after so many."""
        self._left = handed

    def mend(self) -> None:
        """No cut is planned any more."""
        self._left = None

    def passed(self) -> None:
        """One thing more is handed over. Raises PowerCut instead when it is time."""
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self._left = None
            raise PowerCut


class Disk(sqlite3.Connection):
    """SQLite in memory that goes on when the process that opened it is gone."""

    seam: Seam
    refused = 0

    @classmethod
    def blank(cls, seam: Seam) -> Disk:
        """An empty disk of a machine with this seam."""
        disk = sqlite3.connect(":memory:", factory=cls)
        disk.seam = seam
        disk.isolation_level = None
        return disk

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        self.seam.passed()
        try:
            return super().execute(sql, parameters)
        except sqlite3.OperationalError:
            self.refused += 1
            raise

    def look(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Read as a bystander: no seam, no fault."""
        return super().execute(sql, parameters)

    def close(self) -> None:
        """The process is gone; what it committed stays."""
        if self.in_transaction:
            super().execute("ROLLBACK")

    def fill(self) -> None:
        """Not a page more."""
        pages = self.look("PRAGMA page_count").fetchone()[0]
        self.look(f"PRAGMA max_page_count={pages}")

    def lock(self) -> None:
        """Read-only from now on."""
        self.look("PRAGMA query_only=1")

    def repair(self) -> None:
        """Room again, and writable."""
        self.look(f"PRAGMA max_page_count={NO_LIMIT}")
        self.look("PRAGMA query_only=0")
