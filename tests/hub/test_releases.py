"""A store of each released version, left in the middle of a day, under today's hub: nobody loses a place.

python -m tests.hub.test_releases NAME     writes tests/hub/releases/NAME.sql, once a release
"""

from __future__ import annotations

import sqlite3
import sys
from itertools import count
from pathlib import Path

import pytest

from hall.events import DayClosed
from hall.messages import Finish, Issued, Next, Start, TakeTicket
from hall.model import Alert, Disposition
from hub.store import Store
from hub.tables import BY_KIND
from hub.verify import verify
from tests.hub.made import MORNING, House, at, made
from tests.hub.test_day import a_full_day

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql"))
LATER = at("10:00")
TOMORROW = at("08:00", "2026-11-24")


def laid(release: Path, place: Path) -> Path:
    """The released store as a file."""
    path = place / "hub.db"
    with sqlite3.connect(path) as db:
        db.executescript(release.read_text(encoding="utf-8"))
    db.close()
    return path


@pytest.fixture(params=RELEASES, ids=lambda p: p.stem)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return laid(request.param, tmp_path)


def test_those_who_wait_are_called_in_their_order_and_new_ones_after_them(store: Path) -> None:
    with sqlite3.connect(store) as db:
        rows = db.execute("SELECT id FROM tickets WHERE state = 'waiting' AND series = 'A' ORDER BY issued_at, number")
        waiting = [row[0] for row in rows]
        (number,) = db.execute("SELECT max(number) FROM tickets WHERE series = 'A' AND day = '2026-11-23'").fetchone()
    db.close()
    assert len(waiting) >= 3
    house = House(path=store, now=LATER)
    house.ids = count(1_000)  # those before were used: their answers are kept
    house.did(Finish(window=1, disposition=Disposition.DONE))  # the one in hand when the program was changed
    newcomer = house.take_ticket()
    assert newcomer.label == f"A{number + 1:03}"
    called = []
    for _ in waiting:
        reply = house.did(Next(window=1))
        assert reply.window.in_hand is not None
        called.append(reply.window.in_hand.ticket)
        house.did(Start(window=1))
        house.did(Finish(window=1, disposition=Disposition.DONE))
    assert called == waiting
    house.store.close()
    report = verify(store, rebuild=True)
    assert report.broken is None
    assert report.seals == 1


def test_what_was_answered_is_answered_alike_and_the_day_closes(store: Path) -> None:
    with sqlite3.connect(store) as db:
        (kept,) = db.execute("SELECT body FROM replies WHERE id = 'first'").fetchone()
    db.close()
    house = House(path=store, now=LATER)
    assert house.store.reply("kiosk-1", "first") == bytes(kept)
    house.now = TOMORROW
    house.take()
    (yesterday,) = [e for e in house.events() if isinstance(e, DayClosed) and e.day == "2026-11-23"]
    assert yesterday.issued == yesterday.served + yesterday.no_show + yesterday.left + yesterday.void
    assert not [a for a in house.store.rows(BY_KIND[Alert]) if isinstance(a, Alert) and a.kind == "request_crashed"]
    house.store.close()
    assert verify(store, rebuild=True).broken is None


def test_a_store_is_upgraded_whole_or_not_at_all(store: Path) -> None:
    Store.open(store, made().id).close()
    with sqlite3.connect(store) as db:
        first = list(db.iterdump())
    Store.open(store, made().id).close()
    with sqlite3.connect(store) as db:
        assert list(db.iterdump()) == first


def write(name: str) -> Path:
    """Leave a store in the middle of its second day, by the program as it is now."""
    place = Path(__file__).parent / "releases"
    source = place / "draft.db"
    house = House(path=source, now=at("09:00", "2026-11-22"))
    house.take()
    house.now = MORNING
    house.take()
    house.store.close()
    whole = a_full_day(source)
    house = House(path=source, now=whole.now)
    whole.store.close()
    assert isinstance(house.ask("kiosk-1", TakeTicket(matter="pension"), request="first"), Issued)
    for _ in range(2):
        house.ticket()
    house.store.close()
    target = place / f"{name}.sql"
    with sqlite3.connect(source) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        target.write_text("\n".join([*db.iterdump(), f"PRAGMA user_version={version};"]) + "\n", encoding="utf-8")
    db.close()
    for left in place.glob("draft.db*"):
        left.unlink()
    return target


if __name__ == "__main__":
    print(write(sys.argv[1]))
