"""The windows as a simulated role: the real caller's flow for each, and the clerks who press and mispress."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from msgspec import Struct

from caller.flow import fresh, step
from caller.offers import options
from caller.secret import Secret
from caller.values import (
    Chose,
    Effect,
    Entered,
    Event,
    Field,
    Left,
    Origin,
    Pressed,
    Settings,
    State,
    Stretch,
    Stretched,
    Typed,
    WantSignIn,
)
from hall.happened import Want
from hall.keymap import Action
from hall.messages import SignIn
from hall.model import Badge, DeskState, Hall, Instant, RequestId, WindowNo
from hall.pin import bound_to, client_key, proof
from hall.station.host import Host
from hall.topics import CATALOGUE, WINDOW, Topic
from testbed.sim.loop import Loop
from testbed.sim.machines import StationMachine
from testbed.sim.place import PINS, WRONG_PIN

STRETCH_S = 0.05
PRESS_S = (0.05, 0.5)
WRONG_PIN_SHARE = 0.05
GUESSES = 7  # of one who does not know the PIN; five lock

WITH_DIGITS = (Action.CALL_NUMBER,) * 10  # the wrong key that would say a PIN aloud

# What a clerk presses at a window in a state, and how often.
HABITS: dict[DeskState, dict[Action, int]] = {
    DeskState.CLOSED: {Action.SIGN_IN: 1},
    DeskState.PAUSED: {Action.RESUME: 20, Action.SIGN_OUT: 1, Action.SIGN_IN: 2, Action.UNDO: 2},
    DeskState.FREE: {
        Action.NEXT: 60,
        Action.CALL_NUMBER: 12,
        Action.TAKE_UP: 6,
        Action.PAUSE: 2,
        Action.SIGN_OUT: 1,
        Action.SIGN_IN: 3,
        Action.UNDO: 3,
    },
    DeskState.CALLING: {
        Action.START: 40,
        Action.RECALL: 15,
        Action.NO_SHOW: 8,
        Action.TRANSFER: 6,
        Action.HOLD: 2,
        Action.UNDO: 4,
        Action.NEXT: 6,
    },
    DeskState.SERVING: {Action.FINISH: 30, Action.NEXT: 30, Action.TRANSFER: 5, Action.HOLD: 3, Action.UNDO: 3},
}


class AtWindow(Struct, frozen=True):
    """An event of one window's own."""

    window: WindowNo
    event: Event


@lru_cache(maxsize=64)
def stretched(pin: str, salt: str) -> bytes:
    """hall.pin.client_key, worked out once."""
    return client_key(pin, salt)


class DesksRole:
    """The callers of a station's windows in one process; the PIN worker is the loop."""

    topics: tuple[Topic, ...] = (CATALOGUE, WINDOW)

    def __init__(self, windows: tuple[WindowNo, ...], loop: Loop) -> None:
        self.states = {number: fresh(Settings(window=number)) for number in windows}
        self._loop = loop
        self._station: Host | None = None

    def start(self, station: Host) -> None:
        self._station = station

    def close(self) -> None:
        self._station = None

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        if isinstance(event, AtWindow):
            self._step(event.window, event.event, now, mono)
        else:
            for window in self.states:
                self._step(window, event, now, mono)  # type: ignore[arg-type]

    def _step(self, window: WindowNo, event: Event, now: Instant | None, mono: float) -> None:
        self.states[window], effects = step(self.states[window], event, now, mono)
        for effect in effects:
            self._do(window, effect)

    def _do(self, window: WindowNo, effect: Effect) -> None:
        station = self._station
        assert station is not None
        match effect:
            case Want(body):
                station.want(body)
            case WantSignIn():
                station.want_with(lambda request: self._sign_in(station, effect, request))
            case Stretch():
                key = Secret(stretched(effect.pin.reveal(), effect.salt))
                done = AtWindow(window, Stretched(effect.badge, key))
                self._loop.after(STRETCH_S, lambda: station.inbox.put(done))
            case _:
                pass  # a light or a number on a keypad

    def _sign_in(self, station: Host, wanted: WantSignIn, request: RequestId) -> SignIn:
        bound = bound_to(request, station.id, wanted.window, wanted.badge)
        return SignIn(window=wanted.window, badge=wanted.badge, proof=proof(wanted.key.reveal(), bound))


