"""The pages that offer choices in a grid: departments, matters, classes of 绿色通道. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from kiosk.frame import BODY, CHOICE, SMALL, Room, heading, leaf_grid, reprint_button
from kiosk.values import departments, is_first, leaves, matters, may_check_in, priorities
from screen.colours import GREEN, PALE_GREEN, SOFT_INK
from screen.layout import Box
from screen.page import MAIN, PLAIN, Align, Button, Item, Look, Shape, Text

PICKED = Look(fill=PALE_GREEN, edge=GREEN)  # with a tick: never told by colour alone
LESS_AND_MORE = 250 + 210 + 250  # the width of what turns leaves


class Choice(Struct, frozen=True):
    """A button of a grid."""

    button: str
    name: str
    second: str
    picked: bool = False


def departments_page(room: Room, body: Box) -> list[Item]:
    """First step; or where one more matter is looked for."""
    shown = [Choice(f"department:{d.id}", room.name(d), room.other_name(d)) for d in departments(room.state)]
    title, hint = _titles(room, room("departments.title"), room("departments.hint"))
    return _choices(room, body, title, hint, shown, back=bool(room.state.chosen))


def matters_page(room: Room, body: Box) -> list[Item]:
    """Second step."""
    offered = departments(room.state)
    department = next((d for d in offered if d.id == room.state.department), None)
    hint = room("matters.hint", department=room.name(department) if department else "")
    shown = [Choice(f"matter:{m.id}", room.name(m), room.other_name(m)) for m in matters(room.state)]
    title, hint = _titles(room, room("matters.title"), hint)
    return _choices(room, body, title, hint, shown, back=not is_first(room.state))


def priority_page(room: Room, body: Box) -> list[Item]:
    """An ordinary ticket, or one of the classes with the rule that grants it."""
    now = room.state.priority
    shown = [Choice("ordinary", room("priority.ordinary"), room("priority.ordinary_hint"), now == "")]
    for p in priorities(room.state):
        name, basis = room("priority.class", name=room.name(p)), room("priority.basis", basis=p.basis)
        shown.append(Choice(f"class:{p.id}", name, basis, now == p.id))
    return _choices(room, body, room("priority.title"), room("priority.hint"), shown, back=True)


def _titles(room: Room, title: str, hint: str) -> tuple[str, str]:
    count = len(room.state.chosen)
    return (room("further.title"), room("further.hint", count=count)) if count else (title, hint)


def _choices(room: Room, body: Box, title: str, hint: str, shown: Sequence[Choice], back: bool) -> list[Item]:
    reprint = room.state.can_reprint and is_first(room.state)  # where the next visitor begins
    if room.portrait or not reprint:
        items, rest = heading(room, body, title, hint)
    else:
        left, _ = body.left(body.w - room.px(460))
        items, rest = heading(room, left, title, hint)
        rest = Box(body.x, rest.y, body.w, rest.h)
        corner = body.right_strip(room.px(440))[0].top(room.px(110))[0]
        items.append(reprint_button(room, corner))
    count, leaf = leaves(room.state), room.state.leaf
    if count > 1 or back or may_check_in(room.state):
        bar, rest = rest.foot(room.px(130 if room.portrait else 106))
        items += _bar(room, bar.foot(room.px(112 if room.portrait else 96))[0], count, back)
    if reprint and room.portrait:
        strip, rest = rest.foot(room.px(120))
        items.append(reprint_button(room, strip.foot(room.px(96))[0].middle(room.px(640), room.px(96))))
    rows, columns = leaf_grid(room.size)
    gap = room.px(22)
    here = shown[leaf * room.state.per_leaf : (leaf + 1) * room.state.per_leaf]
    used = max(1, -(-len(here) // columns), rows // 2)  # few choices stay as large as half a leaf of them
    height = min(rest.h, used * (room.px(230) + gap))
    boxes = rest.top(height)[0].inset(0, gap // 2).grid(used, columns, gap)
    size = room.px(CHOICE)
    for choice, box in zip(here, boxes, strict=False):
        second = choice.second if box.h >= room.px(120) else ""  # a long name needs both lines
        shape, look = (Shape.TICK, PICKED) if choice.picked else (Shape.RIGHT, PLAIN)
        items.append(Button(choice.button, choice.name, box, size, second, look, shape, align=Align.LEFT))
    return items


def _bar(room: Room, bar: Box, count: int, back: bool) -> list[Item]:
    """Back, or on the first page the booked visitors' way, at the left; leaf by leaf at the right, both arrows in the
    same place on every leaf."""
    items: list[Item] = []
    size = room.px(38)
    if back:
        place = bar.left(room.px(250))[0]
        items.append(Button("back", room("button.back"), place, size, shape=Shape.LEFT))
    elif may_check_in(room.state):
        width = room.px(440)
        if count > 1:
            width = min(width, bar.w - room.px(LESS_AND_MORE + 8))
        place = bar.left(width)[0]
        items.append(Button("booking", room("booking.button"), place, room.px(BODY), shape=Shape.CALENDAR))
    if count > 1:
        leaf = room.state.leaf
        more, rest = bar.right_strip(room.px(250))
        told, rest = rest.right_strip(room.px(210))
        less = rest.right_strip(room.px(250))[0]
        where = room("button.leaf", leaf=leaf + 1, leaves=count)
        items.append(Text(where, told.inset(room.px(8)), room.px(SMALL), SOFT_INK, align=Align.CENTRE))
        if leaf > 0:
            items.append(Button("less", room("button.less"), less, size, shape=Shape.UP))
        if leaf + 1 < count:
            items.append(Button("more", room("button.more"), more, size, shape=Shape.DOWN, look=MAIN))
    return items
