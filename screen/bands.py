"""Strips across a page that tell one thing: banners, and the message line of staff screens. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hall.said import Tone
from screen.colours import AMBER, DEEP_BLUE, GREEN, PALE_BLUE, PALE_GREEN, PALE_RED, RED, WHITE, Colour
from screen.layout import Box
from screen.page import Item, Panel, Shape, Sign, Text


class Band(Struct, frozen=True):
    """How a strip looks. Its sign tells the same as its colours."""

    ground: Colour
    ink: Colour
    shape: Shape


AWAY: Final = Band(AMBER, WHITE, Shape.WARNING)
TONES: Final[dict[Tone, Band]] = {
    Tone.GOOD: Band(PALE_GREEN, GREEN, Shape.TICK),
    Tone.BAD: Band(PALE_RED, RED, Shape.WARNING),
    Tone.BUSY: Band(PALE_BLUE, DEEP_BLUE, Shape.CLOCK),
}


def band(box: Box, inner: Box, look: Band, words: str, size: int, least: int) -> list[Item]:
    """A sign as high as `inner` at its left, and the words beside it."""
    sign, place = inner.left(inner.h, gap=inner.h // 3)
    return [
        Panel(box, look.ground),
        Sign(look.shape, sign, look.ink),
        Text(words, place, size, look.ink, bold=True, least=least),
    ]
