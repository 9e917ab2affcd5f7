"""Finding out what the doctor judges: files, programs, units, the clock, the disk, the hall on the bus, the log."""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hall.errors import BadFile, HallError
from hall.hours import day_of, year_told
from hall.model import Hall
from hall.station.settings import fonts, read_hall, read_hub, read_station
from hub.verify import verify
from upkeep.backup import PATTERN
from upkeep.certificates import Pair
from upkeep.doctor import Facts
from upkeep.kept import Kept, kept
from upkeep.layout import INSTALLED, Layout
from upkeep.picture import Picture, stands
from upkeep.programs import program, said
from upkeep.provision import STATION_FILE, read_site
from upkeep.watch import Watch, shown

LOOK_S = 5.0
STARTS_S = 8.0  # a hall that has just been started is not in trouble yet
LOOK_AGAIN_S = 0.5
REACH_S = 3.0
AHEAD_DAYS = 30  # the holidays of the next year are wanted before it begins
BACKUPS = "backups"


def examine(
    at: Layout, port: int, *, rebuild: bool = False, updates: bool = True, patience_s: float = STARTS_S
) -> Facts:
    """Everything that can be found out on this machine. `updates`: ask apt, which takes seconds; `patience_s`: how long
    a hall may take to be seen whole."""
    hub_here = at.hub.exists() or at.site.exists()
    hall, mistakes = _read(at, hub_here)
    picture = _picture(at, port, patience_s) if hub_here else None  # first: it waits for what is just starting
    free, size = _disk(at)
    events, broken = _log(at, rebuild)
    return Facts(
        provisioned=hub_here or any(at.stations.glob(f"*/{STATION_FILE}")),
        hub_here=hub_here,
        reach={} if hub_here else dict(_reach(at)),
        mistakes=tuple(mistakes),
        unprovisioned=tuple(_unprovisioned(at, hall)),
        readable=tuple(_readable(at)),
        broker_version=_broker_version(),
        asked_for_updates=updates,
        security_updates=_security_updates() if updates else None,
        units=_units(at),
        clock_synced=_clock_synced(),
        disk_free=free,
        disk_size=size,
        picture=picture,
        fonts=_fonts(),
        voice=program("espeak-ng") is not None,
        certificates=dict(_certificates(at)),
        log_events=events,
        log_broken=broken,
        year_without_holidays=_year(hall),
        backup_age_h=_backup_age_h(at),
        kept=kept(at, hall, at.data / BACKUPS) if hub_here else Kept(),
    )


def _read(at: Layout, hub_here: bool) -> tuple[Hall | None, list[str]]:
    mistakes: list[str] = []
    hall: Hall | None = None
    ours = (at.site, at.hub, at.hall) if hub_here else ()
    for path in (*ours, *sorted(at.stations.glob(f"*/{STATION_FILE}"))):
        try:
            if path == at.site:
                read_site(at.conf)
            elif path == at.hall:
                hall = read_hall(path)
            elif path == at.hub:
                read_hub(path)
            else:
                read_station(path)
        except BadFile as error:
            # A mistake tells the file's name; its directory is told here, as every station's file is called alike.
            mistakes += [m if m.startswith("/") else f"{path.parent}/{m}" for m in error.mistakes]
    return hall, mistakes


def _reach(at: Layout) -> Iterable[tuple[str, str]]:
    """Whether the broker of every station on this machine takes connections at all."""
    for path in sorted(at.stations.glob(f"*/{STATION_FILE}")):
        with suppress(BadFile):
            broker = read_station(path).broker
            try:
                socket.create_connection((broker.host, broker.port), timeout=REACH_S).close()
                yield path.parent.name, ""
            except OSError as error:
                yield path.parent.name, f"{broker.host}:{broker.port}: {error}"


def _unprovisioned(at: Layout, hall: Hall | None) -> Iterable[str]:
    with suppress(BadFile):
        revoked = read_site(at.conf).revoked
        for station in hall.stations if hall else ():
            if station.id not in revoked and not (at.station(station.id) / "password").is_file():
                yield station.id


