"""What is kept for a time is gone after it, also from the file's bytes; the log stands and verifies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hall.errors import BadFile, CannotWrite
from hall.events import Forgotten
from hall.hallfile import parse_hall
from hall.messages import Finish, Noted, Rated
from hall.model import AlertKind, Disposition, Hall, Instant
from hub.retention import REPLIES_KEPT_MS
from hub.verify import verify
from tests.hall.halls import Table, toml
from tests.hub.made import PAD, House, a_table, at

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


def _place(house: House) -> Path:
    assert house.path is not None
    return house.path.parent


def read(table: Table) -> Hall:
    return parse_hall("hall.toml", {"hall.toml": toml(table)})


def runs(house: House) -> list[tuple[int, int]]:
    """How much each deletion took, by the log."""
    return [(e.texts, e.answers) for e in house.events() if isinstance(e, Forgotten)]


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


def test_they_leave_sqlites_own_log_too(house: House) -> None:
    (wal,) = _place(house).glob("hub.db-wal")
    assert WORDS.encode() in wal.read_bytes()
    house.now = delete_after(house) + DAY_MS
    house.take()
    assert not any(WORDS.encode() in path.read_bytes() for path in _place(house).iterdir())


def test_replies_are_kept_for_a_week_and_then_forgotten(house: House) -> None:
    assert house.store.reply(PAD, "rating") is not None
    house.now = at("08:00", "2026-11-29")
    house.take()
    assert house.store.reply(PAD, "rating") is not None
    house.now += REPLIES_KEPT_MS
    house.take()
    assert house.store.reply(PAD, "rating") is None


# --- when it is done ---


def test_it_is_done_at_its_hour_also_on_days_off_and_once(house: House) -> None:
    # Friday the 27th to Monday: two days on which the hall does not open.
    for day in ("2026-11-24", "2026-11-28", "2026-11-29"):
        done = len(runs(house))
        house.now = at("03:39", day)
        house.take()  # midnight, and a minute too early
        before = len(runs(house))
        house.now = at("03:40", day)
        house.take()
        house.take()
        house.now = at("12:00", day)
        house.take()
        assert len(runs(house)) == before + 1
        assert before <= done + 1  # those of the days between are made good by one
    assert not any(isinstance(e, Forgotten) for e in house.events()[:3])


def test_a_hub_that_stood_still_does_it_at_its_start(house: House) -> None:
    house.now = delete_after(house) + 40 * DAY_MS
    house.restart()
    assert runs(house) == []
    house.take()
    ((texts, answers),) = runs(house)
    assert texts == 1
    assert answers > 0
    house.restart()  # and knows that it did
    house.take()
    assert len(runs(house)) == 1


def test_nothing_is_deleted_that_could_not_be_written_down(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise CannotWrite("database or disk is full")

    house.now = delete_after(house) + DAY_MS
    with monkeypatch.context() as patched:
        patched.setattr(house.store, "commit", full)
        assert house.take().trouble is AlertKind.CANNOT_WRITE
    assert house.store._db.execute("SELECT count(*) FROM personal").fetchone() == (1,)
    assert runs(house) == []
    house.take()
    assert [texts for texts, _ in runs(house)] == [1]


def test_a_reader_at_that_moment_does_not_stop_it(house: House, caplog: pytest.LogCaptureFixture) -> None:
    assert house.path is not None
    with closing(sqlite3.connect(house.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM personal").fetchone()
        house.store._db.execute("PRAGMA busy_timeout=0")
        house.now = delete_after(house) + DAY_MS
        with caplog.at_level("INFO", logger="hub"):
            house.take()
    assert [texts for texts, _ in runs(house)] == [1]
    assert "next checkpoint" in caplog.text
    assert WORDS not in caplog.text


def test_the_hall_says_how_long(tmp_path: Path) -> None:
    table = a_table()
    table["policy"] = {**table.get("policy", {}), "retention": {"words_days": 10, "at": "22:00"}}
    house = House(path=tmp_path / "hub.db", hall=read(table))
    house.open(1)
    ticket = house.serve(1)
    house.did(Finish(window=1, disposition=Disposition.DONE))
    house.ask(PAD, Rated(service=f"{ticket}#1", level=1, reasons=(115,), words=WORDS), request="rating")
    assert delete_after(house) == house.writer.floor.last_at + 10 * DAY_MS
    house.now = at("21:59")
    house.take()
    assert runs(house) == []
    house.now = at("22:00")
    house.take()
    assert runs(house) == [(0, 0)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"logs_days": 90}, "policy.retention.logs_days: 183 to 3650 days: the law wants logs of at least six months"),
        ({"words_days": 0}, "policy.retention.words_days: 1 to 3650"),
        ({"at": "3:40"}, "policy.retention.at: times look like 09:00"),
    ],
)
def test_what_is_not_allowed_is_refused(wrong: dict[str, object], told: str) -> None:
    table = a_table()
    table["policy"] = {**table.get("policy", {}), "retention": wrong}
    with pytest.raises(BadFile) as refused:
        read(table)
    (mistake,) = refused.value.mistakes
    assert told in mistake
    assert str(next(iter(wrong.values()))) in mistake