class Clerks:
    """Whoever sits at one window: presses by habit, sometimes twice, sometimes wrong."""

    def __init__(self, hall: Hall, machine: StationMachine, window: WindowNo, chance: Random) -> None:
        self.window = window
        self.are_here = True
        self.machine, self._chance = machine, chance
        self._badges: list[Badge] = [post.badge for post in hall.posts if post.window == window]
        self._guesses = 0
        self._last = "A001"  # the last number in hand
        self.machine.around.loop.after(chance.random(), self._press)

    def _press(self) -> None:
        low, high = PRESS_S
        self.machine.around.loop.after(low + self._chance.random() * (high - low), self._press)
        role = self.machine.role
        if not self.are_here or not isinstance(role, DesksRole):
            return
        seen = role.states[self.window].window
        if seen is not None and seen.in_hand is not None:
            self._last = seen.in_hand.label
        if (seen is None or seen.state is DeskState.CLOSED) and not self._guesses and self._chance.random() < 0.8:
            return  # nobody sits there yet
        events = self._wanted(role.states[self.window])
        if self._chance.random() < 0.12:
            events = events * self._chance.choice((2, 3))
            self.machine.around.happened["pressed again in anger"] += 1
        for event in events:
            self.machine.put(AtWindow(self.window, event))

    def _wanted(self, state: State) -> list[Event]:
        chance = self._chance
        if state.choosing is not None:
            rows = [option.id for option in options(state)]
            return [Chose(chance.choice(rows))] if rows and chance.random() < 0.93 else [Left()]
        if state.entry is not None:
            return self._typed(state)
        stands = state.window.state if state.window is not None else DeskState.CLOSED
        habits = HABITS[stands] if chance.random() < 0.96 else dict.fromkeys(Action, 1)
        action = chance.choices(list(habits), list(habits.values()))[0]
        origin = chance.choice((Origin.KEYPAD, Origin.SCREEN))
        typed = ""
        if action is Action.SIGN_IN and origin is Origin.KEYPAD:
            typed = self._badge()
        elif action is Action.CALL_NUMBER and origin is Origin.KEYPAD:
            typed = self._number()
        elif action is Action.TRANSFER and origin is Origin.KEYPAD:
            typed = str(chance.randint(1, 6))
        return [Pressed(action, Secret(typed), origin)]

    def _typed(self, state: State) -> list[Event]:
        entry, chance = state.entry, self._chance
        assert entry is not None
        if entry.field is Field.PIN:
            digits = self._pin(entry.badge)
        else:
            digits = self._badge() if entry.field is Field.BADGE else self._number()
        if entry.origin is Origin.KEYPAD:
            slipped = entry.field is Field.PIN and chance.random() < 0.2  # the right digits, the wrong key
            action = chance.choice((*Action, *WITH_DIGITS)) if slipped else Action.SIGN_IN
            return [Pressed(action, Secret(digits), Origin.KEYPAD)]
        return [*(Typed(Secret(digit)) for digit in digits), Entered()]

    def _badge(self) -> Badge:
        chance = self._chance
        return chance.choices(self._badges, (9, 2))[0] if chance.random() < 0.97 else chance.choice(list(PINS))

    def _number(self) -> str:
        return self._last[0] + str(int(self._last[1:]) + self._chance.choice((1, 2, 3, 4, 8, 12)))

    def _pin(self, badge: Badge) -> str:
        if self._guesses == 0 and self._chance.random() < WRONG_PIN_SHARE:
            self._guesses = self._chance.choice((1, 1, 1, GUESSES))
        if self._guesses > 0:
            self._guesses -= 1
            self.machine.around.happened["wrong PIN"] += 1
            return WRONG_PIN
        return PINS.get(badge, WRONG_PIN)
