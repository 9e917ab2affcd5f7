"""What stands where on a replay's stage, and whether it is ready."""

from __future__ import annotations

from cli.stage import Stage
from hall.model import Hall, Matter, Role, StationId
from testbed.listener import Listener
from testbed.reconciling.whole import Places


def places(stage: Stage) -> Places:
    """What stands where on a stage."""
    hall, devices = stage.hall, stage.devices
    voices = {s.id: stage.table(s.id)["broadcast"] for s in hall.stations if Role.BROADCAST in s.roles}
    voice_of_zone = {table["zone"]: (station, len(table.get("languages", ["zh"]))) for station, table in voices.items()}
    by_window = {w.number: voice_of_zone.get(w.zone, ("", 0)) for w in hall.windows}
    boards: dict[str, str | None] = {}
    for station in hall.stations:
        table = stage.table(station.id).get("display", {})
        if table.get("screen") and "window" not in table:
            boards[station.id] = table.get("zone")
    return Places(
        kiosks=tuple(s.id for s in hall.stations if Role.KIOSK in s.roles),
        names=devices.names,
        bar_stations=devices.bar_stations,
        pad_stations=devices.pad_stations,
        zone_of={w.number: w.zone for w in hall.windows},
        voice_of={window: station for window, (station, _) in by_window.items()},
        voices=tuple(voices),
        sentences_of={w: languages * hall.policy.announce_repeats for w, (_, languages) in by_window.items()},
        boards=boards,
        classes={p.id: p.name for p in hall.policy.priorities},
        booked=hall.policy.bookings.priority,
        late=hall.policy.bookings.late_priority,
        joint={m.id: _steps(m) for m in hall.matters if m.joint is not None},
    )


def _steps(matter: Matter) -> tuple[str, ...]:
    """What a joint matter is done in: taken in by its host, its parts, and the host once more where that ends it."""
    assert matter.joint is not None
    return (matter.id, *matter.joint.parts, *((matter.id,) if matter.joint.returns else ()))


def not_ready(hall: Hall, listener: Listener) -> list[StationId]:
    """The stations that are not there, whose voice is not recorded, or whose screen or device does not work."""
    return [s.id for s in hall.stations if not _is_ready(listener, s.id, s.roles)]


def _is_ready(listener: Listener, station: StationId, roles: tuple[Role, ...]) -> bool:
    state = listener.ready(station)
    if state is None:
        return False
    needed = {Role.BROADCAST: ("voice", "speaker"), Role.KIOSK: ("printer",)}
    return all(name in state.devices and state.devices[name][0] == "ready" for r in roles for name in needed.get(r, ()))
