"""21-key callers on the `FF 68` bus: somebody presses keys, the keypad shows and beeps what the host says.

VirtualKeypad(3, profile)          a keypad alone on its line
line = KeypadLine()                one RS-485 line …
VirtualKeypad(3, profile, line)    … and any number of keypads on it
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Final, Literal, Self

import msgspec

from hall.dialects import BadFrame, ff68
from hall.dialects.ff68 import Cells, Damaged, Frame
from hall.profile import KeypadProfile
from testbed.twin import Twin

MAX_HEARD: Final = 10_000  # what a keypad remembers of the host
_SURE_S: Final = 0.4  # real: a failure follows numbers by no more
_SLACK_S: Final = 5.0  # a device thread may be late by this on a busy machine


class Press(msgspec.Struct, frozen=True):
    """What became of a press: `acked` False means that the keypad gave up after `tries` frames. Monotonic
    seconds."""

    acked: bool
    tries: int
    sent_at: float
    ended_at: float


class Heard(msgspec.Struct, frozen=True):
    """One thing the host told the keypad at a monotonic time. `cells` with "show"; "other" is a frame it
    cannot use."""

    at: float
    what: Literal["show", "done", "failed", "beep", "other"]
    cells: Cells | None
    frame: Frame


class _Outgoing:
    """A key string on its way."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.tries = 0
        self.first_at = 0.0
        self.due = 0.0
        self.ended: Future[Press] = Future()


class KeypadLine(Twin):
    """The RS-485 line with its keypads; `path` is the host's serial port. All keypads hear every byte."""

    def __init__(self) -> None:
        super().__init__("virtual-keypads")
        self._keypads: list[VirtualKeypad] = []
        self.start()

    def attach(self, keypad: "VirtualKeypad") -> None:
        """Clamp a keypad onto the line; raises ValueError if its address is taken."""

        def clamp() -> None:
            if any(other.addr == keypad.addr for other in self._keypads):
                raise ValueError(f"address {keypad.addr} is taken on this line; set the keypad to another")
            self._keypads.append(keypad)

        self.do(clamp)

    def received(self, data: bytes, now: float) -> None:
        for keypad in self._keypads:
            keypad.hear(data, now)

    def tick(self, now: float) -> float | None:
        times = [due for keypad in self._keypads if (due := keypad.due(now)) is not None]
        return min(times, default=None)


