"""What the message line of a staff screen says, as a value: a flow decides it, the screen finds the words."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from hall.wording import Words

REFUSALS: Final = "refusals"  # the room of the hub's refusals


class Tone(StrEnum):
    """How the message line looks."""

    GOOD = "good"
    BAD = "bad"
    BUSY = "busy"


class Said(Struct, frozen=True, kw_only=True):
    """The message line: a key of words/<language>/<room>.toml and its values; `at` is monotonic."""

    tone: Tone
    room: str
    key: str
    at: float
    values: tuple[tuple[str, str], ...] = ()

    def sentence(self, own: Words, refusals: Words) -> str:
        """In the words of the screen's own room, or of the hub's refusals."""
        words = refusals if self.room == REFUSALS else own
        return words(self.key, **dict(self.values))
