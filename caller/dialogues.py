"""The soft caller's dialogues: the pad for badge, PIN and number, and the lists."""

from __future__ import annotations

from collections.abc import Iterator

from caller.frame import BUTTON, View, framed, with_key
from caller.offers import WINDOWS, Option, options
from caller.secret import MASK, NOTHING, Typing
from caller.values import Choice, Choosing, Field, HoldReason, Origin
from hall.hours import local
from hall.keymap import Action
from hall.listed import name_in
from hall.model import DeskState
from screen.colours import BLUE, INK, LINE, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import MAIN, OFF, PLAIN, Align, Button, Item, Page, Panel, Shape, Text

ROWS, COLUMNS = 4, 2
PER_PAGE = ROWS * COLUMNS
MASKED = MASK[0]


# --- the pad ------------------------------------------------------------------------------------------------


def pad_page(view: View, field: Field, typed: Typing = NOTHING, badge: str = "") -> Page:
    """Where badge, PIN or a ticket's number is typed. Of a PIN only how many digits there are."""
    name = {Field.BADGE: "sign_in", Field.PIN: "sign_in_pin", Field.NUMBER: "number"}[field]
    return framed(view, name, lambda box: (*_fields(view, field, typed, badge, box), *_pad(view, box)))


def _halves(view: View, box: Box) -> tuple[Box, Box]:
    pad, rest = box.right_strip(view.px(440))
    return Box(rest.x, rest.y, rest.w - view.px(32), rest.h), pad


def _fields(view: View, field: Field, typed: Typing, badge: str, box: Box) -> Iterator[Item]:
    left, _ = _halves(view, box)
    closed = view.state.window is not None and view.state.window.state is DeskState.CLOSED
    title, rest = left.top(view.px(66))
    key = "number" if field is Field.NUMBER else "sign_in" if closed else "relieve"
    yield Text(view.words(f"title.{key}"), title, view.px(32), INK, bold=True, least=view.px(20))
    entry = view.state.entry
    if entry is not None and entry.origin is Origin.KEYPAD:
        note, rest = rest.foot(view.px(70))
        yield Text(view.words("title.on_keypad"), note, view.px(24), BLUE, bold=True)
    if field is Field.NUMBER:
        yield from _field(view, Field.NUMBER, typed.reveal(), True, rest.top(view.px(150))[0])
    else:
        first, rest = rest.top(view.px(134))
        shown = typed.reveal() if field is Field.BADGE else badge
        yield from _field(view, Field.BADGE, shown, field is Field.BADGE, first)
        _, rest = rest.top(view.px(14))
        dots = MASKED * len(typed) if field is Field.PIN else ""
        yield from _field(view, Field.PIN, dots, field is Field.PIN, rest.top(view.px(134))[0])


def _field(view: View, field: Field, shown: str, active: bool, box: Box) -> Iterator[Item]:
    label, frame = box.top(view.px(36))
    yield Text(view.words(f"field.{field}"), label, view.px(24), INK if active else SOFT_INK, bold=active)
    frame = frame.top(view.px(78))[0]
    yield Panel(frame, WHITE, BLUE if active else LINE, view.px(10), view.px(4 if active else 2))
    inner = frame.inset(view.px(20), view.px(6))
    if shown:
        yield Text(shown, inner, view.px(46), INK, bold=True)
    elif active:
        yield Text(view.words(f"field.{field}_hint"), inner, view.px(24), SOFT_INK, least=view.px(14))


def _pad(view: View, box: Box) -> Iterator[Button]:
    _, pad = _halves(view, box)
    gap = view.px(10)
    foot, digits = pad.foot(view.px(84))
    places = Box(digits.x, digits.y, digits.w, digits.h - gap).grid(4, 3, gap)
    size = view.px(36)
    for digit, place in zip("123456789", places, strict=False):
        yield Button(f"digit:{digit}", digit, place, size)
    erase, zero, _ = places[9], places[10], places[11]
    erase_words, second = view.words("button.erase"), view.words("key.backspace")
    yield Button("digit:0", "0", zero, size)
    wide = Box(places[11].x, places[11].y, places[11].w, places[11].h)
    yield Button("erase", erase_words, wide, view.px(22), second if second != erase_words else "")
    escape = view.words("key.escape")
    yield Button("leave", view.words("button.leave"), erase, view.px(22), escape)
    label, key = view.words("button.enter"), view.words("key.enter")
    yield Button("enter", label, foot, view.px(BUTTON), key, MAIN)


