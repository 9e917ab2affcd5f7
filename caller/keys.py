"""Key strings of a keypad → presses, by the keymap of its profile."""

from __future__ import annotations

from caller.secret import Secret
from caller.values import Origin, Pressed
from hall.dialects.ff68 import KeyString
from hall.profile import KeypadProfile


def press_of(keys: KeyString, profile: KeypadProfile) -> Pressed:
    """The press that a key string means; its action is None if the keymap gives it none.

    Badge and PIN come the same way (digits, 功能/确认): which one it is, the flow's dialogue knows.
    """
    return Pressed(profile.action(keys.digits, keys.key), Secret(keys.digits), Origin.KEYPAD)
