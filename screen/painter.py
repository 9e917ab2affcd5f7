"""A page on a pygame surface."""

from __future__ import annotations

from itertools import pairwise
from math import cos, pi, sin
from pathlib import Path
from typing import Final

import pygame

from screen.colours import Colour
from screen.fonts import FontFiles, Lettering
from screen.layout import Box
from screen.page import Button, Look, Page, Panel, Picture, Shape, Sign, Strip, Text
from screen.photos import Photos
from screen.strip import Strips

SECOND_LINE: Final = 0.62  # size of a button's second line, of the first
RADIUS: Final = 0.14  # of a button's shorter side
Point = tuple[float, float]

# Signs as lines and discs in a square of 100; a row is (closed and filled?, points).
_STROKES: Final[dict[Shape, tuple[tuple[Point, ...], ...]]] = {
    Shape.LEFT: (((62, 20), (32, 50), (62, 80)),),
    Shape.RIGHT: (((38, 20), (68, 50), (38, 80)),),
    Shape.UP: (((20, 64), (50, 34), (80, 64)),),
    Shape.DOWN: (((20, 36), (50, 66), (80, 36)),),
    Shape.TICK: (((16, 52), (40, 76), (84, 26)),),
    Shape.CROSS: (((22, 22), (78, 78)), ((78, 22), (22, 78))),
    Shape.WARNING: (((50, 10), (94, 88), (6, 88), (50, 10)), ((50, 38), (50, 62))),
    Shape.PAPER: (
        ((24, 8), (76, 8), (76, 92), (24, 92), (24, 8)),
        ((38, 34), (62, 34)),
        ((38, 52), (62, 52)),
    ),
    Shape.CLOCK: (((50, 26), (50, 52), (68, 62)),),
    Shape.SOUND: (
        ((12, 40), (28, 40), (50, 20), (50, 80), (28, 60), (12, 60), (12, 40)),
        ((64, 38), (69, 50), (64, 62)),
        ((78, 24), (89, 50), (78, 76)),
    ),
    Shape.PLUS: (((50, 16), (50, 84)), ((16, 50), (84, 50))),
    Shape.CALENDAR: (
        ((14, 22), (86, 22), (86, 88), (14, 88), (14, 22)),
        ((14, 44), (86, 44)),
        ((34, 10), (34, 30)),
        ((66, 10), (66, 30)),
        ((36, 65), (47, 75), (66, 56)),
    ),
    Shape.ERASE: (
        ((34, 22), (92, 22), (92, 78), (34, 78), (8, 50), (34, 22)),
        ((50, 38), (74, 62)),
        ((74, 38), (50, 62)),
    ),
    Shape.PERSON: (((14, 92), (18, 68), (34, 58), (66, 58), (82, 68), (86, 92)),),
}
_DISCS: Final[dict[Shape, tuple[tuple[Point, float], ...]]] = {
    Shape.WARNING: (((50, 75), 5),),
    Shape.DOTS: (((20, 50), 9), ((50, 50), 9), ((80, 50), 9)),
}
_RINGS: Final[dict[Shape, tuple[Point, float]]] = {Shape.CLOCK: ((50, 50), 42), Shape.PERSON: ((50, 30), 20)}
_STROKE: Final = 9.0  # width of a stroke, of 100
_THIN: Final = 5.0

_TIPS = [(50 + r * sin(pi * i / 5), 54 - r * cos(pi * i / 5)) for i, r in enumerate((46, 19) * 5)]
_STROKES[Shape.STAR] = ((*_TIPS, _TIPS[0]),)
_MOUTHS: Final = {Shape.FACE_5: 17, Shape.FACE_4: 8, Shape.FACE_3: 0, Shape.FACE_2: -8, Shape.FACE_1: -17}
for _face, _bend in _MOUTHS.items():  # how far the middle of the mouth is below its corners
    _across = [x / 10 for x in range(-10, 11)]
    _STROKES[_face] = (tuple((50 + 23 * x, 65 + _bend * (0.5 - x * x)) for x in _across),)
    _DISCS[_face] = (((35, 40), 5.5), ((65, 40), 5.5))
    _RINGS[_face] = ((50, 50), 46)


