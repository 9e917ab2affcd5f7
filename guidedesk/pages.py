"""The guide desk's pages for tickets: choosing, giving out, looking up. The same state gives the same page."""

from __future__ import annotations

from collections.abc import Callable

from guidedesk.alarms import alerts, emergency, sure, zones
from guidedesk.arranged import (
    arrange,
    classes,
    clerks,
    extra_departments,
    extra_matters,
    spans,
    stand_in,
    who,
    window,
)
from guidedesk.choices import chosen, departments, matters, may_add
from guidedesk.frame import View, framed
from guidedesk.lists import able, grid
from guidedesk.values import MAX_TYPED, PageName, Stage
from hall.listed import card_of
from hall.model import Printing, PriorityId, TicketState
from screen.colours import AMBER, BLUE, GREEN, INK, LINE, PALE_AMBER, PALE_BLUE, PALE_GREEN, SOFT_INK, WHITE, Colour
from screen.layout import Box
from screen.page import MAIN, OFF, PLAIN, Align, Button, Item, Page, Panel, Shape, Text
from slips.slip import place_words

Content = Callable[[View, Box], list[Item]]
STAGES: dict[Stage, tuple[Colour, Colour]] = {
    Stage.PRINTING: (PALE_BLUE, BLUE),
    Stage.TO_WRITE: (PALE_AMBER, AMBER),
    Stage.ON_PAPER: (PALE_GREEN, GREEN),
    Stage.WRITTEN: (PALE_GREEN, GREEN),
    Stage.VOIDED: (PALE_AMBER, AMBER),
    Stage.NO_SECOND: (PALE_AMBER, AMBER),
}


def page_of(view: View) -> Page:
    """The page for this state."""
    body, items = framed(view)
    return Page(view.state.page.value, view.size, (*items, *_CONTENT[view.state.page](view, body)))


def _starting(view: View, body: Box) -> list[Item]:
    return [Text(view("starting"), body, view.px(36), SOFT_INK, align=Align.CENTRE)]


def _departments(view: View, body: Box) -> list[Item]:
    items, rest = _closed(view, body)
    labels = {f"department:{d.id}": view.named(d) for d in departments(view.state)}
    return [*items, *grid(view, rest, labels, back=view.state.is_adding)]


def _matters(view: View, body: Box) -> list[Item]:
    items, rest = _closed(view, body)
    labels = {f"matter:{m.id}": view.named(m) for m in matters(view.state)}
    return [*items, *grid(view, rest, labels, back=True)]


def _closed(view: View, body: Box) -> tuple[list[Item], Box]:
    """That no tickets are given out now, and the room below."""
    opening = view.state.opening
    if opening is None or opening.taking:
        return [], body
    strip, rest = body.top(view.px(60))
    strip = strip.top(view.px(48))[0]
    words = view("closed.until", time=view.time(opening.reopens_at)) if opening.reopens_at else view("closed.now")
    place = strip.inset(view.px(16), view.px(4))
    return [Panel(strip, PALE_AMBER, AMBER, view.px(8)), Text(words, place, view.px(24), AMBER, True)], rest


def _confirm(view: View, body: Box) -> list[Item]:
    state, catalogue = view.state, view.state.catalogue
    matter, order = chosen(state), view.state.order
    if matter is None or catalogue is None:
        return []
    keys, rest = body.foot(view.px(110))
    more, rest = rest.foot(view.px(92))
    items, card = _closed(view, rest.inset(0, view.px(4)))
    inner = card.inset(view.px(36), view.px(14))
    name, where = inner.top(round(inner.h * 0.62))
    asked_for = tuple(w.window for w in state.windows if order.for_clerk is not None and w.clerk == order.for_clerk)
    windows = asked_for or (matter.windows if order.for_window is None else (order.for_window,))
    places = place_words(windows, catalogue, view.words, "windows", view.language)
    no, yes = keys.foot(view.px(92))[0].columns(2, view.px(20))
    size = view.px(54 if not order.further else 36)
    return [
        *items,
        Panel(card, WHITE, LINE, view.px(14)),
        *_fact(view, name, "fact.matter", view.matters(matter.id, *order.further), size),
        *_fact(view, where, "fact.windows", places, view.px(34)),
        *_options(view, more.foot(view.px(78))[0]),
        Button("back", view("button.back"), no, view.px(30), view("key.escape"), shape=Shape.LEFT),
        able(view, Button("yes", view("button.issue"), yes, view.px(34), view("key.enter"), MAIN, Shape.TICK)),
    ]


