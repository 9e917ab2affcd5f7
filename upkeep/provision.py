"""Provisioning: every identity of a hall, as files. Running it again keeps what exists and makes what is missing.

conf/site.toml          what was asked for, so that the next run needs no options
conf/hall/              the hall's files
conf/hub.toml           the hub · conf/watch.password: who only looks
conf/stations/ID/       station.toml, password, and for other machines ca.pem, station.pem, station.key
conf/broker/            broker.conf, conf.d/site.conf, passwords (hashes), acl, the broker's certificate
conf/authority/         the hall's own certificate authority
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from hall.checked import Mistakes, Rules, read_struct, read_toml
from hall.errors import BadFile
from hall.model import Hall, StationId, Value
from hall.station.settings import read_hall, read_hub, read_station, read_text
from hall.stationchecks import is_host
from hall.stationfile import Broker, parse_station
from hall.topics import HOME_ASSISTANT, HUB, WATCH
from upkeep.brokerfiles import TLS_PORT, Tls, write_broker
from upkeep.certificates import Pair, authority, certificate, utc
from upkeep.credentials import kept_password, write_whole
from upkeep.hallfiles import FIRST_SETTINGS, copy_hall, copy_photos, first_settings
from upkeep.layout import Layout, hand_over, layout
from upkeep.stationsettings import settings_text

PORT = 1883
STATION_FILE = "station.toml"


class SiteFile(Value, frozen=True, kw_only=True):
    """What was asked for. `addresses`: this machine's, for stations on others; `revoked`: stations shut out; `data`:
    where the hall writes, if elsewhere than usual; `home_assistant`: an identity for it, and the watch tells it what
    there is."""

    port: int = PORT
    tls_port: int = TLS_PORT
    addresses: tuple[str, ...] = ()
    revoked: tuple[StationId, ...] = ()
    data: str = ""
    home_assistant: bool = False


class Did(StrEnum):
    """What became of a thing."""

    MADE = "made"
    KEPT = "kept"
    CHANGED = "changed"
    DIFFERS = "differs"  # a kept file says otherwise than the hall file or the options
    GONE = "gone"  # no longer in the hall file: shut out
    REVOKED = "revoked"


class Line(Struct, frozen=True):
    """One line of what provisioning tells."""

    did: Did
    what: str
    detail: str = ""


def read_site(conf: Path) -> SiteFile:
    """What earlier runs were asked for; the defaults if there was none. Raises BadFile."""
    path = conf / "site.toml"
    if not path.exists():
        return SiteFile()
    mistakes = Mistakes()
    found = read_struct(SiteFile, read_toml(path.name, read_text(path), mistakes), "", mistakes, RULES)
    if found is None or mistakes.found:
        raise BadFile(tuple(f"{path}: {line.lstrip('.')}" for line in mistakes.found))
    return found


def provisioned(conf: Path) -> Layout:
    """The layout of a hub's machine. Raises BadFile with what to do if there is nothing, or a station alone."""
    at = located(conf)
    if not at.hub.is_file():
        alone = any(at.stations.glob(f"*/{STATION_FILE}"))
        todo = (
            "this machine has stations alone: do it on the hub's machine"
            if alone
            else ("nothing is provisioned here: hall provision --hall YOUR/hall.toml, or name another directory")
        )
        raise BadFile((f"{at.conf}: {todo}",))
    return at


def located(conf: Path) -> Layout:
    """The layout of a provisioned configuration directory. Raises BadFile."""
    site = read_site(conf)
    return layout(conf, Path(site.data) if site.data else None)


def _a_port(port: int) -> Iterator[tuple[str, str]]:
    if not 1 <= port <= 65_535:
        yield "", f"1 to 65535 (found {port})"


