"""Rating pads on the `FF 68` bus: what only they say; frames and the rest of the bus are `ff68`.

    host → pad   FF 68 03 03 68 | addr 01 0B | SUM 16     start rating
    host → pad   FF 68 03 03 68 | addr 02 05 | SUM 16     five stars
    pad → host   FF 68 03 03 68 | addr 11 value | SUM 16
    host → pad   ACK A: FF 68 03 03 68 | addr 01 value | SUM 16     ACK B: 68 02 02 68 | addr 01 | SUM 16  (no FF)

A pad's address is 80 | window. Sources: ACK A JackQChen/QueueSystem; ACK B marzlia/HallQueFront SLZCEvaluator.cpp.
"""

from typing import Final, Literal

import msgspec

from hall.dialects import Damaged, ff68
from hall.dialects.ff68 import Command, Frame
from hall.dialects.finder import Finder, Verdict, Whole

Ack = Literal["value", "short"]
STARS: Final = 0x05  # what the row of stars means is in no source: the suite never sends it, it would be a hint
_SHORT_BYTES: Final = 8


class ShortAck(msgspec.Struct, frozen=True):
    """Acknowledgement B, as read from a line."""

    addr: int


def address(window: int) -> int:
    """A pad's address by its window's number."""
    return 0x80 | window


def rating(addr: int, value: int) -> Frame:
    """Pad → host: a key was pressed."""
    return Frame(addr, Command.RATING, bytes([value]))


def stars(addr: int) -> Frame:
    """Host → pad: light the five stars."""
    return Frame(addr, Command.SHOW, bytes([STARS]))


def ack(frame: Frame, kind: Ack) -> bytes:
    """Host → pad: the bytes that acknowledge a rating, as the pad's model wants them."""
    if kind == "value":
        return ff68.encode(Frame(frame.addr, Command.KEYS, frame.data))
    sum8 = (frame.addr + Command.KEYS) & 0xFF
    return bytes([0x68, 2, 2, 0x68, frame.addr, Command.KEYS, sum8, 0x16])


class ShortAcks:
    """Counts the acknowledgements B for one address in a stream, however it is cut; holds seven bytes."""

    def __init__(self, addr: int) -> None:
        self._wanted = ack(Frame(addr, Command.RATING), "short")
        self._tail = b""

    def feed(self, data: bytes) -> int:
        """How many these bytes complete."""
        seen = self._tail + data
        self._tail = seen[-(_SHORT_BYTES - 1) :]
        return seen.count(self._wanted)


class Decoder(Finder[Frame | ShortAck]):
    """Finds frames of the bus and acknowledgements B; see Finder."""

    def __init__(self) -> None:
        super().__init__(b"\xff\x68", ff68.MAX_BYTES, _judge)


def _judge(data: bytes) -> Whole[Frame | ShortAck] | Damaged | Verdict:
    if data[0] == 0xFF:
        found = ff68.judge(data)
        return Whole(found.frame, found.size) if isinstance(found, Whole) else found
    if not b"\x68\x02\x02\x68".startswith(data[:4]):
        return Verdict.NOT_ONE
    if len(data) < _SHORT_BYTES:
        return Verdict.MORE
    if data[:_SHORT_BYTES] == ack(Frame(data[4], Command.RATING), "short"):
        return Whole(ShortAck(data[4]), _SHORT_BYTES)
    return Damaged(data[:_SHORT_BYTES], "checksum" if data[5] == Command.KEYS and data[7] == 0x16 else "command")
