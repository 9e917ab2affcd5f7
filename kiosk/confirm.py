"""The page that asks whether all is right: one matter large, several as a list. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.choices import PICKED
from kiosk.frame import BODY, SMALL, Room, heading
from kiosk.values import chosen_matters, may_add, priorities
from screen.colours import BLUE, INK, LINE, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import MAIN, PLAIN, Align, Button, Item, Panel, Shape, Text
from slips.slip import place_words

ROW = 138  # of a list of matters


def confirm_page(room: Room, body: Box) -> list[Item]:
    """Third step. What most visitors do not need stands between, smaller than yes and back."""
    items, rest = heading(room, body, room("confirm.title"), room("confirm.hint"))
    if room.state.catalogue is None or not room.state.chosen:
        return items
    asides = _asides(room)
    gap = room.px(36)
    if room.portrait:
        card, rest = rest.top(min(room.px(720), round(rest.h * 0.6)), gap)
        if asides:
            strip, rest = rest.top(room.px(150), gap)
            items += _placed(asides, strip.columns(len(asides), gap))
        no, yes = rest.top(room.px(190))[0].columns(2, gap)
    elif asides or len(room.state.chosen) > 1:
        card, column = rest.left(rest.w - room.px(430), room.px(30))
        yes, column = column.foot(room.px(150), room.px(14))
        places = column.rows(len(asides) + 1, room.px(14))
        items += _placed(asides, places)
        no = places[-1]
    else:
        card, rest = rest.top(round(rest.h * 0.66), room.px(16))
        no, yes = rest.top(room.px(190))[0].columns(2, gap)
    items.append(Panel(card, WHITE, LINE, room.px(20)))
    items += _one(room, card) if len(room.state.chosen) == 1 else _several(room, card)
    size = room.px(50 if no.h > room.px(130) else 42)
    items.append(Button("back", room("confirm.back"), no, size, shape=Shape.LEFT))
    items.append(Button("yes", room("confirm.yes"), yes, room.px(50), shape=Shape.TICK, look=MAIN))
    return items


def _one(room: Room, card: Box) -> list[Item]:
    assert room.state.catalogue is not None
    (matter,) = chosen_matters(room.state)
    inner = card.inset(room.px(44), room.px(28))
    upper, lower = inner.top(round(inner.h * (0.66 if room.portrait else 0.55)))
    label, name = upper.top(room.px(56))
    second = room.other_name(matter) if room.portrait else ""
    name, other = name.top(round(name.h * (0.68 if second else 1)))
    where_label, where = lower.top(room.px(56))
    places = place_words(
        matter.windows, room.state.catalogue, room.words[room.state.language], "windows", room.state.language
    )
    return [
        Text(room("confirm.matter"), label, room.px(BODY), SOFT_INK),
        Text(room.name(matter), name, room.px(66), INK, bold=True, least=room.px(40)),
        Text(second, other, room.px(BODY), SOFT_INK, least=room.px(28)),
        Text(room("confirm.windows"), where_label, room.px(BODY), SOFT_INK),
        Text(places, where, room.px(50), INK, bold=True, least=room.px(32)),
    ]


def _several(room: Room, card: Box) -> list[Item]:
    """The matters in their order, each with a way to take it off again."""
    assert room.state.catalogue is not None
    matters = chosen_matters(room.state)
    inner = card.inset(room.px(32), room.px(14 if room.portrait else 10))
    items: list[Item] = []
    if room.portrait:
        label, inner = inner.top(room.px(64))
        items.append(Text(room("confirm.matters", count=len(matters)), label, room.px(SMALL), SOFT_INK))
    height = min(room.px(ROW), inner.h // len(matters))
    for n, matter in enumerate(matters, 1):
        row, inner = inner.top(height)
        if n > 1:
            items.append(Panel(Box(row.x, row.y, row.w, max(1, room.px(2))), LINE))
        row = row.inset(0, room.px(8))
        number, row = row.left(room.px(56))
        drop, row = row.right_strip(room.px(190), room.px(24))
        drop = drop.middle(drop.w, room.px(100))
        items += [
            Text(f"{n}", number, room.px(46), BLUE, bold=True, align=Align.LEFT),
            Text(room.name(matter), row, room.px(40), INK, bold=True, least=room.px(26)),
            Button(f"drop:{matter.id}", room("confirm.drop"), drop, room.px(SMALL), shape=Shape.CROSS),
        ]
    return items


def _asides(room: Room) -> list[Button]:
    """What a visitor may add; still without a place."""
    nowhere = Box(0, 0, 0, 0)
    size = room.px(44)
    asides = []
    if may_add(room.state):
        label, hint = room("confirm.add"), room("confirm.add_hint")
        asides.append(Button("add", label, nowhere, size, hint, PLAIN, Shape.PLUS, align=Align.LEFT))
    if classes := priorities(room.state):
        given = next((p for p in classes if p.id == room.state.priority), None)
        if given is None:
            names = room("confirm.separator").join(room.name(p) for p in classes)
            label, hint, look, shape = room("confirm.classes"), names, PLAIN, Shape.STAR
        else:
            label, hint = room("priority.class", name=room.name(given)), room("confirm.chosen_hint")
            look, shape = PICKED, Shape.TICK
        asides.append(Button("classes", label, nowhere, size, hint, look, shape, align=Align.LEFT))
    return asides


def _placed(buttons: list[Button], places: tuple[Box, ...]) -> list[Item]:
    return [replace(button, box=place) for button, place in zip(buttons, places, strict=False)]
