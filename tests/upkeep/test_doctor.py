"""The doctor: each trouble is found and told with what to do; and the real facts of a running hall."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console
from typer.testing import CliRunner

from cli.__main__ import app
from cli.doctor import advice, as_json, doctor, sentence
from cli.inwords import InWords
from cli.processes import free_port
from hall.messages import Health, Life
from hall.model import AlertKind
from hall.station.settings import words
from tests.hub.made import MORNING
from tests.hub.running import TAKE
from tests.upkeep.test_backup import Machine
from upkeep.doctor import Facts, Finding, Severity, findings, worst
from upkeep.examine import examine, security_in
from upkeep.kept import Kept
from upkeep.picture import AlertSeen, DeviceSeen, Picture, StationSeen

KIOSK = StationSeen("kiosk-1", Life.READY, version="1", devices=(DeviceSeen("printer", Health.READY, ""),))
SEEN = Picture(
    hall="village",
    name="x",
    utc_offset="+08:00",
    broker=True,
    hub=StationSeen("hub", Life.READY, version="1"),
    beacon_age_s=1.0,
    business_at=1,
    taking=True,
    closed_because="",
    stations=(KIOSK,),
    windows=(),
    waiting={},
    alerts=(AlertSeen("long-wait-pension", AlertKind.LONG_WAIT, "pension", "A001", 1),),
    emergencies={},
)
WELL = Facts(
    broker_version="2.0.11",
    security_updates=(),
    units={"jiaohao-hub.service": "active"},
    clock_synced=True,
    disk_free=10**12,
    disk_size=2 * 10**12,
    reach={"kiosk-1": ""},
    picture=SEEN,
    certificates={"stations/kiosk-1/station.pem": 400.0},
    log_events=12,
    backup_age_h=9.0,
    kept=Kept(forgot_h=5.0, journal_days=396.0),
)


def seen(**changes: object) -> dict[str, object]:
    return {"picture": replace(SEEN, **changes)}


def printer(health: Health, reason: str) -> dict[str, object]:
    return seen(stations=(replace(KIOSK, devices=(DeviceSeen("printer", health, reason),)),))


def alert(kind: AlertKind) -> dict[str, object]:
    return seen(alerts=(AlertSeen("x", kind, "kiosk-1", "detail", 1),))


W, B = Severity.WARNING, Severity.BAD
TROUBLES: dict[str, tuple[dict[str, object], str, Severity, str]] = {
    "nothing": ({"provisioned": False}, "nothing_here", B, ""),
    "no way to the broker": ({"hub_here": False, "reach": {"kiosk-1": "no route"}}, "reach", B, "kiosk-1"),
    "mistake": ({"mistakes": ("hall.toml: id: missing",)}, "file_mistake", B, ""),
    "unprovisioned": ({"unprovisioned": ("kiosk-2",)}, "unprovisioned", W, "kiosk-2"),
    "readable": ({"readable": ("/etc/x",)}, "secret_readable", B, "/etc/x"),
    "no broker": ({"broker_version": None}, "no_broker_program", B, ""),
    "old broker": ({"broker_version": "1.6.9"}, "broker_version", B, ""),
    "updates": ({"security_updates": ("mosquitto",)}, "security_updates", W, ""),
    "unit": ({"units": {"jiaohao-hub.service": "failed"}}, "unit", B, "jiaohao-hub.service"),
    "unit that does not come up": (
        {"units": {"jiaohao-hub.service": "activating"}},
        "unit",
        W,
        "jiaohao-hub.service",
    ),
    "clock": ({"clock_synced": False}, "clock", B, ""),
    "nobody knows of the clock": ({"clock_synced": None}, "clock_unknown", W, ""),
    "nobody knows of updates": ({"security_updates": None, "asked_for_updates": True}, "updates_unknown", W, ""),
    "disk": ({"disk_free": 2 * 10**11}, "disk", W, ""),
    "disk all but full": ({"disk_free": 10**10}, "disk", B, ""),
    "small disk all but full": ({"disk_free": 10**8, "disk_size": 3 * 10**8}, "disk", B, ""),
    "fonts": ({"fonts": "none"}, "fonts", B, ""),
    "voice": ({"voice": False}, "voice", W, ""),
    "broker away": (seen(broker=False), "broker_away", B, ""),
    "no picture": ({"picture": None}, "broker_away", B, ""),
    "hub away": (seen(beacon_age_s=30.0), "hub", B, ""),
    "hub lost": (seen(hub=StationSeen("hub", Life.LOST, version="1")), "hub", B, ""),
    "station lost": (seen(stations=(replace(KIOSK, life=Life.LOST),)), "station_lost", B, "kiosk-1"),
    "station never": (seen(stations=(StationSeen("kiosk-1", None),)), "station_never", B, "kiosk-1"),
    "versions": (seen(stations=(replace(KIOSK, version="2"),)), "versions", W, ""),
    "paper": (printer(Health.DEGRADED, "paper_out"), "paper", B, "kiosk-1/printer"),
    "printer silent": (printer(Health.LOST, "silent"), "device", B, "kiosk-1/printer"),
    "printer cover": (printer(Health.DEGRADED, "cover_open"), "device", W, "kiosk-1/printer"),
    "alert": (alert(AlertKind.PRINT_UNKNOWN), "alert", W, "kiosk-1"),
    "intruder": (alert(AlertKind.INTRUDER), "intruder", B, "kiosk-1"),
    "log": ({"log_broken": "log 2: …"}, "log_broken", B, ""),
    "holidays": ({"year_without_holidays": "2027"}, "holidays", W, ""),
    "certificate": ({"certificates": {"x.pem": 30.0}}, "certificate", W, "x.pem"),
    "certificate soon": ({"certificates": {"x.pem": 3.0}}, "certificate", B, "x.pem"),
    "no backup": ({"backup_age_h": None}, "no_backup", W, ""),
    "old backup": ({"backup_age_h": 40.0}, "backup", W, ""),
    "texts over their date": ({"kept": Kept(forgot_h=30.0, texts=5, late=2)}, "retention", B, ""),
    "never deleted": ({"kept": Kept(forgot_h=30.0, forgot_ever=False)}, "retention_never", W, ""),
    "deleted late": ({"kept": Kept(forgot_h=30.0)}, "retention", W, ""),
    "texts in backups": (
        {"kept": Kept(forgot_h=1.0, backups=("jiaohao-x.tar.gz",))},
        "old_texts_in_backups",
        B,
        "jiaohao-x.tar.gz",
    ),
    "stands aside for long": ({"kept": Kept(aside=("/x", "/y"), aside_days=8.0)}, "aside", W, "/x"),
    "texts aside": ({"kept": Kept(aside=("/x",), aside_late=("/x",))}, "old_texts_aside", B, "/x"),
    "damaged aside": ({"kept": Kept(aside=("/x",), aside_unread=("/x",))}, "aside_unread", W, "/x"),
    "short journal": ({"kept": Kept(journal_days=30.0, forgot_h=1.0)}, "journal", B, ""),
    "journal of a month more": ({"kept": Kept(journal_days=396.0, journal_wanted=400)}, "journal", B, ""),
    "starting for long": (seen(stations=(replace(KIOSK, life=Life.INIT),)), "station_starts", W, "kiosk-1"),
    "very old backup": ({"backup_age_h": 400.0}, "backup", B, ""),
}


def test_a_hall_that_is_well_has_no_trouble() -> None:
    found = findings(WELL)
    assert worst(found) is Severity.GOOD, [f for f in found if f.severity is not Severity.GOOD]
    assert len(found) > 10


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_is_the_only_one_found(name: str) -> None:
    change, code, severity, subject = TROUBLES[name]
    bad = [f for f in findings(replace(WELL, **change)) if f.severity is not Severity.GOOD]
    assert [(f.code, f.severity, f.subject) for f in bad] == [(code, severity, subject)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_has_words_and_every_trouble_advice(language: str) -> None:
    say = words("doctor", language)
    every = [f for change, *_ in TROUBLES.values() for f in findings(replace(WELL, **change))]
    every += findings(replace(WELL, kept=Kept(forgot_h=1.0, forgot_ever=False)))
    told = {sentence(f, say, InWords(language)) for f in every}
    assert all(told)
    codes = ("paper_out", "silent", "cover_open", "print_unknown", "intruder")
    assert not [text for text in told for code in codes if code in text]
    assert all(advice(f, say) for f in every if f.severity is not Severity.GOOD)
    used = {f"{'good' if f.severity is Severity.GOOD else 'bad'}.{f.code}" for f in every}
    used |= {f"do.{f.code}" for f in every if f.severity is not Severity.GOOD}
    assert {k for k in say.keys() if k.startswith(("good.", "bad.", "do."))} == used  # noqa: SIM118 - Words' own


def test_what_the_lost_say_of_their_devices_is_old() -> None:
    lost = replace(KIOSK, life=Life.LOST, devices=(DeviceSeen("printer", Health.DEGRADED, "paper_out"),))
    codes = {f.code for f in findings(replace(WELL, **seen(stations=(lost,))))}
    assert "station_lost" in codes
    assert "paper" not in codes


@pytest.mark.parametrize(
    ("facts", "status"),
    [(WELL, 0), (replace(WELL, voice=False), 2), (replace(WELL, clock_synced=False, voice=False), 1)],
)
def test_the_exit_status_tells_the_worst(facts: Facts, status: int) -> None:
    out = io.StringIO()
    assert doctor(facts, Console(file=out, width=100), "en") == status
    assert out.getvalue()


def test_json_for_a_program() -> None:
    read = json.loads(as_json(findings(replace(WELL, voice=False)), "en"))
    assert read["worst"] == "warning"
    (voice,) = [f for f in read["findings"] if f["code"] == "voice"]
    assert voice["do"] == "apt-get install espeak-ng"


def test_security_updates_are_read_from_what_apt_says() -> None:
    told = """Reading package lists...
