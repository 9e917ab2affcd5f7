"""What is pressed at one device of an FF 68 line: acknowledged at once, and given on once.

The line may be shared with other devices; frames of other addresses are not ours. Nothing that was pressed is logged: a
key string may be a PIN, a value is somebody's rating.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from hall.dialects import BadFrame, ff68
from hall.dialects.ff68 import Command, Damaged, Frame

# A device that missed the ACK sends the same frame after one timeout; a hand is slower than two.
AGAIN_ACKS: Final = 2.0
ACK_WAITS_S: Final = 1.0  # an acknowledgement that has not left by then was dropped with its port

P = TypeVar("P")


class Port(Protocol):
    """Where whole frames go, one a write; hall.station's lines are some. False if one could not be sent; `left` is
    called from any thread when it has left."""

    def write(self, data: bytes, *, unacknowledged: bool = False, left: Callable[[], None] | None = None) -> bool: ...


class Presses(Generic[P]):
    """`read` gives what a frame with this command says: None is no press; it raises BadFrame for a frame that the
    device does not send. `again_s`: the same frame within so long is the same press, sent once more; counted from when
    our acknowledgement left, which a busy machine may hold back while the device says it again and again."""

    def __init__(
        self,
        port: Port,
        address: int,
        command: Command,
        *,
        read: Callable[[Frame], P | None],
        ack: Callable[[Frame], bytes],
        again_s: float,
        take: Callable[[P], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._wanted = (address, command)
        self._read = read
        self._ack = ack
        self._again_s = again_s
        self._take = take
        self._clock = clock
        self._decoder = ff68.Decoder()
        self._before: tuple[Frame, float] | None = None
        self._acknowledged: float | None = None  # when; None: not yet
        self._counting = threading.Lock()
        self._damaged = 0

    @property
    def damaged(self) -> int:
        """How many frames were damaged, of any address, or said nothing that the profile knows."""
        with self._counting:
            return self._damaged

    def count_damaged(self) -> None:
        """One more."""
        with self._counting:
            self._damaged += 1

    def feed(self, data: bytes) -> None:
        """Bytes from the line, on its thread: ours are acknowledged within the manual's 40–80 ms."""
        for heard in self._decoder.feed(data):
            if isinstance(heard, Damaged):
                self.count_damaged()
            elif (heard.addr, heard.cmd) == self._wanted:
                self._pressed(heard)

    def _pressed(self, frame: Frame) -> None:
        try:
            press = self._read(frame)
        except BadFrame:
            self.count_damaged()
            return
        if press is None:
            return
        now = self._clock()
        again = self._is_again(frame, now)
        self._before, self._acknowledged = (frame, now), None
        if not self._port.write(self._ack(frame), left=self._left):
            self._acknowledged = now
        if not again:
            self._take(press)

    def _left(self) -> None:
        self._acknowledged = self._clock()

    def _is_again(self, frame: Frame, now: float) -> bool:
        if self._before is None or self._before[0] != frame:
            return False
        heard, acknowledged = self._before[1], self._acknowledged
        since = min(now, heard + ACK_WAITS_S) if acknowledged is None else acknowledged
        return now - max(heard, since) < self._again_s
