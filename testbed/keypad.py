"""21-key callers on the `FF 68` bus: somebody presses keys, the keypad shows and beeps what the host says.

VirtualKeypad(3, profile)          a keypad alone on its line
line = KeypadLine()                one RS-485 line …
VirtualKeypad(3, profile, line)    … and any number of keypads on it
"""

from collections import deque
from collections.abc import Callable
from typing import Final, Literal

import msgspec
from PIL import Image, ImageDraw

from hall.dialects import BadFrame, ff68
from hall.dialects.ff68 import Cells, Damaged, Frame
from hall.profile import KeypadProfile
from testbed.clamped import DeviceLine, Press, Pressed
from testbed.fonts import font_face

MAX_HEARD: Final = 10_000  # what a keypad remembers of the host
_SURE_S: Final = 0.4  # real: a failure follows numbers by no more
_BODY, _GLASS, _KEY, _EDGE, _DIGIT = (38, 44, 54), (12, 22, 16), (236, 240, 245), (120, 132, 150), (90, 240, 130)
# The keys as the manual names them; which place each has on the board is in no source.
_LABELS: Final = (
    *("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "开始", "评价"),
    *("呼叫", "重呼", "取消", "确认", "一米线", "暂停", "转移"),
)
DARK: Final = Cells("   ", "   ")


class Heard(msgspec.Struct, frozen=True):
    """One thing the host told the keypad at a monotonic time. `cells` with "show"; "other" is a frame it
    cannot use."""

    at: float
    what: Literal["show", "done", "failed", "beep", "other"]
    cells: Cells | None
    frame: Frame


class KeypadLine(DeviceLine):
    """An RS-485 line for keypads."""

    def __init__(self) -> None:
        super().__init__("virtual-keypads")


class VirtualKeypad(Pressed):
    """A keypad with its address and keymap. `display` is what it shows now; `heard` all that the host told
    it."""

    def __init__(self, addr: int, profile: KeypadProfile, line: DeviceLine | None = None) -> None:
        polled = profile.speaks == "polled"
        super().__init__(addr, line, "virtual-keypads", profile.ack_timeout_ms, profile.retries, is_polled=polled)
        self.profile: Final = profile
        self._decoder = ff68.Decoder()
        # Guarded by the condition:
        self._heard: deque[Heard] = deque(maxlen=MAX_HEARD)
        self._taken = 0
        self._count = 0
        self._display = DARK
        self._damaged = 0
        self.line.attach(self)

    # --- what a clerk does ----------------------------------------------------------------------------------

    def press(self, digits: str, key: int) -> Press:
        """Type digits and a key, and wait until the host acknowledged or the keypad gave up."""
        if len(digits) > self.profile.max_digits:
            raise ValueError(f"{digits!r} is longer than the {self.profile.max_digits} digits of this keypad")
        return self.send_until_acked(ff68.encode(ff68.key_press(self.addr, digits, key)))

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

    def picture(self) -> Image.Image:
        """The keypad as it looks now: six cells over its keys."""
        return picture_of(self.display)

    # --- on the line's thread -------------------------------------------------------------------------------

    def hear(self, data: bytes, now: float) -> None:
        """Bytes from the host at monotonic time `now`."""
        for frame in self._decoder.feed(data):
            if isinstance(frame, Damaged):
                with self._changed:
                    self._damaged += 1
            elif frame.addr == self.addr:
                self._obey(frame, now)

    def reset(self) -> None:
        super().reset()
        self._decoder = ff68.Decoder()
        with self._changed:
            self._display = DARK

    def _obey(self, frame: Frame, now: float) -> None:
        if self.profile.speaks == "polled" and frame == ff68.poll(self.addr, self.profile.poll_command):
            self.answer_poll(ff68.encode(ff68.nothing(self.addr)), now)
            return
        if self.on_its_way == ff68.encode(frame):  # the host echoes
            self.end_press(acked=True, now=now)
            return
        heard = _meaning(frame, now)
        with self._changed:
            self._heard.append(heard)
            self._count += 1
            self._display = heard.cells or self._display
            self._changed.notify_all()


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


def picture_of(cells: Cells) -> Image.Image:
    """A keypad: three cells for who waits, three for the ticket, and its 21 keys."""
    picture = Image.new("RGB", (360, 520), _BODY)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((20, 20, 340, 120), 10, fill=_GLASS)
    for index, digit in enumerate(cells.waiting + cells.ticket):
        x = 50 + index * 46 + (24 if index > 2 else 0)
        draw.text((x, 70), digit, fill=_DIGIT, font=font_face(56), anchor="mm")
    for index, label in enumerate(_LABELS):
        x, y = 30 + index % 3 * 105, 140 + index // 3 * 53
        draw.rounded_rectangle((x, y, x + 90, y + 42), 8, fill=_KEY, outline=_EDGE, width=2)
        draw.text((x + 45, y + 21), label, fill=_BODY, font=font_face(18), anchor="mm")
    return picture
