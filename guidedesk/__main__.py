"""`python -m guidedesk STATION.toml`: a guide desk, until a signal ends it."""

import sys

from guidedesk.role import hosted
from hall.station.start import main

if __name__ == "__main__":
    sys.exit(main("guidedesk", "A guide desk: tickets, alerts, emergencies.", hosted))
