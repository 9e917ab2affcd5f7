"""`python -m broadcast STATION.toml`: the voice of a zone, until a signal ends it."""

import sys

from broadcast.role import hosted
from hall.station.start import main

if __name__ == "__main__":
    sys.exit(main("broadcast", "The voice of a zone.", hosted))
