"""One who hears everything that goes through the broker, and writes down what screens and voices are told.

Listener.window(3)      what window 3 is doing, as last told
DIR/told/board.jsonl    {"t": business seconds, "topic": …, "body": {…}}: every retained state of a board
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from hall.errors import BadMessage
from hall.messages import Life, OpenState, StationState, WindowState, decode
from hall.model import StationId, WindowNo
from hall.station.bus import Arrived, Bus, Connected, Disconnected, Ears, PahoLink
from hall.topics import BOARD, CAPTION, OPEN, ROOT, SAY, STATE, WINDOW, Tree
from testbed.tape import Tape

LOOK_S: Final = 0.25


class Listener:
    """Started on entering the hall, ended with it. What it knows may be asked from any thread."""

    def __init__(self, hall: str, port: int, user: str, password: str, tape: Tape) -> None:
        self._tree = Tree(hall)
        self._tape = tape
        self._changed = threading.Condition()  # guards what follows
        self._windows: dict[WindowNo, WindowState] = {}
        self._opening: OpenState | None = None
        self._lives: dict[StationId, StationState] = {}
        self._here = False

        def link(ears: Ears) -> PahoLink:
            return PahoLink(ears, host="127.0.0.1", port=port, user=user, password=password)

        self._bus = Bus(link, self._heard, [f"{ROOT}/{hall}/#"])

    def start(self) -> None:
        """Connect; goes on trying."""
        self._bus.start()

    def close(self) -> None:
        """Hang up."""
        self._bus.stop()

    # --- what it knows ---

    def window(self, number: WindowNo) -> WindowState | None:
        """The window as last told; None while the broker is away."""
        with self._changed:
            return self._windows.get(number) if self._here else None

    @property
    def opening(self) -> str:
        """Why no tickets are given out, as last told; empty while they are."""
        with self._changed:
            return "" if self._opening is None or self._opening.taking else self._opening.reason

    def ready(self, station: StationId) -> StationState | None:
        """A station's own state, as last told."""
        with self._changed:
            found = self._lives.get(station)
        return found if found is not None and found.life is Life.READY else None

    def wait(self, there: Callable[[], bool], limit_s: float) -> bool:
        """Until it is so, looked at whenever something was told; False after the limit."""
        limit = time.monotonic() + limit_s
        while not there():
            left = limit - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                self._changed.wait(min(left, LOOK_S))
        return True

    # --- on the bus' thread ---

    def _heard(self, event: object) -> None:
        if isinstance(event, Connected | Disconnected):
            with self._changed:
                self._here = isinstance(event, Connected)
                self._changed.notify_all()
        elif isinstance(event, Arrived):
            self._bus.ack(event.token)
            if event.payload:
                with contextlib.suppress(BadMessage):
                    self._arrived(event)

    def _arrived(self, event: Arrived) -> None:
        topic, subject = self._tree.read(event.topic)
        if topic in (BOARD, OPEN, SAY, CAPTION):
            row = {"t": round(self._tape.clock(), 3), "topic": event.topic, "body": _json(event.payload)}
            self._tape.write(topic.name, json.dumps(row, ensure_ascii=False) + "\n")
        with self._changed:
            if topic is WINDOW:
                state = decode(event.payload, WindowState)
                self._windows[state.window] = state
            elif topic is OPEN:
                self._opening = decode(event.payload, OpenState)
            elif topic is STATE:
                self._lives[subject] = decode(event.payload, StationState)
            self._changed.notify_all()


def _json(payload: bytes) -> Any:
    return json.loads(payload)
