"""What the doctor is told is what there is: programs that answer, files of an age, a log that was touched."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.processes import free_port
from hall.errors import BadFile
from hall.hours import day_of
from tests.hall.halls import toml
from tests.hub.made import a_table
from tests.upkeep.test_backup import Machine
from upkeep import examine as finding_out
from upkeep.doctor import Facts
from upkeep.examine import BACKUPS, examine
from upkeep.layout import INSTALLED, Layout, layout
from upkeep.provision import Provision, SiteFile

DAY_S = 86_400
Programs = Callable[..., None]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Programs that say what a test wants, before those of the machine."""
    place = tmp_path / "programs"
    place.mkdir()
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")

    def say(**told: str) -> None:
        for name, text in told.items():
            path = place / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit 3\n")
            path.chmod(0o755)

    return say


def provisioned(tmp_path: Path, years: tuple[int, ...], asked: SiteFile | None = None, now_s: float = 0) -> Layout:
    table = a_table()
    table["holidays"] = {"years": list(years)}
    source, at = tmp_path / "desk.toml", layout(tmp_path / "etc")
    source.write_text(toml(table), encoding="utf-8")
    Provision(at, source, asked or SiteFile(), now_s or time.time()).run()
    return at


def facts(at: Layout, *, updates: bool = False) -> Facts:
    return examine(at, free_port(), updates=updates)


@pytest.mark.parametrize(("said", "wanted"), [("yes", True), ("no", False), ("", None)])
def test_the_clock(programs: Programs, tmp_path: Path, said: str, wanted: bool | None) -> None:
    programs(timedatectl=said)
    assert facts(layout(tmp_path / "none")).clock_synced is wanted


def test_security_updates_are_asked_for_only_when_wanted(programs: Programs, tmp_path: Path) -> None:
    programs(apt_get="Inst openssl [3.0.1] (3.0.2 Debian-Security:12/oldstable-security [amd64])")
    at = layout(tmp_path / "none")
    assert facts(at, updates=True).security_updates == ("openssl",)
    assert facts(at).security_updates is None


def test_units_of_an_installed_hall(programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs(systemctl="active\nfailed\nactive\ninactive")
    there = Path.exists
    monkeypatch.setattr(Path, "exists", lambda p: str(p) == "/run/systemd/system" or there(p))
    assert finding_out._units(INSTALLED) == {
        "mosquitto.service": "active",
        "jiaohao-hub.service": "failed",
        "jiaohao-watch.service": "active",
        "jiaohao-backup.timer": "inactive",
    }
    assert facts(layout(tmp_path / "none")).units is None


def test_years_without_holidays(tmp_path: Path) -> None:
    year = int(day_of("+08:00", round(time.time() * 1000))[:4])
    assert facts(provisioned(tmp_path, (year, year + 1))).year_without_holidays == ""
    assert facts(provisioned(tmp_path, (year - 1,))).year_without_holidays == str(year)


def test_days_that_certificates_are_good(tmp_path: Path) -> None:
    asked = SiteFile(addresses=("127.0.0.1",))
    at = provisioned(tmp_path, (2026,), asked, time.time() - 1000 * DAY_S)
    found = facts(at).certificates
    assert set(found) >= {"broker/broker.pem", "authority/ca.pem", "stations/kiosk-1/station.pem"}
    assert round(found["stations/kiosk-1/station.pem"]) == 95
    assert found["authority/ca.pem"] > 6000


def test_the_newest_backup(tmp_path: Path) -> None:
    at = layout(tmp_path / "etc")
    (at.data / BACKUPS).mkdir(parents=True)
    assert facts(at).backup_age_h is None
    for name, hours in (("jiaohao-a-1.tar.gz", 50), ("jiaohao-a-2.tar.gz", 30)):
        path = at.data / BACKUPS / name
        path.touch()
        os.utime(path, (time.time() - hours * 3600,) * 2)
    assert facts(at).backup_age_h == pytest.approx(30, abs=0.1)


def test_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none() -> None:
        raise BadFile(("no font",))

    monkeypatch.setattr(finding_out, "fonts", none)
    assert facts(layout(tmp_path / "none")).fonts == "no font"


def test_a_log_that_was_touched(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "one")
    try:
        machine.start()
    finally:
        machine.close()
    assert facts(machine.at).log_broken == ""
    with sqlite3.connect(machine.at.store) as db:
        db.execute("UPDATE log SET at = at + 1 WHERE seq = 1")
    assert "log 1" in facts(machine.at).log_broken
