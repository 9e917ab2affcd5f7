"""Rating pads with keys on the `FF 68` bus: the host asks, somebody presses a key, the pad says its value.

VirtualPad(0x81, profile)          a pad alone on its line
line = PadLine()                   one RS-485 line …
VirtualPad(0x81, profile, line)    … and any number of pads on it
"""

from collections import deque
from typing import Final, Literal

import msgspec
from PIL import Image, ImageDraw

from hall.dialects import ff68, ff68_pad
from hall.dialects.ff68 import Command, Damaged, Frame
from hall.profile import PadProfile
from hall.station.settings import words
from testbed.clamped import DeviceLine, Press, Pressed
from testbed.fonts import font_face

MAX_HEARD: Final = 1_000  # what a pad remembers of the host
STARS: Final = 5
_VALUE_AT: Final = 7  # of a rating's frame
_BODY, _KEY, _EDGE, _WHITE = (38, 44, 54), (236, 240, 245), (120, 132, 150), (255, 255, 255)
_LIT, _DARK, _LAMP = (255, 200, 60), (70, 76, 86), (70, 220, 110)


class Heard(msgspec.Struct, frozen=True):
    """One thing the host told the pad at a monotonic time."""

    at: float
    what: Literal["rate", "stars", "other"]


class PadLine(DeviceLine):
    """An RS-485 line for pads."""

    def __init__(self) -> None:
        super().__init__("virtual-pads")


class VirtualPad(Pressed):
    """A pad with its address. `asking`: its lamp invites to rate; `starred`: its five stars are lit."""

    def __init__(self, addr: int, profile: PadProfile, line: DeviceLine | None = None) -> None:
        super().__init__(addr, line, "virtual-pads", profile.ack_timeout_ms, profile.retries)
        self.profile: Final = profile
        self._decoder = ff68.Decoder()
        self._short_acks = ff68_pad.ShortAcks(addr)
        # Guarded by the condition:
        self._heard: deque[Heard] = deque(maxlen=MAX_HEARD)
        self._asking = False
        self._starred = False
        self._asked = 0
        self.line.attach(self)

    # --- what an applicant does -----------------------------------------------------------------------------

    def press(self, value: int) -> Press:
        """Press the key that sends `value`, and wait until the host acknowledged or the pad gave up."""
        return self.send_until_acked(ff68.encode(ff68_pad.rating(self.addr, value)))

    def press_level(self, level: int) -> Press:
        """Press the key of a level; raises ValueError if this pad has none."""
        for key in self.profile.keys:
            if key.level == level:
                return self.press(key.value)
        raise ValueError(f"this pad has no key for level {level}; it has {[key.level for key in self.profile.keys]}")

    # --- what an applicant sees -----------------------------------------------------------------------------

    @property
    def asking(self) -> bool:
        """Whether the lamp invites to rate."""
        with self._changed:
            return self._asking

    @property
    def starred(self) -> bool:
        """Whether the five stars are lit."""
        with self._changed:
            return self._starred

    @property
    def heard(self) -> list[Heard]:
        """Everything the host told this pad; acknowledgements are not among it."""
        with self._changed:
            return list(self._heard)

    def wait_until_asked(self, times: int, timeout_s: float) -> None:
        """Wait until the host has asked that often since the pad was made; TimeoutError if it does not."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._asked >= times, timeout_s):
                raise TimeoutError(f"pad {self.addr:02X} was asked {self._asked} times in {timeout_s} s, not {times}")

    def picture(self) -> Image.Image:
        """The pad as it looks now."""
        with self._changed:
            return picture_of(self.profile, self._asking, self._starred)

    # --- on the line's thread -------------------------------------------------------------------------------

    def hear(self, data: bytes, now: float) -> None:
        """Bytes from the host at monotonic time `now`."""
        if self.profile.ack == "short" and self._short_acks.feed(data):
            self._acknowledged(now)
        for frame in self._decoder.feed(data):
            if not isinstance(frame, Damaged) and frame.addr == self.addr:
                self._obey(frame, now)

    def reset(self) -> None:
        super().reset()
        self._decoder = ff68.Decoder()
        with self._changed:
            self._asking = self._starred = False

    def _obey(self, frame: Frame, now: float) -> None:
        if self.profile.ack == "value" and self.on_its_way is not None:
            value = self.on_its_way[_VALUE_AT : _VALUE_AT + 1]
            if frame == Frame(self.addr, Command.KEYS, value):
                self._acknowledged(now)
                return
        asked, starred = frame == ff68.start_rating(self.addr), frame == ff68_pad.stars(self.addr)
        with self._changed:
            self._heard.append(Heard(now, "rate" if asked else "stars" if starred else "other"))
            self._asked += asked
            self._asking = self._asking or asked
            self._starred = self._starred or starred
            self._changed.notify_all()

    def _acknowledged(self, now: float) -> None:
        if self.on_its_way is not None:
            self.end_press(acked=True, now=now)
            with self._changed:
                self._asking = False


def picture_of(profile: PadProfile, asking: bool, starred: bool) -> Image.Image:
    """A pad: a lamp with the invitation, a row of stars, and a key for each level it has."""
    width, height = 150 * len(profile.keys) + 30, 330
    picture = Image.new("RGB", (width, height), _BODY)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((30, 34, 62, 66), fill=_LAMP if asking else _DARK)
    invitation, names = words("evaluator")("prompt.please_rate"), words("ratings")
    draw.text((80, 50), invitation, fill=_WHITE if asking else _EDGE, font=font_face(30), anchor="lm")
    for star in range(STARS):
        x = width // 2 + (star - STARS // 2) * 70
        draw.text((x, 128), "★", fill=_LIT if starred else _DARK, font=font_face(56), anchor="mm")
    for index, key in enumerate(sorted(profile.keys, key=lambda k: -k.level)):
        x = 30 + 150 * index
        draw.rounded_rectangle((x, 200, x + 120, 290), 16, fill=_KEY, outline=_EDGE, width=3)
        draw.text((x + 60, 245), names(f"level.{key.level}"), fill=_BODY, font=font_face(24), anchor="mm")
    return picture
