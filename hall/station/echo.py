"""The echo of what was sent, taken out of what devices say.

On two wires an adapter whose receiver stays on while it sends hears itself: every byte that is written is read again.
For our drivers that would be a device that speaks: an acknowledgement of a key looks like the key. Pure; times are
monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from msgspec import Struct

ECHO_LIMIT_S: Final = 1.0  # after its last bit; USB adapters hold bytes for 16 ms, gateways on the network for more
MAX_DUE: Final = 64  # frames whose echo is awaited


class _Due(Struct, frozen=True):
    frame: bytes
    until: float


class Echo:
    """Frames come back whole and in the order in which they were sent, between frames of devices. One that does not
    (a collision spoilt it) is waited for no longer than ECHO_LIMIT_S."""

    def __init__(self) -> None:
        self.count = 0  # frames that came back
        self._due: deque[_Due] = deque(maxlen=MAX_DUE)
        self._held = b""  # may be the beginning of an echo
        self._sent_until = 0.0

    def sent(self, frame: bytes, now: float, airtime_s: float) -> None:
        """A frame is about to be handed to the port; call it before that."""
        self._sent_until = max(self._sent_until, now) + airtime_s
        if frame:
            self._due.append(_Due(frame, self._sent_until + ECHO_LIMIT_S))

    def heard(self, data: bytes, now: float) -> bytes:
        """What of these bytes, and of those held back before, a device said. Call it with none now and then."""
        stream, said = self._held + data, b""
        while (found := self._first(stream)) is not None:
            at, index = found
            said += stream[:at]
            stream = stream[at + len(self._due[index].frame) :]
            for _ in range(index + 1):
                self._due.popleft()
            self.count += 1
        while self._due and self._due[0].until < now:
            self._due.popleft()
        kept = max((_overlap(stream, due.frame) for due in self._due), default=0)
        self._held = stream[len(stream) - kept :]
        return said + stream[: len(stream) - kept]

    def _first(self, stream: bytes) -> tuple[int, int] | None:
        """Where the first echo begins, and which of those due it is."""
        places = ((stream.find(due.frame), index) for index, due in enumerate(self._due))
        return min((place for place in places if place[0] >= 0), default=None)


def _overlap(stream: bytes, frame: bytes) -> int:
    """How many bytes at the stream's end may be the beginning of the frame."""
    most = min(len(stream), len(frame) - 1)
    return next((size for size in range(most, 0, -1) if stream.endswith(frame[:size])), 0)
