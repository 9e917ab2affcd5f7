"""Pictures of boards as they were at some moments of a replay."""

from __future__ import annotations

import threading
from typing import Final

from cli.stage import Stage
from testbed.day import clock
from testbed.tape import BusinessClock

PICTURES_EVERY_S: Final = 5.0  # real


class Pictures:
    """Keeps some of the boards' pictures as they were at a moment: `at-093015.png` beside the present one."""

    def __init__(self, stage: Stage, clock_: BusinessClock) -> None:
        self._stage, self._clock = stage, clock_
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.wait(PICTURES_EVERY_S):
            for board in sorted(self._stage.screens.glob("*/*-board.png")):
                try:
                    made, data = board.stat().st_mtime, board.read_bytes()
                except OSError:
                    continue  # just replaced
                kept = board.with_name(f"at-{clock(self._clock.at(made)).replace(':', '')}.png")
                if not kept.exists():
                    kept.write_bytes(data)
