"""The hub as it would be without group commit: one request a transaction. `python -m tests.bench.single HUB.toml`"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from hall.station.host import Stop
from hall.station.service import start_logging
from hub.__main__ import build


def main() -> int:
    """The hub's own loop, given one event at a time."""
    start_logging("hub")
    hub = build(Path(sys.argv[1]))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hub.inbox.put(Stop()))
    hub.begin()
    try:
        while hub.turn(hub.inbox.take(hub.wait_s(), most=1)):
            pass
    finally:
        hub.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
