"""What all devices on one RS-485 line share: the line with its devices, an address, presses sent until acknowledged."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import msgspec
from PIL import Image

from testbed.trouble import Fault, Trouble
from testbed.twin import Twin

SLACK_S: Final = 5.0  # a device thread may be late by this on a busy machine


class Press(msgspec.Struct, frozen=True):
    """What became of a press: `acked` False means that the device gave up after `tries` frames, or was reset.
    Monotonic seconds."""

    acked: bool
    tries: int
    sent_at: float
    ended_at: float


class Device(Protocol):
    """What a line asks of a device that hangs on it; both are called on the line's thread under its lock."""

    @property
    def addr(self) -> int: ...
    def hear(self, data: bytes, now: float) -> None: ...
    def due(self, now: float) -> float | None: ...


class DeviceLine(Twin):
    """An RS-485 line with its devices; `path` is the host's serial port. All devices hear every byte."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._devices: list[Device] = []
        self.start()

    def attach(self, device: Device) -> None:
        """Clamp a device onto the line; raises ValueError if its address is taken."""

        def clamp() -> None:
            if any(other.addr == device.addr for other in self._devices):
                raise ValueError(f"address {device.addr} is taken on this line; set the device to another")
            self._devices.append(device)

        self.do(clamp)

    def received(self, data: bytes, now: float) -> None:
        for device in self._devices:
            device.hear(data, now)

    def tick(self, now: float) -> float | None:
        times = [due for device in self._devices if (due := device.due(now)) is not None]
        return min(times, default=None)


class Clamped:
    """A device on a line of its own or of many. `trouble` is what is wrong with it."""

    def __init__(self, addr: int, line: DeviceLine | None, name: str) -> None:
        self.addr: Final = addr
        self._own_line = line is None
        self.line: Final = line or DeviceLine(name)
        self.trouble: Final = Trouble()
        self._changed = threading.Condition()  # guards what a person sees of it

    @property
    def path(self) -> str:
        """The serial port of its line."""
        return self.line.path

    def close(self) -> None:
        """Close its line, if it is alone on it."""
        if self._own_line:
            self.line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def suffer(self, fault: Fault, amount: float = 1) -> None:
        """A trouble begins; see Trouble.begin."""
        self.line.do(lambda: self.trouble.begin(fault, amount))

    def recover(self) -> None:
        """All trouble is over."""
        self.line.do(self.trouble.over)

    def picture(self) -> Image.Image:
        """The device as it looks now."""
        raise NotImplementedError

    def save_picture(self, path: Path) -> None:
        """The picture as PNG."""
        self.picture().save(path)

    # --- on the line's thread -------------------------------------------------------------------------------

    def say(self, frame: bytes) -> None:
        """Send to the host, as far as the trouble lets it through."""
        if self.line.say(frame, self.trouble):
            self.reset()

    def reset(self) -> None:
        """The device starts anew: what it showed and had to say is gone."""
        raise NotImplementedError

    def due(self, now: float) -> float | None:
        """Do what is due, and give the time to be called again."""
        del now
        return None


class _Outgoing:
    """A frame on its way."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame
        self.tries = 0
        self.first_at = 0.0
        self.due = 0.0
        self.ended: Future[Press] = Future()


class Pressed(Clamped):
    """A device with keys: what is pressed is sent until the host acknowledges, one frame after the other. With
    `is_polled` it speaks only when `answer_poll` lets it."""

    def __init__(
        self,
        addr: int,
        line: DeviceLine | None,
        name: str,
        ack_timeout_ms: int,
        retries: int,
        *,
        is_polled: bool = False,
    ) -> None:
        super().__init__(addr, line, name)
        self._ack_timeout_s = ack_timeout_ms / 1000
        self._is_polled = is_polled
        self._retries = retries
        self._outgoing: deque[_Outgoing] = deque()
        self._missing_acks = 0

    @property
    def missing_acks(self) -> int:
        """How many frames the host did not acknowledge in time."""
        with self._changed:
            return self._missing_acks

    def spoil_frames(self, count: int) -> None:
        """The next frames collide on the line: each reaches the host with a wrong byte."""
        self.suffer(Fault.WRONG, count)

    def send_until_acked(self, frame: bytes) -> Press:
        """Send a frame, and wait until the host acknowledged or the device gave up."""
        outgoing = _Outgoing(frame)
        self.line.do(lambda: self._outgoing.append(outgoing))
        patience_s = (self._retries + 1) * self._ack_timeout_s
        return outgoing.ended.result(patience_s * (1 + len(self._outgoing)) + SLACK_S)

    # --- on the line's thread -------------------------------------------------------------------------------

    @property
    def on_its_way(self) -> bytes | None:
        """The frame that was sent and waits for its acknowledgement."""
        return self._outgoing[0].frame if self._outgoing and self._outgoing[0].tries else None

    def due(self, now: float) -> float | None:
        """Send what is to be sent, and give the time at which an acknowledgement is overdue."""
        if self._is_polled:
            return None
        while self._outgoing:
            head = self._outgoing[0]
            if head.tries and now < head.due:
                return head.due
            if head.tries:
                with self._changed:
                    self._missing_acks += 1
            if head.tries > self._retries:
                self.end_press(acked=False, now=now)
                continue
            head.first_at = head.first_at or now
            head.tries += 1
            head.due = now + self._ack_timeout_s
            self.say(head.frame)
        return None

    def answer_poll(self, nothing: bytes, now: float) -> None:
        """The host asked: say what waits, again if it was not acknowledged, or `nothing`."""
        while self._outgoing and self._outgoing[0].tries > self._retries:
            self.end_press(acked=False, now=now)
        if not self._outgoing:
            self.say(nothing)
            return
        head = self._outgoing[0]
        head.first_at = head.first_at or now
        head.tries += 1
        self.say(head.frame)

    def end_press(self, *, acked: bool, now: float) -> None:
        """The frame on its way has come to an end."""
        outgoing = self._outgoing.popleft()
        outgoing.ended.set_result(Press(acked, outgoing.tries, outgoing.first_at, now))

    def reset(self) -> None:
        while self._outgoing:
            self.end_press(acked=False, now=self._outgoing[0].first_at)
