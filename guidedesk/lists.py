"""Lists on the guide desk: numbered choices leaf by leaf, and what stands below them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from guidedesk.choices import leaves, shown
from guidedesk.frame import View
from screen.colours import SOFT_INK
from screen.layout import Box
from screen.page import OFF, PLAIN, Align, Button, Item, Shape, Text

ROWS, COLUMNS = 3, 3


def grid(view: View, body: Box, labels: Mapping[str, str], *, back: bool) -> list[Item]:
    """Three by three choices; key n presses the n-th."""
    below, rest = body.foot(view.px(92))
    gap = view.px(14)
    places = Box(rest.x, rest.y, rest.w, rest.h - gap).grid(ROWS, COLUMNS, gap)
    items: list[Item] = []
    for n, (button, place) in enumerate(zip(shown(view.state), places, strict=False), start=1):
        label = view("key.with", n=n, name=labels[button])
        items.append(Button(button, label, place, view.px(29), "", PLAIN, Shape.RIGHT, align=Align.LEFT))
    return [*items, *foot(view, below, back=back)]


def foot(view: View, box: Box, *, back: bool) -> list[Item]:
    """Back at the left, leaf by leaf at the right."""
    items: list[Item] = []
    box = box.foot(view.px(76))[0]
    size = view.px(26)
    if back:
        place = box.left(view.px(240))[0]
        items.append(Button("back", view("button.back"), place, size, view("key.escape"), shape=Shape.LEFT))
    count = leaves(view.state)
    if count > 1:
        leaf = view.state.leaf
        more, rest = box.right_strip(view.px(220))
        told, rest = rest.right_strip(view.px(150))
        less = rest.right_strip(view.px(220))[0]
        where = view("leaf", leaf=leaf + 1, leaves=count)
        items.append(Text(where, told.inset(view.px(6), 0), view.px(24), SOFT_INK, align=Align.CENTRE))
        for button, key, place, shape, further in (
            ("less", "PgUp", less, Shape.LEFT, leaf > 0),
            ("more", "PgDn", more, Shape.RIGHT, leaf + 1 < count),
        ):
            look = PLAIN if further else OFF
            items.append(Button(button, view(f"button.{button}"), place, size, key, look, shape, further))
    return items


def able(view: View, button: Button) -> Button:
    """The button, off while nothing can be asked of the hub."""
    if view.state.ready or not button.enabled:
        return button
    return Button(button.id, button.label, button.box, button.size, button.second, OFF, button.shape, False)
