"""What was pressed on rating pads, and what their lamps asked.

to    FF 68 03 03 68 addr 01 0B sum 16      please rate
from  FF 68 03 03 68 addr 11 value sum 16   a key
to    the same with command 01, or 68 02 02 68 addr 01 sum 16: taken
"""

from __future__ import annotations

import json
from typing import NamedTuple

from testbed.readers.tapes import Piece


class Press(NamedTuple):
    """A key that the host took after it had asked: when, and its value."""

    t: float
    value: int


class Pad(NamedTuple):
    """A pad's day: ratings, keys that nobody had asked for, keys that the host never took."""

    pressed: list[Press]
    unasked: list[Press]
    untaken: list[Press]


def read(pieces: list[Piece]) -> Pad:
    """The presses on a pad with keys."""
    pad = Pad([], [], [])
    asked = asked_since = False  # ever since the last rating; since the key that waits
    waiting: Press | None = None
    for piece in pieces:
        frame = piece.data
        if piece.to:
            if frame[:2] == b"\xff\x68" and frame[6:8] == b"\x01\x0b" and waiting is None:
                asked = True
            elif waiting is not None and _takes(frame, waiting.value):
                (pad.pressed if asked else pad.unasked).append(waiting)
                asked, asked_since, waiting = False, False, None
            elif frame[:2] == b"\xff\x68" and frame[6:8] == b"\x01\x0b":
                asked = asked_since = True
        elif frame[:2] == b"\xff\x68" and frame[6] == 0x11:
            if waiting is not None and (asked_since or waiting.value != frame[7]):
                pad.untaken.append(waiting)  # else the same key, said again
            asked_since = False
            waiting = Press(piece.t, frame[7])
    if waiting is not None:
        pad.untaken.append(waiting)
    return pad


def _takes(frame: bytes, value: int) -> bool:
    if frame[:4] == b"\x68\x02\x02\x68":
        return True
    return frame[:2] == b"\xff\x68" and len(frame) == 10 and frame[6] == 0x01 and frame[7] == value


def read_glass(pieces: list[Piece]) -> Pad:
    """The presses on a pad with a screen: a level, then the button that sends."""
    pad = Pad([], [], [])
    level: Press | None = None
    for piece in pieces:
        button = str(json.loads(piece.data).get("tap", ""))
        if button.startswith("level:"):
            level = Press(piece.t, int(button[6:]))
        elif button == "submit" and level is not None:
            pad.pressed.append(level)
            level = None
    if level is not None:
        pad.pressed.append(level)  # who pressed a level and left has rated
    return pad
