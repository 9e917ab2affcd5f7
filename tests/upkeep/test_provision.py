"""Provisioning, against a real broker: what is made works, what exists is kept, who is revoked is out."""

from __future__ import annotations

import os
import signal
import ssl
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.processes import Process, await_listening, free_port, mosquitto
from hall.errors import BadFile
from hall.model import Role, Station
from hall.station.settings import read_hub, read_password, read_station, tls_files
from hall.stationfile import parse_station
from hall.topics import HUB, WATCH
from tests.hall.halls import toml
from tests.hub.made import a_table, made
from tests.upkeep.wire import Wire
from upkeep.brokerfiles import write_broker
from upkeep.certificates import CERTIFICATE_DAYS, RENEW_DAYS, Pair, utc
from upkeep.layout import Layout, layout
from upkeep.provision import STATION_FILE, Did, Provision, SiteFile, admit, located, read_site, revoke
from upkeep.stationsettings import settings_text

NOW_S = 1_795_000_000.0
TAKEN = "No matching subscribers"  # the broker took it; there is no hub to read it


class Place:
    """A hall file and a directory to provision."""

    def __init__(self, root: Path) -> None:
        root.mkdir(exist_ok=True)
        self.source = root / "desk" / "hall.toml"
        self.source.parent.mkdir()
        self.source.write_text(toml(a_table()), encoding="utf-8")
        self.at: Layout = layout(root / "etc")

    def provision(self, asked: SiteFile | None = None, now_s: float = NOW_S) -> dict[str, Did]:
        run = Provision(self.at, self.source, asked or SiteFile(), now_s)
        return {line.what: line.did for line in run.run()}

    def password(self, name: str) -> str:
        return (self.at.station(name) / "password").read_text().strip()

    def files(self) -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in self.at.conf.rglob("*") if p.is_file()}

    @contextmanager
    def broker(self, port: int) -> Iterator[Process]:
        process = Process(
            "broker",
            [mosquitto(), "-c", "broker.conf"],
            self.at.conf.parent / "broker.log",
            self.at.broker,
        )
        process.start()
        try:
            await_listening(process, port)
            yield process
        finally:
            process.end()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_every_identity_is_made_and_read_back(place: Place) -> None:
    did = place.provision()
    assert set(did.values()) == {Did.MADE}
    hub = read_hub(place.at.hub)
    assert read_password(hub.broker, place.at.conf)
    assert Path(hub.data).is_dir()
    assert (place.at.conf / hub.hall).is_file()
    passwords = set()
    for station in Provision(place.at, None, SiteFile()).hall.stations:
        settings = read_station(place.at.station(station.id) / STATION_FILE)
        assert (settings.id, settings.roles) == (station.id, station.roles)
        passwords.add(read_password(settings.broker, place.at.station(station.id)))
    assert len(passwords) == len(Provision(place.at, None, SiteFile()).hall.stations)
    names = [line.partition(":")[0] for line in (place.at.broker / "passwords").read_text().splitlines()]
    assert names[:2] == [HUB, WATCH]
    for path in place.files():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o007, f"{path} is readable by everyone"
    assert not any(word.encode() in (place.at.broker / "passwords").read_bytes() for word in passwords)


ROLES = st.lists(st.sampled_from(Role), min_size=1, max_size=6, unique=True).map(tuple)


@given(
    roles=ROLES, windows=st.lists(st.sampled_from([1, 2, 3]), unique=True, max_size=3).map(tuple), zoned=st.booleans()
)
def test_the_first_file_of_any_station_is_right(roles: tuple[Role, ...], windows: tuple[int, ...], zoned: bool) -> None:
    # Two roles that cannot do without a screen want two stations; no file can help there.
    if {Role.KIOSK, Role.DESK} <= set(roles):
        return
    station = Station(id="x", roles=roles, windows=windows, zone="main" if zoned else None)
    text = settings_text(made(), station, {"password_file": "password"}, "/var/lib/jiaohao/stations")
    assert parse_station("station.toml", text).roles == roles


def test_what_the_halls_owner_wrote_of_a_station_is_its_first_file(place: Place) -> None:
    table = a_table()
    table["clerks"][0]["photo"] = "101.png"
    table["stations"] += [
        {"id": "voice-1", "roles": ["broadcast"], "zone": "main"},
        {"id": "board-1", "roles": ["display"], "windows": [1]},
    ]
    place.source.write_text(toml(table), encoding="utf-8")
    written = {
        "voice-1": '# ours\nlanguage = "en"\n\n[broadcast]\nzone = "main"  # the loud one\nchime = false\n',
        "board-1": "[display]\nwindow = 1\n",
    }
    for name, text in written.items():
        path = place.source.parent / "stations" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    photo = place.source.parent / "photos" / "101.png"
    photo.parent.mkdir()
    photo.write_bytes(b"a picture")
    place.provision()
    voice = place.at.station("voice-1") / STATION_FILE
    assert "the loud one" in voice.read_text()
    settings = read_station(voice)
    assert settings.broadcast is not None
    assert (settings.language, settings.broadcast.chime) == ("en", False)
    assert Path(settings.broadcast.clips).is_relative_to(place.at.data)
    board = read_station(place.at.station("board-1") / STATION_FILE)
    assert board.display is not None
    assert (place.at.station("board-1") / board.display.photos / "101.png").read_bytes() == b"a picture"
    assert not (place.at.station("voice-1") / "photos").exists()
    assert set(place.provision().values()) == {Did.KEPT}
    # A later run needs nothing but what was copied.
    (place.at.station("voice-1") / STATION_FILE).unlink()
    Provision(place.at, None, SiteFile(), NOW_S).run()
    assert "the loud one" in voice.read_text()


