"""预约取号: where the code of a booking is typed. Pure. A code's characters are large and in their order; all of them
are there, as a hall may take over codes that were made elsewhere. A scanner's place is beside the code."""

from __future__ import annotations

from kiosk.frame import BODY, Room, heading
from kiosk.values import DIGITS, LETTERS, is_code
from screen.colours import BLUE, INK, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import MAIN, OFF, Align, Button, Item, Panel, Shape, Text

GROUP = 4  # so many characters are read at once


def booking_page(room: Room, body: Box) -> list[Item]:
    """The code so far, a pad of digits and letters, and what is done with it."""
    items, rest = heading(room, body, room("booking.title"), room("booking.hint"))
    gap = room.px(14 if room.portrait else 10)
    code, rest = rest.top(room.px(150 if room.portrait else 92), room.px(30 if room.portrait else 12))
    items += _code(room, code)
    bar, rest = rest.foot(room.px(170 if room.portrait else 100), room.px(36 if room.portrait else 12))
    back, enter = bar.columns(2, room.px(36))
    ready = is_code(room.state)
    items += _pad(room, rest.top(min(rest.h, room.px(900)))[0], gap)
    items.append(Button("back", room("button.back"), back, room.px(44), shape=Shape.LEFT))
    look = MAIN if ready else OFF
    label = room("booking.enter")
    items.append(Button("enter", label, enter, room.px(50), look=look, shape=Shape.TICK, enabled=ready))
    return items


def _code(room: Room, place: Box) -> list[Item]:
    """What is typed, in groups; nothing of it stays once the visitor is done."""
    clear, shown = place.right_strip(room.px(230), room.px(24))
    typed = room.state.typed
    groups = " ".join(typed[i : i + GROUP] for i in range(0, len(typed), GROUP))
    inner = shown.inset(room.px(28), room.px(8))
    words = (
        Text(groups, inner, room.px(76), INK, bold=True, align=Align.CENTRE, least=room.px(22))
        if typed
        else Text(room("booking.empty"), inner, room.px(46), SOFT_INK, align=Align.CENTRE)
    )
    button = Button("clear", room("booking.clear"), clear, room.px(BODY), shape=Shape.CROSS)
    return [Panel(shown, WHITE, BLUE, room.px(20), room.px(5)), words, button]


def _pad(room: Room, place: Box, gap: int) -> list[Item]:
    """Digits above, letters below, the key that takes one back at the end of them."""
    if room.portrait:
        upper, lower = place.top((place.h - 5 * gap) // 6 * 2 + gap, gap)
        digits, letters = upper.grid(2, 5, gap), lower.grid(4, 7, gap)
        erase = _joined(letters[-2], letters[-1])
    else:
        upper, lower = place.top((place.h - 2 * gap) // 3, gap)
        *digits_, first, last = upper.columns(len(DIGITS) + 2, gap)
        digits, letters, erase = tuple(digits_), lower.grid(2, 13, gap), _joined(first, last)
    size = room.px(50)
    keys = [*zip(DIGITS, digits, strict=True), *zip(LETTERS, letters, strict=False)]
    items: list[Item] = [Button(f"type:{key}", key, box, size) for key, box in keys]
    return [*items, Button("erase", "", erase, size, shape=Shape.ERASE)]


def _joined(one: Box, other: Box) -> Box:
    return Box(one.x, one.y, other.right - one.x, one.h)
