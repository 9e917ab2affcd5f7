"""The thread of a virtual device. The device's state is touched by one at a time: its thread, or who holds
its lock."""

import contextlib
import heapq
import itertools
import os
import select
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TypeVar

from testbed.pty import Pty
from testbed.trouble import Trouble

T = TypeVar("T")

CLOSE_LIMIT_S: Final = 5.0


class Twin:
    """A device on a PTY. A model fills in `received` and `tick`, which run on the thread under the lock;
    everything that comes from elsewhere goes through `do`."""

    def __init__(self, name: str) -> None:
        self._pty = Pty()
        self.reading = True  # False leaves the host's bytes in the cable
        self._lock = threading.RLock()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._stopping = False
        self._pulled = threading.Event()
        self._pull = False
        self._later: list[tuple[float, int, bytes]] = []  # a heap: when, in which order, what
        self._sayings = itertools.count()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def path(self) -> str:
        """The host's serial port; another one after `replug`."""
        return self._pty.path

    def received(self, data: bytes, now: float) -> None:
        """Bytes arrived at monotonic time `now`."""
        raise NotImplementedError

    def tick(self, now: float) -> float | None:
        """Do what is due, and give the monotonic time to be called again at the latest (None: only after
        bytes)."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to live; the model calls it when its state is complete."""
        self._thread.start()

    def send(self, data: bytes) -> bool:
        """Send to the host, holding the lock; False if the cable is out or the host does not read."""
        return self._pty.plugged and not self._pull and self._pty.write(data)

    def say(self, data: bytes, trouble: Trouble) -> bool:
        """Send what the trouble leaves of it, holding the lock; True if the device starts anew after it."""
        pieces, reset = trouble.spoil(data)
        for wait_s, piece in pieces:
            if wait_s:
                heapq.heappush(self._later, (time.monotonic() + wait_s, next(self._sayings), piece))
            else:
                self.send(piece)
        return reset

    def do(self, order: Callable[[], T]) -> T:
        """Run `order` on the device's state and let the device act on it; gives back its result."""
        if not self._thread.is_alive():
            raise RuntimeError(f"{self._thread.name} is closed; make a new one")
        with self._lock:
            result = order()
        self._wake()
        return result

    def unplug(self) -> None:
        """Pull the cable; the device lives on without it. Returns when the host's end is dead."""
        self.do(self.pull)
        if not self._pulled.wait(CLOSE_LIMIT_S):
            raise TimeoutError(f"{self._thread.name} is stuck: the cable was not pulled within {CLOSE_LIMIT_S} s")

    def replug(self) -> None:
        """Put the cable in again: a new port, as a USB adapter gets one."""

        def plug() -> None:
            self._pty.close()
            self._pty = Pty()
            self._pull = False
            self._pulled.clear()

        self.do(plug)

    def pull(self) -> None:
        """Pull the cable, holding the lock, and do not wait for it."""
        self._pull = True

    def close(self) -> None:
        """Stop the thread and free the PTY; closing twice is allowed."""
        if self._stopping:
            return
        self._stopping = True
        self._wake()
        self._thread.join(CLOSE_LIMIT_S)
        if self._thread.is_alive():
            raise TimeoutError(f"{self._thread.name} did not stop within {CLOSE_LIMIT_S} s")
        os.close(self._wake_read)
        os.close(self._wake_write)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # the pipe is full: the thread is about to wake anyway
            os.write(self._wake_write, b"!")

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._pty.close()

    def _tick(self, now: float) -> float | None:
        due = self.tick(now)
        while self._later and self._later[0][0] <= now:
            self.send(heapq.heappop(self._later)[2])
        if not self._later:
            return due
        return self._later[0][0] if due is None else min(due, self._later[0][0])

    def _turn(self) -> None:
        with self._lock:
            # First what has come: a device is not late for it because its thread was.
            if self._pty.plugged and self.reading and (data := self._pty.read()):
                self.received(data, time.monotonic())
            due = self._tick(time.monotonic())
            if self._pull and self._pty.plugged:
                self._pty.unplug()
                self._pulled.set()
            listening = [self._pty.master] if self._pty.plugged and self.reading else []
        wait_s = None if due is None else max(0.0, due - time.monotonic())
        ready, _, _ = select.select([self._wake_read, *listening], [], [], wait_s)
        if self._wake_read in ready:
            os.read(self._wake_read, 4096)