def _readable(at: Layout) -> Iterable[str]:
    names = ("*.key", "*password*", "passwords")
    for path in sorted({p for name in names for p in at.conf.rglob(name) if p.is_file()}):
        if path.stat().st_mode & 0o007:
            yield str(path)


def _broker_version() -> str | None:
    found = re.search(r"mosquitto version (\S+)", said("mosquitto", "-h") or "")
    return found.group(1) if found else None


def _security_updates() -> tuple[str, ...] | None:
    """Packages with a security update that apt knows of; asks no server."""
    told = said("apt-get", "--simulate", "-o", "Debug::NoLocking=true", "upgrade")
    return None if told is None else security_in(told)


def security_in(told: str) -> tuple[str, ...]:
    """The packages that apt would upgrade from a security archive, of what `apt-get --simulate upgrade` says."""
    return tuple(re.findall(r"^Inst (\S+) .*-[Ss]ecurity", told, re.MULTILINE))


def _units(at: Layout) -> dict[str, str] | None:
    if at.conf != INSTALLED.conf or not Path("/run/systemd/system").exists():
        return None
    names = ["mosquitto.service", "jiaohao-hub.service", "jiaohao-watch.service", "jiaohao-backup.timer"]
    here = said("systemctl", "list-units", "--all", "--plain", "--no-legend", "jiaohao-station@*") or ""
    names += [line.split()[0] for line in here.splitlines() if line.strip()]
    states = (said("systemctl", "is-active", *names) or "").split()
    return dict(zip(names, states, strict=False))


def _clock_synced() -> bool | None:
    told = (said("timedatectl", "show", "--property=NTPSynchronized", "--value") or "").strip()
    return {"yes": True, "no": False}.get(told)


def _disk(at: Layout) -> tuple[int, int]:
    place = next((p for p in (at.data, *at.data.parents) if p.exists()), Path("/"))
    usage = shutil.disk_usage(place)
    return usage.free, usage.total


def _picture(at: Layout, port: int, patience_s: float) -> Picture | None:
    """The hall once it stands, or as it is when the patience is over."""
    limit = time.monotonic() + patience_s
    while True:
        seen = shown(port)
        if seen is None:
            with suppress(HallError):
                seen = Watch.of(at).look_for(LOOK_S)
        if time.monotonic() >= limit or (seen is not None and stands(seen)):
            return seen
        time.sleep(LOOK_AGAIN_S)


def _fonts() -> str:
    try:
        fonts()
    except BadFile as error:
        return error.mistakes[0]
    return ""


def _certificates(at: Layout) -> Iterable[tuple[str, float]]:
    now = datetime.now(UTC)
    for path in sorted((at.broker / "broker.pem", at.authority / "ca.pem", *at.stations.glob("*/station.pem"))):
        with suppress(BadFile, PermissionError):
            if path.is_file():
                left: timedelta = Pair(path, path).expires_at - now
                yield str(path.relative_to(at.conf)), left / timedelta(days=1)


def _log(at: Layout, rebuild: bool) -> tuple[int | None, str]:
    with suppress(BadFile):
        store = at.conf / read_hub(at.hub).data / "hub.db"
        if not store.exists():
            return None, ""
        try:
            report = verify(store, rebuild)
        except HallError as error:
            return None, str(error)
        return report.events, str(report.broken or "")
    return None, ""


def _year(hall: Hall | None) -> str:
    if hall is None:
        return ""
    for ahead in (0, AHEAD_DAYS):
        day = day_of(hall.utc_offset, round((time.time() + ahead * 86_400) * 1000))
        if not year_told(hall.holidays, day):
            return day[:4]
    return ""


def _backup_age_h(at: Layout) -> float | None:
    newest = max((p.stat().st_mtime for p in (at.data / BACKUPS).glob(PATTERN)), default=None)
    return None if newest is None else (time.time() - newest) / 3600
