"""LED bars and number boards of any dialect: they light what the host says, answer, and can lose their power.

VirtualBar(1, profile)             a bar alone on its line
line = BarLine()                   one RS-485 line …
VirtualBar(1, profile, line)       … and any number of bars on it
"""

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec
from PIL import Image, ImageDraw

from hall.dialects import BadFrame, Damaged, a090, bars
from hall.dialects.a090 import Colour, Command, Lit
from hall.dialects.bars import Asks, Lights
from hall.profile import BarProfile
from testbed.clamped import Clamped, DeviceLine
from testbed.fonts import font_face, is_wide

MAX_HEARD: Final = 10_000  # what a bar remembers of the host
DOTS: Final = 16  # of a Hanzi, both ways; a letter or digit is half as wide
PITCH: Final = 8  # pixels from dot to dot in a picture
_INK: Final = 110  # grey above which a dot is lit
_DARK: Final = (34, 20, 20)
_BODY: Final = (10, 10, 12)
_RGB: Final = {Colour.RED: (255, 54, 40), Colour.GREEN: (60, 232, 90), Colour.YELLOW: (255, 196, 40)}


class Heard(msgspec.Struct, frozen=True):
    """A text the host sent at a monotonic time."""

    at: float
    lit: tuple[Lit, ...]

    @property
    def text(self) -> str:
        """The text as lit, without the dark cells around it."""
        return "".join(char for char, _ in self.lit).strip()


class BarLine(DeviceLine):
    """An RS-485 line for bars."""

    def __init__(self) -> None:
        super().__init__("virtual-bars")


