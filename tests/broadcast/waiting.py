"""Waiting for what other threads tell, with a limit."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Heard(Generic[T]):
    """A place to put events; `next` waits for one."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[T] = queue.SimpleQueue()
        self.all: list[T] = []

    def __call__(self, event: T) -> None:
        self._events.put(event)

    def next(self, limit_s: float) -> T:
        """The next event. Raises queue.Empty after the limit."""
        event = self._events.get(timeout=limit_s)
        self.all.append(event)
        return event

    def until(self, true: Callable[[], bool], limit_s: float) -> None:
        """Wait for something that no event tells. Raises TimeoutError."""
        wait_until(true, limit_s)


def wait_until(true: Callable[[], bool], limit_s: float) -> None:
    """Wait for something that no event tells. Raises TimeoutError."""
    end, pause = time.monotonic() + limit_s, threading.Event()
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not in {limit_s} s")
        pause.wait(0.02)
