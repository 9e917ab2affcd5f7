"""Those at the windows of a replayed day: clerks who look what their window is doing and do the next thing, and
applicants who rate as the day's file says.

A clerk goes by what the window shows, never by what was pressed before: after any fault the next look is right again.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol, TypeAlias

from hall.keymap import Action
from hall.messages import InHand, WindowState
from hall.model import Badge, DeskState, ServiceState, WindowNo
from testbed.cast import Actor
from testbed.crowd import Crowd
from testbed.keypad import VirtualKeypad
from testbed.listener import Listener
from testbed.pad import VirtualPad
from testbed.tape import Tape
from testbed.touch import NotThere, Touch

ANSWER_S: Final = 6.5  # real: a wish that was not answered is withdrawn before
A_HAND_S: Final = 1.2  # real, between two presses of the same key: a polled keypad's own repeat comes within a second
WALK_S: Final = (15.0, 40.0)  # business seconds from the call to the window
AGAIN_S: Final = 25.0  # business seconds between two calls of one number
LOOK_S: Final = 0.25
ASKED_S: Final = 4.0  # real: a pad that does not ask by then is not pressed
STEPS: Final = {
    DeskState.CLOSED: Action.SIGN_IN,
    DeskState.PAUSED: Action.RESUME,
    DeskState.FREE: Action.NEXT,
}


# Presses a level at a pad that asked since that monotonic time; whether the pad took it.
Press: TypeAlias = Callable[[int, float], bool]


class Hands(Protocol):
    """How a clerk presses: on a keypad, or on the keys of a soft caller."""

    def do(self, action: Action, window: WindowState) -> None: ...


class KeypadHands:
    """On a keypad with keys."""

    def __init__(self, keypad: VirtualKeypad, badge: Badge, pin: str, wait: Callable[[float], object]) -> None:
        self._keypad, self._badge, self._pin, self._wait = keypad, badge, pin, wait
        self._keys = {row.action: (row.digits, row.key) for row in keypad.profile.keymap if row.exact}
        self._sign_in_key = next(row.key for row in keypad.profile.keymap if row.action is Action.SIGN_IN)

    def do(self, action: Action, window: WindowState) -> None:  # noqa: ARG002 - of every pair of hands
        """Press its keys; whether the window changes is for the eyes."""
        if action is not Action.SIGN_IN:
            self._keypad.press(*self._keys[action])
            return
        self._keypad.press(*self._keys[Action.UNDO])  # digits that stand there
        self._wait(A_HAND_S)
        if self._keypad.press(self._badge, self._sign_in_key).acked:
            self._wait(1.0)
            self._keypad.press(self._pin, self._sign_in_key)


class GlassHands:
    """On the function keys of a soft caller."""

    KEYS: Final = {
        Action.NEXT: "f1",
        Action.RECALL: "f2",
        Action.START: "f3",
        Action.FINISH: "f4",
        Action.NO_SHOW: "f5",
        Action.RESUME: "f8",
    }

    def __init__(self, finger: Callable[[], Touch], badge: Badge, pin: str, wait: Callable[[float], object]) -> None:
        self._finger, self._badge, self._pin, self._wait = finger, badge, pin, wait
        self._touch: Touch | None = None

    def do(self, action: Action, window: WindowState) -> None:  # noqa: ARG002 - of every pair of hands
        """Type; a screen that is gone is looked for again."""
        try:
            if self._touch is None:
                self._touch = self._finger()
            self._type(self._touch, action)
        except NotThere:
            if self._touch is not None:
                self._touch.close()
            self._touch = None

    def _type(self, touch: Touch, action: Action) -> None:
        page = touch.page
        if action is Action.SIGN_IN:
            if page == "sign_in":
                touch.type(*self._badge, "return")
                touch.wait_for("sign_in_pin")
                touch.type(*self._pin, "return")
            else:
                touch.type("escape")
            return
        if not page.startswith("desk_"):
            touch.type("escape")
            self._wait(0.1)
        touch.type(self.KEYS[action])
        if action in (Action.FINISH, Action.NO_SHOW):
            touch.wait_for("choose_disposition" if action is Action.FINISH else "choose_miss_reason", 2.0)
            touch.type("1")


class Clerk(Actor):
    """Signs in, calls whoever waits, serves as long as the day's file says, until `over`."""

    def __init__(
        self,
        window: WindowNo,
        hands: Callable[[Callable[[float], object]], Hands],
        crowd: Crowd,
        listener: Listener,
        *,
        speed: float,
        calls_before_no_show: int,
        over: Callable[[], bool],
    ) -> None:
        super().__init__(f"clerk at {window}", random.Random(window))
        self._window = window
        self._hands = hands(self.stopping.wait)
        self._crowd = crowd
        self._listener = listener
        self._speed = speed
        self._calls = calls_before_no_show
        self._over = over
        self._walks: tuple[str, float] = ("", 0.0)  # the service called, and when its applicant is at the window

    def run(self) -> None:
        while not self.stopping.is_set():
            window = self._listener.window(self._window)
            if window is None:
                self.stopping.wait(LOOK_S)
            elif window.in_hand is not None:
                self._in_hand(window, window.in_hand)
            elif window.state is DeskState.FREE and (not window.waiting or self._over()):
                self._listener.wait(partial(self._changed, window), LOOK_S)
            elif window.state in STEPS and not (self._over() and window.state is not DeskState.FREE):
                self._do(STEPS[window.state], window)
            else:
                self.stopping.wait(LOOK_S)

    def _in_hand(self, window: WindowState, hand: InHand) -> None:
        service = f"{hand.ticket}#{hand.called_at}"
        if hand.service is ServiceState.SERVING:
            holder = self._crowd.holder(hand.label)
            minutes = holder.arrival.service_min if holder is not None else 1.0
            if not self._business(self._since(hand.started_at), minutes * 60):
                return
            self._crowd.served(self._window, hand.ticket, hand.label)
            self._do(Action.FINISH, window)
        elif self._crowd.comes(hand.label):
            if self._walks[0] != service:
                self._walks = (service, self.chance.uniform(*WALK_S))
            walked = self._business(self._since(hand.called_at), self._walks[1])
            if walked and not self._crowd.is_rating(self._window):  # who was there before still stands at the pad
                self._do(Action.START, window)
        elif self._business(self._since(hand.called_at), AGAIN_S * hand.calls):
            self._do(Action.RECALL if hand.calls < self._calls else Action.NO_SHOW, window)

    def _since(self, at_ms: int | None) -> float:
        """Business seconds since midnight of an instant."""
        return self._crowd.clock() if at_ms is None else (at_ms / 1000 + self.offset_s) % 86_400

    offset_s = 8 * 3600  # of the hall's clock; set by who makes the clerk

    def _business(self, since: float, lasts_s: float) -> bool:
        """Whether so many business seconds have passed; waits a moment if not."""
        left = since + lasts_s - self._crowd.clock()
        if left > 0:
            self.stopping.wait(min(left / self._speed, 0.5))
        return left <= 0

    def _do(self, action: Action, window: WindowState) -> None:
        with contextlib.suppress(TimeoutError):  # a keypad that is stuck: the next look says what became of it
            self._hands.do(action, window)
        if not self._listener.wait(lambda: self.stopping.is_set() or self._changed(window), ANSWER_S):
            return
        if action is Action.RECALL:
            self.stopping.wait(A_HAND_S)

    def _changed(self, before: WindowState) -> bool:
        now = self._listener.window(self._window)
        return now is not None and (now.state, now.in_hand, now.waiting > 0) != (
            before.state,
            before.in_hand,
            before.waiting > 0,
        )


