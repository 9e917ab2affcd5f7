"""What a technician checks, pure: facts of machine and hall in, findings out; their words are in the wording files."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from hall.messages import Health, Life
from hall.model import AlertKind
from upkeep.kept import UNLIMITED_DAYS, Kept
from upkeep.picture import Picture, StationSeen, hub_is_here

OLDEST_BROKER = (2, 0)
DISK_WARNING, DISK_BAD = 0.15, 0.05  # of the disk still free
DISK_BAD_BYTES = 200 * 1_048_576
CERTIFICATE_WARNING_DAYS, CERTIFICATE_BAD_DAYS = 60, 7
BACKUP_WARNING_H, BACKUP_BAD_H = 36, 24 * 7
RETENTION_LATE_H = 26  # it comes once a day
ASIDE_DAYS = 7  # after a restore; by then the hall runs, or it does not
# What staff see to, at the guide desk: queues and people, not machines.
STAFFS = (
    AlertKind.LONG_WAIT,
    AlertKind.CROWDED,
    AlertKind.IDLE,
    AlertKind.UNSERVED,
    AlertKind.BOUND,
    AlertKind.OFF_POST,
    AlertKind.STAFF_CALL,
    AlertKind.BADGE_LOCKED,
)


class Severity(StrEnum):
    """How a check went."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Finding(Struct, frozen=True):
    """The outcome of one check: what it is about, and the values that its sentence and its advice need."""

    code: str
    severity: Severity
    subject: str = ""
    values: dict[str, str] = {}


class Facts(Struct, frozen=True, kw_only=True):
    """What was found out; None: it could not be, here."""

    provisioned: bool = True  # anything at all
    hub_here: bool = True  # this is the hub's machine; otherwise only its stations are judged
    reach: dict[str, str] = {}  # station → why its broker does not answer; empty: it does
    mistakes: tuple[str, ...] = ()  # of hall, hub and station files
    unprovisioned: tuple[str, ...] = ()  # stations of the hall file without secrets
    readable: tuple[str, ...] = ()  # secrets that others can read
    broker_version: str | None = None
    asked_for_updates: bool = False
    security_updates: tuple[str, ...] | None = None
    units: dict[str, str] | None = None  # name → active, failed, …
    clock_synced: bool | None = None
    disk_free: int = 0
    disk_size: int = 1
    picture: Picture | None = None
    fonts: str = ""  # why there are none
    voice: bool = True
    certificates: dict[str, float] = {}  # name → days left
    log_events: int | None = None
    log_broken: str = ""
    year_without_holidays: str = ""
    backup_age_h: float | None = None
    kept: Kept = Kept()


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Every check's outcome, in the order in which a technician goes."""
    return tuple(
        f for part in (_files, _broker, _machine, _hub, _stations, _alerts, _log, _upkeep, _kept) for f in part(facts)
    )


def worst(found: tuple[Finding, ...]) -> Severity:
    """The gravest of them."""
    order = list(Severity)
    return max((f.severity for f in found), key=order.index, default=Severity.GOOD)


def _is(code: str, bad: bool, severity: Severity = Severity.BAD, subject: str = "", **values: object) -> Finding:
    told = {name: str(value) for name, value in values.items()}
    return Finding(code, severity if bad else Severity.GOOD, subject, told)


def _files(facts: Facts) -> Iterator[Finding]:
    if not facts.provisioned:
        yield _is("nothing_here", True)
        return
    for mistake in facts.mistakes:
        yield _is("file_mistake", True, mistake=mistake)
    if not facts.mistakes:
        yield _is("files", False)
    for name in facts.unprovisioned:
        yield _is("unprovisioned", True, Severity.WARNING, name)
    for name in facts.readable:
        yield _is("secret_readable", True, subject=name)


def _broker(facts: Facts) -> Iterator[Finding]:
    for station, reason in facts.reach.items():
        yield _is("reach", bool(reason), subject=station, reason=reason)
    version = facts.broker_version
    if not facts.hub_here:
        pass
    elif version is None:
        yield _is("no_broker_program", True)
    else:
        parts = tuple(int(p) for p in version.split(".")[:2] if p.isdigit())
        yield _is("broker_version", parts < OLDEST_BROKER, version=version)
    if facts.security_updates is not None:
        names = ", ".join(facts.security_updates[:8])
        count = len(facts.security_updates)
        yield _is("security_updates", count > 0, Severity.WARNING, count=count, names=names)
    elif facts.asked_for_updates:
        yield _is("updates_unknown", True, Severity.WARNING)
    for unit, state in (facts.units or {}).items():
        severity = Severity.WARNING if state == "activating" else Severity.BAD
        yield _is("unit", state != "active", severity, unit, state=state)


def _machine(facts: Facts) -> Iterator[Finding]:
    if facts.clock_synced is None:
        yield _is("clock_unknown", True, Severity.WARNING)
    else:
        yield _is("clock", not facts.clock_synced)
    share = facts.disk_free / facts.disk_size
    grave = share < DISK_BAD or facts.disk_free < DISK_BAD_BYTES
    severity = Severity.BAD if grave else Severity.WARNING
    gib = f"{facts.disk_free / 1_073_741_824:.1f}"
    yield _is("disk", grave or share < DISK_WARNING, severity, gib=gib, percent=round(share * 100))
    yield _is("fonts", bool(facts.fonts), reason=facts.fonts)
    yield _is("voice", not facts.voice, Severity.WARNING)


