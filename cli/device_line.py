"""A device's line from the bench: opened with its profile's settings, listened to with limits. What an adapter gives
back of what was sent is no device's word; it is passed over and told."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from hall.profile import Profile
from hall.station.echo import Echo
from hall.station.line import Line, settings_of
from hall.station.port import airtime_s

OPEN_LIMIT_S: Final = 6.0  # a terminal server negotiates for up to three
STEP_S: Final = 0.1  # bytes that may be the beginning of an echo are held back no longer than they must


class Broke(Struct, frozen=True):
    """The port closed or does not open."""

    reason: str


class Desk:
    """A port on the desk. `heard` gives bytes as they come."""

    def __init__(self, url: str, profile: Profile) -> None:
        self._items: queue.Queue[bytes | Broke | None] = queue.Queue()
        self._settings = settings_of(profile)
        self._echo = Echo()
        self._line = Line(url, self._settings, self._items.put, self._state)

    def _state(self, is_open: bool, reason: str) -> None:
        self._items.put(None if is_open else Broke(reason))

    def open(self, limit_s: float = OPEN_LIMIT_S) -> str:
        """Open the port; why not, or empty."""
        self._line.start()
        reason = f"{limit_s:g} s"
        deadline = time.monotonic() + limit_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                item = self._items.get(timeout=left)
            except queue.Empty:
                break
            if item is None:
                return ""
            if isinstance(item, Broke):
                return item.reason
        return reason

    def write(self, data: bytes) -> bool:
        """Send; False if the port broke."""
        self._echo.sent(data, time.monotonic(), airtime_s(self._settings, len(data)))
        return self._line.write(data)

    @property
    def echoes(self) -> bool:
        """Whether something came back as it was sent."""
        return self._echo.count > 0

    def listen(self, limit_s: float, take: Callable[[bytes], bool]) -> Broke | bool:
        """Give what comes to `take` until it says that it is enough (True), the limit is over (False), or it broke."""
        deadline = time.monotonic() + limit_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                item = self._items.get(timeout=min(left, STEP_S))
            except queue.Empty:
                item = b""
            if isinstance(item, Broke):
                return item
            if item is not None and (said := self._echo.heard(item, time.monotonic())) and take(said):
                return True
        return False

    def close(self) -> None:
        """Give the port back."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