def test_a_mistake_in_it_is_told_by_its_own_name(place: Place) -> None:
    path = place.source.parent / "stations" / "kiosk-1.toml"
    path.parent.mkdir()
    path.write_text("[kiosk]\nprinter = 7\nscreen = {width = 1, height = 1}\n")
    with pytest.raises(BadFile, match=r"stations/kiosk-1\.toml: kiosk\.printer"):
        place.provision()


def test_again_changes_not_one_byte(place: Place) -> None:
    asked = SiteFile(addresses=("127.0.0.1", "hall.example"))
    place.provision(asked)
    before = place.files()
    did = place.provision(asked, NOW_S + 86_400)
    assert set(did.values()) == {Did.KEPT}
    assert place.files() == before


def test_what_a_technician_wrote_is_kept_and_told(place: Place) -> None:
    place.provision()
    path = place.at.station("kiosk-1") / STATION_FILE
    text = path.read_text().replace("/dev/ttyUSB0", "/dev/serial/by-id/printer")
    path.write_text(text)
    assert set(place.provision().values()) == {Did.KEPT}
    path.write_text(text.replace('hall = "village"', 'hall = "town"'))
    lines = Provision(place.at, place.source, SiteFile()).run()
    (differs,) = [line for line in lines if line.did is Did.DIFFERS]
    assert (differs.what, differs.detail) == ("stations/kiosk-1/station.toml", "hall = 'town' ≠ 'village'")
    path.write_text("nonsense")
    (differs,) = [line for line in Provision(place.at, place.source, SiteFile()).run() if line.did is Did.DIFFERS]
    assert "station.toml" in differs.detail


def test_a_hub_that_would_ask_at_another_port_is_told(place: Place) -> None:
    place.provision()
    lines = Provision(place.at, place.source, SiteFile(port=2000)).run()
    (hub,) = [line for line in lines if line.what == "hub.toml"]
    assert (hub.did, hub.detail) == (Did.DIFFERS, "broker.port = 1883 ≠ 2000")
    place.at.hub.write_text("nonsense")
    (hub,) = [line for line in Provision(place.at, place.source, SiteFile()).run() if line.what == "hub.toml"]
    assert hub.did is Did.DIFFERS
    assert "hub.toml" in hub.detail


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is somebody else than the broker")
def test_an_installed_broker_is_never_told_to_stay_root(tmp_path: Path) -> None:
    for installed, told in ((True, False), (False, True)):
        write_broker(tmp_path, "village", {}, port=1883, data=tmp_path, installed=installed)
        assert ("user root" in (tmp_path / "conf.d" / "site.conf").read_text()) is told


def test_a_new_station_gets_its_own_and_a_dropped_one_is_shut_out(place: Place) -> None:
    place.provision()
    before = place.password("kiosk-2")
    table = a_table()
    table["stations"] = [*table["stations"][1:], {"id": "board-1", "roles": ["display"]}]
    place.source.write_text(toml(table), encoding="utf-8")
    did = place.provision()
    assert did["hall/hall.toml"] is Did.CHANGED
    assert did["stations/board-1/station.toml"] is Did.MADE
    assert did["stations/kiosk-1"] is Did.GONE
    assert place.password("kiosk-2") == before
    assert not (place.at.station("kiosk-1") / "password").exists()
    assert (place.at.station("kiosk-1") / STATION_FILE).exists()
    assert "kiosk-1:" not in (place.at.broker / "passwords").read_text()
    assert "user kiosk-1\n" not in (place.at.broker / "acl").read_text()


def test_a_hall_file_with_mistakes_writes_nothing(place: Place) -> None:
    place.source.write_text('id = "V!"\n', encoding="utf-8")
    with pytest.raises(BadFile, match=r"hall\.toml"):
        place.provision()
    assert not place.at.conf.exists()


@pytest.mark.parametrize("address", ["", "not one!"])
def test_an_address_that_is_none_writes_nothing(place: Place, address: str) -> None:
    with pytest.raises(BadFile, match=r"addresses\[1\]: a host name or address"):
        place.provision(SiteFile(addresses=("10.0.0.1", address)))
    assert not place.at.conf.exists()


