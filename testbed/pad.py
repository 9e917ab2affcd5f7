"""Rating pads with keys on the `FF 68` bus: the host asks, somebody presses a key, the pad says its value.

VirtualPad(0x81, profile)          a pad alone on its line
line = PadLine()                   one RS-485 line …
VirtualPad(0x81, profile, line)    … and any number of pads on it
"""

import threading
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

import msgspec
from PIL import Image, ImageDraw

from hall.dialects import ff68, ff68_pad
from hall.dialects.ff68 import Command, Damaged, Frame
from hall.profile import PadProfile
from hall.station.settings import words
from testbed.fonts import font_face
from testbed.twin import Twin

MAX_HEARD: Final = 1_000  # what a pad remembers of the host
STARS: Final = 5
_SLACK_S: Final = 5.0  # a device thread may be late by this on a busy machine
_BODY, _KEY, _EDGE, _WHITE = (38, 44, 54), (236, 240, 245), (120, 132, 150), (255, 255, 255)
_LIT, _DARK, _LAMP = (255, 200, 60), (70, 76, 86), (70, 220, 110)


class Press(msgspec.Struct, frozen=True):
    """What became of a press: `acked` False means that the pad gave up after `tries` frames. Monotonic seconds."""

    acked: bool
    tries: int
    sent_at: float
    ended_at: float


class Heard(msgspec.Struct, frozen=True):
    """One thing the host told the pad at a monotonic time."""

    at: float
    what: Literal["rate", "stars", "other"]


class _Outgoing:
    """A value on its way."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.tries = 0
        self.first_at = 0.0
        self.due = 0.0
        self.ended: Future[Press] = Future()


class PadLine(Twin):
    """The RS-485 line with its pads; `path` is the host's serial port. All pads hear every byte."""

    def __init__(self) -> None:
        super().__init__("virtual-pads")
        self._pads: list[VirtualPad] = []
        self.start()

    def attach(self, pad: "VirtualPad") -> None:
        """Clamp a pad onto the line; raises ValueError if its address is taken."""

        def clamp() -> None:
            if any(other.addr == pad.addr for other in self._pads):
                raise ValueError(f"address {pad.addr} is taken on this line; set the pad to another")
            self._pads.append(pad)

        self.do(clamp)

    def received(self, data: bytes, now: float) -> None:
        for pad in self._pads:
            pad.hear(data, now)

    def tick(self, now: float) -> float | None:
        times = [due for pad in self._pads if (due := pad.due(now)) is not None]
        return min(times, default=None)


class VirtualPad:
    """A pad with its address. `asking`: its lamp invites to rate; `starred`: its five stars are lit."""

    def __init__(self, addr: int, profile: PadProfile, line: PadLine | None = None) -> None:
        self.addr: Final = addr
        self.profile: Final = profile
        self._own_line = line is None
        self.line: Final = line or PadLine()
        self._decoder = ff68.Decoder()
        self._short_acks = ff68_pad.ShortAcks(addr)
        self._outgoing: deque[_Outgoing] = deque()
        self._spoilt_frames = 0
        self._changed = threading.Condition()  # guards what follows
        self._heard: deque[Heard] = deque(maxlen=MAX_HEARD)
        self._asking = False
        self._starred = False
        self._asked = 0
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

    # --- what an applicant does -----------------------------------------------------------------------------

    def press(self, value: int) -> Press:
        """Press the key that sends `value`, and wait until the host acknowledged or the pad gave up."""
        outgoing = _Outgoing(ff68_pad.rating(self.addr, value))
        self.line.do(lambda: self._outgoing.append(outgoing))
        patience_s = (self.profile.retries + 1) * self._ack_timeout_s
        return outgoing.ended.result(patience_s * (1 + len(self._outgoing)) + _SLACK_S)

    def press_level(self, level: int) -> Press:
        """Press the key of a level; raises ValueError if this pad has none."""
        for key in self.profile.keys:
            if key.level == level:
                return self.press(key.value)
        raise ValueError(f"this pad has no key for level {level}; it has {[key.level for key in self.profile.keys]}")

    def spoil_frames(self, count: int) -> None:
        """The next frames collide on the line: each reaches the host with a wrong byte."""
        self.line.do(lambda: setattr(self, "_spoilt_frames", count))

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

    def save_picture(self, path: Path) -> None:
        """The picture as PNG."""
        self.picture().save(path)

    # --- on the line's thread -------------------------------------------------------------------------------

    def hear(self, data: bytes, now: float) -> None:
        """Bytes from the host at monotonic time `now`."""
        if self.profile.ack == "short" and self._short_acks.feed(data):
            self._acknowledged(now)
        for frame in self._decoder.feed(data):
            if not isinstance(frame, Damaged) and frame.addr == self.addr:
                self._obey(frame, now)

    def due(self, now: float) -> float | None:
        """Send what is to be sent, and give the time at which an acknowledgement is overdue."""
        while self._outgoing:
            head = self._outgoing[0]
            if head.tries and now < head.due:
                return head.due
            if head.tries > self.profile.retries:
                self._end(acked=False, now=now)
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

    def _obey(self, frame: Frame, now: float) -> None:
        if self.profile.ack == "value" and self._outgoing:
            sent = self._outgoing[0].frame
            if frame == Frame(self.addr, Command.KEYS, sent.data):
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
        if self._outgoing and self._outgoing[0].tries:
            self._end(acked=True, now=now)
            with self._changed:
                self._asking = False

    def _end(self, *, acked: bool, now: float) -> None:
        outgoing = self._outgoing.popleft()
        outgoing.ended.set_result(Press(acked, outgoing.tries, outgoing.first_at, now))


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
