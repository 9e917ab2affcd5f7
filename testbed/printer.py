"""A ticket printer on a PTY: paper, cover, cutter and honesty of a real one, with the slips as pictures.

Bytes go three ways: all are kept; questions in real time are answered at once; the rest waits in the receive
buffer and is printed in order while the printer can. What it cannot print waits: after paper is loaded it
goes on where it stopped. What happens to a slip after the knife is `testbed.printer_mouth`.
"""

import queue
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

from hall.dialects.escpos_status import Question
from hall.profile import PrinterProfile
from testbed.escpos_commands import Command
from testbed.escpos_picture import CUTS, Paper
from testbed.printer_buffer import ReceiveBuffer
from testbed.printer_mouth import Mouth, Slip
from testbed.printer_says import Condition, answer, by_itself
from testbed.trouble import Fault, Trouble
from testbed.twin import Twin

BUFFER_BYTES: Final = 1 << 20  # commands waiting beyond this stay in the cable: the host's writes block
MAX_KEPT: Final = 10_000  # pieces of received bytes that are remembered
MAX_PRINTED: Final = 8 << 20  # bytes; a host that never cuts gets its paper torn off here
_LATE_S: Final = 0.05  # the print head does not make up for more than this
_GS_R: Final = b"\x1dr"
_GS_A: Final = b"\x1da"
_GS_E: Final = b"\x1de"


