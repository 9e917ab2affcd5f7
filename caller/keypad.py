"""One keypad on the FF 68 bus: acknowledges at once, gives presses, shows numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from caller.keys import press_of
from caller.values import Cells, Pressed, Signal
from hall.dialects import ff68
from hall.dialects.ff68 import Command, Frame, KeyString
from hall.profile import KeypadProfile
from hall.station.presses import AGAIN_ACKS, Port, Presses

SIGNAL_STANDS_S: Final = 2.0  # then the numbers are shown again: what covers them how long is in no manual
POLLED_AGAIN_S: Final = 1.0  # a polled one says it again when its turn comes: sixteen on a line take half a second


class Keypad:
    """`feed` belongs to the reader thread; everything else to the thread that owns the state."""

    def __init__(
        self,
        port: Port,
        profile: KeypadProfile,
        address: int,
        on_press: Callable[[Pressed], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._address = address
        self._clock = clock
        self._is_polled = profile.speaks == "polled"
        self._presses = Presses(
            port,
            address,
            Command.KEYS,
            read=self._keys,
            ack=lambda frame: ff68.encode(ff68.ack(frame)),
            again_s=POLLED_AGAIN_S if self._is_polled else AGAIN_ACKS * profile.ack_timeout_ms / 1000,
            take=lambda keys: on_press(press_of(keys, profile)),
            clock=clock,
        )
        self._cells = Cells()
        self._covered_since: float | None = None
        self._stands_until: float | None = None

    @property
    def damaged(self) -> int:
        """How many damaged frames of any address the line has brought."""
        return self._presses.damaged

    def feed(self, data: bytes) -> None:
        """Bytes from the line: our key strings are acknowledged at once."""
        self._presses.feed(data)

    def _keys(self, frame: Frame) -> KeyString | None:
        return None if self._is_polled and frame == ff68.nothing(self._address) else ff68.keys_of(frame)

    def show(self, cells: Cells) -> None:
        """Show how many wait and the ticket in hand: at once, as new numbers say “done” by themselves, but not over a
        “failed” that has not been read yet."""
        self._cells = cells
        if self._stands_until is not None and self._clock() < self._stands_until:
            return
        self._covered_since = self._stands_until = None
        shown = ff68.show(self._address, cells.waiting, cells.ticket)
        self._port.write(ff68.encode(shown), unacknowledged=True)

    def signal(self, signal: Signal) -> None:
        """Done or failed (with a beep), or a beep for attention."""
        frames = {
            Signal.DONE: (ff68.done(self._address),),
            Signal.FAILED: (ff68.failed(self._address), ff68.beep(self._address)),
            Signal.ATTENTION: (ff68.beep(self._address),),
        }[signal]
        for frame in frames:
            self._port.write(ff68.encode(frame), unacknowledged=True)
        if signal is not Signal.ATTENTION:
            self._covered_since = self._clock()
            self._stands_until = self._covered_since + SIGNAL_STANDS_S if signal is Signal.FAILED else None

    def tick(self) -> None:
        """Bring the numbers back after done or failed."""
        if self._covered_since is not None and self._clock() - self._covered_since >= SIGNAL_STANDS_S:
            self.show(self._cells)

    def reopened(self) -> None:
        """The port is open again: what the keypad shows is not known."""
        self.show(self._cells)