class Rater(Actor):
    """Whoever was served at a window, when its pad asks; `press` gives whether the pad took it."""

    def __init__(self, window: WindowNo, press: Press, crowd: Crowd, listener: Listener) -> None:
        super().__init__(f"applicant at {window}", random.Random(window))
        self._window = window
        self._press = press
        self._crowd = crowd
        self._listener = listener
        self._last = ""

    def run(self) -> None:
        while not self.stopping.is_set():
            window = self._listener.window(self._window)
            if window is None or window.rate is None or window.rate == self._last:
                self._listener.wait(self._asks, 1.0)
                continue
            self._last = window.rate
            level = self._crowd.rating(window.rate.partition("#")[0])
            if level:
                with contextlib.suppress(TimeoutError):
                    self._press(level, self._crowd.served_at(self._window))
            self._crowd.goes(self._window)

    def _asks(self) -> bool:
        window = self._listener.window(self._window)
        return self.stopping.is_set() or (window is not None and window.rate not in (None, self._last))


def pad_finger(pad: VirtualPad) -> Press:
    """Presses the key of a level once the pad asks; the nearest, if it has none of that level."""
    levels = [key.level for key in pad.profile.keys]

    def press(level: int, since: float) -> bool:
        limit = time.monotonic() + ASKED_S
        # A lamp that is lit may still ask whoever was there before: no source tells how a question is taken back.
        while not any(heard.what == "rate" and heard.at > since for heard in pad.heard[-8:]):
            if time.monotonic() > limit:
                return False
            time.sleep(0.02)
        return pad.press_level(min(levels, key=lambda there: abs(there - level))).acked

    return press


def glass_finger(finger: Callable[[], Touch], tape: Tape, name: str) -> Press:
    """Presses a level on a pad with a screen, then sends it; what the finger did is on the wire `name`."""
    held: list[Touch] = []

    def tap(touch: Touch, button: str) -> None:
        tape.hear(name, False, json.dumps({"tap": button}).encode())
        touch.tap(button)

    def press(level: int, since: float) -> bool:  # noqa: ARG001 - a screen shows what it asks
        try:
            if not held:
                held.append(finger())
            held[0].wait_for("levels", ASKED_S)
            tap(held[0], f"level:{level}")
            held[0].wait_for("reasons", ASKED_S)
            tap(held[0], "submit")
        except NotThere:
            while held:
                held.pop().close()
            return False
        return True

    return press
