"""LED bars over windows, the `AA … BB` frame in its two dialects, 9600 8N1; often built into queue systems.

    sum   AA addr BB 51 54 | SUM8 | effect speed stay colour valid | text | FF
    xor   AA addr BB 51 54 |        effect speed stay colour valid | text | XOR FF

    text: GB2312 bytes, so never FF      SUM8: & FF of effect…text, with some bars FF as well      XOR: of effect…text
    probe AA addr 55 → 1B, without a check: one who listens finds it in a text that holds these three bytes, too

Sources of the sum: com.nle.mylibrary `SendTxtProtocol.java` (without FF; the bar lights red only); `Led_dispaly.java`
with a frame as sent; a taxi sign's constant 空车 (both without FF); a queue system's 号到窗口 frame (with FF). They
disagree on FF, so the profile says it. The xor dialect has one source, and no capture of a real bar exists yet. `51 44`
stores a text: known, unused here.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from hall.dialects import BadFrame, Damaged, xor_of
from hall.dialects.finder import Finder, Verdict, Whole

Check: TypeAlias = Literal["sum", "sum with end", "xor"]

MAX_TEXT: Final = 200  # bytes; the longest text of a source has 22, and a bar's buffer is small
_END: Final = 0xFF
_LOOK: Final = 5
_HEADER: Final = 5  # AA addr BB 51 54
_ALIVE: Final = b"\x1b"


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a text appears; what the numbers mean differs from bar to bar. `stay` and `valid` are times, `valid` 63 is
    for ever."""

    effect: int
    speed: int
    stay: int
    colour: int
    valid: int


class Text(msgspec.Struct, frozen=True):
    """Host → bar: show this text, in GB2312."""

    addr: int
    look: Look
    text: bytes


class Probe(msgspec.Struct, frozen=True):
    """Host → bar: are you there?"""

    addr: int


def encode(frame: Text | Probe, check: Check) -> bytes:
    """The frame as bytes on the line; BadFrame if it does not fit."""
    numbers = [frame.addr] if isinstance(frame, Probe) else [frame.addr, *msgspec.structs.astuple(frame.look)]
    if any(not 0 <= number <= 0xFF for number in numbers):
        raise BadFrame(f"aabb: {numbers}: address, effect, speed, stay, colour and valid are 0–255 each")
    if isinstance(frame, Probe):
        return bytes([0xAA, frame.addr, 0x55])
    if len(frame.text) > MAX_TEXT or _END in frame.text:
        raise BadFrame(
            f"aabb: {len(frame.text)} bytes of text for bar {frame.addr}: at most {MAX_TEXT}, and none of them FF"
        )
    head = bytes([0xAA, frame.addr, 0xBB, 0x51, 0x54])
    body = bytes(numbers[1:]) + frame.text
    if check == "xor":
        return head + body + bytes([xor_of(body), _END])
    return head + bytes([_sum_of(body, check)]) + body + bytes([_END])


def show(addr: int, text: str, look: Look) -> Text:
    """Host → bar: this text. BadFrame for a character without a place in GB2312, or too many."""
    try:
        data = text.encode("gb2312")
    except UnicodeEncodeError as error:
        raise BadFrame(f"aabb: bar {addr} has no dots for {text[error.start]!r}; use GB2312 characters") from None
    if len(data) > MAX_TEXT:
        raise BadFrame(f"aabb: {len(data)} bytes for bar {addr}, at most {MAX_TEXT}: shorten {text!r}")
    return Text(addr, look, data)


def text_of(frame: Text) -> str:
    """The text a frame shows; BadFrame if its bytes are none. Hanzi of GBK are read, too."""
    try:
        return frame.text.decode("gbk")
    except UnicodeDecodeError as error:
        raise BadFrame(f"aabb: bar {frame.addr}: {frame.text.hex(' ')} is no text: {error.reason}") from None


def alive() -> bytes:
    """Bar → host: here I am. It has no address, so only one bar may be asked at a time."""
    return _ALIVE


class Decoder(Finder[Text | Probe]):
    """Finds the host's frames; see Finder."""

    def __init__(self, check: Check) -> None:
        self._check: Check = check
        self._text_at = _HEADER + _LOOK + (check != "xor")
        super().__init__(b"\xaa", self._text_at + MAX_TEXT + 2, self._verdict)

    def _verdict(self, data: bytes) -> Whole[Text | Probe] | Damaged | Verdict:
        if len(data) < 3:
            return Verdict.MORE
        if data[2] == 0x55:
            return Whole(Probe(data[1]), 3)
        if data[2] != 0xBB:
            return Verdict.NOT_ONE
        if len(data) < _HEADER:
            return Verdict.MORE
        if data[3:5] != b"\x51\x54":
            return Damaged(data[:_HEADER], "command")
        end = data.find(_END, self._text_at + (self._check == "xor"))
        if end < 0 or end > self._text_at + MAX_TEXT + 1:
            longest = self._text_at + MAX_TEXT + 2
            return Verdict.MORE if len(data) < longest else Damaged(data[:longest], "length")
        return self._checked(data, end) if self._check != "xor" else self._checked_xor(data, end)

    def _checked(self, data: bytes, end: int) -> Whole[Text | Probe] | Damaged | Verdict:
        body = data[_HEADER + 1 : end]
        if len(body) - _LOOK > MAX_TEXT:
            return Damaged(data[: end + 1], "length")
        if data[_HEADER] != _sum_of(body, self._check):
            return Damaged(data[: end + 1], "checksum")
        return _found(data[: end + 1], body)

    def _checked_xor(self, data: bytes, end: int) -> Whole[Text | Probe] | Damaged | Verdict:
        """The XOR byte may be FF itself: then this FF is it, and the end follows."""
        body, told = data[_HEADER : end - 1], data[end - 1]
        if told == xor_of(body):
            return _found(data[: end + 1], body)
        if xor_of(body) ^ told == _END:
            if len(data) < end + 2:
                return Verdict.MORE
            if data[end + 1] == _END and len(body) + 1 - _LOOK <= MAX_TEXT:
                return _found(data[: end + 2], data[_HEADER:end])
            return Damaged(data[: end + 2], "xor")
        return Damaged(data[: end + 1], "xor")


def _found(frame: bytes, body: bytes) -> Whole[Text | Probe] | Damaged:
    """Its check is right. An FF where the XOR byte of an empty text may stand is no text's."""
    if _END in body[_LOOK:]:
        return Damaged(frame, "text")
    return Whole(Text(frame[1], Look(*body[:_LOOK]), body[_LOOK:]), len(frame))


def _sum_of(body: bytes, check: Check) -> int:
    return (sum(body) + (_END if check == "sum with end" else 0)) & 0xFF
