"""The people of a demo at devices with keys: clerks at keypads, applicants at rating pads."""

from __future__ import annotations

import random
from typing import Final

from hall.keymap import Action
from hall.model import Badge, WindowNo
from testbed.cast import Actor, Play, choice_of_level
from testbed.keypad import VirtualKeypad
from testbed.pad import VirtualPad

AGAIN_S: Final = 2.0  # nobody waits: the clerk looks up now and then
WALK_S: Final = (1.0, 2.5)  # real seconds from the call to the window


class ClerkAtKeypad(Actor):
    """Signs in, calls, serves for a while; now and then somebody does not come."""

    def __init__(self, keypad: VirtualKeypad, window: WindowNo, badge: Badge, play: Play) -> None:
        super().__init__(f"clerk {badge}", random.Random(play.seed + int(badge)))
        self._keypad = keypad
        self._window = window
        self._badge = badge
        self._play = play
        self._keys = {row.action: (row.digits, row.key) for row in keypad.profile.keymap if row.exact}
        self._sign_in_key = next(row.key for row in keypad.profile.keymap if row.action is Action.SIGN_IN)

    def run(self) -> None:
        self.stopping.wait(self.chance.uniform(0.0, 3.0))
        try:
            while not self._signed_in():
                if self.stopping.wait(AGAIN_S):
                    return
            while not self.stopping.is_set():
                self._serve_one()
        except RuntimeError as error:  # the keypad was unplugged
            self.failed = str(error)

    def _signed_in(self) -> bool:
        """Badge, PIN, and the window open."""
        if self._press(self._badge, self._sign_in_key):
            self.read()
            if self._press(self._play.pins[self._badge], self._sign_in_key):
                return self._do(Action.RESUME)
        self._do(Action.UNDO)  # the digits that stand there
        return False

    def _serve_one(self) -> None:
        if not (self._do(Action.NEXT) and self._keypad.display.ticket.strip()):
            self.stopping.wait(AGAIN_S)
            return
        self.stopping.wait(self.chance.uniform(*WALK_S))
        if self.chance.random() < self._play.no_show_share:
            for _ in range(2):
                self._do(Action.RECALL)
                self.stopping.wait(1.0)
            self._do(Action.NO_SHOW)
            return
        self._do(Action.START)
        self.stopping.wait(self.chance.uniform(*self._play.service_minutes) * 60 / self._play.speed)
        self._do(Action.FINISH)
        self.stopping.wait(self.chance.uniform(*WALK_S))

    def _do(self, action: Action) -> bool:
        return self._press(*self._keys[action])

    def _press(self, digits: str, key: int) -> bool:
        return not self.stopping.is_set() and self._keypad.act(digits, key)


class ApplicantAtPad(Actor):
    """Whoever stands at a pad with keys when it asks."""

    def __init__(self, pad: VirtualPad, window: WindowNo, play: Play) -> None:
        super().__init__(f"applicant at {window}", random.Random(play.seed + 1000 + window))
        self._pad = pad
        self._play = play
        self._asked = 0
        self._levels = {key.level for key in pad.profile.keys}

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._pad.wait_until_asked(self._asked + 1, 0.5)
            except TimeoutError:
                continue
            self._asked += 1
            self.stopping.wait(self.chance.uniform(0.8, 3.0))
            level = choice_of_level(self.chance)
            if self.chance.random() < self._play.rating_share and level in self._levels and not self.stopping.is_set():
                self._pad.press_level(level)
