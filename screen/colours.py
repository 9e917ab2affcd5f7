"""The colours of every screen, and how well one is read on another."""

from __future__ import annotations

from typing import Final, TypeAlias

Colour: TypeAlias = tuple[int, int, int]

WHITE: Final[Colour] = (255, 255, 255)
PAPER: Final[Colour] = (244, 247, 251)  # the ground of a page
INK: Final[Colour] = (22, 32, 46)
SOFT_INK: Final[Colour] = (70, 84, 104)  # second lines; still 7:1 on paper
LINE: Final[Colour] = (176, 190, 208)
BLUE: Final[Colour] = (20, 76, 150)  # 政务蓝: headers and the one main button
DEEP_BLUE: Final[Colour] = (12, 50, 104)
PALE_BLUE: Final[Colour] = (225, 235, 248)
GREEN: Final[Colour] = (22, 110, 62)
PALE_GREEN: Final[Colour] = (226, 243, 232)
AMBER: Final[Colour] = (138, 82, 0)
PALE_AMBER: Final[Colour] = (255, 243, 217)
RED: Final[Colour] = (168, 26, 32)
PALE_RED: Final[Colour] = (252, 232, 231)
GREY: Final[Colour] = (226, 230, 236)  # ground of a button that cannot be pressed now

LEAST_CONTRAST: Final = 4.5  # requirements.md, rule 5; WCAG 2 AA


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = (value / 255 for value in colour)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
