"""hall log verify: every change to log, head, seals or tables is found, and the first broken row is named."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from pathlib import Path

import pytest

from hall.errors import BadLog
from hall.messages import Finish, Next, NoShow, Start, Transfer, Undo
from hall.model import Disposition, MissReason
from hub import seals
from hub.store import GENESIS, chained
from hub.tables import TABLES
from hub.verify import verify
from tests.hub.made import House, at
from tests.hub.test_day import a_full_day


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a hub that has run for two days and a morning, its seals exported."""
    data = tmp_path_factory.mktemp("data")
    house = a_full_day(data / "hub.db")
    for day in ("2026-11-24", "2026-11-25"):
        house.now = at("09:30", day)
        for sealed in house.take().sealed:
            seals.write(data, "village", sealed)
        an_hour(house)
    house.sign_in(3, "103", pin="0000")
    house.store.close()
    return data


def an_hour(house: House) -> None:
    """Something of everything."""
    house.open(1)
    house.open(2, "102")
    house.serve(1)
    house.did(Transfer(window=1, reason="x", matter="relief"))
    house.did(Next(window=2))
    house.did(NoShow(window=2, reason=MissReason.LEFT_EARLY))
    house.did(Undo(window=2))
    house.did(Start(window=2))
    house.wait(60)
    house.did(Finish(window=2, disposition=Disposition.ACCEPTED))
    house.call(1, "medical")
    house.take_ticket()
    house.wait(11)


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return shutil.copytree(kept, tmp_path / "data")


def changed(data: Path, *statements: str) -> Path:
    path = data / "hub.db"
    db = sqlite3.connect(path)
    for statement in statements:
        assert db.execute(statement).rowcount != 0, statement
    db.commit()
    db.close()
    return path


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_right_log_holds(data: Path, rebuild: bool) -> None:
    report = verify(data / "hub.db", rebuild)
    assert report.broken is None
    assert (report.seals, report.exported) == (2, 2)
    assert report.events > 70
    db = sqlite3.connect(data / "hub.db")
    held = sum(db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in TABLES)
    db.close()
    assert report.rows == (held if rebuild else 0)
    assert held > 30


