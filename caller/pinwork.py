"""The worker that stretches PINs: memory-hard work off the thread that owns the state."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from caller.secret import Secret
from caller.values import Stretch, Stretched
from hall.pin import BadPin, client_key


class PinWorker:
    """One thread; `on_done` is called from it once for every PIN given."""

    def __init__(self, on_done: Callable[[Stretched], None]) -> None:
        self._on_done = on_done
        self._given: queue.SimpleQueue[Stretch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="pin", daemon=True)
        self._thread.start()

    def give(self, stretch: Stretch) -> None:
        """Work on it; the flow gives one at a time."""
        self._given.put(stretch)

    def close(self) -> None:
        """End after the PIN in hand."""
        self._given.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while (stretch := self._given.get()) is not None:
            badge = stretch.badge
            try:
                key = Secret(client_key(stretch.pin.reveal(), stretch.salt))
            except (BadPin, ValueError, MemoryError):  # a salt of a cost this machine cannot pay
                self._on_done(Stretched(badge, None))
            else:
                self._on_done(Stretched(badge, key))
            del stretch
