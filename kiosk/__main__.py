"""`python -m kiosk STATION.toml`: a ticket machine, until a signal ends it."""

import sys

from hall.station.start import main
from kiosk.role import hosted

if __name__ == "__main__":
    sys.exit(main("kiosk", "A ticket machine: touch screen and printer.", hosted))
