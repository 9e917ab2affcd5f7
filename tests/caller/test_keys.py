"""Frames of a keypad, read with both keymaps."""

from __future__ import annotations

import pytest

from caller.keys import press_of
from caller.values import Origin
from hall.dialects.ff68 import Decoder, Frame, KeyString, keys_of
from hall.keymap import Action
from hall.profile import KeypadProfile
from hall.station.settings import profile

A, B = "ff68-21key-a", "ff68-21key-b"


def keypad(name: str) -> KeypadProfile:
    found = profile(name)
    assert isinstance(found, KeypadProfile)
    return found


def read(line: str) -> KeyString:
    """The key string in one frame as on the line, hex."""
    (frame,) = Decoder().feed(bytes.fromhex(line))
    assert isinstance(frame, Frame)
    return keys_of(frame)


# protocols.md §1.1 [S]: next at keypad 1; the others are built on its pattern, sums recomputed.
FRAMES = [
    ("FF 68 03 03 68 01 01 0C 0E 16", "", Action.NEXT, Action.NEXT),
    ("FF 68 03 03 68 01 01 0D 0F 16", "", Action.RECALL, Action.RECALL),
    ("FF 68 03 03 68 01 01 0B 0D 16", "", Action.EVALUATE, Action.EVALUATE),
    ("FF 68 03 03 68 01 01 0A 0C 16", "", Action.START, Action.START),
    ("FF 68 03 03 68 01 01 0E 10 16", "", Action.UNDO, Action.UNDO),
    ("FF 68 03 03 68 01 01 12 14 16", "", Action.PAUSE, None),
    ("FF 68 04 04 68 01 01 06 0F 17 16", "6", Action.NO_SHOW, None),
    ("FF 68 04 04 68 01 01 05 0F 16 16", "5", None, Action.NO_SHOW),
    ("FF 68 04 04 68 01 01 04 0F 15 16", "4", Action.SIGN_OUT, Action.SIGN_OUT),
    ("FF 68 04 04 68 01 01 00 0F 11 16", "0", Action.HOLD, Action.PAUSE),
    ("FF 68 05 05 68 01 01 00 00 0F 11 16", "00", None, Action.HOLD),
    ("FF 68 04 04 68 01 01 03 0F 14 16", "3", Action.TAKE_UP, Action.TAKE_UP),
    ("FF 68 04 04 68 01 01 02 0F 13 16", "2", Action.RESUME, Action.RESUME),
    ("FF 68 04 04 68 01 01 01 0F 12 16", "1", Action.FINISH, Action.FINISH),
    ("FF 68 05 05 68 01 01 02 03 0C 13 16", "23", None, Action.CALL_NUMBER),
    ("FF 68 04 04 68 01 01 07 13 1C 16", "7", Action.TRANSFER, None),
    ("FF 68 04 04 68 01 01 07 0A 13 16", "7", None, Action.TRANSFER),
    ("FF 68 06 06 68 01 01 01 00 01 0F 13 16", "101", Action.SIGN_IN, Action.SIGN_IN),
    ("FF 68 05 05 68 01 01 01 00 0F 12 16", "10", None, None),
    ("FF 68 03 03 68 01 01 11 13 16", "", None, None),
]


@pytest.mark.parametrize(("line", "digits", "in_a", "in_b"), FRAMES)
def test_a_frame_means_what_the_keymap_says(line: str, digits: str, in_a: Action | None, in_b: Action | None) -> None:
    for name, action in ((A, in_a), (B, in_b)):
        press = press_of(read(line), keypad(name))
        assert (press.action, press.typed.reveal(), press.origin) == (action, digits, Origin.KEYPAD)


def test_a_press_does_not_show_what_was_typed() -> None:
    press = press_of(KeyString("246810", 0x0F), keypad(B))
    assert press.action is Action.SIGN_IN
    assert "246810" not in repr(press)
