"""One headless station as a process that may be killed: `python -m tests.soak.station STATION.toml TRANSCRIPT SEED`.

On SIGTERM it asks for nothing new, and ends once nothing of it is in flight.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from hall.station.service import start_logging
from tests.crash.load import LoadStation
from tests.soak.transcript import Writing


def main() -> int:
    """The exit status."""
    file, transcript, seed = sys.argv[1:]
    start_logging(Path(file).stem)
    station = LoadStation(Path(file), int(seed))
    signal.signal(signal.SIGTERM, lambda *_: setattr(station.work, "stopping", True))
    station.witness = Writing(Path(transcript))  # its first line says that a signal is heard now
    station.run(station.quiet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
