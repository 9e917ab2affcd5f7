"""`python -m booking STATION.toml`: the adapter of the online booking, until a signal ends it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from booking.role import BookingRole
from hall.errors import BadFile
from hall.station.service import Station, start_logging
from hall.station.settings import read_text


def main() -> int:
    """The process' exit status: 0 stopped, 2 a mistake in a file."""
    parser = argparse.ArgumentParser(prog="booking", description="The adapter of the online booking.")
    parser.add_argument("station", type=Path, help="the station file")
    path: Path = parser.parse_args().station
    try:
        station = Station.from_file(path)
        settings = station.settings.booking
        if settings is None:
            raise BadFile((f"{path.name}: booking: missing; this station takes no bookings",))
        start_logging(station.id)
        token = read_text(path.parent / settings.token_file).strip() if settings.token_file else ""
        data = path.parent / station.settings.data
        try:
            role = BookingRole(settings, data, token)
        except OSError as error:
            raise BadFile((f"{path.name}: booking: {settings.host}:{settings.port}: {error}",)) from error
        return station.run(role)
    except BadFile as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing said before logging starts
        return 2


if __name__ == "__main__":
    sys.exit(main())
