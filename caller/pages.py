"""The soft caller's pages, drawn from the flow's state as values: the same state gives the same page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caller.dialogues import choice_page, pad_page
from caller.frame import BUTTON, View, framed, with_key
from caller.joined import hosted, steps
from caller.offers import undo_seconds, why_not
from caller.presses import KEY_NAMES, KEY_ROWS
from caller.values import Field
from hall.keymap import Action
from hall.messages import Aside, InHand
from hall.model import DeskState
from screen.colours import AMBER, BLUE, GREEN, INK, LINE, PALE_AMBER, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import MAIN, OFF, PLAIN, Align, Button, Item, Page, Panel, Text

MOST_ASIDE = 2  # numbers shown by name
# The one press that a clerk most likely wants now.
LIKELY = {
    DeskState.PAUSED: Action.RESUME,
    DeskState.FREE: Action.NEXT,
    DeskState.CALLING: Action.START,
    DeskState.SERVING: Action.FINISH,
}


def page_of(view: View) -> Page:
    """The page for this state."""
    state = view.state
    if state.window is None or state.catalogue is None:
        return framed(view, "starting", lambda box: (_middle(view, view.words("starting"), box),))
    if state.choosing is not None:
        return choice_page(view, state.choosing)
    entry, pending = state.entry, state.pending
    if entry is not None:
        return pad_page(view, entry.field, entry.typed, entry.badge)
    if pending is not None and pending.action is Action.SIGN_IN:
        return pad_page(view, Field.PIN, badge=pending.badge)
    if state.window.state is DeskState.CLOSED:
        return pad_page(view, Field.BADGE)
    return framed(view, f"desk_{state.window.state}", lambda box: _desk(view, box))


def _middle(view: View, words: str, box: Box) -> Text:
    return Text(words, box, view.px(34), SOFT_INK, align=Align.CENTRE)


def _desk(view: View, box: Box) -> tuple[Item, ...]:
    gap = view.px(12)
    keys, rest = box.foot(view.px(252))
    above = Box(rest.x, rest.y, rest.w, rest.h - gap)
    waiting, ticket = above.right_strip(view.px(236))
    ticket = Box(ticket.x, ticket.y, ticket.w - gap, ticket.h)
    return (*_ticket(view, ticket), *_waiting(view, waiting), *_keys(view, keys, gap))


def _ticket(view: View, box: Box) -> Iterator[Item]:
    window = view.state.window
    in_hand = window.in_hand if window else None
    yield Panel(box, WHITE, LINE, view.px(12))
    inner = box.inset(view.px(24), view.px(14))
    if in_hand is None:
        if window is not None and window.hosted:
            yield from hosted(view, window.hosted, inner)
            return
        kind = "paused" if window is not None and window.state is DeskState.PAUSED else "free"
        yield _middle(view, view.words(f"nothing.{kind}"), inner)
        return
    if in_hand.parts:
        strip, inner = inner.foot(view.px(62), view.px(10))
        yield from steps(view, in_hand.joint, in_hand.parts, in_hand.part, strip)
    label, rest = inner.left(round(inner.w * 0.46), view.px(20))
    size = min(view.px(150), label.h)
    line_box = label.middle(label.w, round(size * 1.3))  # no room for a second line: a number is never broken
    yield Text(in_hand.label, line_box, size, BLUE, bold=True, least=view.px(36))
    if in_hand.paper_unknown:
        flag, rest = rest.foot(view.px(48 if in_hand.parts else 58))
        yield Panel(flag, PALE_AMBER, AMBER, view.px(8))
        words = flag.inset(view.px(12), view.px(4))
        yield Text(view.words("paper_unknown"), words, view.px(22), AMBER, True, least=12)
    if in_hand.further:
        after, rest = rest.foot(round(rest.h * 0.3))
        names = view.words("list").join(view.matter(m) for m in in_hand.further)
        yield Text(view.words("further", matters=names), after, view.px(24), BLUE, bold=True, least=view.px(13))
    matter, line = rest.top(round(rest.h * 0.58))
    yield Text(view.matter(in_hand.matter), matter, view.px(32), INK, bold=True, least=view.px(16))
    yield Text(_since(view, in_hand), line, view.px(24), SOFT_INK, least=view.px(15))


def _since(view: View, in_hand: InHand) -> str:
    if in_hand.started_at is not None:
        return view.words("serving_for", time=view.lasting(in_hand.started_at))
    return view.words("calling_for", calls=in_hand.calls, time=view.lasting(in_hand.called_at))


def _waiting(view: View, box: Box) -> Iterator[Item]:
    window = view.state.window
    count = window.waiting if window else 0
    ink = GREEN if count else SOFT_INK
    yield Panel(box, WHITE, LINE, view.px(12))
    inner = box.inset(view.px(12), view.px(12))
    if window is not None and window.aside:
        strip, inner = inner.foot(view.px(64), view.px(6))
        title, number = inner.top(view.px(36))
        yield from _set_aside(view, window.aside, strip)
        yield Text(view.words("count", count=count), number, view.px(56), ink, True, Align.CENTRE, least=view.px(24))
    else:
        title, rest = inner.top(view.px(36))
        unit, number = rest.foot(view.px(36))
        yield Text(str(count), number, min(view.px(110), round(number.h * 0.8)), ink, True, Align.CENTRE)
        yield Text(view.words("people"), unit, view.px(26), SOFT_INK, align=Align.CENTRE)
    yield Text(view.words("waiting"), title, view.px(26), SOFT_INK, align=Align.CENTRE)


def _set_aside(view: View, aside: Sequence[Aside], box: Box) -> Iterator[Item]:
    """How many this window has set aside, and the first of them."""
    labels = view.words("list").join(one.label for one in aside[:MOST_ASIDE])
    more = view.words("more") if len(aside) > MOST_ASIDE else ""
    words = view.words("aside", count=len(aside), labels=labels + more)
    place = box.inset(view.px(8), view.px(3))
    yield Panel(box, PALE_AMBER, AMBER, view.px(8))
    yield Text(words, place, view.px(22), AMBER, True, Align.CENTRE, least=view.px(14))


def _keys(view: View, box: Box, gap: int) -> Iterator[Button]:
    for row, strip in zip(KEY_ROWS, box.rows(len(KEY_ROWS), gap), strict=True):
        for (key, action), place in zip(row.items(), strip.columns(len(row), gap), strict=True):
            yield _key(view, key, action, place)


def _key(view: View, key: str, action: Action, place: Box) -> Button:
    state, name = view.state, KEY_NAMES.get(key, key.upper())
    why = why_not(state, action, view.now)
    label, second = view.words(f"action.{action}"), name
    if why is not None:
        second = with_key(view, name, view.words(f"short.{why}"))
    elif action is Action.UNDO and state.window is not None and state.window.undo is not None:
        label = view.words(f"undo.{state.window.undo}")
        seconds = int(undo_seconds(state, view.now) + 0.999)
        second = with_key(view, name, view.words("undo.seconds", seconds=seconds))
    likely = state.window is not None and LIKELY.get(state.window.state) is action
    look = OFF if why is not None else MAIN if likely else PLAIN
    size = view.px(BUTTON)
    return Button(f"action:{action}", label, place, size, second, look, enabled=why is None)