def test_certificates_are_renewed_in_time_and_made_anew_for_another_address(place: Place) -> None:
    asked = SiteFile(addresses=("192.0.2.1",))
    place.provision(asked)
    pair = Pair(place.at.station("kiosk-1") / "station.pem", place.at.station("kiosk-1") / "station.key")
    assert pair.expires_at == utc(NOW_S) + timedelta(days=CERTIFICATE_DAYS)
    near = NOW_S + (CERTIFICATE_DAYS - RENEW_DAYS + 1) * 86_400
    did = place.provision(asked, near)
    assert did["stations/kiosk-1/station.pem"] is Did.MADE
    assert did["broker/broker.pem"] is Did.MADE
    assert pair.expires_at == utc(near) + timedelta(days=CERTIFICATE_DAYS)
    did = place.provision(SiteFile(addresses=("192.0.2.2",)), near)
    assert did["broker/broker.pem"] is Did.MADE
    assert "stations/kiosk-1/station.pem" not in did
    assert did["stations/kiosk-1/station.toml"] is Did.DIFFERS  # its file still names the old address


def test_who_is_revoked_is_out_at_the_reload_and_in_again_when_admitted(place: Place) -> None:
    port = free_port()
    place.provision(SiteFile(port=port))
    old = place.password("kiosk-1")
    with place.broker(port) as broker:
        kiosk = Wire(port, "kiosk-1", "kiosk-1", old).up()
        other = Wire(port, "kiosk-2", "kiosk-2", place.password("kiosk-2")).up()
        revoke(place.at, "kiosk-1")
        os.kill(broker.pid, signal.SIGHUP)
        assert kiosk.ended()  # the reload is done
        assert Wire(port, "kiosk-1", "kiosk-1", old).outcome() == "Not authorized"
        assert other.verdict("jh/1/village/station/kiosk-2/ask", b"still here") == TAKEN
        assert Provision(located(place.at.conf), None, read_site(place.at.conf)).run()[-1].did is Did.KEPT
        admit(place.at, "kiosk-1")
        os.kill(broker.pid, signal.SIGHUP)
        new = place.password("kiosk-1")
        assert new != old
        _until(lambda: Wire(port, "kiosk-1", "kiosk-1", new).outcome() == "Success")
        assert Wire(port, "kiosk-1", "kiosk-1", old).outcome() == "Not authorized"


@pytest.mark.parametrize("act", [revoke, admit])
def test_only_a_station_can_be_revoked_or_admitted(place: Place, act: object) -> None:
    place.provision()
    with pytest.raises(BadFile, match="hub"):
        (revoke if act is revoke else admit)(place.at, "hub")


def test_across_a_network_it_takes_certificate_and_password(place: Place, tmp_path: Path) -> None:
    port, tls_port = free_port(), free_port()
    place.provision(SiteFile(port=port, tls_port=tls_port, addresses=("127.0.0.1",)), now_s=time.time())
    home = place.at.station("kiosk-1")
    settings = read_station(home / STATION_FILE)
    assert settings.broker.port == tls_port
    files = tls_files(settings.broker, home)
    assert files is not None
    tls = (Path(files.ca), Path(files.certificate), Path(files.key))
    foreign = Place(tmp_path / "foreign")
    foreign.provision(SiteFile(addresses=("127.0.0.1",)), now_s=time.time())
    strange = foreign.at.station("kiosk-1")
    with place.broker(port):
        good = Wire(tls_port, "kiosk-1", "kiosk-1", place.password("kiosk-1"), tls=tls).up()
        assert good.verdict("jh/1/village/station/kiosk-1/ask", b"hello") == TAKEN
        assert Wire(tls_port, "kiosk-1", "kiosk-1", "guessed", tls=tls).outcome() == "Not authorized"
        bare = Wire(tls_port, "kiosk-1", "kiosk-1", place.password("kiosk-1"), tls=tls[:1])
        assert bare.ended()
        assert "Success" not in bare.outcomes
        theirs = (strange / "ca.pem", strange / "station.pem", strange / "station.key")
        with pytest.raises(ssl.SSLError):  # it does not even trust this broker
            Wire(tls_port, "kiosk-1", "kiosk-1", place.password("kiosk-1"), tls=theirs)
        mixed = Wire(
            tls_port,
            "kiosk-1",
            "kiosk-1",
            place.password("kiosk-1"),
            tls=(tls[0], strange / "station.pem", strange / "station.key"),
        )
        assert mixed.ended()
        assert "Success" not in mixed.outcomes


def _until(right: Callable[[], bool]) -> None:
    """The broker reads its files a moment after the signal."""
    limit = time.monotonic() + 10
    while not right():
        assert time.monotonic() < limit
        time.sleep(0.05)
