"""Whatever is pressed, told and answered: one wish in flight, none that the window does not allow, no PIN in sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from caller.flow import step
from caller.offers import options, why_not
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
    Aside,
    Body,
    CallNumber,
    Done,
    Finish,
    Hold,
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
    Hold: _service(ServiceMove.HOLD),
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


# How often each kind comes: mostly what a clerk may do now, and enough of what disturbs it.
WEIGHTS = {
    "offered": 6,
    "sign in": 3,
    "choose": 3,
    "answer": 4,
    "tell": 3,
    "digit": 2,
    "keypad": 2,
    "screen": 2,
    "pin astray": 1,
    "enter": 2,
    "erase": 1,
    "leave": 1,
    "hub": 1,
    "late": 1,
    "tick": 1,
}
KINDS = [kind for kind, weight in WEIGHTS.items() for _ in range(weight)]
WAITS = (0.0, 0.3, 2.0, 2.0, 2.0, 40.0)
ACTS = st.lists(
    st.builds(Act, st.sampled_from(KINDS), st.integers(0, 10_000), st.sampled_from(WAITS)), min_size=20, max_size=80
)


def told(pick: int, rev: int) -> WindowState:
    desk = list(DeskState)[pick % 5]
    more: dict[str, object] = {"waiting": pick % 3, "undo": None, "undo_until": None}
    if desk in (DeskState.CALLING, DeskState.SERVING):
        more["in_hand"] = in_hand(desk is DeskState.SERVING, label=f"A{pick % 50:03}")
    more["aside"] = tuple(Aside(label=f"A{n:03}", matter="tax-1", since=NOW) for n in range(pick % 3))
    if desk is not DeskState.CLOSED and pick % 2:
        more |= {"undo": DeskAct.CALL, "undo_until": NOW + 5_000}
    return window(desk, rev=rev, **more)


class Hub:
    """The other end: remembers the wish in flight as the station's asker would, and answers."""

    def __init__(self) -> None:
        self.asked: Body | None = None
        self.stretching: Stretch | None = None
        self.withdrawing = False
        self.heard: Counter[str] = Counter()

    def hear(self, effects: tuple[Effect, ...], state: State) -> None:
        for effect in effects:
            assert PIN not in repr(effect)
            if isinstance(effect, Stretch):
                assert self.asked is None
                assert self.stretching is None
                self.stretching = effect
                self.heard["Stretch"] += 1
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
                    assert state.hub_here, "wished although nobody hears it"
                self.asked, self.withdrawing = body, False
                self.heard[type(body).__name__] += 1

    def answer(self, act: Act, rev: int) -> Event:
        if self.stretching is not None:
            badge, self.stretching = self.stretching.badge, None
            return Stretched(badge, Secret(b"k") if act.pick % 4 else None)
        if self.asked is None:
            return Ticked()
        body, self.asked = self.asked, None
        if self.withdrawing and act.pick % 2:
            self.heard["settled"] += 1
            return Unanswered(body, settled=True)
        if act.pick % 3:
            return Answered(body, Done(window=told(act.pick, rev)))
        self.heard["refused"] += 1
        return Answered(body, Refused(code=list(Refusal)[act.pick % len(Refusal)], until=NOW))

    def late(self) -> Event:
        if self.asked is None or self.withdrawing:
            return Ticked()
        self.withdrawing = True
        self.heard["late"] += 1
        return Unanswered(self.asked, settled=False)


def pressed(act: Act, state: State) -> Event:
    """A press that is offered now, or any; from either place."""
    origin = list(Origin)[act.pick % 2]
    offered = [a for a in Action if why_not(state, a, NOW, origin) is None] if act.kind == "offered" else []
    actions = offered or list(Action)
    action = actions[act.pick // 2 % len(actions)]
    digits = "2" if action is Action.TRANSFER else DIGITS[act.pick // 7 % len(DIGITS)]
    return Pressed(action, Secret(digits if origin is Origin.KEYPAD else ""), origin)


def typed(act: Act, state: State) -> Event:
    """Badge, PIN or number, by key string or character; the PIN only where one is asked for."""
    entry = state.entry
    asks_pin = entry is not None and entry.field is Field.PIN
    if act.kind == "sign in":
        digits = PIN if asks_pin else ("101", "1024", "999")[act.pick % 3]
        origin = entry.origin if entry is not None and asks_pin else Origin.KEYPAD
        return Pressed(Action.SIGN_IN, Secret(digits), origin)
    if act.kind == "pin astray" and entry is not None and asks_pin:
        wrong = (Action.CALL_NUMBER, Action.TRANSFER, Action.NEXT, None)[act.pick % 4]
        return Pressed(wrong, Secret(PIN), entry.origin)
    if entry is not None and asks_pin:
        return Typed(Secret(PIN[len(entry.typed) % 8]))
    return Typed(Secret("1052"[act.pick % 4]))


def event_of(act: Act, state: State, hub: Hub, rev: int) -> Event:
    match act.kind:
        case "offered" | "keypad" | "screen":
            return pressed(act, state)
        case "sign in" | "pin astray" | "digit":
            return typed(act, state)
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


def walk(acts: list[Act]) -> Hub:
    """All of it, checked after every step; what the hub has heard."""
    state, hub, mono = at(DeskState.CLOSED), Hub(), 0.0
    for n, act in enumerate(acts):
        mono += act.wait
        event = event_of(act, state, hub, rev=20 + n)
        before = state
        state, effects = step(state, event, NOW, mono)
        hub.hear(effects, before)
        assert PIN not in repr(event)
        assert PIN not in repr(state)
        assert (state.pending is not None) == (hub.asked is not None or hub.stretching is not None)
        assert state.entry is None or state.choosing is None, "one dialogue at a time"
    return hub


@settings(max_examples=300)
@given(ACTS)
def test_one_wish_none_barred_no_pin(acts: list[Act]) -> None:
    walk(acts)


def test_the_walks_go_everywhere() -> None:
    """The same walk from fixed seeds makes every wish and meets every trouble: the property says something."""
    heard: Counter[str] = Counter()
    for seed in range(60):
        chance = Random(seed)
        acts = [Act(chance.choice(KINDS), chance.randrange(10_000), chance.choice(WAITS)) for _ in range(80)]
        heard += walk(acts).heard
    wanted = {kind.__name__ for kind in (*ALLOWED, Next)} | {"Stretch", "late", "settled", "refused"}
    assert {kind for kind in wanted if heard[kind] < 3} == set(), heard
