"""Backup and restore in the middle of a day: nothing is lost, on this machine or another one."""

from __future__ import annotations

import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hall.errors import BadFile, BadLog, CannotWrite
from hall.messages import AnyReply, Issued
from hall.station.settings import read_hub, read_station
from hub.tables import TABLES
from hub.verify import verify
from tests.hall.halls import toml
from tests.hub.made import MORNING, a_table
from tests.hub.running import TAKE, Client, Running
from upkeep.backup import Backed, back_up, prune, restore
from upkeep.layout import Layout, layout
from upkeep.provision import Provision, SiteFile, located

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


class Machine(Running):
    """A provisioned hall whose hub keeps its store where the layout says."""

    def __init__(self, root: Path, *, empty: bool = False) -> None:
        super().__init__(root)
        self.at: Layout = layout(root / "etc")
        if not empty:
            (root / "desk").mkdir()
            (root / "desk" / "hall.toml").write_text(toml(a_table()), encoding="utf-8")
            Provision(self.at, root / "desk" / "hall.toml", SiteFile()).run()
        self.use()

    def use(self) -> None:
        """Let the hub of the site run on the provisioned store."""
        (self.site.root / "hub").unlink(missing_ok=True)
        (self.site.root / "hub").symlink_to(self.at.data / "hub")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "one")
    yield made
    made.close()


def rows(store: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
        names = [t.name for t in TABLES] + ["log", "seals", "replies", "personal"]
        return {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}


def test_a_backup_while_numbers_are_given_out_goes_on_elsewhere(machine: Machine, tmp_path: Path) -> None:
    client = machine.start()
    first = [client.asked(f"before-{n}", TAKE, MORNING) for n in range(20)]
    stop = threading.Event()
    given: list[AnyReply] = []

    def go_on() -> None:
        while not stop.is_set():
            given.append(client.asked(f"during-{len(given)}", TAKE, MORNING))

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        backed = back_up(machine.at, tmp_path / "usb", NOW)
    finally:
        stop.set()
        thread.join()
    assert backed.report.broken is None
    assert backed.manifest.events >= 20
    assert backed.path.stat().st_mode & 0o077 == 0
    machine.close()

    other = Machine(tmp_path / "two", empty=True)
    try:
        restored, aside = restore(backed.path, other.at, NOW)
        assert (restored.manifest, aside) == (backed.manifest, [])
        settings = read_hub(other.at.hub)
        assert Path(settings.data) == other.at.data / "hub"
        assert verify(other.at.store, rebuild=True).broken is None
        other.use()
        again: Client = other.start()
        # Who was given a number before it has it still: a repeat of the request is answered alike.
        assert [again.asked(f"before-{n}", TAKE, MORNING) for n in range(20)] == first
        more = again.asked("after", TAKE, MORNING)
        assert isinstance(more, Issued)
        assert more.ticket not in {i.ticket for i in first if isinstance(i, Issued)}
    finally:
        other.close()


@pytest.fixture
def backed(machine: Machine, tmp_path: Path) -> Backed:
    machine.start().asked("one", TAKE, MORNING)
    machine.close()
    return back_up(machine.at, tmp_path / "usb", NOW)


def test_what_comes_back_is_what_was(machine: Machine, backed: Backed, tmp_path: Path) -> None:
    before = rows(machine.at.store)
    files = {p.relative_to(machine.at.stations): p.read_bytes() for p in machine.at.stations.rglob("password")}
    target = layout(tmp_path / "new")
    restore(backed.path, target, NOW)
    assert rows(target.store) == before
    assert {p.relative_to(target.stations): p.read_bytes() for p in target.stations.rglob("password")} == files
    assert (target.broker / "conf.d" / "site.conf").read_text().count(str(target.conf)) >= 2


def test_it_may_be_put_elsewhere(backed: Backed, tmp_path: Path) -> None:
    target = layout(tmp_path / "new" / "etc", tmp_path / "other" / "disk")
    restore(backed.path, target, NOW)
    assert located(target.conf) == target
    assert Path(read_hub(target.hub).data) == target.data / "hub"
    kiosk = read_station(target.station("kiosk-1") / "station.toml")
    assert Path(kiosk.data).is_relative_to(target.data)


def test_nothing_is_written_over(machine: Machine, backed: Backed) -> None:
    with pytest.raises(CannotWrite, match="--replace"):
        restore(backed.path, machine.at, NOW)
    before = rows(machine.at.store)
    with sqlite3.connect(machine.at.store) as db:
        db.execute("DELETE FROM log")  # the disaster that a restore is for
    _, aside = restore(backed.path, machine.at, NOW, replace=True)
    assert rows(machine.at.store) == before
    assert {p.name.partition(".before-")[0] for p in aside} == {"etc", "hub"}
    assert all(any(p.iterdir()) for p in aside)


def test_not_under_a_running_hub(machine: Machine, backed: Backed) -> None:
    machine.start()
    with pytest.raises(CannotWrite, match="another hub runs"):
        restore(backed.path, machine.at, NOW, replace=True)
    assert verify(machine.at.store).broken is None


def test_a_log_that_does_not_verify_is_not_backed_up(machine: Machine, backed: Backed, tmp_path: Path) -> None:
    with sqlite3.connect(machine.at.store) as db:
        db.execute("UPDATE tickets SET number = number + 1")
    with pytest.raises(BadLog, match="tickets"):
        back_up(machine.at, tmp_path / "usb", NOW.replace(hour=13))
    assert [p.name for p in (tmp_path / "usb").iterdir()] == [backed.path.name]


@pytest.mark.parametrize("how", ["cut", "changed", "added", "no backup"])
def test_a_damaged_backup_changes_nothing(backed: Backed, tmp_path: Path, how: str) -> None:
    bad = tmp_path / "bad.tar.gz"
    if how == "cut":
        bad.write_bytes(backed.path.read_bytes()[:-2_000])
    elif how == "no backup":
        bad.write_bytes(b"something else")
    else:
        with tarfile.open(backed.path) as tar:
            tar.extractall(tmp_path / "bad", filter="data")
        name = "conf/hub.toml" if how == "changed" else "conf/planted"
        with (tmp_path / "bad" / name).open("a") as file:
            file.write("# planted\n")
        with tarfile.open(bad, "w:gz") as tar:
            tar.add(tmp_path / "bad", "")
    target = layout(tmp_path / "new")
    with pytest.raises(BadFile, match=r"bad\.tar\.gz"):
        restore(bad, target, NOW)
    assert not target.conf.exists() or not list(target.conf.rglob("*.toml"))


def test_the_oldest_go(tmp_path: Path) -> None:
    for day in (3, 1, 2):
        (tmp_path / f"jiaohao-village-2026110{day}T023000.tar.gz").touch()
    (tmp_path / "letters.txt").touch()
    assert [p.name for p in prune(tmp_path, 2)] == ["jiaohao-village-20261101T023000.tar.gz"]
    assert prune(tmp_path, 2) == []
    assert len(list(tmp_path.iterdir())) == 3
