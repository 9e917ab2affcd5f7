"""Moving strips: what moves, what stands, and that the next page goes on where the last one was."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest
from msgspec.structs import replace

from hall.station.settings import fonts
from screen.layout import Box
from screen.page import Page, Strip
from screen.painter import Painter
from screen.strip import STEP_PX

SIZE = (400, 100)
BOX = Box(50, 20, 300, 60)
LONG = Strip(("对外办公时间即将结束，您所取的号可能无法及时办理。", "请携带身份证"), BOX, 30, speed=100)


@pytest.fixture
def painter() -> Iterator[Painter]:
    pygame.display.init()
    pygame.display.set_mode(SIZE)
    made = Painter(fonts())
    yield made
    made.close()
    pygame.display.quit()


def painted(painter: Painter, strip: Strip, name: str = "one") -> pygame.Surface:
    surface = pygame.Surface(SIZE)
    painter.paint(surface, Page(name, SIZE, (strip,)))
    return surface


def pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def test_it_moves_by_its_speed_to_the_left(painter: Painter) -> None:
    surface = painted(painter, LONG)
    start = surface.subsurface((BOX.x, BOX.y, BOX.w, BOX.h)).copy()
    assert painter.strips.move(surface, 10.0) == []
    (moved,) = painter.strips.move(surface, 10.5)
    assert tuple(moved) == (BOX.x, BOX.y, BOX.w, BOX.h)
    now = surface.subsurface((BOX.x, BOX.y, BOX.w, BOX.h))
    assert pixels(now.subsurface((0, 0, BOX.w - 50, BOX.h))) == pixels(start.subsurface((50, 0, BOX.w - 50, BOX.h)))


def test_nothing_outside_its_box_is_touched(painter: Painter) -> None:
    surface = painted(painter, LONG)
    before = [surface.get_at((x, y)) for x in (0, BOX.x - 1, BOX.right) for y in range(SIZE[1])]
    painter.strips.move(surface, 0.0)
    painter.strips.move(surface, 1.7)
    assert [surface.get_at((x, y)) for x in (0, BOX.x - 1, BOX.right) for y in range(SIZE[1])] == before


def test_less_than_a_step_is_not_drawn(painter: Painter) -> None:
    surface = painted(painter, LONG)
    painter.strips.move(surface, 0.0)
    assert painter.strips.move(surface, (STEP_PX - 0.5) / LONG.speed) == []


def test_it_begins_anew_behind_its_end(painter: Painter) -> None:
    surface = painted(painter, LONG)
    start = pixels(surface)
    painter.strips.move(surface, 0.0)
    seen = set()
    for step in range(1, 4000):
        painter.strips.move(surface, step * 0.02)
        seen.add(pixels(surface))
        if step > 10 and pixels(surface) == start:
            break
    assert pixels(surface) == start
    assert len(seen) > 100


@pytest.mark.parametrize("lines", [("短",), (), ("",)])
def test_what_fits_stands_still(painter: Painter, lines: tuple[str, ...]) -> None:
    surface = painted(painter, replace(LONG, lines=lines))
    painter.strips.move(surface, 0.0)
    assert painter.strips.move(surface, 5.0) == []


def test_the_next_page_goes_on_where_the_last_one_was(painter: Painter) -> None:
    surface = painted(painter, LONG)
    painter.strips.move(surface, 0.0)
    painter.strips.move(surface, 1.0)
    assert pixels(painted(painter, LONG, "two")) == pixels(surface)
    other = painted(painter, replace(LONG, lines=("别的",)), "three")
    assert pixels(other) != pixels(surface)
    assert pixels(painted(painter, LONG, "four")) != pixels(surface)  # forgotten meanwhile: from the start