def _options(view: View, box: Box) -> list[Item]:
    """What else may be asked for, and what was chosen."""
    state, order = view.state, view.state.order
    priority = view.priority(order.priority) if order.priority else view("no_class")
    if order.for_window is not None:
        asked_for = view("window", number=order.for_window)
    else:
        asked_for = card_of(state.catalogue, order.for_clerk).name if order.for_clerk else view("anyone")
    classes_here = state.catalogue is not None and bool(state.catalogue.priorities)
    options = (
        ("classes", view("button.classes", name=priority), "F5", classes_here),
        ("add", view("button.add", count=1 + len(order.further)), "F6", may_add(state)),
        ("who", view("button.who", name=asked_for), "F7", True),
    )
    return [
        Button(button, label, place, view.px(25), key, PLAIN if may else OFF, enabled=may)
        for (button, label, key, may), place in zip(options, box.columns(3, view.px(16)), strict=True)
    ]


def _issued(view: View, body: Box) -> list[Item]:
    job, catalogue = view.state.job, view.state.catalogue
    if job is None or catalogue is None:
        return []
    issued = job.issued
    keys, card = body.foot(view.px(110))
    left, right = _number_card(view, card, issued.label)
    facts, below = right.top(round(right.h * 0.66))
    matter, where, ahead = facts.rows(3, view.px(6))
    places = place_words(issued.windows, catalogue, view.words, "windows", view.language)
    fill, ink = STAGES[job.stage]
    place = below.inset(0, view.px(6))
    return [
        *left,
        *_fact(view, matter, "fact.matter", view.matters(issued.matter, *issued.further), view.px(34)),
        *_fact(view, where, "fact.windows", places, view.px(32)),
        *_fact(view, ahead, "fact.ahead", _ahead(view, issued.ahead, issued.priority), view.px(32)),
        Panel(place, fill, ink, view.px(10)),
        Text(
            view(f"stage.{job.stage}"),
            place.inset(view.px(18), view.px(6)),
            view.px(26),
            ink,
            bold=True,
            least=view.px(16),
        ),
        *_issued_keys(view, keys.foot(view.px(92))[0], job.stage),
    ]


def _ahead(view: View, count: int, priority: PriorityId) -> str:
    """How many stand before it, and the class that it counts as."""
    people = view("people", count=count)
    return view("people_of_class", people=people, name=view.priority(priority)) if priority else people


def _issued_keys(view: View, box: Box, stage: Stage) -> list[Item]:
    size = view.px(28)
    if stage is Stage.TO_WRITE:
        void, written = box.columns(2, view.px(20))
        return [
            Button("void", view("button.void"), void, size, "F8", shape=Shape.CROSS),
            Button("written", view("button.written"), written, size, "F6", MAIN, Shape.TICK),
        ]
    again, further = box.columns(2, view.px(20))
    may = stage in (Stage.ON_PAPER, Stage.WRITTEN, Stage.NO_SECOND) and view.state.prints
    look = PLAIN if may else OFF
    reprint = Button("reprint", view("button.reprint"), again, size, "F5", look, Shape.PAPER, may)
    done = stage is not Stage.PRINTING
    look, enter = MAIN if done else OFF, view("key.enter")
    return [
        able(view, reprint),
        Button("next", view("button.next"), further, size, enter, look, Shape.RIGHT, done),
    ]


def _find(view: View, body: Box) -> list[Item]:
    return _pad(view, body, "find", "button.find")


def _code(view: View, body: Box) -> list[Item]:
    return _pad(view, body, "code", "button.check_in")


def _pad(view: View, body: Box, what: str, enter_words: str) -> list[Item]:
    """Where a number or a code is typed: `what`.title, example and help are its words."""
    pad, rest = body.right_strip(view.px(480))
    left = Box(rest.x, rest.y, rest.w - view.px(36), rest.h)
    title, left = left.top(view.px(70))
    frame, left = left.top(view.px(150))
    help_, _ = left.inset(0, view.px(20)).top(view.px(150))
    typed = view.state.typed
    size = 90 if typed and len(typed) <= MAX_TYPED else 44 if typed else 30
    items: list[Item] = [
        Text(view(f"{what}.title"), title, view.px(34), INK, bold=True, least=view.px(20)),
        Panel(frame, WHITE, BLUE, view.px(12), view.px(4)),
        Text(typed or view(f"{what}.example"), frame.inset(view.px(28), view.px(8)), view.px(size),
             INK if typed else SOFT_INK, bold=bool(typed), least=view.px(18)),
        Text(view(f"{what}.help"), help_, view.px(24), SOFT_INK, top=True, least=view.px(16)),
    ]  # fmt: skip
    gap = view.px(12)
    foot_, digits = pad.foot(view.px(96))
    places = Box(digits.x, digits.y, digits.w, digits.h - gap).grid(4, 3, gap)
    for digit, place in zip("123456789", places, strict=False):
        items.append(Button(f"type:{digit}", digit, place, view.px(36)))
    items.append(Button("back", view("button.clear"), places[9], view.px(24), view("key.escape")))
    items.append(Button("type:0", "0", places[10], view.px(36)))
    items.append(Button("erase", view("button.erase"), places[11], view.px(24), view("key.backspace")))
    ready = bool(typed)
    look = MAIN if ready else OFF
    enter = Button("enter", view(enter_words), foot_, view.px(32), view("key.enter"), look, enabled=ready)
    items.append(able(view, enter))
    return items


