"""`python -m guidedesk STATION.toml`: a guide desk, until a signal ends it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from guidedesk.role import GuideDeskRole
from hall.errors import BadFile
from hall.station.service import Station, start_logging


def main() -> int:
    """The process' exit status: 0 stopped, 2 a mistake in a file."""
    parser = argparse.ArgumentParser(prog="guidedesk", description="A guide desk: tickets, alerts, emergencies.")
    parser.add_argument("station", type=Path, help="the station file")
    path: Path = parser.parse_args().station
    try:
        station = Station.from_file(path)
        desk = station.settings.desk
        if desk is None:
            raise BadFile((f"{path.name}: desk: missing; this station has no guide desk",))
        start_logging(station.id)
        role = GuideDeskRole(desk, station.settings.language, path.parent)
        return station.run(role, role.pump)
    except BadFile as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing said before logging starts
        return 2


if __name__ == "__main__":
    sys.exit(main())
