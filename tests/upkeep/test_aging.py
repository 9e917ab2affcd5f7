"""Personal texts in backups go at their date, and nothing else of a backup changes."""

from __future__ import annotations

import os
import sqlite3
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from hall.hours import DAY_MS
from hub.verify import verify
from tests.hub.made import MORNING
from tests.hub.running import TAKE
from tests.upkeep.test_backup import NOW, Machine, rows
from upkeep.aging import age, overdue
from upkeep.aside import age_aside, overdue_aside
from upkeep.backup import MANIFEST, back_up, restore
from upkeep.kept import days_in, kept, settings_in
from upkeep.layout import layout

WORDS = {"2026-11-23/A001#1": ("态度不好请改进", MORNING + DAY_MS), "2026-11-23/A002#1": ("很好", MORNING + 9 * DAY_MS)}
LATER = MORNING + 2 * DAY_MS
STICK = "usb"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A hall that stands still, with two people's own words, of which one is kept until tomorrow; and a backup."""
    made = Machine(tmp_path / "one")
    made.start().asked("one", TAKE, MORNING)
    made.close()
    with closing(sqlite3.connect(made.at.store)) as db:
        for key, (text, until) in WORDS.items():
            db.execute("INSERT INTO personal VALUES (?, 'rating_words', ?, ?)", (key, text, until))
        db.commit()
    yield made
    made.close()


def bytes_of(path: Path) -> bytes:
    """All that a backup holds."""
    with tarfile.open(path) as tar:
        return b"".join(file.read() for m in tar.getmembers() if (file := tar.extractfile(m)) is not None)


def test_a_text_leaves_the_backup_at_its_date_and_nothing_else(machine: Machine, tmp_path: Path) -> None:
    path = back_up(machine.at, tmp_path / STICK, NOW).path
    os.utime(path, (1e9, 1e9))
    owner = 12_345 if os.geteuid() == 0 else os.geteuid()
    os.chown(path, owner, -1)
    text, kept_on = (words.encode() for words, _ in WORDS.values())
    assert list(age(path.parent, MORNING)) == []
    assert text in bytes_of(path)
    assert overdue(path.parent, LATER) == [path]
    (aged,) = age(path.parent, LATER)
    assert (aged.path, aged.deleted, aged.trouble) == (path, 1, "")
    assert text not in bytes_of(path)
    assert kept_on in bytes_of(path)
    assert path.stat().st_mtime == 1e9  # it tells how old what it holds is
    assert path.stat().st_mode & 0o077 == 0
    assert path.stat().st_uid == owner
    assert overdue(path.parent, LATER) == []
    assert list(age(path.parent, LATER)) == []
    target = layout(tmp_path / "new")
    restore(path, target, NOW)
    before, after = rows(machine.at.store), rows(target.store)
    assert [key for key, *_ in after.pop("personal")] == ["2026-11-23/A002#1"]
    before.pop("personal")
    assert after == before
    assert verify(target.store, rebuild=True).broken is None


