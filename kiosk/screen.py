"""The kiosk's pages: `page_of(state …) -> Page`, pure. Large, plain, and never told by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from hall.messages import Refused
from hall.wording import Words
from kiosk.choices import departments_page, matters_page, priority_page
from kiosk.codepad import booking_page
from kiosk.confirm import confirm_page
from kiosk.frame import BODY, TITLE, Room, framed, reprint_button
from kiosk.values import BLOCKED, Kiosk, PageName, may_try_again
from screen.colours import (
    AMBER,
    BLUE,
    GREEN,
    INK,
    PALE_AMBER,
    PALE_BLUE,
    PALE_GREEN,
    SOFT_INK,
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
        return [_refusal(room, state.refused)] + ([room("refused.until", time=room.time(until))] if until else [])
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


def _refusal(room: Room, refused: Refused) -> str:
    """Why, and what to do: a booking's refusals have words of this machine's own."""
    key = f"booking.{refused.code}"
    own = key in room.words[room.state.language]
    return room(key, label=refused.detail) if own else room.refusal(refused.code)


def _ways_out(room: Room, bar: Box) -> list[Item]:
    page = room.state.page
    if page in BLOCKED or page in (PageName.ASKING, PageName.PRINTING):
        return []
    label = room("button.home" if page is PageName.TAKE else "button.ok")
    place = bar.foot(room.px(130))[0]
    if room.state.can_reprint and page in (PageName.TAKE, PageName.SEE_STAFF):
        left, right = place.columns(2, room.px(30))
        return [reprint_button(room, left), Button("home", label, right, room.px(44), look=MAIN, shape=Shape.TICK)]
    if may_try_again(room.state):
        left, right = place.columns(2, room.px(30))
        again = Button("again", room("booking.again"), left, room.px(44), shape=Shape.CALENDAR)
        return [again, Button("home", room("button.home"), right, room.px(44), look=MAIN)]
    return [Button("home", label, place.middle(room.px(520), room.px(130)), room.px(44), look=MAIN, shape=Shape.TICK)]


_DRAWN_BY: dict[PageName, Draw] = {
    PageName.DEPARTMENTS: departments_page,
    PageName.MATTERS: matters_page,
    PageName.CONFIRM: confirm_page,
    PageName.PRIORITY: priority_page,
    PageName.BOOKING: booking_page,
}
