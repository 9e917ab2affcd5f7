"""What the caller offers now: actions, why others are barred, and the lists to choose from."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from caller.values import Choice, Choosing, HoldReason, Manner, Origin, Settings, State, TransferReason, Why
from hall.keymap import Action
from hall.messages import Catalogue
from hall.model import DeskState, Disposition, Instant, MissReason

WINDOWS = "windows"
FEW_WINDOWS = 4  # more of them have a list of their own

_HERE = None  # allowed
_NEED_TICKET = dict.fromkeys(
    (Action.RECALL, Action.START, Action.FINISH, Action.NO_SHOW, Action.TRANSFER, Action.HOLD), Why.NO_TICKET_IN_HAND
)
_HAND_FULL = dict.fromkeys(
    (Action.SIGN_IN, Action.SIGN_OUT, Action.CALL_NUMBER, Action.PAUSE, Action.RESUME, Action.TAKE_UP),
    Why.TICKET_IN_HAND,
)

# Per state of the window: None is allowed, else why not. Behind it: DESK and SERVICE of hall.lifecycle.
BARS: Mapping[DeskState, Mapping[Action, Why | None]] = {
    DeskState.CLOSED: {**dict.fromkeys(Action, Why.NOT_SIGNED_IN), Action.SIGN_IN: _HERE},
    DeskState.PAUSED: {
        **_NEED_TICKET,
        Action.SIGN_IN: _HERE,  # the B post relieves the A post
        Action.SIGN_OUT: _HERE,
        Action.RESUME: _HERE,
        Action.PAUSE: Why.PAUSED,
        Action.NEXT: Why.PAUSED,
        Action.CALL_NUMBER: Why.PAUSED,
        Action.TAKE_UP: Why.PAUSED,
        Action.UNDO: _HERE,
    },
    DeskState.FREE: {
        **_NEED_TICKET,
        Action.SIGN_IN: _HERE,
        Action.SIGN_OUT: _HERE,
        Action.RESUME: Why.NOT_PAUSED,
        Action.PAUSE: _HERE,
        Action.NEXT: _HERE,
        Action.CALL_NUMBER: _HERE,
        Action.TAKE_UP: _HERE,
        Action.UNDO: _HERE,
    },
    DeskState.CALLING: {
        **_HAND_FULL,
        Action.RECALL: _HERE,
        Action.START: _HERE,
        Action.FINISH: Why.NOT_STARTED,
        Action.NO_SHOW: _HERE,
        Action.TRANSFER: _HERE,
        Action.HOLD: _HERE,
        Action.NEXT: Why.NOT_STARTED,
        Action.UNDO: _HERE,
    },
    DeskState.SERVING: {
        **_HAND_FULL,
        Action.RECALL: Why.ALREADY_STARTED,
        Action.START: Why.ALREADY_STARTED,
        Action.FINISH: _HERE,
        Action.NO_SHOW: Why.ALREADY_STARTED,
        Action.TRANSFER: _HERE,
        Action.HOLD: _HERE,
        Action.NEXT: _HERE,
        Action.UNDO: _HERE,
    },
}


def manner_of(settings: Settings, origin: Origin) -> Manner:
    """How presses from there are meant."""
    return settings.keypad if origin is Origin.KEYPAD else settings.screen


def why_not(state: State, action: Action, now: Instant | None, origin: Origin = Origin.SCREEN) -> Why | None:
    """Why the action is barred now, None if it is offered. A wish in flight bars all: not told here."""
    window = state.window
    if action is Action.EVALUATE:
        return Why.NO_PAD
    if not state.hub_here:
        return Why.HUB_AWAY
    if window is None or state.catalogue is None:
        return Why.NOT_READY
    manner = manner_of(state.settings, origin)
    if action is Action.NEXT and manner.next_finishes is not None and window.in_hand is not None:
        return None  # many clerks call, serve and call the next with this one key
    barred = BARS[window.state][action]
    if barred is None and action is Action.NEXT and window.in_hand is None and window.waiting == 0:
        return Why.NOBODY_WAITING
    if barred is None and action is Action.TAKE_UP and not window.aside:
        return Why.NOTHING_ASIDE
    if barred is None and action is Action.UNDO and undo_seconds(state, now) <= 0:
        return Why.NOTHING_TO_UNDO
    if barred is None and action is Action.NO_SHOW and window.in_hand is not None:
        return None if window.in_hand.calls >= state.catalogue.no_show_calls else Why.CALL_AGAIN
    return barred


def undo_seconds(state: State, now: Instant | None) -> float:
    """How many real seconds the last press may still be taken back; 0 if not at all."""
    if now is None or state.window is None or state.window.undo is None or state.window.undo_until is None:
        return 0.0
    speed = state.catalogue.speed if state.catalogue else 1.0
    return max(0.0, (state.window.undo_until - now) / 1000 / speed)


class Option(Struct, frozen=True):
    """One row of a list. `name` is a key of the caller's words, unless it is already a proper name."""

    id: str
    name: str
    english: str = ""
    proper: bool = False