class VirtualPrinter(Twin):
    """An ESC/POS printer; `path` is its serial port, `tap` hears its wire. Use it as a context manager, or close it."""

    def __init__(
        self,
        profile: PrinterProfile | None = None,
        *,
        width_dots: int | None = None,
        bytes_per_s: float | None = None,
        png_dir: Path | None = None,
        tap: Callable[[bool, bytes], None] = lambda _to_device, _data: None,
    ) -> None:
        super().__init__("virtual-printer")
        self._width = width_dots or (profile.width_dots if profile else 576)
        self._fixed_bits = profile.fixed_bits if profile else True
        self._in_order = profile.in_order_status if profile else True
        self._says_full = profile is None or profile.status == "full"
        self._may_tell = profile is None or profile.auto_status
        self._cutter = profile is None or profile.cut != "none"
        self.trouble: Final = Trouble()
        self._bytes_per_s = bytes_per_s
        self._tap = tap
        self._kept: deque[tuple[float, bytes]] = deque(maxlen=MAX_KEPT)
        self._mouth = Mouth(presents=profile is not None and profile.presenter is not None, png_dir=png_dir)
        self._paper = True
        self._near_end = False
        self._cover_open = False
        self._jammed = False
        self._silent = False
        self._power = True
        self._auto = False  # says by itself what changes: GS a
        self._said = b""  # by itself, the last time
        self._left: int | None = None  # bytes until the paper ends
        self._plans: list[tuple[Callable[[Command], bool], Callable[[], None]]] = []
        self._free_at = 0.0  # monotonic time at which the print head has finished what it was given
        self._buffer = ReceiveBuffer()
        self._printed = bytearray()  # since the last cut
        self._roll = Paper(self._width)
        self._whole = True
        self.start()

    # --- what a person can do to it -------------------------------------------------------------------------

    def run_out_of_paper(self) -> None:
        """The roll ends now."""
        self.do(self._end_paper)

    def run_out_after(self, count: int) -> None:
        """The roll ends after `count` more bytes are printed; a command that does not fit whole is not
        printed."""
        self.do(lambda: setattr(self, "_left", count))

    def load_paper(self) -> None:
        """A new roll: printing goes on with what waits in the buffer."""

        def load() -> None:
            self._paper, self._near_end, self._left = True, False, None

        self.do(load)

    def near_end(self) -> None:
        """The sensor sees little paper left; it still prints."""
        self.do(lambda: setattr(self, "_near_end", True))

    def open_cover(self) -> None:
        """Printing stops until the cover is closed."""

        def lift() -> None:
            self._cover_open = True
            self._spoil()

        self.do(lift)

    def close_cover(self) -> None:
        """Printing goes on."""
        self.do(lambda: setattr(self, "_cover_open", False))

    def jam_cutter(self) -> None:
        """The cutter is stuck: the printer stops and is offline until somebody frees it."""
        self.do(lambda: setattr(self, "_jammed", True))

    def free_cutter(self) -> None:
        """Somebody cleared the cutter."""
        self.do(lambda: setattr(self, "_jammed", False))

    def tear_off(self) -> None:
        """Somebody tears the paper off: on a printer without cutter the only way to a slip."""
        self.do(self._part)

    def fall_silent(self) -> None:
        """The wire back to the host breaks: it prints, but answers nothing."""
        self.do(lambda: setattr(self, "_silent", True))

    def speak(self) -> None:
        """The wire back is whole again; what was asked meanwhile stays unanswered."""
        self.do(lambda: setattr(self, "_silent", False))

    def power_off(self) -> None:
        """Off: bytes go nowhere, the receive buffer is lost, half a slip stays in the mouth."""

        def off() -> None:
            self._power = False
            self._forget()

        self.do(off)

    def power_on(self) -> None:
        """On again, with empty buffers and default styles."""

        def on() -> None:
            self._power = True
            self._roll.reset()

        self.do(on)

    def suffer(self, fault: Fault, amount: float = 1) -> None:
        """Something is wrong with what it says from now on; see Trouble.begin."""
        self.do(lambda: self.trouble.begin(fault, amount))

    def recover(self) -> None:
        """What it says arrives as meant again."""
        self.do(self.trouble.over)

    def before_byte(self, count: int, happens: Callable[[], None]) -> None:
        """When `count` bytes of a slip are printed, this happens, on the printer's thread."""
        self._plan(lambda command: len(self._printed) + len(command.raw) > count, happens)

    def before_cut(self, happens: Callable[[], None]) -> None:
        """This happens when the whole slip is printed, before the knife moves."""
        self._plan(lambda command: command.code in CUTS, happens)

    def before_answer(self, happens: Callable[[], None]) -> None:
        """This happens when the slip is printed and cut, before the question in order is answered."""
        self._plan(lambda command: command.code == _GS_R, happens)

    def _plan(self, when: Callable[[Command], bool], happens: Callable[[], None]) -> None:
        self.do(lambda: self._plans.append((when, happens)))

    # --- what a test can see --------------------------------------------------------------------------------

    def received_bytes(self) -> list[tuple[float, bytes]]:
        """All bytes that arrived, in the pieces they came in, with monotonic seconds."""
        return self.do(lambda: list(self._kept))

    def waiting_bytes(self) -> int:
        """Bytes in the receive buffer that are not printed yet."""
        return self.do(lambda: self._buffer.size)

    @property
    def retracted(self) -> list[Slip]:
        """The slips that the presenter took back."""
        return self.do(lambda: list(self._mouth.retracted))

    def condition(self) -> dict[str, bool | int]:
        """What somebody who looks at it sees."""

        def look() -> dict[str, bool | int]:
            return {
                "power": self._power,
                "paper": self._paper,
                "near_end": self._near_end,
                "cover_open": self._cover_open,
                "cutter_stuck": self._jammed,
                "slip_in_mouth": self._mouth.is_full,
                "tells_changes": self._auto,
                "slips": self._mouth.count,
                "bytes_waiting": self._buffer.size,
            }

        return self.do(look)

    def picture(self) -> Image.Image:
        """The paper since the last cut, as it looks now."""
        return self.do(self._roll.seen)

    def next_slip(self, timeout_s: float) -> Slip:
        """Take the next slip that was cut; raises TimeoutError if none falls out in time."""
        try:
            slip = self._mouth.slips.get(timeout=timeout_s)
        except queue.Empty:
            raise TimeoutError(f"no slip was cut within {timeout_s} s; {self.do(self._describe)}") from None
        self.do(self._mouth.taken)
        return slip

    def _describe(self) -> str:
        faults = {"no paper": not self._paper, "cover open": self._cover_open, "cutter stuck": self._jammed}
        told = ", ".join(fault for fault, there in faults.items() if there) or "nothing wrong"
        return f"{told}, {self._buffer.size} bytes wait, {len(self._printed)} bytes printed since the last cut"

    # --- its thread -----------------------------------------------------------------------------------------

    def received(self, data: bytes, now: float) -> None:
        self._kept.append((now, data))
        self._tap(True, data)
        if not self._power:
            return
        for byte in data:
            asked = self._buffer.feed(byte)  # an answer may start the printer anew, with an empty buffer
            if asked is not None and (asked != Question.FULL or self._says_full):
                self._answer(answer(Question(asked), self._now()))

    def tick(self, now: float) -> float | None:
        due = self._go_on(now)
        self._say_changes()
        return due

    def _go_on(self, now: float) -> float | None:
        """Print what waits, as far as it can; when to go on."""
        while self._buffer and self._can_print():
            if self._bytes_per_s and now < self._free_at:
                return self._free_at
            if self._happens(self._buffer.head):
                continue
            size = len(self._buffer.head.raw)
            if self._left is not None and size > self._left:
                self._end_paper()
                break
            command = self._buffer.take()
            if self._left is not None:
                self._left -= size
            if self._bytes_per_s:
                self._free_at = max(self._free_at, now - _LATE_S) + size / self._bytes_per_s
            self._print(command)
        self.reading = self._buffer.size < BUFFER_BYTES
        return None

    def _happens(self, command: Command) -> bool:
        """Let one thing happen that was planned for the moment before this command."""
        for plan in self._plans:
            if plan[0](command):
                self._plans.remove(plan)
                plan[1]()
                return True
        return False

    def _print(self, command: Command) -> None:
        if command.code == _GS_A:
            self._auto, self._said = self._may_tell and command.data != b"\0", b""
            return
        if command.code == _GS_E:
            self._mouth.obey(command.raw)
        if command.code == _GS_R and command.data in (b"\x01", b"1"):
            if self._in_order:
                self._answer(answer(Question.IN_ORDER, self._now()))
            return
        self._printed += command.raw
        self._roll.run(command)
        if (command.code in CUTS and self._cutter) or len(self._printed) > MAX_PRINTED:
            self._part()

    def _part(self) -> None:
        """What is on the paper becomes a slip."""
        data, seen = bytes(self._printed), self._roll.tear()
        self._printed.clear()
        self._mouth.put(Slip(data, "\n".join(seen.lines), seen.image, self._whole, time.monotonic(), seen.unknown))
        self._whole = True

    def _forget(self) -> None:
        """Without power, or started anew: buffers and settings are gone."""
        self._buffer = ReceiveBuffer()
        self._auto, self._said = False, b""
        self._spoil()

    def _can_print(self) -> bool:
        return self._power and self._paper and not self._cover_open and not self._jammed

    def _end_paper(self) -> None:
        self._paper, self._near_end, self._left = False, True, None
        self._spoil()

    def _spoil(self) -> None:
        if self._printed:
            self._whole = False

    # --- its answers ----------------------------------------------------------------------------------------

    def send(self, data: bytes) -> bool:
        """As every twin; what went out is heard on the wire."""
        sent = super().send(data)
        if sent:
            self._tap(False, data)
        return sent

    def _answer(self, data: bytes) -> None:
        if not self._silent and self.say(data, self.trouble):
            self._forget()
            self._roll.reset()

    def _say_changes(self) -> None:
        """By itself, what is not as it was when it was last said."""
        if self._auto and self._power and (now := by_itself(self._now())) != self._said:
            self._said = now
            self._answer(now)

    def _now(self) -> Condition:
        return Condition(
            can_print=self._can_print(),
            paper=self._paper,
            near_end=self._near_end,
            cover_open=self._cover_open,
            jammed=self._jammed,
            in_mouth=self._mouth.is_full,
            fixed_bits=self._fixed_bits,
        )
