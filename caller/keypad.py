"""One keypad on the FF 68 bus: acknowledges at once, gives presses, shows numbers.

The line may be shared with other keypads, pads and bars; frames of other addresses are not ours. Nothing that
was typed is logged: a key string may be a PIN.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from caller.keys import press_of
from caller.values import Cells, Pressed, Signal
from hall.dialects import BadFrame, ff68
from hall.dialects.ff68 import Command, Damaged, Frame
from hall.profile import KeypadProfile

SIGNAL_STANDS_S: Final = 2.0  # then the numbers are shown again: what covers them how long is in no manual
AGAIN_ACKS: Final = (
    2.0  # a keypad that missed the ACK sends the same frame after one timeout; a hand is slower than two
)
POLLED_AGAIN_S: Final = 1.0  # a polled one says it again when its turn comes: sixteen on a line take half a second


class Port(Protocol):
    """Where whole frames go, one a write; hall.station's lines are some. False if one could not be sent."""

    def write(self, data: bytes) -> bool: ...


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
        self._profile = profile
        self._address = address
        self._on_press = on_press
        self._clock = clock
        self._decoder = ff68.Decoder()
        self._before: tuple[Frame, float] | None = None
        self._cells = Cells()
        self._covered_since: float | None = None
        self._stands_until: float | None = None
        self._counting = threading.Lock()
        self._damaged = 0

    @property
    def damaged(self) -> int:
        """How many damaged frames of any address the line has brought."""
        with self._counting:
            return self._damaged

    def feed(self, data: bytes) -> None:
        """Bytes from the line: our key strings are acknowledged at once, within the manual's 40–80 ms."""
        for heard in self._decoder.feed(data):
            if isinstance(heard, Damaged):
                with self._counting:
                    self._damaged += 1
            elif heard.addr == self._address and heard.cmd == Command.KEYS:
                self._keys(heard)

    def _keys(self, frame: Frame) -> None:
        is_polled = self._profile.speaks == "polled"
        if is_polled and frame == ff68.nothing(self._address):
            return
        try:
            keys = ff68.keys_of(frame)
        except BadFrame:
            with self._counting:
                self._damaged += 1
            return
        self._port.write(ff68.encode(ff68.ack(frame)))
        now = self._clock()
        before, self._before = self._before, (frame, now)
        retry_s = POLLED_AGAIN_S if is_polled else AGAIN_ACKS * self._profile.ack_timeout_ms / 1000
        if before is not None and before[0] == frame and now - before[1] < retry_s:
            return  # our ACK was lost: the same press once more
        self._on_press(press_of(keys, self._profile))

    def show(self, cells: Cells) -> None:
        """Show how many wait and the ticket in hand: at once, as new numbers say “done” by themselves, but not over a
        “failed” that has not been read yet."""
        self._cells = cells
        if self._stands_until is not None and self._clock() < self._stands_until:
            return
        self._covered_since = self._stands_until = None
        self._port.write(ff68.encode(ff68.show(self._address, cells.waiting, cells.ticket)))

    def signal(self, signal: Signal) -> None:
        """Done or failed (with a beep), or a beep for attention."""
        frames = {
            Signal.DONE: (ff68.done(self._address),),
            Signal.FAILED: (ff68.failed(self._address), ff68.beep(self._address)),
            Signal.ATTENTION: (ff68.beep(self._address),),
        }[signal]
        for frame in frames:
            self._port.write(ff68.encode(frame))
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