def options(state: State) -> tuple[Option, ...]:
    """What may be chosen now; nothing without an open list."""
    choosing, catalogue = state.choosing, state.catalogue
    if choosing is None or catalogue is None:
        return ()
    match choosing.choice:
        case Choice.DISPOSITION:
            ends = (d for d in Disposition if d is not Disposition.DAY_CLOSED)
            return tuple(Option(d, f"disposition.{d}") for d in ends)
        case Choice.MISS_REASON:
            return tuple(Option(r, f"miss_reason.{r}") for r in MissReason)
        case Choice.TRANSFER_REASON:
            reasons = (r for r in TransferReason if r is not TransferReason.KEYPAD)
            return tuple(Option(r, f"transfer_reason.{r}") for r in reasons)
        case Choice.HOLD_REASON:
            return tuple(Option(r, f"hold_reason.{r}") for r in HoldReason)
        case Choice.ASIDE:
            aside = state.window.aside if state.window else ()
            return tuple(Option(f"aside {one.label}", one.label) for one in aside)
        case Choice.TARGET:
            windows = _other_windows(state, catalogue)
            several = (Option(WINDOWS, "other_windows"),)
            departments = {m.department for m in catalogue.matters if m.windows}
            return (windows if len(windows) <= FEW_WINDOWS else several) + tuple(
                Option(f"department {d.id}", d.name, d.english, proper=True)
                for d in catalogue.departments
                if d.id in departments
            )
        case Choice.WINDOW:
            return _other_windows(state, catalogue)
        case Choice.MATTER:
            return tuple(
                Option(f"matter {m.id}", m.name, m.english, proper=True)
                for m in catalogue.matters
                if m.department == choosing.department and m.windows
            )


def _other_windows(state: State, catalogue: Catalogue) -> tuple[Option, ...]:
    """The windows a ticket may be passed to; `english` holds a window's own name."""
    return tuple(
        Option(f"window {w.number}", str(w.number), w.name)
        for w in catalogue.windows
        if w.number != state.settings.window
    )


def chosen(choosing: Choosing, option: str) -> Choosing | None:
    """The next list after an option of a transfer's lists; None if the list was the last."""
    kind, _, value = option.partition(" ")
    match choosing.choice, kind:
        case Choice.TARGET, "department":
            return Choosing(choice=Choice.MATTER, action=choosing.action, department=value)
        case Choice.TARGET, "windows":
            return Choosing(choice=Choice.WINDOW, action=choosing.action)
        case Choice.TARGET | Choice.WINDOW, "window":
            return Choosing(choice=Choice.TRANSFER_REASON, action=choosing.action, to_window=int(value))
        case Choice.MATTER, "matter":
            return Choosing(choice=Choice.TRANSFER_REASON, action=choosing.action, matter=value)
    return None
