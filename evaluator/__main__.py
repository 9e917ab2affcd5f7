"""`python -m evaluator STATION.toml`: one window's evaluator, until a signal ends it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evaluator.role import Evaluator
from hall.errors import BadFile
from hall.station.service import Station, start_logging


def main() -> int:
    """The process' exit status: 0 stopped, 2 a mistake in a file."""
    parser = argparse.ArgumentParser(
        prog="evaluator", description="A window's evaluator: pad with keys, pad with a screen, or both."
    )
    parser.add_argument("station", type=Path, help="the station file")
    path: Path = parser.parse_args().station
    try:
        station = Station.from_file(path)
        evaluator = station.settings.evaluator
        if evaluator is None:
            raise BadFile((f"{path.name}: evaluator: missing; this station has no evaluator",))
        start_logging(station.id)
        role = Evaluator(evaluator, station.settings.language, path.parent)
        return station.run(role, role.pump if role.has_screen else None)
    except BadFile as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing said before logging starts
        return 2


if __name__ == "__main__":
    sys.exit(main())
