"""`python -m display STATION.toml`: a board, bars, or both, until a signal ends it."""

import sys

from display.role import hosted
from hall.station.start import main

if __name__ == "__main__":
    sys.exit(main("display", "A board of a hall, zone or window; LED bars; or both.", hosted))
