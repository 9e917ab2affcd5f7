"""Starting a station: what every `python -m ROLE STATION.toml` has in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hall.errors import BadFile
from hall.station.host import Hosted
from hall.station.service import Station, start_logging
from hall.station.together import together
from hall.stationfile import StationFile

Parts = Callable[[StationFile, Path], Sequence[Hosted]]


def main(prog: str, description: str, parts: Parts) -> int:
    """Run the station file named on the command line; the process' exit status: 0 stopped, 2 a mistake in a file.
    `parts(settings, directory)` gives the roles of the file that this program runs."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("station", type=Path, help="the station file")
    return run_file(parser.parse_args().station, parts)


def run_file(path: Path, parts: Parts) -> int:
    """Run a station file until a signal ends it; 0 stopped, 2 a mistake in a file."""
    try:
        station = Station.from_file(path)
        found = parts(station.settings, path.parent)
        if not found:
            raise BadFile((f"{path.name}: roles: this program runs none of {', '.join(station.settings.roles)}",))
        whole = together(found)
        start_logging(station.id)
        return station.run(whole.role, whole.pump)
    except BadFile as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing said before logging starts
        return 2
