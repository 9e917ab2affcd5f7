"""What went over the wires of a run, as files: DIR/<device>.jsonl, a line for every piece of bytes.

    {"t": 34215.25, "dir": "to", "hex": "1b40…"}

`t` is business time in seconds since local midnight, `dir` is "to" or "from" the device.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

DAY_S = 86_400


class BusinessClock:
    """Business time of a run whose clock runs `speed` times as fast as this machine's."""

    def __init__(self, at_ms: int, offset_s: int, speed: float, wall_s: float | None = None) -> None:
        self.at_ms, self.speed = at_ms, speed
        self.wall_s = time.time() if wall_s is None else wall_s
        self._offset_s = offset_s

    def at(self, wall_s: float) -> float:
        """Seconds since local midnight of the day it was set to."""
        midnight = (self.at_ms / 1000 + self._offset_s) // DAY_S * DAY_S
        return self.at_ms / 1000 + self._offset_s - midnight + (wall_s - self.wall_s) * self.speed

    def now(self) -> float:
        """Seconds since local midnight, now."""
        return self.at(time.time())

    def seconds(self, instant_ms: int) -> float:
        """An instant of the log as seconds since local midnight of that day."""
        midnight = (self.at_ms / 1000 + self._offset_s) // DAY_S * DAY_S
        return instant_ms / 1000 + self._offset_s - midnight


class Tape:
    """Writes down what is heard; may be told from any thread."""

    def __init__(self, directory: Path, clock: Callable[[], float]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self.clock = clock
        self._lock = threading.Lock()
        self._files: dict[str, TextIO] = {}

    def hear(self, device: str, to_device: bool, data: bytes) -> None:
        """Bytes to or from a device."""
        way = "to" if to_device else "from"
        self.write(device, f'{{"t": {self.clock():.3f}, "dir": "{way}", "hex": "{data.hex()}"}}\n')

    def write(self, name: str, line: str) -> None:
        """A line of a file of its own."""
        with self._lock:
            file = self._files.get(name)
            if file is None:
                file = (self._directory / f"{name}.jsonl").open("a", encoding="utf-8")
                self._files[name] = file
            file.write(line)

    def close(self) -> None:
        """All is on disk."""
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()

    def flush(self) -> None:
        """What was heard so far can be read."""
        with self._lock:
            for file in self._files.values():
                file.flush()
