"""LED bars on a port: written when their text changes, and slowly again and again, one after the other.

A thread per port writes: a frame takes 30 ms at 9600 baud and a bar answers when it likes; the screen must not wait
for either. A bar known to be silent does not hold the others up: its reply is awaited while nobody else is due.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from hall.dialects import bars as dialects
from hall.dialects.a090 import Colour
from hall.messages import Health
from hall.model import WindowNo
from hall.profile import BarProfile

MISSES: Final = 2  # so many frames without a reply: the bar is taken for silent
RETRY_S: Final = 1.0  # after the first frame without a reply, or one that the port did not take
PORT, SILENT = "port", "silent"  # reasons

OnBytes = Callable[[bytes], None]
OnState = Callable[[bool, str], None]


class Port(Protocol):
    """hall.station's lines are some. `write` returns when the frame leaves, or false if it could not be sent."""

    def start(self) -> None: ...
    def write(self, data: bytes) -> bool: ...
    def close(self) -> None: ...


class BarSeen(Struct, frozen=True):
    """Event: the health of the bar over a window changed."""

    window: WindowNo
    health: Health
    reason: str = ""


class Wired(Struct):
    """A bar on the line: how it is reached, what it is to show, how it answers. Guarded by the line's condition."""

    window: WindowNo
    address: int
    profile: BarProfile
    frame: bytes = b""  # empty: nothing to show yet
    due: float = 0.0  # monotonic
    changed: float | None = None  # since when a text waits that was not written yet; None: the last one is repeated
    misses: int = 0
    seen: BarSeen | None = None


class BarLine:
    """The bars of one port. `show` may be called from any thread; health is told through `put`."""

    def __init__(
        self,
        bars: Sequence[Wired],
        open_port: Callable[[OnBytes, OnState], Port],
        put: Callable[[BarSeen], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bars = {bar.window: bar for bar in bars}
        self._put = put
        self._clock = clock
        kinds = {bar.profile.dialect: bar.profile for bar in bars if bar.profile.reply_timeout_ms}
        self._replies = [found for profile in kinds.values() if (found := dialects.replies(profile))]
        self._changed = threading.Condition()
        self._open = False
        self._heard = 0
        self._closing = False
        self._port = open_port(self._bytes, self._state)
        self._thread = threading.Thread(target=self._run, name="bars", daemon=True)

    def start(self) -> None:
        """Open the port; goes on trying."""
        self._port.start()
        self._thread.start()

    def show(self, window: WindowNo, text: str, colour: Colour) -> None:
        """The bar shows this text from now on; nothing is sent if it does already."""
        with self._changed:
            bar = self._bars[window]
            codec = dialects.codec(bar.profile)
            frame = codec.show(bar.address, text, colour) + codec.probe(bar.address)
            if frame != bar.frame:
                bar.frame = frame
                bar.due = 0.0
                bar.changed = self._clock() if bar.changed is None else bar.changed
                self._changed.notify_all()

    def close(self) -> None:
        """End the thread, close the port. The bars go on showing what they show."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout=2)  # before the port goes: closing it under a write makes the write break
        self._port.close()

    # --- on the port's thread ---

    def _bytes(self, data: bytes) -> None:
        with self._changed:
            self._heard += sum(replies.feed(data) for replies in self._replies)
            self._changed.notify_all()

    def _state(self, is_open: bool, _reason: str) -> None:
        with self._changed:
            self._open = is_open
            for bar in self._bars.values():
                bar.due = 0.0  # what they show after a while without us is not known
                bar.misses = 0
                if not is_open:
                    self._tell(bar, Health.LOST, PORT)
            self._changed.notify_all()

    # --- on our own ---

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                bar = self._next_due()
                if bar is None:
                    continue
                frame, heard = bar.frame, self._heard
                bar.due, bar.changed = self._clock() + bar.profile.repeat_s, None
            written = self._port.write(frame)
            with self._changed:
                self._judge(bar, frame, written, heard)

    def _next_due(self) -> Wired | None:
        """The bar to be written now, after waiting for one; None if meanwhile something else changed."""
        shown = [bar for bar in self._bars.values() if bar.frame]
        if not shown or not self._open:
            self._changed.wait()
            return None
        now = self._clock()
        due = [bar for bar in shown if bar.due <= now]
        if not due:
            self._changed.wait(min(bar.due for bar in shown) - now)
            return None
        return min(due, key=_turn)

    def _judge(self, bar: Wired, frame: bytes, written: bool, heard: int) -> None:
        until = self._clock() + _patience_s(bar.profile, frame)
        while written and bar.profile.reply_timeout_ms and self._heard == heard and not self._closing:
            now = self._clock()
            if bar.misses >= MISSES and self._is_other_due(bar, now):
                bar.due = now + RETRY_S  # asked again when it costs nobody anything
                return
            if now >= until or not self._changed.wait(until - now):
                break
        if self._closing or not self._open:
            return
        if written and (self._heard > heard or not bar.profile.reply_timeout_ms):
            bar.misses = 0
            self._tell(bar, Health.READY)
            return
        bar.misses += 1
        if bar.misses >= MISSES:
            self._tell(bar, Health.LOST, SILENT if written else PORT)
        elif bar.frame == frame:
            bar.due = self._clock() + RETRY_S

    def _is_other_due(self, bar: Wired, now: float) -> bool:
        return any(other.frame and other.due <= now for other in self._bars.values() if other is not bar)

    def _tell(self, bar: Wired, health: Health, reason: str = "") -> None:
        seen = BarSeen(bar.window, health, reason)
        if seen != bar.seen:
            bar.seen = seen
            self._put(seen)


def _turn(bar: Wired) -> tuple[bool, bool, float]:
    """Who is written first: those that answer, as a silent one costs its whole timeout; a new text before a repeat;
    who has waited longest, so that on a busy line no bar is left behind by its neighbours."""
    return bar.misses >= MISSES, bar.changed is None, bar.due if bar.changed is None else bar.changed


def _patience_s(profile: BarProfile, frame: bytes) -> float:
    """From handing a frame to the port until its reply is missed: ten bits a byte on the line, then the bar's time."""
    return len(frame) * 10 / profile.line.baud + profile.reply_timeout_ms / 1000