def _found(view: View, body: Box) -> list[Item]:
    found = view.state.found
    if found is None:
        return []
    keys, card = body.foot(view.px(110))
    left, right = _number_card(view, card, found.label)
    rows = right.rows(4, view.px(4))
    if found.state is TicketState.WAITING:
        third = _fact(view, rows[2], "fact.ahead", _ahead(view, found.ahead, found.priority), view.px(34))
    elif found.state is TicketState.KEPT and found.kept_until is not None:
        third = _fact(view, rows[2], "fact.kept", view.time(found.kept_until), view.px(34), AMBER)
    else:
        where = view("window", number=found.window) if found.window is not None else view("no_window")
        third = _fact(view, rows[2], "fact.window", where, view.px(34))
    when = view("issued_at", time=view.time(found.issued_at), paper=view(f"paper.{found.printing}"))
    doubt = found.printing is Printing.UNKNOWN
    back, again, last = keys.foot(view.px(92))[0].columns(3, view.px(20))
    state = view(f"state.{found.state}")
    if found.part:
        state = view("state.joint", state=state, done=found.part, count=len(found.parts) + 1)
    return [
        *left,
        *_fact(view, rows[0], "fact.state", state, view.px(34), BLUE),
        *_fact(view, rows[1], "fact.matter", view.matters(found.matter, *found.further), view.px(32)),
        *third,
        *_fact(view, rows[3], "fact.issued", when, view.px(28), AMBER if doubt else INK),
        Button("back", view("button.another"), back, view.px(28), view("key.escape"), shape=Shape.LEFT),
        able(view, Button("again", view("button.again"), again, view.px(28), "F7")),
        able(view, _found_key(view, last)),
    ]


def _found_key(view: View, box: Box) -> Button:
    """What is most likely wanted of a number: who stands here again waits again; else a second slip."""
    if view.state.can_come_back:
        return Button("come_back", view("button.come_back"), box, view.px(30), "F6", MAIN, Shape.PERSON)
    may = view.state.can_reprint
    second = "F5" if may else view("why.no_printer" if not view.state.prints else "why.over")
    return Button("reprint", view("button.reprint"), box, view.px(30), second, MAIN if may else OFF, Shape.PAPER, may)


def _number_card(view: View, box: Box, label: str) -> tuple[list[Item], Box]:
    """A card with the number as large as it goes, and the room at its right."""
    inner = box.inset(view.px(36), view.px(16))
    left, right = inner.left(round(inner.w * 0.46))
    title, number = left.top(view.px(40))
    size = min(view.px(190), number.h)
    line = number.middle(number.w, round(size * 1.3))  # no room for a second line: a number is never broken
    items: list[Item] = [
        Panel(box, WHITE, LINE, view.px(14)),
        Text(view("fact.number"), title, view.px(26), SOFT_INK),
        Text(label, line, size, BLUE, bold=True, least=view.px(48)),
    ]
    return items, right.right_strip(right.w - view.px(24))[0]


def _fact(view: View, box: Box, key: str, words: str, size: int, ink: Colour = INK) -> list[Item]:
    label, value = box.top(view.px(30))
    return [
        Text(view(key), label, view.px(22), SOFT_INK),
        Text(words, value, size, ink, bold=True, top=True, least=min(size, view.px(18))),
    ]


_CONTENT: dict[PageName, Content] = {
    PageName.STARTING: _starting,
    PageName.DEPARTMENTS: _departments,
    PageName.MATTERS: _matters,
    PageName.CONFIRM: _confirm,
    PageName.ISSUED: _issued,
    PageName.CLASSES: classes,
    PageName.WHO: who,
    PageName.CODE: _code,
    PageName.ARRANGE: arrange,
    PageName.WINDOW: window,
    PageName.EXTRA_DEPARTMENTS: extra_departments,
    PageName.EXTRA_MATTERS: extra_matters,
    PageName.CLERKS: clerks,
    PageName.SPANS: spans,
    PageName.STAND_IN: stand_in,
    PageName.FIND: _find,
    PageName.FOUND: _found,
    PageName.ALERTS: alerts,
    PageName.EMERGENCY: emergency,
    PageName.ZONES: zones,
    PageName.SURE: sure,
}
