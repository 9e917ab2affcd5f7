"""Every dialect of bars and number boards under one roof: what a role, a twin or the bench needs of any of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

import msgspec

from hall.dialects import Damaged, a090, aabb, number4
from hall.dialects.a090 import Colour, Lit
from hall.profile import BarProfile

_TICKET: Final = re.compile("[A-Z]+([0-9]+)")  # in a wording that may name windows and minutes, too
_SURE_DIGITS: Final = 4  # number4 counts to 65535: of five digits not all can be shown


class Lights(msgspec.Struct, frozen=True):
    """The host told a bar to show this, character by character with its colour."""

    addr: int
    lit: tuple[Lit, ...]

    @property
    def text(self) -> str:
        """What a person reads, with the dark cells around it."""
        return "".join(char for char, _ in self.lit)


class Asks(msgspec.Struct, frozen=True):
    """The host asked a bar whether it is there."""

    addr: int


Frame: TypeAlias = a090.Frame | aabb.Text | aabb.Probe | number4.Frame


class Decoder(Protocol):
    """Finds the host's frames in a stream."""

    def feed(self, data: bytes) -> Sequence[Frame | Damaged]: ...
    def end(self) -> Sequence[Damaged]: ...


class Codec(Protocol):
    """One dialect, as a profile wants it."""

    def show(self, addr: int, text: str, colour: Colour) -> bytes:
        """Host → bar: this text. Raises BadFrame."""

    def probe(self, addr: int) -> bytes:
        """Host → bar: are you there? Empty if a text is answered by itself, or nothing is."""

    def decoder(self) -> Decoder:
        """A fresh decoder of the host's frames."""

    def meaning(self, frame: Frame) -> Lights | Asks:
        """What a frame tells the bar; raises BadFrame if it tells nothing."""

    def reply(self, addr: int) -> bytes:
        """Bar → host: heard; empty if the dialect has none."""


def codec(profile: BarProfile) -> Codec:
    """The dialect of a bar's profile."""
    if profile.dialect == "number4":
        return _Number4(profile)
    return _A090() if profile.dialect == "a090" else _Aabb(profile)


def check_of(profile: BarProfile) -> aabb.Check:
    """How an aabb bar checks its frames."""
    if profile.dialect == "aabb-xor":
        return "xor"
    return "sum with end" if profile.sum_counts_end else "sum"


def shown_of(profile: BarProfile, text: str) -> str:
    """What a bar of this profile shows of a text. A board of digits has no letters: of a wording it shows the ticket's
    number, its last digits if it has more than the board; 0 if there is no ticket in it."""
    if profile.digits is None:
        return text
    ticket = _TICKET.search(text)
    number = ticket[1] if ticket else text.strip() if text.strip().isdecimal() else "0"
    shown = int(number[-profile.digits :])
    return str(shown if shown <= number4.MAX_NUMBER else int(number[-_SURE_DIGITS:]))


class Replies:
    """Counts replies in a stream, however it is cut into pieces. What a bar replies has no header: only who waits for
    one just then should believe it."""

    def __init__(self, reply_end: bytes) -> None:
        self._wanted = reply_end
        self._tail = b""

    def feed(self, data: bytes) -> int:
        """How many replies these bytes complete."""
        stream = self._tail + data
        count = stream.count(self._wanted)
        kept = len(self._wanted) - 1
        self._tail = stream[-kept:] if kept and not stream.endswith(self._wanted) else b""
        return count


def replies(profile: BarProfile) -> Replies | None:
    """A counter of what bars of this profile reply; None if they never do."""
    if not profile.reply_timeout_ms:
        return None
    return Replies(a090.REPLY_END if profile.dialect == "a090" else aabb.alive())


class _A090:
    def show(self, addr: int, text: str, colour: Colour) -> bytes:
        return a090.encode(a090.show(addr, text, colour))

    def probe(self, addr: int) -> bytes:
        del addr
        return b""

    def decoder(self) -> Decoder:
        return a090.Decoder()

    def meaning(self, frame: Frame) -> Lights | Asks:
        assert isinstance(frame, a090.Frame)
        return Lights(frame.addr, a090.lit_by(frame))

    def reply(self, addr: int) -> bytes:
        return a090.reply(addr)


class _Aabb:
    """One colour for the whole text, the profile's: what the byte means differs from bar to bar."""

    def __init__(self, profile: BarProfile) -> None:
        assert profile.look is not None  # a rule of profiles
        self._look = profile.look
        self._check = check_of(profile)
        self._asks = profile.reply_timeout_ms > 0

    def show(self, addr: int, text: str, colour: Colour) -> bytes:
        del colour
        return aabb.encode(aabb.show(addr, text, self._look), self._check)

    def probe(self, addr: int) -> bytes:
        return aabb.encode(aabb.Probe(addr), self._check) if self._asks else b""

    def decoder(self) -> Decoder:
        return aabb.Decoder(self._check)

    def meaning(self, frame: Frame) -> Lights | Asks:
        if isinstance(frame, aabb.Probe):
            return Asks(frame.addr)
        assert isinstance(frame, aabb.Text)
        colour = Colour(frame.look.colour) if frame.look.colour in tuple(Colour) else Colour.RED
        return Lights(frame.addr, tuple((char, colour) for char in aabb.text_of(frame)))

    def reply(self, addr: int) -> bytes:
        del addr
        return aabb.alive()


class _Number4:
    def __init__(self, profile: BarProfile) -> None:
        self._profile = profile

    def show(self, addr: int, text: str, colour: Colour) -> bytes:
        del colour
        return number4.encode(number4.Frame(addr, int(shown_of(self._profile, text))))

    def probe(self, addr: int) -> bytes:
        del addr
        return b""

    def decoder(self) -> Decoder:
        return number4.Decoder()

    def meaning(self, frame: Frame) -> Lights | Asks:
        assert isinstance(frame, number4.Frame)
        return Lights(frame.addr, tuple((digit, Colour.RED) for digit in str(frame.number)))

    def reply(self, addr: int) -> bytes:
        del addr
        return b""
