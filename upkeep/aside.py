"""What a restore moved aside: it stands until somebody deletes it, but personal texts in it go at their date."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from hall.errors import HallError
from hall.model import Instant
from hub.snapshot import Snapshot
from upkeep.aging import Aged
from upkeep.backup import STAMP
from upkeep.layout import Layout

NAMED = re.compile(r"\.before-(\d{8}T\d{6})$")


def asides(at: Layout) -> dict[Path, datetime]:
    """What stands aside, and since when, by this machine's clock."""
    found = [*at.data.glob("hub.before-*"), *at.conf.parent.glob(f"{at.conf.name}.before-*")]
    named = {path: NAMED.search(path.name) for path in sorted(found) if path.is_dir()}
    return {path: datetime.strptime(m.group(1), STAMP).astimezone() for path, m in named.items() if m is not None}


def overdue_aside(at: Layout, now: Instant) -> tuple[list[Path], list[Path]]:
    """Those with texts whose date is over, and those whose store cannot be read, so that nobody can tell."""
    late, unread = [], []
    for path in _with_store(at):
        try:
            with Snapshot(path / "hub.db") as store:
                if store.texts(now)[1]:
                    late.append(path)
        except HallError:
            unread.append(path)
    return late, unread


def age_aside(at: Layout, now: Instant) -> Iterator[Aged]:
    """Delete texts whose date is over from every store that stands aside; those that changed, or cannot be read."""
    for path in _with_store(at):
        try:
            deleted = _without(path / "hub.db", now)
        except sqlite3.Error as error:
            yield Aged(path, trouble=str(error))
        else:
            if deleted:
                yield Aged(path, deleted)


def _with_store(at: Layout) -> list[Path]:
    return [path for path in asides(at) if (path / "hub.db").is_file()]


def _without(store: Path, now: Instant) -> int:
    uri = store.absolute().as_uri()
    with closing(sqlite3.connect(f"{uri}?mode=rw", uri=True, timeout=5.0)) as db:
        over = "FROM personal WHERE delete_after < ?"
        if not db.execute(f"SELECT count(*) {over}", (now,)).fetchone()[0]:
            return 0
        db.execute("PRAGMA secure_delete=ON")
        deleted = db.execute(f"DELETE {over}", (now,)).rowcount
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or the text stands in the log beside it still
    return deleted
