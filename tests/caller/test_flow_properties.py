"""Whatever is pressed, told and answered: one wish in flight, none that the window does not allow, no PIN in sight."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from caller.flow import step
from caller.offers import options
from caller.secret import Secret
from caller.values import (
    Chose,
    Effect,
    Entered,
    Erased,
    Event,
    Field,
    Left,
    Origin,
    Pressed,
    State,
    Stretch,
    Stretched,
    Typed,
    WantSignIn,
)
from hall.happened import Answered, HubChanged, Ticked, Told, Unanswered, Want
from hall.keymap import Action
from hall.lifecycle import DESK, SERVICE, DeskMove, ServiceMove, allows
from hall.messages import (
    Body,
    CallNumber,
    Done,
    Finish,
    Next,
    NoShow,
    Pause,
    Recall,
    Refusal,
    Refused,
    Resume,
    SignIn,
    SignOut,
    Start,
    Transfer,
    Undo,
    WindowState,
)
from hall.model import DeskAct, DeskState, ServiceState
from tests.caller.made import NOW, WINDOW, at, in_hand, window

PIN = "86420973"
DIGITS = ("", "1", "5", "23", "101", "1024", "999")


def _desk(move: DeskMove) -> Callable[[WindowState], bool]:
    return lambda w: allows(DESK, w.state, move)


def _service(move: ServiceMove) -> Callable[[WindowState], bool]:
    return lambda w: w.in_hand is not None and allows(SERVICE, w.in_hand.service, move)


# What the lifecycles say, apart from the flow's own table.
ALLOWED: dict[type, Callable[[WindowState], bool]] = {
    SignIn: lambda w: allows(DESK, w.state, DeskMove.SIGN_IN) or allows(DESK, w.state, DeskMove.HAND_OVER),
    SignOut: _desk(DeskMove.SIGN_OUT),
    Pause: _desk(DeskMove.PAUSE),
    Resume: _desk(DeskMove.RESUME),
    CallNumber: _desk(DeskMove.CALL),
    Recall: lambda w: w.in_hand is not None and w.in_hand.service is ServiceState.CALLED,
    Start: _service(ServiceMove.START),
    Finish: _service(ServiceMove.FINISH),
    NoShow: _service(ServiceMove.MISS),
    Transfer: _service(ServiceMove.TRANSFER),
    Undo: lambda w: w.undo is not None,
}


def may(body: Body, told: WindowState) -> bool:
    """Whether the window as told allows the wish."""
    if isinstance(body, Next):
        free = allows(DESK, told.state, DeskMove.CALL) and told.waiting > 0
        return told.in_hand is not None if body.finishing else free
    return ALLOWED[type(body)](told)


class Act(Struct, frozen=True):
    """One thing that happens; `pick` chooses where the state offers several."""

    kind: str
    pick: int
    wait: float


KINDS = (
    "keypad",
    "screen",
    "pin",
    "digit",
    "enter",
    "erase",
    "leave",
    "choose",
    "tell",
    "hub",
    "answer",
    "late",
    "tick",
)
ACTS = st.lists(
    st.builds(Act, st.sampled_from(KINDS), st.integers(0, 10_000), st.sampled_from((0.0, 0.3, 2.0, 40.0))),
    max_size=60,
)


def told(pick: int, rev: int) -> WindowState:
    desk = list(DeskState)[pick % 5]
    more: dict[str, object] = {"waiting": pick % 3, "undo": None, "undo_until": None}
    if desk in (DeskState.CALLING, DeskState.SERVING):
        more["in_hand"] = in_hand(desk is DeskState.SERVING, label=f"A{pick % 50:03}")
    if desk is not DeskState.CLOSED and pick % 2:
        more |= {"undo": DeskAct.CALL, "undo_until": NOW + 5_000}
    return window(desk, rev=rev, **more)


class Hub:
    """The other end: remembers the wish in flight as the station's asker would, and answers."""

    def __init__(self) -> None:
        self.asked: Body | None = None
        self.stretching: Stretch | None = None
        self.withdrawing = False

    def hear(self, effects: tuple[Effect, ...], state: State) -> None:
        for effect in effects:
            assert PIN not in repr(effect)
            if isinstance(effect, Stretch):
                assert self.asked is None
                assert self.stretching is None
                self.stretching = effect
            body: Body | None = None
            if isinstance(effect, Want):
                body = effect.body
            elif isinstance(effect, WantSignIn):
                body = SignIn(window=WINDOW, badge=effect.badge, proof="")
            if body is not None:
                assert self.asked is None, "two wishes in flight"
                assert state.window is not None
                if not isinstance(body, SignIn):  # it is stretched meanwhile; the hub has the last word
                    assert may(body, state.window), (body, state.window)
                self.asked, self.withdrawing = body, False

    def answer(self, act: Act, rev: int) -> Event:
        if self.stretching is not None:
            badge, self.stretching = self.stretching.badge, None
            return Stretched(badge, Secret(b"k") if act.pick % 4 else None)
        if self.asked is None:
            return Ticked()
        body, self.asked = self.asked, None
        if self.withdrawing and act.pick % 2:
            return Unanswered(body, settled=True)
        if act.pick % 3:
            return Answered(body, Done(window=told(act.pick, rev)))
        return Answered(body, Refused(code=list(Refusal)[act.pick % len(Refusal)], until=NOW))

    def late(self) -> Event:
        if self.asked is None or self.withdrawing:
            return Ticked()
        self.withdrawing = True
        return Unanswered(self.asked, settled=False)


def event_of(act: Act, state: State, hub: Hub, rev: int) -> Event:
    actions = list(Action)
    action = actions[act.pick % len(actions)]
    asks_pin = state.entry is not None and state.entry.field is Field.PIN
    match act.kind:
        case "keypad":
            return Pressed(action, Secret(DIGITS[act.pick // 13 % len(DIGITS)]), Origin.KEYPAD)
        case "pin" if asks_pin:  # with the right key or a wrong one
            right = act.pick % 2 == 0
            origin = state.entry.origin if state.entry else Origin.KEYPAD
            return Pressed(Action.SIGN_IN if right else action, Secret(PIN), origin)
        case "screen":
            return Pressed(action)
        case "digit" if asks_pin and state.entry is not None:
            return Typed(Secret(PIN[len(state.entry.typed) % 8]))
        case "digit":
            return Typed(Secret("1052"[act.pick % 4]))
        case "enter":
            return Entered()
        case "erase":
            return Erased()
        case "leave":
            return Left()
        case "choose":
            offered = options(state)
            return Chose(offered[act.pick % len(offered)].id) if offered else Chose("window 2")
        case "tell":
            return Told(told(act.pick, rev))
        case "hub":
            return HubChanged(act.pick % 3 != 0)
        case "answer":
            return hub.answer(act, rev)
        case "late":
            return hub.late()
    return Ticked()


@settings(max_examples=300, deadline=None)
@given(ACTS)
def test_one_wish_none_barred_no_pin(acts: list[Act]) -> None:
    state, hub, mono = at(DeskState.CLOSED), Hub(), 0.0
    for n, act in enumerate(acts):
        mono += act.wait
        event = event_of(act, state, hub, rev=20 + n)
        before = state
        state, effects = step(state, event, NOW, mono)
        hub.hear(effects, replace(before, window=before.window))
        assert PIN not in repr(event)
        assert PIN not in repr(state)
        assert (state.pending is not None) == (hub.asked is not None or hub.stretching is not None)
        assert state.entry is None or state.choosing is None, "one dialogue at a time"
