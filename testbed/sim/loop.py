"""Simulated time: what is due happens in order, nothing waits."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

Act = Callable[[], object]


class Loop:
    """The clock of a simulation, in seconds, and what is still to happen. Only `next` and `jump` move it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Act]] = []
        self._count = 0

    def mono(self) -> float:
        """The time, as a function that daemons can be given."""
        return self.now

    def at(self, when: float, act: Act) -> None:
        """Let `act` happen at `when`; what is due at the same time happens in the order it was asked for."""
        self._count += 1
        heappush(self._due, (when, self._count, act))

    def after(self, delay_s: float, act: Act) -> None:
        """Let `act` happen `delay_s` from now."""
        self.at(self.now + delay_s, act)

    def next(self) -> bool:
        """Go to what is due first and do it; False when nothing is."""
        if not self._due:
            return False
        when, _, act = heappop(self._due)
        self.now = max(self.now, when)
        act()
        return True

    def jump(self, seconds: float) -> None:
        """The whole hall sleeps: what became due meanwhile happens late, in its order."""
        self.now += seconds
