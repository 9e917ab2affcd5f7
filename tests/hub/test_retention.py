"""What is kept for a time is gone after it, also from the file's bytes; the log stands and verifies."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.messages import Finish, Noted, Rated
from hall.model import Disposition, Instant
from hub.store import REPLIES_KEPT_MS
from hub.verify import verify
from tests.hub.made import PAD, House, at

WORDS = "窗口态度不好请改进"
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A day on which somebody rated with own words."""
    house = House(path=tmp_path / "hub.db")
    house.open(1)
    ticket = house.serve(1)
    house.did(Finish(window=1, disposition=Disposition.DONE))
    rated = Rated(service=f"{ticket}#1", level=1, reasons=(115,), words=WORDS)
    assert isinstance(house.ask(PAD, rated, request="rating"), Noted)
    return house


def bytes_of(house: House) -> bytes:
    """Everything on the disk."""
    assert house.path is not None
    house.store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(p.read_bytes() for p in house.path.parent.glob("hub.db*"))


def delete_after(house: House) -> Instant:
    ((when,),) = house.store._db.execute("SELECT delete_after FROM personal").fetchall()
    return int(when)


def test_own_words_are_deleted_at_their_date_and_the_log_stands(house: House) -> None:
    assert WORDS.encode() in bytes_of(house)
    when = delete_after(house)
    house.now = when - DAY_MS
    house.take()
    assert WORDS.encode() in bytes_of(house)
    house.now = when + DAY_MS
    house.take()
    assert house.store._db.execute("SELECT count(*) FROM personal").fetchone() == (0,)
    assert WORDS.encode() not in bytes_of(house), "deleted from the table, but its bytes are still on the disk"
    assert not any(WORDS in repr(event) for event in house.events())
    house.store.close()
    assert house.path is not None
    assert verify(house.path, rebuild=True).broken is None


def test_replies_are_kept_for_a_week_and_then_forgotten(house: House) -> None:
    assert house.store.reply(PAD, "rating") is not None
    house.now = at("08:00", "2026-11-29")
    house.take()
    assert house.store.reply(PAD, "rating") is not None
    house.now += REPLIES_KEPT_MS
    house.take()
    assert house.store.reply(PAD, "rating") is None
