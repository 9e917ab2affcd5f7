"""A store with a million tickets of earlier days: what years of work leave behind. Filled by SQL, under a minute."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from hall.events import DayClosed, DayOpened, TicketIssued, encode_event
from hall.model import MatterId
from hub.store import GENESIS, Store, chained
from tests.crash.halls import DAY, MORNING, SERIES, kiosk, matters

DAY_MS = 24 * 3600 * 1000
EACH_DAY = 2_000  # a busy county hall
REPLIES_OF_DAYS = 7

TICKETS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :each)
INSERT INTO tickets(id, day, series, number, label, matter, station, state, printing, place, issued_at, window,
    services, calls, reprints, ended_at, reason)
SELECT :day || '/' || substr(:series, 1 + i / 250, 1) || printf('%05d', 1 + i % 250), :day,
    substr(:series, 1 + i / 250, 1), 1 + i % 250, substr(:series, 1 + i / 250, 1) || printf('%05d', 1 + i % 250),
    lower(substr(:series, 1 + i / 250, 1)) || '-' || (i % 3), 'kiosk-01', 'served', 'on_paper', i + 1,
    :at + i * 10000, 1 + i % 32, 1, 1, 0, :at + i * 10000 + 600000, ''
FROM n
"""
SERVICES = """
INSERT INTO services(id, ticket, day, matter, window, clerk, letter, state, called_at, calls, started_at, ended_at,
    disposition, reason)
SELECT id || '#1', id, day, matter, window, '101', 'A', 'finished', issued_at + 300000, 1, issued_at + 310000,
    ended_at, 'done', '' FROM tickets WHERE day = :day
"""
REPLIES = """
INSERT INTO replies(station, id, at, body)
SELECT 'kiosk-01', lower(hex(randomblob(12))), issued_at, zeroblob(300) FROM tickets WHERE day = :day
"""
BLOCKS = """
INSERT INTO blocks(day, series, first, last, holder, used)
SELECT day, series, 1, 99999, 'hub', max(number) FROM tickets WHERE day = :day GROUP BY series
"""


def fill(path: Path, hall: str, tickets: int) -> None:
    """Make a store at `path` that worked for tickets / 2,000 days; the last of them is still to be closed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Store.open(path, hall).close()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("BEGIN")
    days = tickets // EACH_DAY
    first = date.fromisoformat(DAY) - timedelta(days=days)
    head, seq, at = GENESIS, 0, 0
    for n in range(days):
        day, at = (first + timedelta(days=n)).isoformat(), MORNING - (days - n) * DAY_MS
        told = {"day": day, "at": at, "each": EACH_DAY, "series": SERIES}
        for sql in (TICKETS, SERVICES, BLOCKS, *((REPLIES,) if days - n <= REPLIES_OF_DAYS else ())):
            db.execute(sql, told)
        rows = []
        is_last = n == days - 1
        for body in _log_of(day, closed=not is_last):
            seq += 1
            head = chained(head, seq, at, body)
            rows.append((seq, at, body, head))
        db.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", rows)
        if not is_last:
            db.execute("INSERT INTO seals VALUES (?, ?, ?, ?)", (day, seq, at, head))
    last = (first + timedelta(days=days - 1)).isoformat()
    db.execute("UPDATE hub SET day = ?, seq = ?, at = ?, head = ?", (last, seq, at + DAY_MS // 2, head))
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _log_of(day: str, *, closed: bool) -> Iterator[bytes]:
    """The issues of a day, the most frequent of its events; the others would say nothing new to an index."""
    yield encode_event(DayOpened(day=day))
    names: tuple[MatterId, ...] = matters()
    for i in range(EACH_DAY):
        label = f"{SERIES[i // 250]}{1 + i % 250:05d}"
        yield encode_event(
            TicketIssued(
                ticket=f"{day}/{label}",
                day=day,
                series=label[0],
                number=1 + i % 250,
                label=label,
                matter=names[i % len(names)],
                station=kiosk(1),
                place=i + 1,
            )
        )
    if closed:
        yield encode_event(DayClosed(day=day, issued=EACH_DAY, served=EACH_DAY, no_show=0, left=0, void=0))