def _hub(facts: Facts) -> Iterator[Finding]:
    seen = facts.picture
    if not (facts.provisioned and facts.hub_here):
        return
    if seen is None or not seen.broker:
        yield _is("broker_away", True)
        return
    yield _is("hub", not hub_is_here(seen), reason=seen.hub.reason or (seen.hub.life or "never seen"))


def _stations(facts: Facts) -> Iterator[Finding]:
    seen = facts.picture
    if seen is None or not seen.broker:
        return
    for station in seen.stations:
        if station.life is not Life.READY:
            yield _away(station)
        yield from _devices(station)
    if seen.stations and all(s.life is Life.READY for s in seen.stations):
        yield _is("stations", False, count=len(seen.stations))
    versions = sorted({s.version for s in (seen.hub, *seen.stations) if s.version})
    yield _is("versions", len(versions) > 1, Severity.WARNING, versions=", ".join(versions))


def _away(station: StationSeen) -> Finding:
    if station.life is Life.INIT:  # longer than a start takes
        return _is("station_starts", True, Severity.WARNING, station.id)
    code = "station_never" if station.life is None else "station_lost"
    return _is(code, True, subject=station.id, reason=f"({station.reason})" if station.reason else "")


def _devices(station: StationSeen) -> Iterator[Finding]:
    if station.life is Life.LOST:
        return  # what it said of its devices is old
    for device in station.devices:
        if device.health is not Health.READY:
            paper = device.reason.startswith("paper")
            severity = Severity.BAD if paper or device.health is Health.LOST else Severity.WARNING
            code = "paper" if paper else "device"
            yield _is(code, True, severity, f"{station.id}/{device.name}", reason=device.reason or device.health)


def _alerts(facts: Facts) -> Iterator[Finding]:
    told_elsewhere = (AlertKind.DEVICE, AlertKind.NO_HOLIDAYS)
    every = facts.picture.alerts if facts.picture else ()
    of_staff = [alert for alert in every if alert.kind in STAFFS]
    if of_staff:
        yield _is("staffs_alerts", False, count=len(of_staff))
    for alert in (alert for alert in every if alert.kind not in STAFFS):
        if alert.kind not in told_elsewhere:
            if alert.kind is AlertKind.INTRUDER:
                yield _is("intruder", True, subject=alert.subject, detail=alert.detail)
            else:
                yield _is("alert", True, Severity.WARNING, alert.subject, kind=alert.kind, detail=alert.detail)


def _log(facts: Facts) -> Iterator[Finding]:
    if facts.log_broken:
        yield _is("log_broken", True, broken=facts.log_broken)
    elif facts.log_events is not None:
        yield _is("log", False, events=facts.log_events)
    if facts.hub_here and facts.provisioned:
        yield _is("holidays", bool(facts.year_without_holidays), Severity.WARNING, year=facts.year_without_holidays)


def _upkeep(facts: Facts) -> Iterator[Finding]:
    for name, days in facts.certificates.items():
        severity = Severity.BAD if days < CERTIFICATE_BAD_DAYS else Severity.WARNING
        yield _is("certificate", days < CERTIFICATE_WARNING_DAYS, severity, name, days=round(days))
    age = facts.backup_age_h
    if not (facts.hub_here and facts.provisioned):
        return
    if age is None:
        yield _is("no_backup", True, Severity.WARNING)
    else:
        severity = Severity.BAD if age > BACKUP_BAD_H else Severity.WARNING
        yield _is("backup", age > BACKUP_WARNING_H, severity, hours=round(age))


def _kept(facts: Facts) -> Iterator[Finding]:
    """What is kept for a time goes at its date, and the programs' journal stays long enough."""
    kept = facts.kept
    if kept.journal_days is not None:
        days = "∞" if kept.journal_days >= UNLIMITED_DAYS else round(kept.journal_days)
        yield _is("journal", kept.journal_days < kept.journal_wanted, days=days, wanted=kept.journal_wanted)
    yield from _aside(kept)
    if kept.forgot_h is None:
        return
    late = kept.late > 0 or kept.forgot_h > RETENTION_LATE_H
    severity = Severity.BAD if kept.late else Severity.WARNING
    hours = round(max(0.0, kept.forgot_h))
    code = "retention" if kept.forgot_ever else "retention_never"
    yield _is(code, late, severity, hours=hours, texts=kept.texts, late=kept.late)
    if kept.backups:
        yield _is("old_texts_in_backups", True, subject=kept.backups[0], count=len(kept.backups))


def _aside(kept: Kept) -> Iterator[Finding]:
    """What restores have moved aside: nobody needs it for long, and people's own words may be in it."""
    if kept.aside_late:
        yield _is("old_texts_aside", True, subject=kept.aside_late[0], count=len(kept.aside_late))
    if kept.aside_unread:
        yield _is("aside_unread", True, Severity.WARNING, kept.aside_unread[0])
    if kept.aside:
        days, names = round(kept.aside_days), " ".join(kept.aside)
        yield _is("aside", kept.aside_days > ASIDE_DAYS, Severity.WARNING, kept.aside[0], days=days, names=names)