class Painter:
    """Paints pages with the two faces of a screen, and photos from a directory. Belongs to the thread that owns the
    window."""

    def __init__(self, fonts: FontFiles, photos: Path | None = None) -> None:
        self.lettering = Lettering(fonts)
        self.strips = Strips(self.lettering)
        self._photos = Photos(photos)

    def paint(self, surface: pygame.Surface, page: Page, pressed: str | None = None) -> None:
        """The whole page; the button `pressed` in its pressed look."""
        surface.fill(page.ground)
        self.strips.keep(page.strips())
        for item in page.items:
            if isinstance(item, Text):
                self.lettering.draw(surface, item)
            elif isinstance(item, Panel):
                _panel(surface, item)
            elif isinstance(item, Sign):
                _sign(surface, item.shape, item.box, item.colour)
            elif isinstance(item, Picture):
                self._picture(surface, item)
            elif isinstance(item, Strip):
                self.strips.draw(surface, item)
            else:
                self._button(surface, item, item.id == pressed)

    def _picture(self, surface: pygame.Surface, picture: Picture) -> None:
        box = picture.box
        _panel(surface, Panel(box, picture.ground, None, picture.radius))
        surface.blit(self._photos.framed(picture), (box.x, box.y))
        rect = pygame.Rect(box.x, box.y, box.w, box.h)
        pygame.draw.rect(surface, picture.edge, rect, picture.edge_width, border_radius=picture.radius)

    def _button(self, surface: pygame.Surface, button: Button, pressed: bool) -> None:
        look = button.look
        if pressed:
            look = Look(fill=look.ink, ink=look.fill, second=look.fill, edge=look.ink)
        radius = _radius(button.box)
        edge_width = max(2, radius // (3 if pressed else 6))
        _panel(surface, Panel(button.box, look.fill, look.edge, radius, edge_width))
        if button.shape is not Shape.NONE:
            _sign(surface, button.shape, _parts(button)[0], look.ink)
        for text in button_texts(button, look):
            self.lettering.draw(surface, text)

    def close(self) -> None:
        """Let the fonts go."""
        self.lettering.close()


def button_texts(button: Button, look: Look | None = None) -> list[Text]:
    """The label and second line of a button, in their boxes."""
    look = look or button.look
    if not button.label:
        return []
    room = _parts(button)[1]
    if not button.second:
        return [Text(button.label, room, button.size, look.ink, button.bold, button.align)]
    first, below = room.top(round(room.h * 0.58))
    size = max(12, round(button.size * SECOND_LINE))
    return [
        Text(button.label, first, button.size, look.ink, button.bold, button.align),
        Text(button.second, below, size, look.second, False, button.align, top=True),
    ]


def _parts(button: Button) -> tuple[Box, Box]:
    """Where a button's sign and where its words stand."""
    radius = _radius(button.box)
    room = button.box.inset(max(10, radius), max(6, radius // 3))
    if button.shape is Shape.NONE:
        return Box(room.x, room.y, 0, 0), room
    side = min(room.h, round(button.size * 1.1))
    if not button.label:
        return room.middle(side, side), room
    gap = button.size // 3
    if button.shape in (Shape.RIGHT, Shape.DOWN):
        place, rest = room.right_strip(side)
        return place.middle(side, side), rest.left(rest.w - gap)[0]
    place, rest = room.left(side)
    return place.middle(side, side), rest.right_strip(rest.w - gap)[0]


def _radius(box: Box) -> int:
    return round(min(box.w, box.h) * RADIUS)


def _panel(surface: pygame.Surface, panel: Panel) -> None:
    rect = pygame.Rect(panel.box.x, panel.box.y, panel.box.w, panel.box.h)
    pygame.draw.rect(surface, panel.fill, rect, border_radius=panel.radius)
    if panel.edge is not None:
        pygame.draw.rect(surface, panel.edge, rect, panel.edge_width, border_radius=panel.radius)


def _sign(surface: pygame.Surface, shape: Shape, box: Box, colour: Colour) -> None:
    """Drawn three times as large and made small again: pygame's own lines have no soft edges."""
    side = min(box.w, box.h)
    square = box.middle(side, side)
    large = pygame.Surface((side * 3, side * 3), pygame.SRCALPHA)
    large.fill((*colour, 0))
    _sign_at(large, shape, side * 3, colour)
    surface.blit(pygame.transform.smoothscale(large, (side, side)), (square.x, square.y))


def _sign_at(surface: pygame.Surface, shape: Shape, side: int, colour: Colour) -> None:
    scale = side / 100

    def at(point: Point) -> Point:
        return point[0] * scale, point[1] * scale

    width = max(2.0, (_THIN if shape in _MOUTHS else _STROKE) * scale)
    for stroke in _STROKES.get(shape, ()):
        points = [at(point) for point in stroke]
        for start, end in pairwise(points):
            _stroke(surface, start, end, width, colour)
    for centre, radius in _DISCS.get(shape, ()):
        pygame.draw.circle(surface, colour, at(centre), radius * scale)
    if shape in _RINGS:
        centre, radius = _RINGS[shape]
        pygame.draw.circle(surface, colour, at(centre), radius * scale, round(width))


def _stroke(surface: pygame.Surface, start: Point, end: Point, width: float, colour: Colour) -> None:
    """A line with round ends: pygame's own wide lines have slanted ones."""
    along = pygame.Vector2(end) - pygame.Vector2(start)
    if along.length() > 0:
        side = along.rotate(90).normalize() * (width / 2)
        corners = [pygame.Vector2(start) + side, pygame.Vector2(end) + side]
        corners += [pygame.Vector2(end) - side, pygame.Vector2(start) - side]
        pygame.draw.polygon(surface, colour, corners)
    for point in (start, end):
        pygame.draw.circle(surface, colour, point, width / 2)
