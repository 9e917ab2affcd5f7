"""A page as a value: what stands where. Pure; two equal pages look the same, so nothing is drawn twice."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from screen.colours import BLUE, GREY, INK, LINE, PALE_BLUE, PAPER, SOFT_INK, WHITE, Colour
from screen.layout import Box


class Align(StrEnum):
    """Where text stands in its box, left to right."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Text(Struct, frozen=True):
    """Words in a box: at `size` pixels, wrapped; made smaller in steps, down to `least`, until it
    all fits; what still does not fit is cut with “…”. `top`: at the upper edge instead of the middle."""

    words: str
    box: Box
    size: int
    colour: Colour = INK
    bold: bool = False
    align: Align = Align.LEFT
    top: bool = False
    least: int = 0  # 0: half of size


class Panel(Struct, frozen=True):
    """A filled rectangle with round corners and an edge."""

    box: Box
    fill: Colour = WHITE
    edge: Colour | None = None
    radius: int = 0
    edge_width: int = 2


class Shape(StrEnum):
    """Signs that are drawn, so that nothing is told by colour alone and no font can lack them."""

    NONE = ""
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    TICK = "tick"
    CROSS = "cross"
    WARNING = "warning"
    PAPER = "paper"
    CLOCK = "clock"
    PERSON = "person"
    DOTS = "dots"
    SOUND = "sound"
    PLUS = "plus"
    STAR = "star"
    CALENDAR = "calendar"
    ERASE = "erase"
    FACE_5 = "face_5"  # from a broad smile to a deep frown: the same strokes, no face stronger than another
    FACE_4 = "face_4"
    FACE_3 = "face_3"
    FACE_2 = "face_2"
    FACE_1 = "face_1"


class Sign(Struct, frozen=True):
    """A drawn sign filling its box."""

    shape: Shape
    box: Box
    colour: Colour = BLUE


class Picture(Struct, frozen=True):
    """A photo in a frame: scaled to fill its box and cut to it. `file` is a bare name in the screen's directory of
    photos; empty, missing or broken: a silhouette in `ink`."""

    file: str
    box: Box
    ground: Colour = PALE_BLUE
    ink: Colour = LINE
    edge: Colour = LINE
    radius: int = 0
    edge_width: int = 2


class Look(Struct, frozen=True):
    """How a button looks at rest; pressed, ground and ink change places and the edge grows."""

    fill: Colour = WHITE
    ink: Colour = INK
    second: Colour = SOFT_INK
    edge: Colour = LINE


PLAIN = Look(edge=BLUE)
MAIN = Look(fill=BLUE, ink=WHITE, second=WHITE, edge=BLUE)
OFF = Look(fill=GREY, ink=SOFT_INK, second=SOFT_INK, edge=LINE)


class Button(Struct, frozen=True):
    """Something to press. `id` is what the flow hears; `second` a smaller line below."""

    id: str
    label: str
    box: Box
    size: int
    second: str = ""
    look: Look = PLAIN
    shape: Shape = Shape.NONE
    enabled: bool = True
    align: Align = Align.CENTRE
    bold: bool = True


class Strip(Struct, frozen=True):
    """Lines that move through a box from right to left, one behind the other, for ever; a single line that fits
    stands still. `speed`: pixels a second. The same strip on the next page moves on where it was."""

    lines: tuple[str, ...]
    box: Box
    size: int
    colour: Colour = INK
    ground: Colour = PAPER
    speed: int = 150


Item: TypeAlias = Text | Panel | Sign | Picture | Button | Strip


class Page(Struct, frozen=True):
    """Everything on the screen, painted in order. `name` is for pictures and fingers (“departments”)."""

    name: str
    size: tuple[int, int]
    items: tuple[Item, ...]
    ground: Colour = PAPER

    def buttons(self) -> Iterator[Button]:
        """The buttons that can be pressed."""
        return (item for item in self.items if isinstance(item, Button) and item.enabled)

    def strips(self) -> tuple[Strip, ...]:
        """What moves."""
        return tuple(item for item in self.items if isinstance(item, Strip))

    def pictures(self) -> tuple[Picture, ...]:
        """The photos."""
        return tuple(item for item in self.items if isinstance(item, Picture))

    def button(self, wanted: str) -> Button | None:
        """The button of that id."""
        return next((button for button in self.buttons() if button.id == wanted), None)

    def button_at(self, x: int, y: int) -> Button | None:
        """The uppermost button under a point."""
        return next((b for b in reversed(tuple(self.buttons())) if b.box.holds(x, y)), None)
