"""The hub daemon: `python -m hub HUB.toml`."""

from __future__ import annotations

import logging
import signal
import sys
import time
from pathlib import Path

from msgspec.structs import replace

from hall.errors import CannotWrite, HallError
from hall.model import Hall, Instant
from hall.station.bus import Ears, PahoLink, Will
from hall.station.service import Stop, start_logging
from hall.station.settings import read_hall, read_hub, read_password
from hall.stationfile import ClockAnchor
from hall.topics import HUB
from hub import seals
from hub.daemon import Hub
from hub.seals import Sealed
from hub.store import Store

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
    password = read_password(settings.broker, path.parent)
    data = path.parent / settings.data
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{data}: {error}: see to its disk and its permissions") from error

    def link(ears: Ears, will: Will) -> PahoLink:
        host, port = settings.broker.host, settings.broker.port
        return PahoLink(ears, host=host, port=port, user=HUB, password=password, will=will, keep_session=True)

    def export(sealed: Sealed) -> None:
        log.info("day sealed: %s", seals.line(hall.id, sealed))
        try:
            seals.write(data, hall.id, sealed)
        except OSError as error:
            log.error("the seal of %s waits for the next start: %s", sealed.day, error)

    hub = Hub(
        hall,
        Store.open(data / "hub.db", hall.id),
        link=link,
        now=lambda: business_time(settings.clock, time.time()),
        speed=speed,
        export=export,
    )
    for sealed in seals.missing(data, hub.writer.store.seals()):
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
    hub.begin()
    try:
        while hub.turn(hub.inbox.take(hub.wait_s())):
            pass
    finally:
        hub.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
