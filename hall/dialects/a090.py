"""LED bars over windows, the `A0 90` frame, 9600 8N1, often on the same RS-485 line as keypads and pads.

    A0 90 | addr cmd 00 L | data… | xor
                        │   └ L ┘    └ of addr…data
                        └ bytes of data, 254 at most

    data of cmd A5: for every character its GB2312 bytes (one for ASCII, two for a Hanzi) and its colour
    reply of the bar: …A5 AA; only these two bytes are known

Sources: uvbs/HospitalQueueSystem; the IMM9012 family. They agree on everything but lengths above 255 (÷ 255 against
÷ 256), so none is ever sent. `A1` shows a text of the bar's ROM and `A2` stores one: known, unused here.
"""

from enum import IntEnum
from typing import Final, TypeAlias

import msgspec

from hall.dialects import BadFrame, Damaged, xor_of
from hall.dialects.finder import Finder, Verdict, Whole

MAX_DATA: Final = 254
_HEADER: Final = 6  # A0 90 addr cmd lenHi lenLo
REPLY_END: Final = b"\xa5\xaa"
_TWO_BYTES: Final = 0x81  # a byte from here on begins a Hanzi


class Command(IntEnum):
    """The byte after the address."""

    SHOW = 0xA5
    SHOW_STORED = 0xA1
    STORE = 0xA2


_COMMANDS: Final = frozenset(Command)


class Colour(IntEnum):
    """The colour byte after each character."""

    RED = 0
    GREEN = 1
    YELLOW = 2


class Frame(msgspec.Struct, frozen=True):
    """One frame: the bar's address (0–255), the command byte and at most 254 bytes of data."""

    addr: int
    cmd: int
    data: bytes = b""


Lit: TypeAlias = tuple[str, Colour]  # one character as it is lit


def encode(frame: Frame) -> bytes:
    """The frame as bytes on the line; BadFrame if it does not fit."""
    if not 0 <= frame.addr <= 0xFF or not 0 <= frame.cmd <= 0xFF or len(frame.data) > MAX_DATA:
        raise BadFrame(
            f"a090: address {frame.addr}, command {frame.cmd}, {len(frame.data)} data bytes do not fit a frame; "
            f"address and command are 0–255, data at most {MAX_DATA} bytes"
        )
    body = bytes([frame.addr, frame.cmd, 0, len(frame.data)]) + frame.data
    return b"\xa0\x90" + body + bytes([xor_of(body)])


def show(addr: int, text: str, colour: Colour) -> Frame:
    """Host → bar: this text in one colour. BadFrame for a character without a place in GB2312, or too many."""
    data = bytearray()
    for char in text:
        data += _bytes_of(char, addr) + bytes([colour])
    if len(data) > MAX_DATA:
        raise BadFrame(f"a090: {len(data)} bytes for bar {addr}, at most {MAX_DATA}: shorten {text!r}")
    return Frame(addr, Command.SHOW, bytes(data))


def lit_by(frame: Frame) -> tuple[Lit, ...]:
    """The characters a SHOW frame lights; BadFrame if it is none, or its data are not pairs of character and
    colour. Bars with a larger font are read, too: Hanzi of GBK."""
    if frame.cmd != Command.SHOW:
        raise BadFrame(f"a090: bar {frame.addr}, command {frame.cmd:02X} shows no text; only A5 does")
    lit: list[Lit] = []
    rest = frame.data
    while rest:
        size = 2 if rest[0] >= _TWO_BYTES else 1
        try:
            lit.append((rest[:size].decode("gbk"), Colour(rest[size])))
        except (UnicodeDecodeError, ValueError, IndexError) as error:
            raise BadFrame(
                f"a090: bar {frame.addr}: data {rest.hex(' ')} is no character with a colour of 00–02: {error}"
            ) from None
        rest = rest[size + 1 :]
    return tuple(lit)


def reply(addr: int) -> bytes:
    """Bar → host: heard. What stands before `A5 AA` is in no source; the address is our guess."""
    return bytes([addr]) + REPLY_END


def is_known(char: str) -> bool:
    """Whether a bar's GB2312 font has the character."""
    try:
        return char >= " " and char != "\x7f" and len(char.encode("gb2312")) > 0
    except UnicodeEncodeError:
        return False


class Decoder(Finder[Frame]):
    """Finds the host's frames; see Finder."""

    def __init__(self) -> None:
        super().__init__(b"\xa0", _HEADER + MAX_DATA + 1, _judge)


def _judge(data: bytes) -> Whole[Frame] | Damaged | Verdict:
    if len(data) > 1 and data[1] != 0x90:
        return Verdict.NOT_ONE
    if len(data) > 3 and data[3] not in _COMMANDS:
        return Damaged(data[:4], "command")
    if len(data) < _HEADER:
        return Verdict.MORE
    if data[4] or data[5] > MAX_DATA:
        return Damaged(data[:_HEADER], "length")
    size = _HEADER + data[5] + 1
    if len(data) < size:
        return Verdict.MORE
    if data[size - 1] != xor_of(data[2 : size - 1]):
        return Damaged(data[:size], "xor")
    return Whole(Frame(data[2], data[3], data[_HEADER : size - 1]), size)


def _bytes_of(char: str, addr: int) -> bytes:
    if not is_known(char):
        raise BadFrame(f"a090: bar {addr} has no dots for {char!r}; use GB2312 characters")
    return char.encode("gb2312")
