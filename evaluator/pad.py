"""One rating pad with keys on the FF 68 bus: asks when told, acknowledges at once, gives levels.

The line may be shared with keypads, bars and other pads; frames of other addresses are not ours. What was pressed is
logged nowhere. No source tells how a question is taken back: a key pressed too late is acknowledged, and the flow
passes over it. Nor does any source have a pad acknowledge a question, so it is sent once (and once more when the port
comes back): sent again blindly, it would be spoken again to one who is just choosing. A question lost on the wire ends
as 未评价 after `wait_s`, as one that nobody answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from evaluator.values import LevelPressed
from hall.dialects import BadFrame, ff68, ff68_pad
from hall.dialects.ff68 import Command, Damaged, Frame
from hall.profile import PadProfile

AGAIN_ACKS: Final = 2.0  # a pad that missed the ACK sends the same frame after one timeout; a hand is slower than two


class Port(Protocol):
    """Where bytes go; hall.station.line.Line is one. False if they could not be sent."""

    def write(self, data: bytes) -> bool: ...


class Pad:
    """`feed` belongs to the reader thread, `ask` to the thread that owns the state."""

    def __init__(
        self,
        port: Port,
        profile: PadProfile,
        address: int,
        on_level: Callable[[LevelPressed], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._profile = profile
        self._address = address
        self._on_level = on_level
        self._clock = clock
        self._decoder = ff68.Decoder()
        self._before: tuple[Frame, float] | None = None
        self._counting = threading.Lock()
        self._damaged = 0

    @property
    def damaged(self) -> int:
        """How many frames were damaged, of any address, or were no rating this profile knows."""
        with self._counting:
            return self._damaged

    def ask(self) -> None:
        """Start a rating."""
        self._port.write(ff68.encode(ff68.start_rating(self._address)))

    def feed(self, data: bytes) -> None:
        """Bytes from the line."""
        for heard in self._decoder.feed(data):
            if isinstance(heard, Damaged):
                self._count()
            elif heard.addr == self._address and heard.cmd == Command.RATING:
                self._rating(heard)

    def _rating(self, frame: Frame) -> None:
        try:
            level = self._profile.level(ff68.value_of(frame))
        except BadFrame:
            self._count()
            return
        self._port.write(ff68_pad.ack(frame, self._profile.ack))
        now = self._clock()
        before, self._before = self._before, (frame, now)
        retry_s = AGAIN_ACKS * self._profile.ack_timeout_ms / 1000
        if before is not None and before[0] == frame and now - before[1] < retry_s:
            return  # our ACK was lost: the same press once more
        if level is None:
            self._count()
        else:
            self._on_level(LevelPressed(level, final=True))

    def _count(self) -> None:
        with self._counting:
            self._damaged += 1
