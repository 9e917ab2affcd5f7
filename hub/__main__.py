"""The hub daemon: `python -m hub HUB.toml`."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from hall.errors import CannotWrite, HallError
from hall.model import Hall, Instant
from hall.station.bus import Ears, Link, PahoLink, Will
from hall.station.host import Stop
from hall.station.notify import ServiceManager
from hall.station.service import start_logging
from hall.station.settings import read_hall, read_hub, read_password, tls_files
from hall.stationfile import ClockAnchor
from hall.topics import HUB
from hub import renumbering, seals
from hub.daemon import Hub
from hub.lock import lock
from hub.seals import Sealed
from hub.store import Store

STORE = "hub.db"
log = logging.getLogger("hub")


def business_time(anchor: ClockAnchor | None, wall_s: float) -> Instant:
    """Business time at a wall time, in milliseconds."""
    if anchor is None:
        return round(wall_s * 1000)
    return anchor.at + round((wall_s - anchor.wall_s) * 1000 * anchor.speed)


def paced(hall: Hall, speed: float) -> Hall:
    """The hall for a business clock of that speed: seconds that machines and fingers need stay real seconds."""
    policy = hall.policy
    policy = replace(
        policy,
        reserve_s=policy.reserve_s * speed,
        reprint_s=policy.reprint_s * speed,
        undo_s=policy.undo_s * speed,
        missed=replace(policy.missed, pause_s=policy.missed.pause_s * speed),
    )
    return replace(hall, policy=policy)


def build(path: Path) -> Hub:
    """The hub of a hub file. Raises BadFile, BadLog or CannotWrite; then nothing was started."""
    settings = read_hub(path)
    speed = settings.clock.speed if settings.clock else 1.0
    hall = paced(read_hall(path.parent / settings.hall), speed)
    password, tls = read_password(settings.broker, path.parent), tls_files(settings.broker, path.parent)
    data = path.parent / settings.data
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{data}: {error}: see to its disk and its permissions") from error
    lock(data)

    def link(ears: Ears, will: Will) -> PahoLink:
        host, port = settings.broker.host, settings.broker.port
        return PahoLink(ears, host=host, port=port, user=HUB, password=password, will=will, keep_session=True, tls=tls)

    return kept_in(data, hall, link=link, now=lambda: business_time(settings.clock, time.time()), speed=speed)


def kept_in(
    data: Path,
    hall: Hall,
    *,
    link: Callable[[Ears, Will], Link],
    now: Callable[[], Instant],
    speed: float = 1.0,
    mono: Callable[[], float] = time.monotonic,
) -> Hub:
    """The hub whose store and seals are in a directory, made if they are not there. Raises BadLog or CannotWrite."""

    def export(sealed: Sealed) -> None:
        log.info("day sealed: %s", seals.line(hall.id, sealed))
        try:
            seals.write(data, hall.id, sealed)
        except OSError as error:
            log.error("the seal of %s waits for the next start: %s", sealed.day, error)

    store = Store.open(data / STORE, hall.id)
    hub = Hub(hall, store, link=link, now=now, speed=speed, mono=mono, export=export)
    first = renumbering.asked_for(data)
    if first is not None:
        log.warning("numbers of today go on from %d: a backup was restored", first)
        hub.writer.number_from(first, lambda: (data / renumbering.FILE).unlink(missing_ok=True))
    for sealed in seals.missing(data, store.seals()):
        export(sealed)
    return hub


def main() -> int:
    """Run the hub of one file until a signal; the exit status."""
    start_logging("hub")
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m hub HUB.toml\n")
        return 2
    try:
        hub = build(Path(sys.argv[1]))
    except HallError as error:
        sys.stderr.write(f"hub: {error}\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hub.inbox.put(Stop()))
    manager = ServiceManager.of_this_process()
    hub.begin()
    manager.ready()
    try:
        while hub.turn(hub.inbox.take(hub.wait_s())):
            manager.alive(time.monotonic())
    finally:
        manager.stopping()
        hub.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