class VirtualKeypad:
    """A keypad with its address and keymap. `display` is what it shows now; `heard` all that the host told
    it."""

    def __init__(self, addr: int, profile: KeypadProfile, line: KeypadLine | None = None) -> None:
        self.addr: Final = addr
        self.profile: Final = profile
        self._own_line = line is None
        self.line: Final = line or KeypadLine()
        self._decoder = ff68.Decoder()
        self._outgoing: deque[_Outgoing] = deque()
        self._spoilt_frames = 0
        self._changed = threading.Condition()  # guards what follows
        self._heard: deque[Heard] = deque(maxlen=MAX_HEARD)
        self._taken = 0
        self._count = 0
        self._display = Cells("   ", "   ")
        self._missing_acks = 0
        self._damaged = 0
        self.line.attach(self)

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

    # --- what a clerk does ----------------------------------------------------------------------------------

    def press(self, digits: str, key: int) -> Press:
        """Type digits and a key, and wait until the host acknowledged or the keypad gave up."""
        if len(digits) > self.profile.max_digits:
            raise ValueError(f"{digits!r} is longer than the {self.profile.max_digits} digits of this keypad")
        outgoing = _Outgoing(ff68.key_press(self.addr, digits, key))
        self.line.do(lambda: self._outgoing.append(outgoing))
        patience_s = (self.profile.retries + 1) * self._ack_timeout_s
        return outgoing.ended.result(patience_s * (1 + len(self._outgoing)) + _SLACK_S)

    def act(self, digits: str, key: int, patience_s: float = 6.0) -> bool:
        """Press, and look and listen as a clerk does: whether the host did it. New numbers say so as well as “done”,
        unless they were on their way before and a failure follows."""
        self.overlook()
        if not self.press(digits, key).acked:
            return False
        answered = False
        try:
            answer = self.wait_for(lambda h: h.what in ("done", "failed", "show"), patience_s, "an answer")
            while answer.what == "show":
                answered = True
                answer = self.wait_for(lambda h: h.what in ("done", "failed", "show"), _SURE_S, "a failure")
        except TimeoutError:
            return answered
        return answer.what == "done"

    def spoil_frames(self, count: int) -> None:
        """The next frames collide on the line: each reaches the host with a wrong byte."""
        self.line.do(lambda: setattr(self, "_spoilt_frames", count))

    # --- what a clerk sees and hears ------------------------------------------------------------------------

    @property
    def display(self) -> Cells:
        """The six cells as they are now."""
        with self._changed:
            return self._display

    @property
    def heard(self) -> list[Heard]:
        """Everything the host told this keypad."""
        with self._changed:
            return list(self._heard)

    @property
    def missing_acks(self) -> int:
        """How many frames the host did not acknowledge in time."""
        with self._changed:
            return self._missing_acks

    @property
    def damaged(self) -> int:
        """How many damaged frames this keypad heard on the line."""
        with self._changed:
            return self._damaged

    def wait_for(self, wanted: Callable[[Heard], bool], timeout_s: float, what: str = "it") -> Heard:
        """The next thing heard that is wanted; it and all before it are taken. TimeoutError if it does not
        come."""
        found: list[Heard] = []

        def there() -> bool:
            while self._taken < self._count:
                index = len(self._heard) - (self._count - self._taken)
                self._taken += 1
                if index >= 0 and wanted(self._heard[index]):
                    found.append(self._heard[index])
                    return True
            return False

        with self._changed:
            if not self._changed.wait_for(there, timeout_s):
                raise TimeoutError(f"keypad {self.addr} did not hear {what} in {timeout_s} s; it shows {self._display}")
        return found[0]

    def overlook(self) -> None:
        """What was heard so far is taken: `wait_for` gives only what comes from now on."""
        with self._changed:
            self._taken = self._count

    def wait_for_ticket(self, ticket: str, timeout_s: float) -> Heard:
        """Wait until the ticket's digits stand in the right cells, as "023"."""
        wanted = ticket.rjust(3)
        return self.wait_for(lambda h: h.cells is not None and h.cells.ticket == wanted, timeout_s, f"ticket {ticket}")

    def wait_for_waiting(self, waiting: int, timeout_s: float) -> Heard:
        """Wait until the number of people waiting stands in the left cells."""
        wanted = str(waiting).rjust(3)
        return self.wait_for(
            lambda h: h.cells is not None and h.cells.waiting == wanted, timeout_s, f"{waiting} waiting"
        )

    def wait_for_outcome(self, outcome: Literal["done", "failed"], timeout_s: float) -> Heard:
        """Wait until the host says done or failed."""
        return self.wait_for(lambda h: h.what == outcome, timeout_s, outcome)

    def wait_for_beep(self, timeout_s: float) -> Heard:
        """Wait for a beep."""
        return self.wait_for(lambda h: h.what == "beep", timeout_s, "a beep")

    # --- on the line's thread -------------------------------------------------------------------------------

    def hear(self, data: bytes, now: float) -> None:
        """Bytes from the host at monotonic time `now`."""
        for frame in self._decoder.feed(data):
            if isinstance(frame, Damaged):
                with self._changed:
                    self._damaged += 1
            elif frame.addr == self.addr:
                self._obey(frame, now)

    def due(self, now: float) -> float | None:
        """Send what is to be sent, and give the time at which an acknowledgement is overdue."""
        if self.profile.speaks == "polled":
            return None
        while self._outgoing:
            head = self._outgoing[0]
            if head.tries and now < head.due:
                return head.due
            if head.tries:
                with self._changed:
                    self._missing_acks += 1
            if head.tries > self.profile.retries:
                self._end(head, acked=False, now=now)
                continue
            head.first_at = head.first_at or now
            head.tries += 1
            head.due = now + self._ack_timeout_s
            self._send(head.frame)
        return None

    @property
    def _ack_timeout_s(self) -> float:
        return self.profile.ack_timeout_ms / 1000

    def _send(self, frame: Frame) -> None:
        data = bytearray(ff68.encode(frame))
        if self._spoilt_frames:
            self._spoilt_frames -= 1
            data[5] ^= 0x55
        self.line.send(bytes(data))

    def _polled(self, now: float) -> None:
        """Answer the host with the key string that waits; one that it did not acknowledge is said again."""
        while self._outgoing and self._outgoing[0].tries > self.profile.retries:
            self._end(self._outgoing[0], acked=False, now=now)
        if not self._outgoing:
            self._send(ff68.nothing(self.addr))
            return
        head = self._outgoing[0]
        head.first_at = head.first_at or now
        head.tries += 1
        self._send(head.frame)

    def _obey(self, frame: Frame, now: float) -> None:
        if self.profile.speaks == "polled" and frame == ff68.poll(self.addr, self.profile.poll_command):
            self._polled(now)
            return
        if self._outgoing and self._outgoing[0].tries and frame == ff68.ack(self._outgoing[0].frame):
            self._end(self._outgoing[0], acked=True, now=now)
            return
        heard = _meaning(frame, now)
        with self._changed:
            self._heard.append(heard)
            self._count += 1
            self._display = heard.cells or self._display
            self._changed.notify_all()

    def _end(self, outgoing: _Outgoing, *, acked: bool, now: float) -> None:
        self._outgoing.popleft()
        outgoing.ended.set_result(Press(acked, outgoing.tries, outgoing.first_at, now))


def _meaning(frame: Frame, now: float) -> Heard:
    if frame == ff68.beep(frame.addr):
        return Heard(now, "beep", None, frame)
    try:
        shown = ff68.shown_by(frame)
    except BadFrame:
        return Heard(now, "other", None, frame)
    if isinstance(shown, Cells):
        return Heard(now, "show", shown, frame)
    return Heard(now, "done" if shown else "failed", None, frame)