class VirtualBar(Clamped):
    """A bar with its address and width. `text` is what it shows now; `heard` all texts that reached it."""

    def __init__(self, addr: int, profile: BarProfile, line: DeviceLine | None = None) -> None:
        super().__init__(addr, line, "virtual-bars")
        self.profile: Final = profile
        self._codec = bars.codec(profile)
        self._decoder = self._codec.decoder()
        # Guarded by the condition:
        self._powered = True
        self._answers = profile.reply_timeout_ms > 0
        self._lit: tuple[Lit, ...] = ()
        self._heard: deque[Heard] = deque(maxlen=MAX_HEARD)
        self._bad_frames = 0
        self._overlong = 0
        self.line.attach(self)

    # --- what happens to it ---------------------------------------------------------------------------------

    def lose_power(self) -> None:
        """Dark and deaf; what it showed is forgotten."""
        with self._changed:
            self._powered = False
            self._lit = ()
            self._changed.notify_all()

    def get_power(self) -> None:
        """On again, dark until the host says something."""
        with self._changed:
            self._powered = True
            self._decoder = self._codec.decoder()

    def fall_silent(self) -> None:
        """Its transmitter breaks: it shows what it hears and answers no more."""
        with self._changed:
            self._answers = False

    # --- what people see ------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The text shown, without the dark cells around it."""
        return "".join(char for char, _ in self.lit).strip()

    @property
    def lit(self) -> tuple[Lit, ...]:
        """Every cell shown, with its colour; a cell that does not fit into the width is not shown."""
        with self._changed:
            return self._fitting(self._lit)

    @property
    def heard(self) -> list[Heard]:
        """Every text the host sent."""
        with self._changed:
            return list(self._heard)

    @property
    def bad_frames(self) -> int:
        """How many damaged or meaningless frames came by."""
        with self._changed:
            return self._bad_frames

    @property
    def overlong(self) -> int:
        """How many texts were wider than the bar."""
        with self._changed:
            return self._overlong

    def wait_for(self, text: str, timeout_s: float) -> None:
        """Wait until this text is shown; TimeoutError with what is shown if it does not come."""
        shown = ""

        def there() -> bool:
            nonlocal shown
            shown = "".join(char for char, _ in self._fitting(self._lit)).strip()
            return shown == text

        self._wait(there, timeout_s, lambda: f"{text!r}; it shows {shown!r}")

    def wait_for_frames(self, count: int, timeout_s: float) -> None:
        """Wait until that many texts have come since it was made."""
        self._wait(lambda: len(self._heard) >= count, timeout_s, lambda: f"{count} frames; it heard {len(self._heard)}")

    def _wait(self, wanted: Callable[[], bool], timeout_s: float, what: Callable[[], str]) -> None:
        with self._changed:
            if not self._changed.wait_for(wanted, timeout_s):
                raise TimeoutError(f"bar {self.addr} did not come to {what()} in {timeout_s} s")

    def picture(self) -> Image.Image:
        """The bar as it looks now, dot by dot."""
        return picture_of(self.lit, self.profile.digits or self.profile.columns)

    # --- on the line's thread -------------------------------------------------------------------------------

    def hear(self, data: bytes, now: float) -> None:
        """Bytes from the host at monotonic time `now`."""
        with self._changed:
            if not self._powered:
                return
            for frame in self._decoder.feed(data):
                self._take(frame, now)
            self._changed.notify_all()

    def _take(self, frame: bars.Frame | Damaged, now: float) -> None:
        if isinstance(frame, a090.Frame) and frame.cmd != Command.SHOW:
            return  # stored texts: this bar has none
        try:
            meant = None if isinstance(frame, Damaged) else self._codec.meaning(frame)
        except BadFrame:
            meant = None
        if meant is None:
            self._bad_frames += 1
        elif meant.addr == self.addr:
            self._obey(meant, now)

    def _obey(self, meant: Lights | Asks, now: float) -> None:
        if isinstance(meant, Lights):
            self._lit = meant.lit
            self._heard.append(Heard(now, meant.lit))
            self._overlong += len(self._fitting(meant.lit)) < len(meant.lit)
        # An aabb bar answers only when it is asked.
        if self._answers and (isinstance(meant, Asks) or self.profile.dialect == "a090"):
            self.say(self._codec.reply(self.addr))

    def reset(self) -> None:
        with self._changed:
            self._lit = ()
            self._decoder = self._codec.decoder()
            self._changed.notify_all()

    def _fitting(self, lit: tuple[Lit, ...]) -> tuple[Lit, ...]:
        used = 0
        for index, (char, _) in enumerate(lit):
            used += 2 if is_wide(char) else 1
            if used > (self.profile.digits or self.profile.columns):
                return lit[:index]
        return lit


def picture_of(lit: tuple[Lit, ...], columns: int) -> Image.Image:
    """What an LED matrix of `columns` half cells looks like with these characters."""
    margin = 2 * PITCH
    wide = columns * DOTS // 2
    picture = Image.new("RGB", (wide * PITCH + 2 * margin, DOTS * PITCH + 2 * margin), _BODY)
    draw = ImageDraw.Draw(picture)
    colours = dict[tuple[int, int], tuple[int, int, int]]()
    x = 0
    for char, colour in lit:
        dots = _dots(char)
        for dy in range(DOTS):
            for dx in range(dots.width):
                if dots.getpixel((dx, dy)):
                    colours[x + dx, dy] = _RGB[colour]
        x += dots.width
    radius = PITCH * 0.4
    for dot_x in range(wide):
        for dot_y in range(DOTS):
            cx, cy = margin + (dot_x + 0.5) * PITCH, margin + (dot_y + 0.5) * PITCH
            fill = colours.get((dot_x, dot_y), _DARK)
            draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=fill)
    return picture


@lru_cache(maxsize=1024)
def _dots(char: str) -> Image.Image:
    """16 × 16 dots of a Hanzi, 8 × 16 of anything else."""
    cell = Image.new("L", (DOTS if is_wide(char) else DOTS // 2, DOTS), 0)
    ImageDraw.Draw(cell).text((cell.width / 2, 14), char, fill=255, font=font_face(DOTS, mono=True), anchor="ms")
    return cell.point(lambda grey: 255 if grey > _INK else 0)
