"""What became of a wish, and the message line that says so."""

from __future__ import annotations

from msgspec.structs import replace

from caller.offers import why_not
from caller.secret import NOTHING
from caller.values import (
    Choice,
    Effect,
    Entry,
    Feedback,
    Field,
    Origin,
    Pending,
    Signal,
    Stage,
    State,
    Stretched,
    WantSignIn,
    Why,
)
from hall.hours import local
from hall.keymap import Action
from hall.messages import AnyReply, Done, Refusal, Refused, WindowState
from hall.said import REFUSALS, Said, Tone

Step = tuple[State, tuple[Effect, ...]]
# The message of these names the ticket now in hand.
NAMED = (Action.NEXT, Action.CALL_NUMBER, Action.RECALL, Action.START, Action.TAKE_UP)


def say(state: State, tone: Tone, room: str, key: str, mono: float, values: tuple[tuple[str, str], ...] = ()) -> State:
    """The state with this message line."""
    return replace(state, said=Said(tone=tone, room=room, key=key, at=mono, values=values))


def refuse(state: State, why: Why, origin: Origin, mono: float) -> Step:
    """Refused at the window itself: words, and the keypad's failed."""
    return say(state, Tone.BAD, "caller", f"why.{why}", mono), _failed(origin)


def _failed(origin: Origin) -> tuple[Effect, ...]:
    return (Feedback(Signal.FAILED),) if origin is Origin.KEYPAD else ()


def stretched(state: State, event: Stretched, mono: float) -> Step:
    """The PIN is stretched: ask. A key nobody waits for is dropped."""
    pending = state.pending
    if pending is None or pending.stage is not Stage.STRETCHING or pending.badge != event.badge:
        return state, ()
    if event.key is None:
        return refuse(replace(state, pending=None), Why.NOT_READY, pending.origin, mono)
    cards = state.catalogue.clerks if state.catalogue else ()
    if all(card.badge != event.badge for card in cards):
        # What is nobody's badge may be a PIN that was typed where the badge belongs: it never leaves the window.
        unknown = Refused(code=Refusal.WRONG_BADGE_OR_PIN)
        return _refused(replace(state, pending=None), pending, unknown, mono)
    asked = replace(state, pending=replace(pending, stage=Stage.ASKED), last=(Action.SIGN_IN, mono))
    return asked, (WantSignIn(window=state.settings.window, badge=event.badge, key=event.key),)


def answered(state: State, reply: AnyReply, mono: float) -> Step:
    """The hub's reply to the wish in flight."""
    pending = state.pending
    if pending is None or pending.stage is Stage.STRETCHING:
        return state, ()
    state = replace(state, pending=None)
    if isinstance(reply, Refused):
        return _refused(state, pending, reply, mono)
    if isinstance(reply, Done):
        state = told(state, reply.window)
    in_hand = state.window.in_hand if state.window else None
    label, key = pending.label, f"done.{pending.action}"
    if pending.action in NAMED:
        label, key = (in_hand.label, key) if in_hand else ("", "done.nobody")
    state = say(state, Tone.GOOD, "caller", key, mono, (("label", label),))
    return state, ((Feedback(Signal.DONE),) if pending.origin is Origin.KEYPAD else ())


def _refused(state: State, pending: Pending, reply: Refused, mono: float) -> Step:
    until = ""
    if reply.until is not None and state.catalogue is not None:
        until = local(state.catalogue.utc_offset, reply.until).strftime("%H:%M")
    state = replace(say(state, Tone.BAD, REFUSALS, reply.code, mono, (("until", until),)), last=None)
    if pending.action is Action.SIGN_IN and pending.origin is Origin.SCREEN:
        entry = Entry(field=Field.PIN, origin=Origin.SCREEN, at=mono, badge=pending.badge, typed=NOTHING)
        state = replace(state, entry=entry)
    return state, _failed(pending.origin)


def unanswered(state: State, settled: bool, mono: float) -> Step:
    """No answer came: nothing new may be wished until the withdrawal is settled."""
    pending = state.pending
    if pending is None or pending.stage is Stage.STRETCHING:
        return state, ()
    first = pending.stage is Stage.ASKED
    after = say(state, Tone.BAD, "caller", "never_happened" if settled else "withdrawing", mono)
    after = replace(after, pending=None if settled else replace(pending, stage=Stage.WITHDRAWING), last=None)
    return after, (_failed(pending.origin) if first else ())


def told(state: State, window: WindowState) -> State:
    """The window's state as the hub tells it; dialogues that it no longer allows are closed."""
    if window.rev < state.floor:
        return state
    in_hand_before = state.window.in_hand.ticket if state.window and state.window.in_hand else None
    state = replace(state, window=window, floor=window.rev)
    if state.choosing is not None:
        # Every list but one is about the ticket in hand: an answer given to it must not meet another, or none.
        same = window.in_hand is not None and window.in_hand.ticket == in_hand_before
        same = same or state.choosing.choice is Choice.ASIDE
        if not same or why_not(state, state.choosing.action, None) is not None:
            state = replace(state, choosing=None)
    if state.entry is not None:
        action = Action.CALL_NUMBER if state.entry.field is Field.NUMBER else Action.SIGN_IN
        if why_not(replace(state, hub_here=True), action, None) is not None:
            state = replace(state, entry=None)
    return state


def kept(state: State, mono: float) -> State:
    """Time went on: digits nobody goes on typing and old messages are forgotten."""
    settings = state.settings
    if state.entry is not None and mono - state.entry.at >= settings.entry_s:
        state = replace(state, entry=None)
    busy = state.said is not None and state.said.tone is Tone.BUSY and state.pending is not None
    if state.said is not None and not busy and mono - state.said.at >= settings.said_s:
        state = replace(state, said=None)
    return state