def test_a_backup_of_an_older_program_is_looked_into(machine: Machine, tmp_path: Path) -> None:
    path = back_up(machine.at, tmp_path / STICK, NOW).path
    with tarfile.open(path) as tar:
        tar.extractall(tmp_path / "old", filter="data")
    manifest = msgspec.json.decode((tmp_path / "old" / MANIFEST).read_bytes())
    del manifest["texts"], manifest["texts_until"]
    (tmp_path / "old" / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    with tarfile.open(path, "w:gz") as tar:
        for name in (MANIFEST, "hub", "conf"):
            tar.add(tmp_path / "old" / name, name)
    assert list(age(path.parent, MORNING)) == []  # nothing is over, and from now on it says so
    assert overdue(path.parent, MORNING) == []
    assert [aged.deleted for aged in age(path.parent, LATER)] == [1]


def test_a_damaged_backup_is_told_and_left(machine: Machine, tmp_path: Path) -> None:
    path = back_up(machine.at, tmp_path / STICK, NOW).path
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (aged,) = age(path.parent, LATER)
    assert aged.trouble
    assert path.read_bytes() == whole[: len(whole) // 2]
    (tmp_path / STICK / "jiaohao-x.tar.gz").write_text("a letter")
    assert len(list(age(path.parent, LATER))) == 2


def test_the_command_tells_what_is_kept_and_ages_a_stick(machine: Machine, tmp_path: Path) -> None:
    path = back_up(machine.at, tmp_path / STICK, NOW).path
    command = ["retention", "--conf", str(machine.at.conf), "--backups", str(path.parent), "--language", "en"]
    with closing(sqlite3.connect(machine.at.store)) as db:
        db.execute("UPDATE personal SET delete_after = ?", (round(time.time() * 1000) - DAY_MS,))
        db.commit()
    old = back_up(machine.at, tmp_path / STICK, NOW.replace(hour=23)).path
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert "Texts kept now: 2" in told.output
    assert f"{old}: 2 texts over their date deleted" in told.output
    text = next(iter(WORDS.values()))[0].encode()
    assert text not in bytes_of(old)


def test_the_nightly_backup_ages_those_before_it(machine: Machine, tmp_path: Path) -> None:
    with closing(sqlite3.connect(machine.at.store)) as db:
        db.execute("UPDATE personal SET delete_after = ?", (round(time.time() * 1000) - DAY_MS,))
        db.commit()
    old = back_up(machine.at, tmp_path / STICK, datetime(2026, 11, 20, tzinfo=UTC)).path
    with closing(sqlite3.connect(machine.at.store)) as db:
        db.execute("DELETE FROM personal")  # as the hub did in the meantime
        db.commit()
    told = CliRunner().invoke(app, ["backup", "--to", str(old.parent), "--conf", str(machine.at.conf)])
    assert told.exit_code == 0, told.output
    assert next(iter(WORDS.values()))[0].encode() not in bytes_of(old)


def test_the_doctor_knows_the_late_and_the_backups_that_hold_them(machine: Machine, tmp_path: Path) -> None:
    with closing(sqlite3.connect(machine.at.store)) as db:
        db.execute(
            "UPDATE personal SET delete_after = ? WHERE id LIKE '%A001%'", (round(time.time() * 1000) - 2 * DAY_MS,)
        )
        db.execute("UPDATE personal SET delete_after = ? WHERE id LIKE '%A002%'", (round(time.time() * 1000) + DAY_MS,))
        db.commit()
    path = back_up(machine.at, tmp_path / STICK, NOW).path
    found = kept(machine.at, None, path.parent)
    assert (found.texts, found.late, found.backups) == (2, 1, (path.name,))
    assert found.forgot_h is not None
    assert found.journal_days is None  # only an installed hall's journal is asked for


@pytest.fixture
def restored(machine: Machine, tmp_path: Path) -> tuple[Machine, Path]:
    """The same hall after a restore, and where its store from before stands."""
    made = back_up(machine.at, tmp_path / STICK, NOW)
    _, aside = restore(made.path, machine.at, NOW, replace=True)
    return machine, next(path for path in aside if (path / "hub.db").is_file())


def all_bytes(place: Path) -> bytes:
    """All that stands in a directory."""
    return b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())


def test_a_text_leaves_what_was_moved_aside_at_its_date_and_nothing_else(restored: tuple[Machine, Path]) -> None:
    machine, aside = restored
    text, kept_on = (words.encode() for words, _ in WORDS.values())
    before = rows(aside / "hub.db")
    assert list(age_aside(machine.at, MORNING)) == []
    assert overdue_aside(machine.at, MORNING) == ([], [])
    assert text in all_bytes(aside)
    assert overdue_aside(machine.at, LATER) == ([aside], [])
    (aged,) = age_aside(machine.at, LATER)
    assert (aged.path, aged.deleted) == (aside, 1)
    assert text not in all_bytes(aside)
    assert kept_on in all_bytes(aside)
    after = rows(aside / "hub.db")
    assert len(after.pop("personal")) == len(before.pop("personal")) - 1 == 1
    assert after == before
    assert verify(aside / "hub.db", rebuild=True).broken is None
    assert overdue_aside(machine.at, LATER) == ([], [])
    assert text in all_bytes(machine.at.data / "hub")  # the hub's own store is the hub's to clean


def test_a_damaged_store_aside_is_told_and_left(restored: tuple[Machine, Path]) -> None:
    machine, aside = restored
    (aside / "hub.db").write_bytes(b"nothing of ours" * 1000)
    assert overdue_aside(machine.at, LATER) == ([], [aside])
    (aged,) = age_aside(machine.at, LATER)
    assert aged.trouble
    assert (aside / "hub.db").read_bytes() == b"nothing of ours" * 1000


@pytest.mark.parametrize("command", ["retention", "backup"])
def test_the_nightly_job_and_the_command_clean_what_stands_aside(
    restored: tuple[Machine, Path], tmp_path: Path, command: str
) -> None:
    machine, aside = restored
    with closing(sqlite3.connect(aside / "hub.db")) as db:
        db.execute("UPDATE personal SET delete_after = ?", (round(time.time() * 1000) - 2 * DAY_MS,))
        db.commit()
    found = kept(machine.at, None, tmp_path)
    assert (found.aside_late, found.aside_unread) == ((str(aside),), ())
    where = ["--to", str(tmp_path / "new")] if command == "backup" else []
    told = CliRunner().invoke(app, [command, *where, "--conf", str(machine.at.conf), "--language", "en"])
    assert told.exit_code == 0, told.output
    assert f"{aside}: 2 texts over their date deleted" in told.output
    assert not {words.encode() for words, _ in WORDS.values() if words.encode() in all_bytes(aside)}
    found = kept(machine.at, None, tmp_path)
    assert found.aside_late == ()
    assert str(aside) in found.aside  # it stands until somebody deletes it, and the doctor says so
    assert {Path(path).name for path in found.aside} == {"hub.before-20261123T123000", "etc.before-20261123T123000"}
    since = datetime(2026, 11, 23, 12, 30).astimezone()
    assert found.aside_days == pytest.approx((time.time() - since.timestamp()) / 86_400, abs=0.01)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock is set to a zone that is not the hall's."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_a_restore_tells_times_by_the_clock_of_the_hall(machine: Machine, tmp_path: Path) -> None:
    path = back_up(machine.at, tmp_path / STICK, NOW).path
    command = ["restore", str(path), "--conf", str(tmp_path / "new"), "--language", "en"]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert "backed up 2026-11-23 20:30:00" in told.output
    assert "Its last event is of 2026-11-23 09:30:" in told.output


def test_what_journald_says_of_its_settings() -> None:
    told = "# /etc/systemd/journald.conf\n[Journal]\n#Storage=auto\nMaxRetentionSec=1month\n"
    told += "# /etc/systemd/journald.conf.d/jiaohao.conf\n[Journal]\nStorage=persistent\nMaxRetentionSec=13month\n"
    assert settings_in(told) == {"Storage": "persistent", "MaxRetentionSec": "13month"}
    spoken = "Original: 13month\n      μs: 34187400000000\n   Human: 1y 4w 2d\n"
    assert round(days_in(spoken) or 0) == 396
    assert days_in("Failed to parse") is None
