"""What a technician types wrong: each is told in a sentence that says what and where, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from hall.errors import HallError
from hall.stationchecks import is_host
from tests.hall.halls import toml
from tests.hub.made import a_table
from upkeep.layout import layout
from upkeep.provision import Provision, SiteFile

NOTHING = "nothing is provisioned here: hall provision --hall YOUR/hall.toml"
# {x}: a directory with a provisioned hall "etc" whose hub has not run, a file "letter", and "alone", where stations
# alone are provisioned.
TYPED = {
    "provision --hall {x}/no.toml --out {x}/new": "no.toml: no such file",
    "provision --hall {x}/etc --out {x}/new": "etc: a directory: name the file in it",
    "provision --hall {x}/latin1.toml --out {x}/new": "latin1.toml: not UTF-8 text (byte 8): save it as UTF-8",
    "provision --hall {x}/etc/hall/hall.toml --out {x}/letter": "letter: a file: --out names the directory",
    "provision --out {x}/new": "no such file: name the hall file with --hall FILE",
    "provision --out {x}/etc --address 999.1.1.1": "a host name or address, without a port (found '999.1.1.1')",
    "provision revoke kiosk-1 --out {x}/new": NOTHING,
    "provision revoke kiosk-9 --out {x}/etc": "there is no station 'kiosk-9'; known are: kiosk-1,",
    "provision admit kiosk-1 --out {x}/etc": "'kiosk-1' is not revoked, so it needs no admitting; revoked are: none",
    "backup --to {x}/usb --conf {x}/new": NOTHING,
    "backup --to {x}/usb --conf {x}/etc": "this hall's hub has not run yet",
    "backup --to {x}/usb --conf {x}/alone": "this machine has stations alone: do it on the hub's machine",
    "restore {x}/no.tar.gz --conf {x}/new": "no.tar.gz: no such file",
    "restore {x}/etc --conf {x}/new": "etc: a directory: name the backup in it",
    "retention --conf {x}/new": NOTHING,
    "retention --conf {x}/etc": "no such file: is the path right, and has the hub run yet?",
    "day --conf {x}/new": NOTHING,
    "watch --conf {x}/new": NOTHING,
    "install --root {x}/new": "new: no such directory: make it first",
    "install --root {x}/letter": "letter: no such directory: make it first",
    "log verify {x}/no.db": "no such file: is the path right, and has the hub run yet?",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "hall.toml").write_text(toml(a_table()), encoding="utf-8")
    Provision(layout(tmp_path / "etc"), tmp_path / "hall.toml", SiteFile()).run()
    (tmp_path / "letter").write_text("a letter")
    (tmp_path / "latin1.toml").write_bytes("name = 'é'".encode("latin-1"))
    station = tmp_path / "alone" / "stations" / "kiosk-1"
    station.mkdir(parents=True)
    (station / "station.toml").write_bytes((tmp_path / "etc/stations/kiosk-1/station.toml").read_bytes())
    return tmp_path


@pytest.mark.parametrize("typed", TYPED)
def test_a_mistake_is_told_and_leaves_nothing_behind(place: Path, typed: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    found = CliRunner().invoke(app, typed.format(x=place).split())
    assert found.exit_code != 0
    assert isinstance(found.exception, HallError), found.exception
    told = str(found.exception)
    assert TYPED[typed] in told
    assert "Errno" not in told
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


def test_a_file_that_is_no_backup_is_told_in_one_line(place: Path) -> None:
    found = CliRunner().invoke(app, ["restore", str(place / "letter"), "--conf", str(place / "new")])
    assert isinstance(found.exception, HallError)
    told = str(found.exception).splitlines()
    assert "letter: no backup of ours, or damaged (file could not be opened successfully): take another one" in told[-1]
    assert "ReadError" not in str(found.exception)


def test_another_hall_is_not_put_over_one_that_has_run(place: Path) -> None:
    table = a_table()
    table["id"] = "another"
    (place / "other.toml").write_text(toml(table), encoding="utf-8")
    command = ["provision", "--hall", str(place / "other.toml"), "--out", str(place / "etc")]
    store = layout(place / "etc").store
    store.write_bytes(b"")
    found = CliRunner().invoke(app, command)
    assert isinstance(found.exception, HallError)
    assert "the hall 'another', but" in str(found.exception)
    kept = (place / "etc/hall/hall.toml").read_bytes()
    assert kept == (place / "hall.toml").read_bytes()
    store.unlink()  # before anything has run, a name may still be changed
    assert CliRunner().invoke(app, command).exit_code == 0


@pytest.mark.parametrize("host", ["hub", "hub.hall.lan", "192.168.1.10", "fe80::1", "10-0-0-1.lan"])
def test_hosts(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("host", ["", "999.1.1.1", "192.168.1", "192.168.1.10:1883", "a b", "-x", "fe80::g"])
def test_no_hosts(host: str) -> None:
    assert not is_host(host)
