"""The kiosk's pages: `page_of(state …) -> Page`, pure. Large, plain, and never told by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from hall.wording import Words
from kiosk.frame import BODY, CHOICE, SMALL, TITLE, Room, framed, leaf_grid
from kiosk.values import BLOCKED, Kiosk, PageName, chosen, departments, leaves, matters
from screen.colours import (
    AMBER,
    BLUE,
    GREEN,
    INK,
    LINE,
    PALE_AMBER,
    PALE_BLUE,
    PALE_GREEN,
    SOFT_INK,
    WHITE,
    Colour,
)
from screen.layout import Box
from screen.page import MAIN, Align, Button, Item, Page, Panel, Shape, Sign, Text
from slips.slip import place_words

Draw: TypeAlias = Callable[[Room, Box], list[Item]]


def page_of(state: Kiosk, words: Mapping[str, Words], refusals: Mapping[str, Words], size: tuple[int, int]) -> Page:
    """The page of a state; `words` and `refusals` by language."""
    room = Room(state, words, refusals, size)
    body, items = framed(room)
    items += _DRAWN_BY.get(state.page, _notice)(room, body)
    return Page(state.page.value, size, tuple(items))


# --- choosing -----------------------------------------------------------------------------------------------------


def _departments(room: Room, body: Box) -> list[Item]:
    shown = [(f"department:{d.id}", room.name(d), room.other_name(d)) for d in departments(room.state)]
    return _choices(room, body, room("departments.hint"), shown, back=False)


def _matters(room: Room, body: Box) -> list[Item]:
    department = next((d for d in departments(room.state) if d.id == room.state.department), None)
    hint = room("matters.hint", department=room.name(department) if department else "")
    shown = [(f"matter:{m.id}", room.name(m), room.other_name(m)) for m in matters(room.state)]
    return _choices(room, body, hint, shown, back=len(departments(room.state)) > 1)


def _choices(room: Room, body: Box, hint: str, shown: list[tuple[str, str, str]], back: bool) -> list[Item]:
    title = room(f"{room.state.page.value}.title")
    reprint = room.state.can_reprint and not back  # only on the first page, where the next visitor begins
    if room.portrait or not reprint:
        items, rest = _heading(room, body, title, hint)
    else:
        left, _ = body.left(body.w - room.px(460))
        items, rest = _heading(room, left, title, hint)
        rest = Box(body.x, rest.y, body.w, rest.h)
        corner = body.right_strip(room.px(440))[0].top(room.px(110))[0]
        items.append(_reprint(room, corner))
    count, leaf = leaves(room.state), room.state.leaf
    if count > 1 or back:
        bar, rest = rest.foot(room.px(130 if room.portrait else 106))
        items += _turning(room, bar.foot(room.px(112 if room.portrait else 96))[0], count, back)
    if reprint and room.portrait:
        strip, rest = rest.foot(room.px(120))
        items.append(_reprint(room, strip.foot(room.px(96))[0].middle(room.px(640), room.px(96))))
    rows, columns = leaf_grid(room.size)
    gap = room.px(22)
    here = shown[leaf * room.state.per_leaf : (leaf + 1) * room.state.per_leaf]
    used = max(1, -(-len(here) // columns), rows // 2)  # few choices stay as large as half a leaf of them
    height = min(rest.h, used * (room.px(230) + gap))
    boxes = rest.top(height)[0].inset(0, gap // 2).grid(used, columns, gap)
    size = room.px(CHOICE)
    for (button, name, second), box in zip(here, boxes, strict=False):
        if box.h < room.px(120):
            second = ""  # a long name needs both lines
        items.append(Button(button, name, box, size, second, shape=Shape.RIGHT, align=Align.LEFT))
    return items


def _turning(room: Room, bar: Box, count: int, back: bool) -> list[Item]:
    """Back at the left; leaf by leaf at the right, both arrows in the same place on every leaf."""
    items: list[Item] = []
    size = room.px(38)
    if back:
        place = bar.left(room.px(250))[0]
        items.append(Button("back", room("button.back"), place, size, shape=Shape.LEFT))
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


def _confirm(room: Room, body: Box) -> list[Item]:
    state = room.state
    matter = chosen(state)
    heading, rest = _heading(room, body, room("confirm.title"), room("confirm.hint"))
    if matter is None or state.catalogue is None:
        return heading
    card, rest = rest.top(min(room.px(720), round(rest.h * (0.6 if room.portrait else 0.66))))
    inner = card.inset(room.px(44), room.px(28))
    upper, lower = inner.top(round(inner.h * (0.66 if room.portrait else 0.55)))
    label, name = upper.top(room.px(56))
    second = room.other_name(matter) if room.portrait else ""
    name, other = name.top(round(name.h * (0.68 if second else 1)))
    where_label, where = lower.top(room.px(56))
    places = place_words(matter.windows, state.catalogue, room.words[state.language], "windows", state.language)
    items: list[Item] = [
        *heading,
        Panel(card, WHITE, LINE, room.px(20)),
        Text(room("confirm.matter"), label, room.px(BODY), SOFT_INK),
        Text(room.name(matter), name, room.px(66), INK, bold=True, least=room.px(40)),
        Text(second, other, room.px(BODY), SOFT_INK, least=room.px(28)),
        Text(room("confirm.windows"), where_label, room.px(BODY), SOFT_INK),
        Text(places, where, room.px(50), INK, bold=True, least=room.px(32)),
    ]
    buttons = rest.inset(0, room.px(36 if room.portrait else 16)).top(room.px(190))[0]
    no, yes = buttons.columns(2, room.px(36))
    items.append(Button("back", room("confirm.back"), no, room.px(50), shape=Shape.LEFT))
    items.append(Button("yes", room("confirm.yes"), yes, room.px(50), shape=Shape.TICK, look=MAIN))
    return items


def _heading(room: Room, body: Box, title: str, hint: str) -> tuple[list[Item], Box]:
    upper, rest = body.top(room.px(104))
    lower, rest = rest.top(room.px(72))
    return [
        Text(title, upper, room.px(TITLE), INK, bold=True, least=room.px(44)),
        Text(hint, lower, room.px(BODY), BLUE, least=room.px(28)),
    ], rest.foot(rest.h - room.px(14))[0]


def _reprint(room: Room, place: Box) -> Button:
    given = room.state.given
    label = room("button.reprint", label=given.issued.label if given else "")
    return Button("reprint", label, place, room.px(BODY), shape=Shape.PAPER)


# --- telling ------------------------------------------------------------------------------------------------------

_TONES: dict[PageName, tuple[Shape, Colour, Colour]] = {
    PageName.STARTING: (Shape.DOTS, BLUE, PALE_BLUE),
    PageName.ASKING: (Shape.DOTS, BLUE, PALE_BLUE),
    PageName.PRINTING: (Shape.PAPER, BLUE, PALE_BLUE),
    PageName.TAKE: (Shape.TICK, GREEN, PALE_GREEN),
    PageName.CLOSED: (Shape.CLOCK, BLUE, PALE_BLUE),
}
_TROUBLE = (Shape.WARNING, AMBER, PALE_AMBER)
_WITH_NUMBER = (PageName.PRINTING, PageName.TAKE, PageName.SEE_STAFF)


def _notice(room: Room, body: Box) -> list[Item]:
    """A page that tells one thing: a sign, a title, the number if there is one, and what to do."""
    state = room.state
    shape, colour, ground = _TONES.get(state.page, _TROUBLE)
    buttons, rest = body.foot(room.px(150))
    number = _number(state) if state.page in _WITH_NUMBER else ""
    ways_out = _ways_out(room, buttons)
    card = (rest if ways_out or room.portrait else body).inset(0, room.px(10))
    if room.portrait:
        card = card.middle(card.w, room.px(1260 if number else 1000))
        inner = card.inset(room.px(56), room.px(56))
        beside, inner = inner.top(room.px(150 if number else 260))
        title, inner = inner.top(room.px(140))
    else:
        inner = card.inset(room.px(40), room.px(24))
        beside, inner = inner.left(room.px(460 if number else 300))
        inner = inner.right_strip(inner.w - room.px(40))[0]
        title, inner = inner.top(round(inner.h * 0.4))
    items: list[Item] = [
        Panel(card, ground, colour, room.px(28), room.px(5)),
        Text(room(f"{state.page.value}.title"), title, room.px(TITLE), INK, True, Align.CENTRE, least=room.px(40)),
    ]
    if number:
        place, inner = inner.top(room.px(420)) if room.portrait else (beside, inner)
        beside, place = (beside, place) if room.portrait else place.top(room.px(120))
        name, shown = place.top(room.px(64))
        items.append(Text(room("number.name"), name, room.px(BODY), SOFT_INK, False, Align.CENTRE))
        items.append(Text(number, shown, room.px(250), INK, True, Align.CENTRE, least=room.px(80)))
    side = min(room.px(260), beside.w, beside.h)
    items.append(Sign(shape, beside.middle(side, side), colour))
    words = "\n".join(_sentences(room))
    items.append(Text(words, inner, room.px(54), INK, False, Align.CENTRE, least=room.px(32)))
    return [*items, *ways_out]


def _number(state: Kiosk) -> str:
    issued = state.job.issued if state.job else state.given.issued if state.given else None
    return issued.label if issued else ""


def _sentences(room: Room) -> list[str]:
    """What the notice says below its title."""
    state = room.state
    page = state.page
    if page is PageName.TAKE and state.given is not None and state.catalogue is not None:
        issued = state.given.issued
        words = room.words[state.language]
        places = place_words(issued.windows, state.catalogue, words, "windows", state.language)
        return [room("take.windows", windows=places), room("take.ahead", ahead=issued.ahead)]
    if page is PageName.REFUSED and state.refused is not None:
        until = state.refused.until
        return [room.refusal(state.refused.code)] + ([room("refused.until", time=room.time(until))] if until else [])
    if page is PageName.CLOSED and state.opening is not None:
        key = f"closed.{state.opening.reason}"
        told = [room(key if key in room.words[state.language] else "closed.other")]
        reopens_at = state.opening.reopens_at
        return told + ([room("closed.opens", time=room.time(reopens_at))] if reopens_at is not None else [])
    if page is PageName.HUB_AWAY and state.doubtful:
        return [room("hub_away.doubt")]
    if page is PageName.VOIDED:
        return [room("voided.text", label=_number(state))]
    return [room(f"{page.value}.text")]


def _ways_out(room: Room, bar: Box) -> list[Item]:
    page = room.state.page
    if page in BLOCKED or page in (PageName.ASKING, PageName.PRINTING):
        return []
    label = room("button.home" if page is PageName.TAKE else "button.ok")
    place = bar.foot(room.px(130))[0]
    if room.state.can_reprint and page in (PageName.TAKE, PageName.SEE_STAFF):
        left, right = place.columns(2, room.px(30))
        return [_reprint(room, left), Button("home", label, right, room.px(44), look=MAIN, shape=Shape.TICK)]
    return [Button("home", label, place.middle(room.px(520), room.px(130)), room.px(44), look=MAIN, shape=Shape.TICK)]


_DRAWN_BY: dict[PageName, Draw] = {
    PageName.DEPARTMENTS: _departments,
    PageName.MATTERS: _matters,
    PageName.CONFIRM: _confirm,
}
