"""The soft caller's pages, drawn from the flow's state as values: the same state gives the same page."""

from __future__ import annotations

from collections.abc import Iterator

from caller.dialogues import choice_page, pad_page
from caller.frame import BUTTON, View, framed, with_key
from caller.offers import undo_seconds, why_not
from caller.presses import FUNCTION_KEYS
from caller.values import Field
from hall.keymap import Action
from hall.messages import InHand
from hall.model import DeskState
from screen.colours import AMBER, BLUE, GREEN, INK, LINE, PALE_AMBER, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import MAIN, OFF, PLAIN, Align, Button, Item, Page, Panel, Text

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
    keys, rest = box.foot(view.px(212))
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
        kind = "paused" if window is not None and window.state is DeskState.PAUSED else "free"
        yield _middle(view, view.words(f"nothing.{kind}"), inner)
        return
    label, rest = inner.left(round(inner.w * 0.46), view.px(20))
    size = min(view.px(150), label.h)
    line_box = label.middle(label.w, round(size * 1.3))  # no room for a second line: a number is never broken
    yield Text(in_hand.label, line_box, size, BLUE, bold=True, least=view.px(36))
    if in_hand.paper_unknown:
        flag, rest = rest.foot(view.px(58))
        yield Panel(flag, PALE_AMBER, AMBER, view.px(8))
        words = flag.inset(view.px(12), view.px(4))
        yield Text(view.words("paper_unknown"), words, view.px(22), AMBER, True, least=view.px(14))
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
    yield Panel(box, WHITE, LINE, view.px(12))
    inner = box.inset(view.px(12), view.px(12))
    title, rest = inner.top(view.px(36))
    unit, number = rest.foot(view.px(36))
    yield Text(view.words("waiting"), title, view.px(26), SOFT_INK, align=Align.CENTRE)
    yield Text(str(count), number, view.px(110), GREEN if count else SOFT_INK, True, Align.CENTRE)
    yield Text(view.words("people"), unit, view.px(26), SOFT_INK, align=Align.CENTRE)


def _keys(view: View, box: Box, gap: int) -> Iterator[Button]:
    for (key, action), place in zip(FUNCTION_KEYS.items(), box.grid(2, 6, gap), strict=True):
        yield _key(view, key, action, place)


def _key(view: View, key: str, action: Action, place: Box) -> Button:
    state, name = view.state, key.upper()
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
