"""The `FF 68` bus of 21-key callers and rating pads, 9600 8N1, often one RS-485 line for a whole hall.

    FF 68 | L L | 68 | addr cmd data… | SUM | 16
            │ │        └──── L bytes ───┘   └ sum(addr…data) & FF
            └─┴ the same length twice

Sources: 21键点阵液晶呼叫器通讯协议 (book118 7033135055002126, frame line only); JackQChen/QueueSystem
`CallSystem/CallSystem/frmMain.cs`; marzlia/HallQueFront `{SLZCCaller,SLZCEvaluator,DoComInOut}.cpp`;
uvbs/HospitalQueueSystem. No capture of a real line exists yet. Those receivers never look at SUM; this one
does.
"""

from enum import IntEnum
from typing import Final

import msgspec

from hall.dialects import BadFrame
from hall.dialects import Damaged as Damaged  # noqa: PLC0414 - what its decoder gives is imported from here
from hall.dialects.finder import Finder, Verdict, Whole

MAX_LENGTH: Final = 32  # the longest known frame has L = 8; a header that claims more is noise of another device
_OVERHEAD: Final = 7  # FF 68 L L 68 before, SUM 16 after
_HEADER: Final = 5
MAX_BYTES: Final = MAX_LENGTH + _OVERHEAD


class Key(IntEnum):
    """The keys of the 21-key caller, with the manual's words."""

    START = 0x0A  # 开始
    EVALUATE = 0x0B  # 等候/评价
    CALL = 0x0C  # 呼叫
    RECALL = 0x0D  # 重呼
    CANCEL = 0x0E  # 取消
    CONFIRM = 0x0F  # 功能/确认
    ONE_METRE_LINE = 0x11  # 一米线
    WAIT = 0x12  # 等候/暂停
    TRANSFER = 0x13  # 转移


class Command(IntEnum):
    """The byte after the address. 01 is a key string from a device and the start of a rating towards a
    pad."""

    KEYS = 0x01
    SHOW = 0x02
    BEEP = 0x03
    RATING = 0x11  # pad → host


BLANK: Final = 0x0A  # a dark cell of the keypad's display
_START_RATING: Final = 0x0B
_DONE: Final = 0x01
_FAILED: Final = 0x00


class Frame(msgspec.Struct, frozen=True):
    """One frame: the device's address (0–255), the command byte and at most 30 bytes of data."""

    addr: int
    cmd: int
    data: bytes = b""


class KeyString(msgspec.Struct, frozen=True):
    """What a clerk typed: the digits before the key ("" if none), and the key that sent them."""

    digits: str
    key: int


class Cells(msgspec.Struct, frozen=True):
    """The six cells of a keypad as shown, three characters each, a space for a dark cell: waiting, ticket."""

    waiting: str
    ticket: str


def poll(addr: int, command: int) -> Frame:
    """Host → keypad that is polled: have you a key string? No source has this frame; the command is the profile's."""
    return Frame(addr, command)


def nothing(addr: int) -> Frame:
    """Keypad → host: polled, and no key was pressed. No source has this frame."""
    return Frame(addr, Command.KEYS)


def encode(frame: Frame) -> bytes:
    """The frame's bytes on the line; raises BadFrame if it does not fit."""
    body = bytes([frame.addr & 0xFF, frame.cmd & 0xFF]) + frame.data
    if len(body) > MAX_LENGTH or body[0] != frame.addr or body[1] != frame.cmd:
        raise BadFrame(
            f"ff68: address {frame.addr}, command {frame.cmd}, {len(frame.data)} data bytes do not fit a "
            f"frame; address and command are 0–255, data at most {MAX_LENGTH - 2} bytes"
        )
    return bytes([0xFF, 0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])


class Decoder(Finder[Frame]):
    """Finds the frames of the bus; see Finder."""

    def __init__(self) -> None:
        super().__init__(b"\xff", MAX_BYTES, judge)


