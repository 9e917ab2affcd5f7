"""`hall station FILE`: every role of a station file in one process."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from hall.model import Role
from hall.station.host import Hosted
from hall.station.start import run_file
from hall.stationfile import StationFile

ROOMS: Final = {
    Role.KIOSK: "kiosk",
    Role.CALLER: "caller",
    Role.DISPLAY: "display",
    Role.BROADCAST: "broadcast",
    Role.EVALUATOR: "evaluator",
    Role.DESK: "guidedesk",
    Role.BOOKING: "booking",
}


def parts(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of the file, in its order. Only their rooms are imported: each brings its libraries. Raises BadFile."""
    found: list[Hosted] = []
    for role in settings.roles:
        hosted = cast("Callable[[StationFile, Path], tuple[Hosted, ...]]", import_module(f"{ROOMS[role]}.role").hosted)
        found += hosted(settings, beside)
    return tuple(found)


def station(path: Path) -> int:
    """Run it until a signal ends it; 0 stopped, 2 a mistake in the file."""
    return run_file(path, parts)