def _hosts(addresses: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for n, address in enumerate(addresses):
        if not is_host(address):
            yield f"[{n}]", f"a host name or address, without a port (found {address!r})"


RULES: Rules = {(SiteFile, "port"): _a_port, (SiteFile, "tls_port"): _a_port, (SiteFile, "addresses"): _hosts}


class Provision:
    """One run over a layout. Raises BadFile before anything is written if the hall file or an address is wrong."""

    def __init__(self, at: Layout, hall_file: Path | None, asked: SiteFile, now_s: float | None = None) -> None:
        self.at = at
        self.lines: list[Line] = []
        self._asked = asked
        self._now = utc(time.time() if now_s is None else now_s)
        self._source = (hall_file or at.hall).absolute()
        if wrong := tuple(f"addresses{at}: {why}" for at, why in _hosts(asked.addresses)):
            raise BadFile(wrong)
        self.hall: Hall = read_hall(self._source)
        self._must_be_the_same_hall()

    def run(self) -> list[Line]:
        """Make what is missing; what was done, a line each."""
        at = self.at
        for place in (at.conf, at.broker, at.stations, at.data / "hub", at.data / "stations"):
            place.mkdir(parents=True, exist_ok=True)
        if not at.broker_data.exists():
            at.broker_data.mkdir(parents=True)
        self._copy_hall()
        self._kept("site.toml", at.site, msgspec.toml.encode(structs.asdict(self._asked)).decode())
        ca = self._authority()
        passwords = {
            HUB: kept_password(at.conf / "hub.password"),
            WATCH: kept_password(at.conf / "watch.password"),
        }
        broker = self._broker("hub.password")
        hub = {"hall": "hall/hall.toml", "data": str(at.data / "hub"), "broker": broker}
        if not at.hub.exists():
            write_whole(at.hub, msgspec.toml.encode(hub).decode())
            self._tell(Did.MADE, "hub.toml")
        else:
            self._tell_kept_hub(broker)
        for station in self.hall.stations:
            if station.id in self._asked.revoked:
                self._tell(Did.REVOKED, station.id)
            else:
                passwords[station.id] = self._station(station.id, ca)
        if self._asked.home_assistant:
            passwords[HOME_ASSISTANT] = self._secrets(self.at.station(HOME_ASSISTANT), ca)
        self._shut_out_strangers()
        before = {p: p.read_bytes() for p in at.broker.rglob("*") if p.is_file()}
        write_broker(
            at.broker,
            self.hall.id,
            passwords,
            port=self._asked.port,
            data=at.broker_data,
            tls=self._tls(ca),
            installed=at.is_installed,
        )
        same = before == {p: p.read_bytes() for p in at.broker.rglob("*") if p.is_file()}
        self._tell(Did.KEPT if same else Did.CHANGED if before else Did.MADE, "broker/")
        hand_over(at)
        return self.lines

    def _must_be_the_same_hall(self) -> None:
        """Refuse to put another hall over one that has run: its hub would not start on the other's store."""
        if self._source == self.at.hall.absolute() or not self.at.store.exists():
            return
        try:
            here = read_hall(self.at.hall).id
        except BadFile:
            return  # it is being put right
        if here != self.hall.id:
            told = (
                f"{self._source}: the hall {self.hall.id!r}, but {here!r} has run in {self.at.conf}: another hall goes"
            )
            raise BadFile((f"{told} into another directory (--out), or move {self.at.data} aside first",))

    def _tell(self, did: Did, what: str, detail: str = "") -> None:
        self.lines.append(Line(did, what, detail))

    def _kept(self, what: str, path: Path, text: str) -> None:
        existed = path.exists()
        wrote = write_whole(path, text)
        self._tell(Did.KEPT if not wrote else Did.CHANGED if existed else Did.MADE, what)

    def _copy_hall(self) -> None:
        """The hall's files beside the rest: the hub's user need not read anybody's home."""
        for what, existed, wrote in copy_hall(self.hall, self._source, self.at.hall):
            self._tell(Did.KEPT if not wrote else Did.CHANGED if existed else Did.MADE, what)

    def _authority(self) -> Pair | None:
        if not self._asked.addresses:
            return None
        ca = authority(self.at.authority, self.hall.id, self._now)
        pair = Pair(self.at.broker / "broker.pem", self.at.broker / "broker.key")
        made = certificate(pair, ca, HUB, self._now, self._asked.addresses)
        write_whole(self.at.broker / "ca.pem", ca.certificate.read_text())
        self._tell(Did.MADE if made else Did.KEPT, "broker/broker.pem", f"{pair.expires_at:%Y-%m-%d}")
        return ca

    def _tls(self, ca: Pair | None) -> Tls | None:
        if ca is None:
            return None
        # One address is listened on alone; for several, or a name, every interface.
        (first, *others) = self._asked.addresses
        alone = "" if others or not first.replace(".", "").isdigit() else first
        broker = self.at.broker
        return Tls(alone, self._asked.tls_port, broker / "ca.pem", broker / "broker.pem", broker / "broker.key")

    def _broker(self, password_file: str, *, here: bool = True) -> dict[str, Any]:
        if here or not self._asked.addresses:
            return {"host": "127.0.0.1", "port": self._asked.port, "password_file": password_file}
        tls = {"ca": "ca.pem", "certificate": "station.pem", "key": "station.key"}
        return {
            "host": self._asked.addresses[0],
            "port": self._asked.tls_port,
            "password_file": password_file,
            **tls,
        }

    def _station(self, name: StationId, ca: Pair | None) -> str:
        """Make or keep a station's directory; its password."""
        place = self.at.station(name)
        password = self._secrets(place, ca)
        path, broker = place / STATION_FILE, self._broker("password", here=False)
        known = self.hall.by_station[name]
        copy_photos(self.hall, known, self._source.parent, place)
        if path.exists():
            self._tell_kept(path, broker)
        else:
            data, told = str(self.at.data / "stations"), first_settings(self._source, known)
            text = settings_text(self.hall, known, broker, data, told)
            parse_station(f"{FIRST_SETTINGS}/{name}.toml", text)
            write_whole(path, text)
            self._tell(Did.MADE, f"stations/{name}/{STATION_FILE}")
        return password

    def _secrets(self, place: Path, ca: Pair | None) -> str:
        """Make or keep a directory's password and certificate; the password."""
        place.mkdir(exist_ok=True)
        if ca is not None:
            write_whole(place / "ca.pem", ca.certificate.read_text())
            pair = Pair(place / "station.pem", place / "station.key")
            if certificate(pair, ca, place.name, self._now):
                self._tell(Did.MADE, f"stations/{place.name}/station.pem", f"{pair.expires_at:%Y-%m-%d}")
        return kept_password(place / "password")

    def _tell_kept(self, path: Path, broker: dict[str, Any]) -> None:
        what = f"stations/{path.parent.name}/{STATION_FILE}"
        try:
            found = read_station(path)
        except BadFile as error:
            self._tell(Did.DIFFERS, what, "; ".join(error.mistakes))
            return
        known = self.hall.by_station[path.parent.name]
        wanted = {"id": known.id, "hall": self.hall.id, "roles": known.roles}
        wrong = [f"{key} = {getattr(found, key)!r} ≠ {value!r}" for key, value in wanted.items()
                 if getattr(found, key) != value]  # fmt: skip
        wrong += _otherwise(found.broker, broker)
        self._tell(Did.DIFFERS if wrong else Did.KEPT, what, ", ".join(wrong))

    def _tell_kept_hub(self, broker: dict[str, Any]) -> None:
        try:
            wrong = _otherwise(read_hub(self.at.hub).broker, broker)
        except BadFile as error:
            wrong = list(error.mistakes)
        self._tell(Did.DIFFERS if wrong else Did.KEPT, "hub.toml", ", ".join(wrong))

    def _shut_out_strangers(self) -> None:
        """A station that is no longer in the hall file, or was revoked: its secrets go, its settings stay."""
        for place in sorted(p for p in self.at.stations.iterdir() if p.is_dir()):
            known = place.name in self.hall.by_station and place.name not in self._asked.revoked
            known = known or (place.name == HOME_ASSISTANT and self._asked.home_assistant)
            if not known and forget_secrets(place):
                self._tell(Did.GONE, f"stations/{place.name}")


def _otherwise(found: Broker, wanted: dict[str, Any]) -> list[str]:
    """Where a kept file's broker is another than it should be."""
    return [
        f"broker.{key} = {getattr(found, key)!r} ≠ {value!r}"
        for key, value in wanted.items()
        if getattr(found, key) != value
    ]


def forget_secrets(place: Path) -> bool:
    """Delete a station's password, certificate and key; whether there were any."""
    found = [path for name in ("password", "station.pem", "station.key") if (path := place / name).exists()]
    for path in found:
        path.unlink()
    return bool(found)


def revoke(at: Layout, station: StationId) -> list[Line]:
    """Shut a station out: its password is nobody's from the broker's next reload on. Raises BadFile."""
    site = read_site(at.conf)
    if station not in site.revoked and station not in read_hall(at.hall).by_station:
        known = ", ".join(s.id for s in read_hall(at.hall).stations)
        raise BadFile((f"{at.hall}: there is no station {station!r}; known are: {known}",))
    revoked = tuple(sorted({*site.revoked, station}))
    return Provision(at, None, structs.replace(site, revoked=revoked)).run()


def admit(at: Layout, station: StationId) -> list[Line]:
    """Let a revoked station in again, with new secrets. Raises BadFile."""
    site = read_site(at.conf)
    if station not in site.revoked:
        known = ", ".join(site.revoked) or "none"
        raise BadFile((f"{at.site}: {station!r} is not revoked, so it needs no admitting; revoked are: {known}",))
    revoked = tuple(name for name in site.revoked if name != station)
    return Provision(at, None, structs.replace(site, revoked=revoked)).run()


def broker_reads_again() -> bool:
    """Tell a running broker of systemd to read passwords and ACL again; False if there is no systemd to ask."""
    import subprocess

    systemctl = shutil.which("systemctl")
    if systemctl is None or not Path("/run/systemd/system").exists():
        return False
    command = [systemctl, "try-reload-or-restart", "mosquitto.service"]
    return subprocess.run(command, check=False, timeout=60).returncode == 0