def judge(data: bytes) -> Whole[Frame] | Damaged | Verdict:
    """What bytes from an FF on are."""
    if len(data) > 1 and data[1] != 0x68:
        return Verdict.NOT_ONE
    if len(data) < _HEADER:
        return Verdict.MORE
    length = data[2]
    if not (data[3] == length and data[4] == 0x68 and 2 <= length <= MAX_LENGTH):
        return Damaged(data[:_HEADER], "length")
    size = length + _OVERHEAD
    if len(data) < size:
        return Verdict.MORE
    if data[size - 2] != sum(data[_HEADER : size - 2]) & 0xFF:
        return Damaged(data[:size], "checksum")
    if data[size - 1] != 0x16:
        return Damaged(data[:size], "end byte")
    return Whole(Frame(data[5], data[6], data[7 : size - 2]), size)


def key_press(addr: int, digits: str, key: int) -> Frame:
    """Device → host: the digits typed and the key that sent them."""
    return Frame(addr, Command.KEYS, _cells_of(digits) + bytes([key]))


def keys_of(frame: Frame) -> KeyString:
    """The digits and the key of a key string (command 01); raises BadFrame if the frame is none."""
    digits, key = frame.data[:-1], frame.data[-1:]
    if frame.cmd != Command.KEYS or not key or key[0] <= 9 or any(digit > 9 for digit in digits):
        raise BadFrame(
            f"ff68: address {frame.addr}, command {frame.cmd:02X}, data {frame.data.hex(' ')} is no key "
            "string; look at the device's model and profile"
        )
    return KeyString("".join(str(digit) for digit in digits), key[0])


def ack(frame: Frame) -> Frame:
    """Host → device: the answer to a key string is the same frame again, within 40–80 ms."""
    return frame


def show(addr: int, waiting: int | None, ticket: str) -> Frame:
    """Host → keypad: how many wait (None: dark; above 999 shown as 999) and up to three digits of the
    ticket."""
    left = "" if waiting is None else str(min(waiting, 999))
    if len(ticket) > 3 or left.startswith("-"):
        raise BadFrame(f"ff68: keypad {addr} cannot show {left or 'no'} waiting, ticket {ticket!r}; three cells each")
    return Frame(addr, Command.SHOW, _cells_of(left.rjust(3) + ticket.rjust(3)))


def done(addr: int) -> Frame:
    """Host → keypad: the wish was carried out."""
    return Frame(addr, Command.SHOW, bytes([_DONE]))


def failed(addr: int) -> Frame:
    """Host → keypad: the wish was refused."""
    return Frame(addr, Command.SHOW, bytes([_FAILED]))


def beep(addr: int) -> Frame:
    """Host → keypad: one beep; the frame has no data."""
    return Frame(addr, Command.BEEP)


def start_rating(addr: int) -> Frame:
    """Host → pad: ask the applicant to rate."""
    return Frame(addr, Command.KEYS, bytes([_START_RATING]))


def shown_by(frame: Frame) -> Cells | bool:
    """What a SHOW frame puts on a keypad: its cells, or True for done and False for failed; BadFrame if
    neither."""
    data = frame.data
    if frame.cmd == Command.SHOW and len(data) == 1 and data[0] in (_DONE, _FAILED):
        return data[0] == _DONE
    if frame.cmd == Command.SHOW and len(data) == 6 and all(cell <= BLANK for cell in data):
        text = "".join(" " if cell == BLANK else str(cell) for cell in data)
        return Cells(text[:3], text[3:])
    raise BadFrame(
        f"ff68: address {frame.addr}, command {frame.cmd:02X}, data {frame.data.hex(' ')} shows nothing; "
        "a keypad takes six cells of 00–0A, or one byte 00 or 01"
    )


def value_of(frame: Frame) -> int:
    """The raw value of a rating (pad → host, command 11); what it means is the profile's. BadFrame if it is
    none."""
    if frame.cmd != Command.RATING or len(frame.data) != 1:
        raise BadFrame(f"ff68: address {frame.addr}, command {frame.cmd:02X} is no rating; look at the pad's profile")
    return frame.data[0]


def _cells_of(text: str) -> bytes:
    if any(char not in "0123456789 " for char in text):
        raise BadFrame(f"ff68: {text!r} cannot be shown or sent; the bus carries digits 0–9 and dark cells only")
    return bytes(BLANK if char == " " else int(char) for char in text)
