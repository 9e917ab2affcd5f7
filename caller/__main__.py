"""`python -m caller STATION.toml`: callers of windows, until a signal ends it."""

import sys

from caller.role import hosted
from hall.station.start import main

if __name__ == "__main__":
    sys.exit(main("caller", "Callers of windows: keypads, soft callers, or both.", hosted))
