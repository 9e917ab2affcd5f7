"""A role's screen as its station file tells it: the window, the robot finger on it, and the inbox that wakes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from hall.stationfile import Screen
from screen.finger import Finger
from screen.painter import Painter
from screen.window import Window


class Mailbox(Protocol):
    """The station's inbox, as a screen needs it."""

    on_put: Callable[[], None] | None

    def take(self, timeout_s: float, most: int = 1_000) -> list[object]: ...


class Glass:
    """Belongs to the main thread; closed by its role."""

    def __init__(self, wanted: Screen, beside: Path, painter: Painter, title: str, inbox: Mailbox) -> None:
        self._inbox = inbox
        self.window = Window(
            (wanted.width, wanted.height),
            painter,
            title=title,
            fullscreen=wanted.fullscreen,
            pictures=beside / wanted.pictures if wanted.pictures else None,
        )
        inbox.on_put = self.window.wake
        self._finger = Finger(beside / wanted.finger, self.window) if wanted.finger else None

    def pump(self, timeout_s: float, pressed: Callable[[float], Sequence[object]] | None = None) -> list[object]:
        """What is in the inbox and what was pressed; waits up to `timeout_s` for the first of either. `pressed`: gives
        the window's events in a role's own terms."""
        waiting = self._inbox.take(0)
        heard = (pressed or self.window.pump)(0 if waiting else timeout_s)
        return [*waiting, *heard, *self._inbox.take(0)]

    def close(self) -> None:
        """Close finger and window."""
        if self._finger is not None:
            self._finger.close()
        self._inbox.on_put = None
        self.window.close()
