"""The screen of one window: its number, who sits there, which ticket is in hand. Pure."""

from __future__ import annotations

from typing import Final

from display.frame import CARD, EDGE, GOLD, MINT, NAVY, ORANGE, PALE, TITLE, View, text_width
from display.values import BarSays, Clerk, Place, WindowSign
from screen.colours import WHITE, Colour
from screen.layout import Box
from screen.page import Align, Item, Panel, Picture, Shape, Sign, Text

SIGNS: Final[dict[BarSays, tuple[Shape, Colour]]] = {
    BarSays.CALLING: (Shape.DOWN, GOLD),
    BarSays.SERVING: (Shape.TICK, MINT),
    BarSays.PAUSED: (Shape.CLOCK, ORANGE),
    BarSays.FREE: (Shape.PERSON, MINT),
    BarSays.CLOSED: (Shape.CROSS, PALE),
    BarSays.EMERGENCY: (Shape.WARNING, ORANGE),
}


def window_sign(view: View, box: Box, sign: WindowSign) -> list[Item]:
    """Upright one below the other; wide: number and clerk above, state below."""
    gap = view.px(28)
    upper, lower = box.top(round(box.h * (0.56 if view.upright else 0.48)), gap)
    if view.upright:
        number, clerk = upper.rows(2, gap)
    else:
        number, clerk = upper.columns(2, gap)
    return [
        *_number(view, number, sign.place),
        *_clerk(view, clerk, sign.clerk),
        *_state(view, lower, sign),
    ]


def _number(view: View, box: Box, place: Place) -> list[Item]:
    items: list[Item] = [Panel(box, CARD, EDGE, view.px(26), view.px(3))]
    inner = box.inset(view.px(36), view.px(20))
    name, inner = inner.foot(view.px(84) if place.name else 0)
    before, after = view.words("board.unit_left"), view.words("board.unit_right")
    size = min(view.px(330), inner.h)
    digits = len(str(place.window))
    number_w = round(size * (0.6 * digits + 0.04))
    unit_w = view.px(360)
    together = inner.middle(number_w + unit_w, inner.h)
    if before:
        unit, number = together.left(unit_w)
    else:
        number, unit = together.left(number_w)
    align = Align.RIGHT if before else Align.LEFT
    unit = unit.inset(view.px(12), 0).middle(unit.w, view.px(140))
    items.append(Text(str(place.window), number, size, GOLD, True, Align.CENTRE))
    items.append(Text(before or after, unit, view.px(104), WHITE, True, align))
    if place.name:
        items.append(Text(place.name, name, view.px(TITLE + 6), PALE, False, Align.CENTRE, least=view.px(36)))
    return items


def _clerk(view: View, box: Box, clerk: Clerk | None) -> list[Item]:
    """公示牌: photo, name, number, post (seed §(八)3)."""
    items: list[Item] = [Panel(box, CARD, EDGE, view.px(26), view.px(3))]
    inner = box.inset(view.px(36), view.px(30))
    photo, text = inner.left(min(round(inner.h * 0.75), view.px(300)), view.px(40))
    items.append(Picture(clerk.photo if clerk else "", photo, NAVY, EDGE, EDGE, view.px(14), view.px(3)))
    if clerk is None:
        return [*items, Text(view.words("sign.no_clerk"), text, view.px(80), PALE, least=view.px(44))]
    name, middle, foot = text.rows(3)
    items.append(Text(clerk.name or clerk.badge, name, view.px(110), WHITE, bold=True, least=view.px(54)))
    words = view.words("sign.badge", badge=clerk.badge)
    items.append(Text(words, middle, view.px(70), PALE, least=view.px(40)))
    if clerk.letter is not None:
        chip, foot = foot.left(view.px(200), view.px(30))
        items.append(Panel(chip.inset(0, view.px(8)), GOLD, radius=view.px(14)))
        letter = view.words("sign.letter", letter=clerk.letter)
        items.append(Text(letter, chip.inset(view.px(12), view.px(8)), view.px(66), NAVY, True, Align.CENTRE))
    items.append(Text(clerk.title, foot, view.px(60), PALE, least=view.px(36)))
    return items


def _state(view: View, box: Box, sign: WindowSign) -> list[Item]:
    shape, colour = SIGNS[sign.says]
    fresh = sign.fresh
    fill, ink, second = (GOLD, NAVY, NAVY) if fresh else (CARD, WHITE, colour)
    edge, edge_width = (WHITE, view.px(14)) if fresh else (colour, view.px(4))
    items: list[Item] = [Panel(box, fill, edge, view.px(28), edge_width)]
    inner = box.inset(view.px(50), view.px(24))
    words = view.words(f"sign.{sign.says}")
    if sign.ticket:
        if view.upright:
            ticket, told = inner.rows(2)
        else:
            ticket, told = inner.left(round(inner.w * 0.52))
        items.append(Text(sign.ticket, ticket, view.px(300), ink if fresh else GOLD, True, Align.CENTRE))
        return items + _words(view, told, words, shape, second)
    upper, lower = inner.top(round(inner.h * 0.6))
    more = f"sign.{sign.says}_text"
    items += _words(view, upper, words, shape, second, large=True)
    if more in view.words:
        items.append(Text(view.words(more), lower, view.px(76), PALE, False, Align.CENTRE, least=view.px(44)))
    return items


def _words(view: View, box: Box, words: str, shape: Shape, ink: Colour, large: bool = False) -> list[Item]:
    """A sign and words beside it, in the middle of the box."""
    size = view.px(170 if large else 116)
    side = round(size * (1.2 if shape is Shape.DOWN else 0.9))
    text_w = min(box.w - side - view.px(40), round(size * 1.02 * text_width(words)))
    together = box.middle(side + view.px(40) + text_w, box.h)
    sign, place = together.left(side, view.px(40))
    return [
        Sign(shape, sign.middle(side, side), ink),
        Text(words, place, size, ink, bold=True, least=view.px(54)),
    ]
