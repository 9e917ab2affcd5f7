"""The one queue of a daemon: bytes, touches, ticks and messages arrive here in order; one thread takes them out."""

from __future__ import annotations

import queue
from collections.abc import Callable


class Inbox:
    """A bounded queue of events. `on_put` is called after each put, from the putting thread: it wakes a screen."""

    def __init__(self, bound: int = 20_000) -> None:
        self._items: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._bound = bound
        self.dropped = 0
        self.on_put: Callable[[], None] | None = None

    def put(self, event: object) -> None:
        """Add an event; above the bound it is dropped and counted, so that a flood cannot eat the memory."""
        if self._items.qsize() >= self._bound:
            self.dropped += 1
            return
        self._items.put(event)
        if self.on_put is not None:
            self.on_put()

    def take(self, timeout_s: float, most: int = 1_000) -> list[object]:
        """What has arrived, oldest first, at most `most`; waits up to `timeout_s` for the first."""
        taken: list[object] = []
        try:
            taken.append(self._items.get(timeout=timeout_s) if timeout_s > 0 else self._items.get_nowait())
            while len(taken) < most:
                taken.append(self._items.get_nowait())
        except queue.Empty:
            pass
        return taken