Inst libssl3 [3.0.15-1] (3.0.17-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
Inst tzdata [2025a-0] (2025b-0 Debian:12.11/oldstable, Debian:12-updates/oldstable-updates [all])
Inst mosquitto [2.0.11-1.2] (2.0.11-1.2+deb12u2 Ubuntu:24.04/noble-security [amd64]) []
Conf libssl3 (3.0.17-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
"""
    assert security_in(told) == ("libssl3", "mosquitto")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "one")
    yield made
    made.close()


def codes(facts: Facts) -> dict[str, Finding]:
    return {f.code: f for f in findings(facts)}


def test_the_facts_of_a_real_hall(machine: Machine) -> None:
    # The watch of a provisioned hall asks the broker of its site.toml; here another broker runs.
    client = machine.start()
    client.asked("one", TAKE, MORNING)
    facts = examine(machine.at, free_port(), rebuild=True, updates=False, patience_s=0)
    found = codes(facts)
    assert found["files"].severity is Severity.GOOD
    assert found["broker_version"].values["version"].startswith("2.")
    assert found["log"].values["events"] == str(facts.log_events)
    assert facts.log_events
    assert facts.units is None
    assert facts.readable == ()
    assert "no_backup" in found
    assert "broker_away" in found

    (machine.at.station("kiosk-1") / "password").chmod(0o644)
    (machine.at.station("kiosk-2") / "password").unlink()
    (machine.at.station("window-1") / "station.toml").write_text("id = 7\n")
    again = examine(machine.at, free_port(), updates=False, patience_s=0)
    assert again.readable == (str(machine.at.station("kiosk-1") / "password"),)
    assert again.unprovisioned == ("kiosk-2",)
    assert any("window-1/station.toml: id" in mistake for mistake in again.mistakes)


def test_a_mistake_in_what_was_asked_for_is_a_finding_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('port = "x"\n')
    typed = ["doctor", "--conf", str(tmp_path), "--port", str(free_port()), "--no-updates", "--json"]
    result = CliRunner().invoke(app, typed, catch_exceptions=False)
    assert result.exit_code == 1
    told = [f["says"] for f in json.loads(result.output)["findings"] if f["code"] == "file_mistake"]
    assert any("site.toml" in mistake and "port" in mistake for mistake in told), told


def test_a_machine_of_a_station_alone(machine: Machine, tmp_path: Path) -> None:
    from upkeep.layout import layout

    nothing = examine(layout(tmp_path / "empty"), free_port(), updates=False, patience_s=0)
    assert [f.code for f in findings(nothing) if f.severity is Severity.BAD] == ["nothing_here"]
    only = layout(tmp_path / "alone")
    only.stations.mkdir(parents=True)
    (machine.at.station("kiosk-1")).rename(only.station("kiosk-1"))
    path = only.station("kiosk-1") / "station.toml"
    path.write_text(path.read_text().replace("port = 1883", f"port = {free_port()}"))
    facts = examine(only, free_port(), updates=False, patience_s=0)
    found = codes(facts)
    assert not facts.hub_here
    assert "kiosk-1" in facts.reach
    assert found["reach"].severity is Severity.BAD
    assert "hub" not in found
    assert "no_backup" not in found
