"""`python -m broadcast STATION.toml`: the voice of a zone, until a signal ends it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from broadcast.role import BroadcastRole
from hall.errors import BadFile
from hall.station.service import Station, start_logging


def main() -> int:
    """The process' exit status: 0 stopped, 2 a mistake in a file."""
    parser = argparse.ArgumentParser(prog="broadcast", description="The voice of a zone.")
    parser.add_argument("station", type=Path, help="the station file")
    path: Path = parser.parse_args().station
    try:
        station = Station.from_file(path)
        settings = station.settings
        if settings.broadcast is None:
            raise BadFile((f"{path.name}: broadcast: missing; this station has no voice",))
        start_logging(settings.id)
        return station.run(BroadcastRole(settings.broadcast, path.parent))
    except BadFile as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing said before logging starts
        return 2


if __name__ == "__main__":
    sys.exit(main())
