"""One rating pad with keys on the FF 68 bus: asks when told, gives levels.

No source tells how a question is taken back: a key pressed too late is acknowledged, and the flow passes over it. Nor
does any source have a pad acknowledge a question, so it is sent once, and once more when the port comes back or another
device of the line was heard speaking into it: sent again blindly, it would be spoken again to one who is just choosing.
A question lost in silence ends as 未评价 after `wait_s`, as one that nobody answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from evaluator.values import LevelPressed
from hall.dialects import ff68, ff68_pad
from hall.dialects.ff68 import Command
from hall.profile import PadProfile
from hall.station.presses import AGAIN_ACKS, Port, Presses


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
        self._presses = Presses(
            port,
            address,
            Command.RATING,
            read=ff68.value_of,
            ack=lambda frame: ff68_pad.ack(frame, profile.ack),
            again_s=AGAIN_ACKS * profile.ack_timeout_ms / 1000,
            take=self._value,
            clock=clock,
        )

    @property
    def damaged(self) -> int:
        """How many frames were damaged, of any address, or were no rating this profile knows."""
        return self._presses.damaged

    def ask(self) -> None:
        """Start a rating."""
        self._port.write(ff68.encode(ff68.start_rating(self._address)), unacknowledged=True)

    def feed(self, data: bytes) -> None:
        """Bytes from the line: our ratings are acknowledged at once."""
        self._presses.feed(data)

    def _value(self, value: int) -> None:
        level = self._profile.level(value)
        if level is None:
            self._presses.count_damaged()
        else:
            self._on_level(LevelPressed(level, final=True))