def test_every_changed_byte_of_the_log_is_found_at_its_row(data: Path) -> None:
    path = data / "hub.db"
    db = sqlite3.connect(path)
    rows = db.execute("SELECT seq, at, body, hash FROM log").fetchall()
    for seq, time, body, digest in rows[:: len(rows) // 9]:
        flipped = bytes([body[-3] ^ 1])
        for column, value in (("at", time + 1), ("body", body[:-3] + flipped + body[-2:]), ("hash", bytes(32))):
            db.execute(f"UPDATE log SET {column} = ? WHERE seq = ?", (value, seq))
            db.commit()
            broken = verify(path).broken
            assert broken is not None
            assert (broken.table, broken.row) == ("log", str(seq))
            right = {"at": time, "body": body, "hash": digest}[column]
            db.execute(f"UPDATE log SET {column} = ? WHERE seq = ?", (right, seq))
            db.commit()
    db.close()
    assert verify(path).broken is None


CHANGES: dict[str, tuple[str, bool, str, str]] = {
    # what is done: statement, whether a rebuild is needed to see it, table and row named
    "a row taken out": ("DELETE FROM log WHERE seq = 20", False, "log", "20"),
    "the last row cut off": ("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)", False, "hub", "head"),
    "a head put in": ("UPDATE hub SET head = zeroblob(32)", False, "hub", "head"),
    "a number of the head": ("UPDATE hub SET seq = seq - 1", False, "hub", "head"),
    "a seal changed": ("UPDATE seals SET hash = zeroblob(32) WHERE day = '2026-11-23'", False, "seals", "2026-11-23"),
    "a seal taken away": ("DELETE FROM seals WHERE day = '2026-11-24'", False, "seals", "2026-11-24"),
    "a seal moved": ("UPDATE seals SET seq = seq - 1 WHERE day = '2026-11-24'", False, "seals", "2026-11-24"),
    "a ticket's fate": (
        "UPDATE tickets SET state = 'served' WHERE id = '2026-11-23/A004'",
        True,
        "tickets",
        "2026-11-23/A004 state",
    ),
    "a word that is no state": (
        "UPDATE tickets SET state = 'stolen' WHERE id = '2026-11-24/A001'",
        True,
        "tickets",
        "2026-11-24/A001 state",
    ),
    "a ticket taken out": ("DELETE FROM tickets WHERE id = '2026-11-23/A001'", True, "tickets", "2026-11-23/A001"),
    "a service's clerk": (
        "UPDATE services SET clerk = '102' WHERE id = '2026-11-25/A001#1'",
        True,
        "services",
        "2026-11-25/A001#1 clerk",
    ),
    "a service put in": (
        "INSERT INTO services SELECT replace(id, '#1', '#9'), ticket, day, matter, window, clerk, letter, state, "
        "called_at, calls, started_at, ended_at, disposition, reason, last_called_at, joint, part, "
        "for_window, for_clerk, behind_at, behind_place, aside "
        "FROM services WHERE id = '2026-11-23/A001#1'",
        True,
        "services",
        "2026-11-23/A001#9",
    ),
    "a block": ("UPDATE blocks SET used = used + 1 WHERE day = '2026-11-24'", True, "blocks", "2026-11-24 A 1 used"),
    "a day of no log": (
        "UPDATE blocks SET day = '2020-01-01' WHERE day = '2026-11-23'",
        True,
        "blocks",
        "2026-11-23 A 1",
    ),
    "a lock lifted": ("UPDATE lockouts SET failures = 0 WHERE badge = '103'", True, "lockouts", "103 failures"),
    "a desk": ("UPDATE desks SET ticket = NULL WHERE window = 1", True, "desks", "1 ticket"),
    "an alert": ("DELETE FROM alerts", True, "alerts", "print-kiosk-1"),
    "the day of the hub": ("UPDATE hub SET day = '2026-11-24'", True, "hub", "day"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_and_named(name: str, data: Path) -> None:
    statement, rebuild, table, row = CHANGES[name]
    path = changed(data, statement)
    broken = verify(path, rebuild=True).broken
    assert broken is not None
    assert (broken.table, broken.row) == (table, row)
    assert str(broken).startswith(f"{table} {row}: expected ")
    assert (verify(path).broken is None) is rebuild


def test_a_row_of_a_day_that_the_log_has_not_is_found(data: Path) -> None:
    columns = "series, first, last, holder, used"
    path = changed(data, f"INSERT INTO blocks SELECT '2020-01-01', {columns} FROM blocks WHERE day = '2026-11-23'")
    broken = verify(path, rebuild=True).broken
    assert broken is not None
    assert (broken.table, broken.row) == ("blocks", "of 2020-01-01")


def rewritten(path: Path) -> None:
    """The owner of the file tells another story: the whole chain, head and seals made anew to fit it."""
    db = sqlite3.connect(path)
    head = GENESIS
    for seq, time, body, _ in db.execute("SELECT seq, at, body, hash FROM log ORDER BY seq").fetchall():
        body = body.replace(b'"clerk":"101"', b'"clerk":"102"')
        head = chained(head, seq, time, body)
        db.execute("UPDATE log SET body = ?, hash = ? WHERE seq = ?", (body, head, seq))
        db.execute("UPDATE seals SET hash = ? WHERE seq = ?", (head, seq))
    for table in ("services", "ratings"):
        db.execute(f"UPDATE {table} SET clerk = '102' WHERE clerk = '101'")
    db.execute("UPDATE hub SET head = ?", (head,))
    db.commit()
    db.close()


def test_only_the_exported_seal_tells_a_log_that_was_rewritten_whole(data: Path) -> None:
    rewritten(data / "hub.db")
    broken = verify(data / "hub.db", rebuild=True).broken
    assert broken is not None
    assert (broken.table, broken.row) == ("seals", "2026-11-23.seal")
    shutil.rmtree(data / "seals")
    report = verify(data / "hub.db", rebuild=True)
    assert (report.broken, report.exported) == (None, 0)


def test_a_log_cut_off_before_an_exported_day_is_found(data: Path) -> None:
    path = data / "hub.db"
    db = sqlite3.connect(path)
    seq, head = db.execute("SELECT seq, hash FROM log WHERE seq = (SELECT min(seq) - 1 FROM seals)").fetchone()
    db.execute("DELETE FROM log WHERE seq > ?", (seq,))
    db.execute("DELETE FROM seals")
    db.execute("UPDATE hub SET seq = ?, head = ?", (seq, head))
    db.commit()
    db.close()
    broken = verify(path).broken
    assert broken is not None
    assert (broken.table, broken.row, broken.found) == ("seals", "2026-11-23", "no seal")


@pytest.mark.parametrize(
    "text", ["", "village 2026-11-23 x y\n", "other 2026-11-23 1 00\n", "village 2026-11-24 1 00\n"]
)
def test_a_file_that_is_no_seal_is_told(text: str, data: Path) -> None:
    (data / "seals/2026-11-23.seal").write_text(text)
    with pytest.raises(BadLog, match=r"2026-11-23\.seal"):
        verify(data / "hub.db")


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="no such file"):
        verify(tmp_path / "hub.db")
    (tmp_path / "hub.db").write_bytes(b"x" * 5_000)
    with pytest.raises(BadLog, match="not a database"):
        verify(tmp_path / "hub.db")
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(BadLog, match="version 0"):
        verify(tmp_path / "empty.db")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty.db", "hub.db"]


def test_a_store_that_was_never_written_to_holds(tmp_path: Path) -> None:
    House(path=tmp_path / "hub.db").store.close()
    assert verify(tmp_path / "hub.db", rebuild=True).broken is None


def test_a_running_hub_is_neither_disturbed_nor_needed(data: Path) -> None:
    house = House(path=data / "hub.db", now=at("10:30", "2026-11-25"))
    seen: list[tuple[int, int]] = []

    def meanwhile(done: int, whole: int) -> None:
        seen.append((done, whole))
        house.take_ticket()

    before = house.store.seq
    report = verify(data / "hub.db", rebuild=True, progress=meanwhile)
    assert (report.broken, report.events) == (None, before)
    assert seen == [(before, before)]
    assert house.store.seq > before
    assert verify(data / "hub.db", rebuild=True).events == house.store.seq
    house.store.close()


def test_a_million_events_are_streamed(tmp_path: Path) -> None:
    """Here 20,000: the memory that is held does not grow with the log."""
    path = tmp_path / "hub.db"
    House(path=path).store.close()
    db = sqlite3.connect(path)
    head, body = GENESIS, b'{"event":"resumed/1","window":1}'
    for seq in range(1, 20_001):
        head = chained(head, seq, seq, body)
        db.execute("INSERT INTO log VALUES (?, ?, ?, ?)", (seq, seq, body, head))
    db.execute("UPDATE hub SET seq = 20000, at = 20000, head = ?", (head,))
    db.commit()
    db.close()
    steps: list[int] = []
    tracemalloc.start()
    report = verify(path, progress=lambda done, _all: steps.append(done))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (report.broken, report.events) == (None, 20_000)
    assert steps == [10_000, 20_000, 20_000]
    assert peak < 200_000
