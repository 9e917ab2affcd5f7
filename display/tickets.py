"""Called tickets on a board: the newest large, the others in a grid. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from display.frame import CARD, EDGE, GOLD, HERO, MINT, NAVY, NUMBER, PALE, SMALL, TITLE, UNIT, View, text_width
from display.values import Board, Called, Place
from screen.colours import WHITE, Colour
from screen.layout import Box
from screen.page import Align, Item, Panel, Shape, Sign, Text

# Rows and columns below the large card: the first that holds every called ticket; those being served fill it up. From
# 10 m the first is read; the densest, when 16 windows call at once, from 7 m.
GRIDS: Final = ((3, 2), (4, 2), (5, 3), (6, 3))
GRIDS_UPRIGHT: Final = ((4, 1), (4, 2), (6, 2), (9, 2))


class Look(Struct, frozen=True):
    """The colours of a card."""

    fill: Colour
    edge: Colour
    label: Colour
    ink: Colour
    second: Colour


NEW: Final = Look(GOLD, WHITE, NAVY, NAVY, NAVY)
USUAL: Final = Look(CARD, EDGE, GOLD, WHITE, PALE)
SERVED: Final = Look(NAVY, EDGE, WHITE, WHITE, MINT)


def tickets(view: View, box: Box, board: Board) -> list[Item]:
    """All called tickets; on a board too full even for the densest grid, page by page."""
    if not board.called:
        return _nobody(view, box)
    others = board.called[1:]
    must = sum(not called.serving for called in others)
    grids = GRIDS_UPRIGHT if view.upright else GRIDS
    rows, columns = next((g for g in grids if g[0] * g[1] >= must), grids[-1])
    dense = (rows, columns) not in grids[:2]
    gap = view.px(10 if dense else 18)
    hero, below = box.top(view.px(216 if dense else 262), gap)
    room = rows * columns
    pages = max(1, -(-must // room))
    first = board.turn % pages * room
    items = _hero(view, hero, board.called[0])
    for called, cell in zip(others[first : first + room], below.grid(rows, columns, gap), strict=False):
        items += _card(view, cell, called)
    return items


def _nobody(view: View, box: Box) -> list[Item]:
    card = box.middle(box.w, view.px(420))
    side = view.px(110)
    sign, rest = card.inset(view.px(40)).top(side)
    title, text = rest.rows(2)
    return [
        Panel(box, CARD, EDGE, view.px(24), view.px(2)),
        Sign(Shape.CLOCK, sign.middle(side, side), PALE),
        Text(view.words("board.nobody"), title, view.px(84), WHITE, True, Align.CENTRE),
        Text(view.words("board.listen"), text, view.px(TITLE), PALE, False, Align.CENTRE, top=True),
    ]


def _hero(view: View, box: Box, called: Called) -> list[Item]:
    """The newest call. New is told by a word, by a wide white frame and by colour."""
    look = _look(called)
    edge_width = view.px(12 if called.fresh else 3)
    items: list[Item] = [Panel(box, look.fill, look.edge, view.px(26), edge_width)]
    inner = box.inset(view.px(44), view.px(18))
    tag, inner = inner.top(view.px(54))
    items += _tag(view, tag, called, look, view.px(44))
    label, rest = inner.left(round(inner.w * 0.46))
    arrow, rest = rest.left(view.px(120))
    side = view.px(100)
    size = min(HERO, inner.h / view.px(100) * 100)
    items.append(Text(called.label, label, view.px(size), look.label, True, least=view.px(NUMBER)))
    items.append(Sign(Shape.RIGHT, arrow.middle(side, side), look.second))
    return items + _place(view, rest, called.place, look, (size, size * 0.44, size * 0.3), called.place.zone)


def _card(view: View, box: Box, called: Called) -> list[Item]:
    look = _look(called)
    edge_width = view.px(9 if called.fresh else 2)
    items: list[Item] = [Panel(box, look.fill, look.edge, view.px(18), edge_width)]
    inner = box.inset(view.px(22), view.px(6))
    number = min(NUMBER, inner.h / view.px(100) * 92, inner.w / view.px(100) * 18.2)
    wide = inner.w > view.px(700)
    label, rest = inner.left(round(inner.w * (0.34 if wide else 0.43)))
    arrow, rest = rest.left(round(inner.w * 0.1))
    side = round(view.px(number) * 0.5)
    shape = Shape.TICK if called.serving else Shape.SOUND if called.fresh else Shape.RIGHT
    items.append(Text(called.label, label, view.px(number), look.label, True, least=view.px(number * 0.55)))
    items.append(Sign(shape, arrow.middle(side, side), look.second))
    # Who is being served has found the way: the word for it stands in the place of the zone.
    where = view.words("board.serving") if called.serving else called.place.zone
    sizes = (number, min(UNIT, number * 0.54), min(SMALL + 4, number * 0.37))
    return items + _place(view, rest, called.place, look, sizes, where, least_digits=2)


def _look(called: Called) -> Look:
    return NEW if called.fresh else SERVED if called.serving else USUAL


def _tag(view: View, box: Box, called: Called, look: Look, size: int) -> list[Item]:
    """A sign and a word: new, please go, being served."""
    if called.serving:
        shape, key = Shape.TICK, "board.serving"
    elif called.fresh:
        shape, key = Shape.SOUND, "board.new"
    else:
        shape, key = Shape.PERSON, "board.go"
    sign, words = box.left(size, size // 3)
    return [
        Sign(shape, sign.middle(size, size), look.second),
        Text(view.words(key), words, size, look.second, bold=called.fresh),
    ]


def _place(
    view: View,
    box: Box,
    place: Place,
    look: Look,
    sizes: tuple[float, float, float],
    where: str,
    least_digits: int = 1,
) -> list[Item]:
    """The window's number large, “号窗口” and the zone small beside it, in one line where there is room. An arrow will
    stand at the right once `Place` tells a direction. `sizes`: number, unit, zone."""
    number_size, unit_size, zone_size = sizes
    before, after = view.words("board.unit_left"), view.words("board.unit_right")
    digits = max(len(str(place.window)), least_digits)
    number_width = view.px(number_size * (0.6 * digits + 0.04))
    unit_width = view.px(unit_size * (4.2 if before else 3.3)) + view.px(10)
    inline = box.w - number_width - unit_width >= view.px(unit_size * 0.9 * text_width(where)) + view.px(24)
    if before:
        unit, rest = box.left(unit_width if inline else min(unit_width, box.w - number_width))
        number, rest = rest.left(min(number_width, rest.w))
    else:
        number, rest = box.left(number_width)
        unit, rest = rest.left(unit_width if inline else rest.w)
    align = Align.LEFT if before or least_digits == 1 else Align.RIGHT
    least = view.px(number_size * 0.6)
    items: list[Item] = [Text(str(place.window), number, view.px(number_size), look.ink, True, align, least=least)]
    apart = unit.w - view.px(14 if before else 10)
    unit = unit.left(apart)[0] if before else unit.right_strip(apart)[0]
    upper, lower = unit, rest.right_strip(max(0, rest.w - view.px(24)))[0]
    first = round(view.px(unit_size) * 1.25)
    if where and not inline:
        # Both lines together are as high as the number and stand in its middle.
        upper, lower = unit.middle(unit.w, first + round(view.px(zone_size) * 1.4)).top(first)
    else:
        upper, lower = unit.middle(unit.w, first), lower.middle(lower.w, first)
    items.append(Text(before or after, upper, view.px(unit_size), look.ink, True, least=view.px(unit_size * 0.45)))
    if where:
        size = view.px(unit_size * 0.9 if inline else zone_size)
        items.append(Text(where, lower, size, look.second, least=round(size * 0.5)))
    return items
