"""`python -m booking STATION.toml`: the adapter of the online booking, until a signal ends it."""

import sys

from booking.role import hosted
from hall.station.start import main

if __name__ == "__main__":
    sys.exit(main("booking", "The adapter of the online booking.", hosted))