# --- lists --------------------------------------------------------------------------------------------------


def pages_of(count: int) -> int:
    """How many pages a list of `count` rows has."""
    return max(1, -(-count // PER_PAGE))


def shown_options(view: View) -> tuple[Option, ...]:
    """The rows of the list's page that is turned to; key n chooses the n-th."""
    rows = options(view.state)
    first = min(view.turned, pages_of(len(rows)) - 1) * PER_PAGE
    return rows[first : first + PER_PAGE]


def choice_page(view: View, choosing: Choosing) -> Page:
    """A list to choose from."""
    return framed(view, f"choose_{choosing.choice}", lambda box: tuple(_list(view, choosing, box)))


def _list(view: View, choosing: Choosing, box: Box) -> Iterator[Item]:
    gap = view.px(12)
    title, rest = box.top(view.px(54))
    yield Text(_title(view, choosing), title, view.px(30), INK, bold=True, least=view.px(18))
    foot, rest = rest.foot(view.px(72))
    shown = shown_options(view)
    rows = ROWS if len(options(view.state)) > PER_PAGE - COLUMNS else ROWS - 1  # few rows may be taller
    places = Box(rest.x, rest.y, rest.w, rest.h - gap).grid(rows, COLUMNS, gap)
    for n, (option, place) in enumerate(zip(shown, places, strict=False), start=1):
        opens = choosing.choice is Choice.TARGET and (option.proper or option.id == WINDOWS)
        shape = Shape.RIGHT if opens else Shape.NONE
        label = with_key(view, str(n), _name(view, option))
        yield Button(f"option:{option.id}", label, place, view.px(26), "", PLAIN, shape, align=Align.LEFT)
    yield from _list_foot(view, choosing, foot, gap)


def _list_foot(view: View, choosing: Choosing, box: Box, gap: int) -> Iterator[Item]:
    first, second, third, fourth = box.columns(4, gap)
    further = choosing.choice in (Choice.WINDOW, Choice.MATTER, Choice.TRANSFER_REASON)
    leave = view.words("button.back" if further else "button.leave")
    yield Button("leave", leave, first, view.px(24), view.words("key.escape"))
    pages = pages_of(len(options(view.state)))
    if pages > 1:
        turned = min(view.turned, pages - 1)
        words = view.words("list_page", page=turned + 1, pages=pages)
        yield Text(words, second, view.px(22), SOFT_INK, align=Align.CENTRE)
        earlier, later = view.words("button.earlier"), view.words("button.later")
        for by, label, place, key, shape, further in (
            (-1, earlier, third, "PgUp", Shape.LEFT, turned > 0),
            (1, later, fourth, "PgDn", Shape.RIGHT, turned + 1 < pages),
        ):
            look = PLAIN if further else OFF
            yield Button(f"turn:{by}", label, place, view.px(24), key, look, shape, enabled=further)


def _title(view: View, choosing: Choosing) -> str:
    if choosing.choice is Choice.DISPOSITION and choosing.action is Action.NEXT:
        return view.words("title.disposition_next")
    departments = view.state.catalogue.departments if view.state.catalogue else ()
    name = next((view.named(d) for d in departments if d.id == choosing.department), "")
    return view.words(f"title.{choosing.choice}", department=name)


def _name(view: View, option: Option) -> str:
    if option.proper:
        return name_in(view.language, option)
    if option.id.startswith("aside "):
        return _aside(view, option.name)
    if option.id.startswith("window "):
        return view.words("window_named" if option.english else "window", number=option.name, name=option.english)
    return view.words(option.name)


def _aside(view: View, label: str) -> str:
    """A number that was set aside: for what, why and since when."""
    window, catalogue = view.state.window, view.state.catalogue
    one = next((one for one in (window.aside if window else ()) if one.label == label), None)
    if one is None or catalogue is None:
        return label
    reasons = {reason.value for reason in HoldReason}
    reason = view.words(f"hold_reason.{one.reason if one.reason in reasons else HoldReason.NONE}")
    since = local(catalogue.utc_offset, one.since).strftime("%H:%M")
    return view.words("aside_row", label=label, matter=view.matter(one.matter), reason=reason, time=since)
