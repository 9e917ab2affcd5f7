"""`python -m caller STATION.toml`: one window's caller, until a signal ends it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from caller.role import Caller
from hall.errors import BadFile
from hall.station.service import Station, start_logging
from hall.station.settings import read_station


def main() -> int:
    """The process' exit status: 0 stopped, 2 a mistake in a file."""
    parser = argparse.ArgumentParser(prog="caller", description="A window's caller: keypad, soft caller, or both.")
    parser.add_argument("station", type=Path, help="the station file")
    path: Path = parser.parse_args().station
    try:
        settings = read_station(path)
        if settings.caller is None:
            raise BadFile((f"{path.name}: caller: missing; this station has no caller",))
        start_logging(settings.id)
        role = Caller(settings.caller, settings.language, path.parent)
        return Station(settings, path.parent).run(role, role.pump if role.has_screen else None)
    except BadFile as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing said before logging starts
        return 2


if __name__ == "__main__":
    sys.exit(main())
