"""The report of a day against a day whose every fate is known."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from cli.day import show
from hall.errors import BadLog
from hall.hours import local
from hall.messages import DeviceSeen, Health, Next
from tests.hall.halls import toml
from tests.hub.made import KIOSK, House, a_table
from tests.hub.test_day import TOMORROW, a_full_day
from upkeep.dayreport import DayReport, day_report

ROOT = Path(__file__).parents[2]
DAY = "2026-11-23"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_full_day(tmp_path / "hub.db")
    house.ask(KIOSK, DeviceSeen(device="printer", health=Health.LOST, reason="silent"))
    return house


def report(house: House, day: str = "") -> DayReport:
    assert house.path is not None
    return day_report(house.path, "+08:00", day)


def test_a_day_that_goes_on(house: House) -> None:
    found = report(house)
    assert (found.day, found.issued, found.sealed) == (DAY, 7, None)
    assert found.issued == found.open + sum(found.ends.values())
    assert found.ends == {"served": 1, "no_show": 1, "void": 1}
    (alert,) = [a for a in found.alerts if a.kind == "device"]
    assert alert.ended_at is None


def test_a_closed_day_accounts_for_every_number(house: House) -> None:
    house.now = TOMORROW
    house.take()
    found = report(house, DAY)
    assert (found.open, found.issued) == (0, 7)
    assert found.ends == {"served": 2, "no_show": 2, "left": 2, "void": 1}
    assert found.sealed is not None
    assert found.sealed.hash == house.store.seals()[0].hash
    assert {w.window: w.services for w in found.windows} == {1: 2, 2: 0}
    assert report(house).day == "2026-11-24"
    assert report(house).issued == 0


def test_waits_are_from_the_number_to_its_first_call(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.open(1)
    house.ticket()
    house.now += 12 * 60_000
    house.did(Next(window=1))
    found = report(house)
    assert found.wait_minutes == pytest.approx(12, abs=0.1)
    assert found.longest_wait_minutes == pytest.approx(12, abs=0.1)


def test_another_day_is_told_with_those_there_are(house: House) -> None:
    with pytest.raises(BadLog, match=f"no day '2020-01-01' in it; the last ones are: {DAY}$"):
        report(house, "2020-01-01")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_told_in_words_and_names_no_person(house: House, language: str) -> None:
    house.now = TOMORROW
    house.take()
    out = io.StringIO()
    show(report(house, DAY), "+08:00", Console(file=out, width=120), language)
    told = out.getvalue()
    assert ("未办理" if language == "zh" else "not served") in told
    assert ("kiosk-1 打印机 没有应答" if language == "zh" else "kiosk-1 printer does not answer") in told
    assert not any(clerk.name in told for clerk in house.hall.clerks)
    assert f"{local('+08:00', house.now):%Y}" in told


def test_the_command_prints_json(house: House, tmp_path: Path) -> None:
    (tmp_path / "hall.toml").write_text(toml(a_table()), encoding="utf-8")
    table = {"hall": "hall.toml", "data": ".", "broker": {"password_file": "none"}}
    (tmp_path / "hub.toml").write_bytes(msgspec.toml.encode(table))
    done = subprocess.run(
        [sys.executable, "-m", "cli", "day", DAY, "--conf", str(tmp_path), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["issued"] == 7
    assert house.path is not None
