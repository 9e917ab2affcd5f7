"""`python -m kiosk STATION.toml`: a ticket machine, until a signal ends it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hall.errors import BadFile
from hall.station.service import Station, start_logging
from kiosk.role import KioskRole


def main() -> int:
    """The process' exit status: 0 stopped, 2 a mistake in a file."""
    parser = argparse.ArgumentParser(prog="kiosk", description="A ticket machine: touch screen and printer.")
    parser.add_argument("station", type=Path, help="the station file")
    path: Path = parser.parse_args().station
    try:
        station = Station.from_file(path)
        settings = station.settings
        if settings.kiosk is None:
            raise BadFile((f"{path.name}: kiosk: missing; this station has no kiosk",))
        start_logging(settings.id)
        role = KioskRole(settings.kiosk, settings.language, path.parent)
        return station.run(role, role.pump)
    except BadFile as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing said before logging starts
        return 2


if __name__ == "__main__":
    sys.exit(main())
