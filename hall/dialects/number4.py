"""Four-byte number boards, 9600 8N1: one number, no text, no answer.

    id | hi lo | SUM8      the number is hi × 256 + lo, SUM8 is id + hi + lo & FF

There is no header: a stream is read by its sums alone, so of foreign bytes every 256th window looks like a frame. The
board needs a line of its own. Example `05 03 E7 EF`: board 5 shows 999.
"""

from typing import Final

import msgspec

from hall.dialects import BadFrame, Damaged

MAX_NUMBER: Final = 0xFFFF
_SIZE: Final = 4
_TOLD_AT: Final = 16  # bytes out of step are told at the latest when they are so many


class Frame(msgspec.Struct, frozen=True):
    """Host → board: its id and the number to show."""

    addr: int
    number: int


def encode(frame: Frame) -> bytes:
    """The frame as bytes on the line; BadFrame if it does not fit."""
    if not 0 <= frame.addr <= 0xFF or not 0 <= frame.number <= MAX_NUMBER:
        raise BadFrame(
            f"number4: board {frame.addr} cannot show {frame.number}; boards are 0–255, numbers 0–{MAX_NUMBER}"
        )
    body = bytes([frame.addr, frame.number >> 8, frame.number & 0xFF])
    return body + bytes([sum(body) & 0xFF])


class Decoder:
    """Finds the frames in a stream, however it is cut into pieces; holds a few bytes."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipped = b""

    @property
    def held(self) -> int:
        """How many bytes wait for more of their frame, or to be told as damage."""
        return len(self._rest) + len(self._skipped)

    def feed(self, data: bytes) -> list[Frame | Damaged]:
        """The frames and damage that these bytes complete."""
        stream, at = self._rest + data, 0
        heard: list[Frame | Damaged] = []
        while len(stream) - at >= _SIZE:
            addr, high, low, told = stream[at : at + _SIZE]
            if (addr + high + low) & 0xFF == told:
                heard += self._damage()
                heard.append(Frame(addr, high << 8 | low))
                at += _SIZE
                continue
            self._skipped += stream[at : at + 1]
            at += 1
            if len(self._skipped) == _TOLD_AT:
                heard += self._damage()
        self._rest = stream[at:]
        return heard

    def end(self) -> list[Damaged]:
        """The stream is over: what was no frame."""
        sums = len(self._skipped + self._rest) >= _SIZE
        self._skipped, self._rest = self._skipped + self._rest, b""
        return self._damage("checksum" if sums else "cut short")

    def _damage(self, reason: str = "checksum") -> list[Damaged]:
        skipped, self._skipped = self._skipped, b""
        return [Damaged(skipped, reason)] if skipped else []
