"""One window's caller, for keypad and soft caller alike: `step(state, event, now, mono) -> (state, effects)`.

`now` is hub time (None before the first beacon), `mono` monotonic seconds. One wish is in flight at most; a
PIN lives in `State.entry` while it is typed and in the `Stretch` effect, nowhere else.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec.structs import replace

from caller.entry import begun, erased, sign_in, typed
from caller.offers import chosen, manner_of, options, why_not
from caller.outcome import answered, kept, refuse, say, stretched, told, unanswered
from caller.values import (
    Cells,
    Choice,
    Choosing,
    Chose,
    Effect,
    Entered,
    Erased,
    Event,
    Feedback,
    Field,
    HoldReason,
    Left,
    Origin,
    Pending,
    Pressed,
    Settings,
    Signal,
    Stage,
    State,
    Stretched,
    TransferReason,
    Typed,
    Why,
)
from hall.happened import Answered, HubChanged, Ticked, Told, Unanswered, Want
from hall.keymap import Action
from hall.messages import (
    CallNumber,
    Catalogue,
    Finish,
    Hold,
    Next,
    NoShow,
    Pause,
    Recall,
    Resume,
    SignOut,
    Start,
    Transfer,
    Undo,
    WindowState,
    WindowWish,
)
from hall.model import DeskState, Disposition, Instant, MissReason
from hall.said import Tone

Step = tuple[State, tuple[Effect, ...]]
WindowBody: TypeAlias = (
    SignOut | Next | CallNumber | Recall | Start | Finish | NoShow | Transfer | Hold | Pause | Resume | Undo
)
PIN_LEAST = 4  # digits; a ticket's own are three in most halls
PLAIN: dict[Action, type[Recall | Start | Pause | Resume | SignOut | Undo]] = {
    Action.RECALL: Recall,
    Action.START: Start,
    Action.PAUSE: Pause,
    Action.RESUME: Resume,
    Action.SIGN_OUT: SignOut,
    Action.UNDO: Undo,
}


def fresh(settings: Settings) -> State:
    """The state of a caller that has heard nothing yet."""
    return State(settings=settings)


def step(state: State, event: Event, now: Instant | None, mono: float) -> Step:
    """The state after an event, and what is to be done. Events of other roles change nothing."""
    after, effects = _decided(state, event, now, mono)
    if _asks_pin(state) and not _asks_pin(after) and after.pending is None:
        after = replace(after, pin_left_at=mono)
    if _idle(state.window) and after.window and after.window.state is DeskState.FREE and after.window.waiting:
        effects += (Feedback(Signal.ATTENTION),)
    cells = _cells(after)
    if cells != after.cells:
        after = replace(after, cells=cells)
        effects += (cells,)
    return after, effects


def _asks_pin(state: State) -> bool:
    """Whether a PIN is to be typed at the keypad."""
    return state.entry is not None and state.entry.field is Field.PIN and state.entry.origin is Origin.KEYPAD


def _idle(window: WindowState | None) -> bool:
    """Whether the clerk is free and nobody waits."""
    return window is not None and window.state is DeskState.FREE and window.waiting == 0


def _decided(state: State, event: Event, now: Instant | None, mono: float) -> Step:
    match event:
        case Pressed():
            return _pressed(state, event, now, mono)
        case Typed():
            return typed(state, event.character, mono), ()
        case Erased():
            return erased(state, mono), ()
        case Left():
            return _left(state), ()
        case Entered():
            return _entered(state, now, mono)
        case Chose():
            return _chose(state, event.option, now, mono)
        case Stretched():
            return stretched(state, event, mono)
        case Answered(body=WindowWish() as body) if body.window == state.settings.window:
            return answered(state, event.reply, mono)
        case Unanswered(body=WindowWish() as body) if body.window == state.settings.window:
            return unanswered(state, event.settled, mono)
        case Told(message=WindowState() as window) if window.window == state.settings.window:
            return told(state, window), ()
        case Told(message=Catalogue() as catalogue):
            return replace(state, catalogue=catalogue), ()
        case HubChanged():
            # A hub restored from a backup counts its revisions on from there.
            return replace(state, hub_here=event.here, floor=0 if event.here else state.floor), ()
        case Ticked():
            return kept(state, mono), ()
        case _:
            return state, ()


# --- presses ------------------------------------------------------------------------------------------------


def _pressed(state: State, event: Pressed, now: Instant | None, mono: float) -> Step:
    action, origin = event.action, event.origin
    if action is None:
        return refuse(state, Why.UNKNOWN_KEY, origin, mono)
    if action is Action.UNDO and origin is Origin.KEYPAD and state.entry is not None:
        return replace(state, entry=None), (Feedback(Signal.DONE),)  # 取消 while digits are typed
    if _astray(state, event, mono):
        return refuse(state, Why.UNKNOWN_KEY, origin, mono)
    if _impatient(state, event, mono):
        return replace(state, last=(action, mono)), ()
    if state.pending is not None:
        return refuse(state, Why.BUSY, origin, mono)
    if (why := why_not(state, action, now, origin)) is not None:
        return refuse(state, why, origin, mono)
    if action is Action.SIGN_IN:
        return sign_in(state, event.typed, origin, mono)
    if action is Action.CALL_NUMBER and not event.typed:
        return begun(state, Field.NUMBER, origin, mono), ()
    return _wished(replace(state, entry=None, choosing=None), event, mono)


def _astray(state: State, event: Pressed, mono: float) -> bool:
    """Whether digits come with another key while a PIN is asked for, or was until just now (the hub may have closed the
    dialogue under the clerk's fingers): they may be the PIN, and go nowhere."""
    entry, left_at = state.entry, state.pin_left_at
    asked = entry is not None and entry.field is Field.PIN and entry.origin is event.origin
    late = event.origin is Origin.KEYPAD and left_at is not None and mono - left_at < state.settings.entry_s
    shown = len(event.typed) > 0 if asked else late and len(event.typed) >= PIN_LEAST
    return shown and event.action is not Action.SIGN_IN


def _impatient(state: State, event: Pressed, mono: float) -> bool:
    """Whether this is the same press once more: while it is asked, or right after it was done."""
    asked = state.pending.action if state.pending else None
    if asked is event.action and asked is not Action.SIGN_IN:
        return True
    again = state.last is not None and state.last[0] is event.action
    return again and state.last is not None and mono - state.last[1] < state.settings.again_s


def _wished(state: State, event: Pressed, mono: float) -> Step:
    """What an allowed press becomes: a wish, or a list to choose from."""
    window, action = state.settings.window, event.action
    manner = manner_of(state.settings, event.origin)
    in_hand = state.window is not None and state.window.in_hand is not None
    match action:
        case Action.NEXT if in_hand and manner.next_finishes is None:
            return _asking(state, Choice.DISPOSITION, Action.NEXT), ()
        case Action.NEXT:
            ending = manner.next_finishes if in_hand else None
            return wish(state, action, event.origin, Next(window=window, finishing=ending), mono)
        case Action.CALL_NUMBER:
            label = event.typed.reveal()
            return wish(state, action, event.origin, CallNumber(window=window, label=label), mono)
        case Action.FINISH if manner.finish is not None:
            return wish(state, action, event.origin, Finish(window=window, disposition=manner.finish), mono)
        case Action.FINISH:
            return _asking(state, Choice.DISPOSITION, action), ()
        case Action.NO_SHOW if manner.miss is not None:
            return wish(state, action, event.origin, NoShow(window=window, reason=manner.miss), mono)
        case Action.NO_SHOW:
            return _asking(state, Choice.MISS_REASON, action), ()
        case Action.TRANSFER if event.typed:
            return _transfer_to(state, event, mono)
        case Action.TRANSFER:
            return _asking(state, Choice.TARGET, action), ()
        case Action.HOLD if event.origin is Origin.KEYPAD:
            return wish(state, action, event.origin, Hold(window=window), mono)
        case Action.HOLD:
            return _asking(state, Choice.HOLD_REASON, action), ()
        case Action.TAKE_UP if event.origin is Origin.KEYPAD:
            assert state.window is not None
            label = state.window.aside[0].label  # a keypad shows no list: whoever was set aside first
            return wish(state, action, event.origin, CallNumber(window=window, label=label), mono)
        case Action.TAKE_UP:
            return _asking(state, Choice.ASIDE, action), ()
        case _:
            assert action is not None
            return wish(state, action, event.origin, PLAIN[action](window=window), mono)


def _transfer_to(state: State, event: Pressed, mono: float) -> Step:
    """A keypad names the window by its number."""
    assert state.catalogue is not None
    digits = event.typed.reveal()
    numbers = {w.number for w in state.catalogue.windows} - {state.settings.window}
    if not digits.isdecimal() or int(digits) not in numbers:
        return refuse(state, Why.UNKNOWN_TARGET, event.origin, mono)
    body = Transfer(window=state.settings.window, reason=TransferReason.KEYPAD, to_window=int(digits))
    return wish(state, Action.TRANSFER, event.origin, body, mono)


def wish(state: State, action: Action, origin: Origin, body: WindowBody, mono: float) -> Step:
    """The one wish in flight."""
    in_hand = state.window.in_hand if state.window else None
    pending = Pending(action=action, origin=origin, stage=Stage.ASKED, label=in_hand.label if in_hand else "")
    after = say(state, Tone.BUSY, "caller", "busy", mono)
    return replace(after, pending=pending, last=(action, mono)), (Want(body),)


def _asking(state: State, choice: Choice, action: Action) -> State:
    return replace(state, choosing=Choosing(choice=choice, action=action), entry=None, said=None)


# --- dialogues ----------------------------------------------------------------------------------------------


def _entered(state: State, now: Instant | None, mono: float) -> Step:
    entry = state.entry
    if entry is None:
        return state, ()
    action = Action.CALL_NUMBER if entry.field is Field.NUMBER else Action.SIGN_IN
    if state.pending is not None:
        return refuse(state, Why.BUSY, entry.origin, mono)
    if (why := why_not(state, action, now)) is not None:
        return refuse(replace(state, entry=None), why, entry.origin, mono)
    if entry.field is Field.NUMBER:
        if not entry.typed:
            return replace(state, entry=None), ()
        press = Pressed(Action.CALL_NUMBER, entry.typed, entry.origin)
        return _wished(replace(state, entry=None), press, mono)
    return sign_in(state, entry.typed, entry.origin, mono)


def _left(state: State) -> State:
    """Out of the dialogue; out of a list inside another one only as far as that."""
    choosing = state.choosing
    if choosing is not None and choosing.choice in (Choice.WINDOW, Choice.MATTER, Choice.TRANSFER_REASON):
        return _asking(state, Choice.TARGET, choosing.action)
    return replace(state, entry=None, choosing=None)


def _chose(state: State, option: str, now: Instant | None, mono: float) -> Step:
    choosing = state.choosing
    if choosing is None or option not in {o.id for o in options(state)}:
        return state, ()  # a touch on a list that has just closed
    further = chosen(choosing, option)
    if further is not None:
        return replace(state, choosing=further), ()
    if state.pending is not None:
        return refuse(state, Why.BUSY, Origin.SCREEN, mono)
    closed = replace(state, choosing=None)
    if (why := why_not(state, choosing.action, now)) is not None:
        return refuse(closed, why, Origin.SCREEN, mono)
    return wish(closed, choosing.action, Origin.SCREEN, _chosen_body(state, choosing, option), mono)


def _chosen_body(state: State, choosing: Choosing, option: str) -> WindowBody:
    window = state.settings.window
    if choosing.action is Action.NEXT:
        return Next(window=window, finishing=Disposition(option))
    if choosing.action is Action.FINISH:
        return Finish(window=window, disposition=Disposition(option))
    if choosing.action is Action.NO_SHOW:
        return NoShow(window=window, reason=MissReason(option))
    if choosing.action is Action.HOLD:
        return Hold(window=window, reason="" if option == HoldReason.NONE else option)
    if choosing.action is Action.TAKE_UP:
        return CallNumber(window=window, label=option.partition(" ")[2])
    return Transfer(window=window, reason=option, matter=choosing.matter, to_window=choosing.to_window)


def _cells(state: State) -> Cells:
    """Dark unless someone is signed in and the hub is heard: old numbers would be believed."""
    window = state.window
    if window is None or not state.hub_here or window.state is DeskState.CLOSED:
        return Cells()
    digits = "".join(c for c in window.in_hand.label if c.isdecimal()) if window.in_hand else ""
    return Cells(waiting=window.waiting, ticket=digits[-3:])
