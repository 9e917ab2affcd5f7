"""Which action the digits and the key of a keypad mean: a table, looked up by pattern."""

from enum import StrEnum
from typing import Final

import msgspec

REPEATED: Final = "+"  # ends a pattern: its last d may come any number of times


class Action(StrEnum):
    """What a clerk can wish at a keypad; the digits typed with it are its argument (ticket, window or
    badge)."""

    NEXT = "next"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    NO_SHOW = "no_show"
    PAUSE = "pause"
    RESUME = "resume"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    TRANSFER = "transfer"
    CALL_NUMBER = "call_number"
    UNDO = "undo"
    HOLD = "hold"  # 挂起
    TAKE_UP = "take_up"  # 取回 what was set aside
    EVALUATE = "evaluate"


class Binding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row. `digits` is "" (none), exact digits ("05"), or a number of d for any digit ("ddd", "ddd+":
    three or more)."""

    key: int
    action: Action
    digits: str = ""

    @property
    def exact(self) -> bool:
        """True if the pattern names its digits (or that there are none)."""
        return "d" not in self.digits

    def fits(self, digits: str) -> bool:
        """True if the typed digits match the pattern."""
        if self.exact:
            return digits == self.digits
        least, most = self.lengths
        return least <= len(digits) <= most

    @property
    def lengths(self) -> tuple[int, int]:
        """The least and the greatest number of digits that fit."""
        least = self.digits.count("d") if not self.exact else len(self.digits)
        return least, (255 if self.digits.endswith(REPEATED) else least)


Keymap = tuple[Binding, ...]


def pattern_faults(digits: str) -> list[tuple[str, str]]:
    """A rule for `Binding.digits`: why it is no pattern."""
    bare = digits.removesuffix(REPEATED)
    typed = digits.isascii() and digits.isdigit()
    if not digits or typed or set(bare) == {"d"}:
        return []
    return [("", f'{digits!r} is neither "", digits ("05") nor d with an optional + ("ddd+")')]


def clash_faults(keymap: Keymap) -> list[tuple[str, str]]:
    """A rule for a whole keymap: rows that another row leaves nothing to answer for certain."""
    reason = "answers the same digits and key as row [{}]; one is enough"
    return [(f"[{later}]", reason.format(earlier)) for earlier, later in clashes(keymap)]


def action_of(keymap: Keymap, digits: str, key: int) -> Action | None:
    """The action of a key string, None if the keymap has none; exact digits win over patterns."""
    rows = [row for row in keymap if row.key == key and row.fits(digits)]
    rows.sort(key=lambda row: not row.exact)
    return rows[0].action if rows else None


def clashes(keymap: Keymap) -> list[tuple[int, int]]:
    """Pairs of rows (by index) that could answer the same key string with neither winning; an honest keymap
    has none."""
    pairs = []
    for later, row in enumerate(keymap):
        for earlier, other in enumerate(keymap[:later]):
            if row.key != other.key or row.exact != other.exact:
                continue
            overlap = row.lengths[0] <= other.lengths[1] and other.lengths[0] <= row.lengths[1]
            if row.digits == other.digits or (not row.exact and overlap):
                pairs.append((earlier, later))
    return pairs
