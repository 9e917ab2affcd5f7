"""`hall device capture`: everything that arrives on a port, with its time: what a profile cites as “captured”.

One JSON object a line. The first names the profile, the day and the line's settings; then `s` (seconds since the
start), `bytes` in hex, and `frames`, what they say by the profile's dialect.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from cli.device_frames import frames_of, hex_of
from cli.device_line import Broke, Desk
from hall.errors import HallError
from hall.profile import Profile
from hall.station.settings import words

STEP_S = 0.25


class NoPort(HallError, OSError):
    """The port does not open, or broke."""


def capture_line(name: str, profile: Profile, port: str, out: Path, seconds: float | None, language: str = "zh") -> int:
    """Capture until the seconds are over or somebody ends it; the exit code. Raises NoPort."""
    say = words("device", language)
    with Desk(port, profile) as desk:
        if reason := desk.open():  # before the file: an earlier capture must not go for a port that is not there
            raise NoPort(say("check.no_port", reason=reason if port in reason else f"{port}: {reason}"))
        with out.open("w", buffering=1, encoding="utf-8") as file, _ends() as ended:
            print(say("capture.listening", port=port), flush=True)
            capture = _Capture(name, profile, file.write)
            capture.listen(desk, seconds, ended)
    told = {**capture.counts, "seconds": f"{capture.elapsed_s:.1f}", "file": out}
    print(say("capture.written", **told))
    if capture.broke:
        raise NoPort(say("check.broke", reason=capture.broke))
    return 0


class _Capture:
    def __init__(self, name: str, profile: Profile, write: Any) -> None:
        self._frames = frames_of(profile)
        self._write = write
        self._began = time.monotonic()
        self.counts = {"frames": 0, "damaged": 0, "bytes": 0}
        self.broke = ""
        line = msgspec.to_builtins(profile.line)
        self._put(
            {
                "profile": name,
                "dialect": profile.dialect,
                "line": line,
                "day": f"{datetime.now().astimezone():%Y-%m-%d}",
            }
        )

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def listen(self, desk: Desk, seconds: float | None, ended: threading.Event) -> None:
        while not ended.is_set() and not self.broke:
            left = STEP_S if seconds is None else min(STEP_S, seconds - self.elapsed_s)
            if left <= 0:
                return
            outcome = desk.listen(left, self._take)
            if isinstance(outcome, Broke):
                self.broke = outcome.reason

    def _take(self, data: bytes) -> bool:
        rows = self._frames.feed(data)
        self._put({"s": round(self.elapsed_s, 4), "bytes": hex_of(data), "frames": rows})
        self.counts["frames"] += len(rows)
        self.counts["damaged"] += sum(not row["ok"] for row in rows)
        self.counts["bytes"] += len(data)
        for row in rows:
            print(msgspec.json.encode(row).decode(), flush=True)
        return False

    def _put(self, row: dict[str, Any]) -> None:
        self._write(msgspec.json.encode(row).decode() + "\n")


@contextmanager
def _ends() -> Iterator[threading.Event]:
    """An event that Ctrl-C or a polite kill sets, so that the file is whole."""
    ended = threading.Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
