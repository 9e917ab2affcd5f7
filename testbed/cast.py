"""The people of a demo at the screens: visitors at the kiosk, clerks at soft callers, applicants at pads, all through
the screens' own glass. Those at devices with keys are in testbed.people."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

from msgspec import Struct

from hall.model import Badge, Hall, Matter
from testbed.touch import NotThere, Touch

log = logging.getLogger("cast")
LOOK_S = 0.15
READ_S = (0.5, 1.2)  # real seconds a person looks at a page before pressing
TAKE_S = 0.6  # real: a hand takes the slip
CLASS_SHARE = 0.08  # of the visitors
FURTHER_SHARE = 0.05
POPULAR_RANK = 5  # few matters bring most of the people; a small figure makes that steeper


class Play(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who plays: demo.toml beside a hall file. The PINs are those of made-up clerks."""

    start: str = "2026-11-23T09:00"  # local business time at the start
    speed: float = 20.0  # business seconds in a real one
    seed: int = 37
    visitors_per_hour: float = 30.0
    no_show_share: float = 0.08
    transfer_share: float = 0.05
    wrong_press_share: float = 0.06  # calls that the clerk takes back at once
    service_minutes: tuple[float, float] = (0.6, 2.6)  # business time at the window
    rating_share: float = 0.7  # of the applicants who are asked
    pins: dict[Badge, str] = {}


class Actor(threading.Thread):
    """Somebody who acts until told to stop."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name=name, daemon=True)
        self.chance = chance
        self.stopping = threading.Event()
        self.failed: str = ""

    def read(self) -> None:
        """Look at a page as a person does."""
        self.stopping.wait(self.chance.uniform(*READ_S))

    def stop(self) -> None:
        """No more acts; waits for the present one."""
        self.stopping.set()
        self.join(timeout=20)


class AtGlass(Actor):
    """Somebody at a screen; a missing button ends one act, not the play."""

    def __init__(self, name: str, finger: Callable[[], Touch], chance: random.Random) -> None:
        super().__init__(name, chance)
        self._finger = finger

    def run(self) -> None:
        try:
            touch = self._finger()
        except NotThere as error:
            self.failed = str(error)
            return
        try:
            while not self.stopping.is_set():
                try:
                    self.act(touch)
                except NotThere as error:
                    log.info("%s: %s", self.name, error)
                    self.stopping.wait(0.5)
        finally:
            touch.close()

    def act(self, touch: Touch) -> None:
        """One act."""
        raise NotImplementedError


class Visitors(AtGlass):
    """People who come to the kiosk one after another, at random times."""

    def __init__(self, finger: Callable[[], Touch], hall: Hall, play: Play, kiosk: int = 0, kiosks: int = 1) -> None:
        super().__init__(f"visitors {kiosk}", finger, random.Random(play.seed + kiosk))
        self._hall = hall
        self._gap_s = 3600 * kiosks / play.visitors_per_hour / play.speed
        self._next_at = time.monotonic() + 1.0
        self._popular = self.chance.sample(hall.matters, len(hall.matters))
        self._weights = [1 / (rank + POPULAR_RANK) for rank in range(len(hall.matters))]
        self.came = 0

    def act(self, touch: Touch) -> None:
        if self.stopping.wait(max(0.0, self._next_at - time.monotonic())):
            return
        self._next_at = max(time.monotonic(), self._next_at + self.chance.expovariate(1 / self._gap_s))
        self.came += 1
        (matter,) = self.chance.choices(self._popular, self._weights)
        self.take_number(touch, matter)

    def take_number(self, touch: Touch, matter: Matter) -> None:
        """Department, matter, confirm, wait for the slip, and make room for the next."""
        touch.wait_for("departments", limit_s=40)
        self.read()
        tap_listed(self, touch, f"department:{matter.department}")
        touch.wait_for("matters")
        self.read()
        tap_listed(self, touch, f"matter:{matter.id}")
        touch.wait_for("confirm")
        self.read()
        self._ask_for_more(touch)
        touch.tap("yes")
        touch.wait_for("take", limit_s=20)
        self.stopping.wait(TAKE_S)
        touch.tap("home")

    def _ask_for_more(self, touch: Touch) -> None:
        """Some belong to a class of 绿色通道; some have one more matter."""
        if _enabled(touch, "classes") and self.chance.random() < CLASS_SHARE:
            touch.tap("classes")
            touch.wait_for("priority")
            self.read()
            classes = [b["id"] for b in touch.look()["buttons"] if b["id"].startswith("class:")]
            touch.tap(self.chance.choice(classes))
            touch.wait_for("confirm")
            self.read()
        if _enabled(touch, "add") and self.chance.random() < FURTHER_SHARE:
            touch.tap("add")
            for page in ("departments", "matters"):
                touch.wait_for(page)
                self.read()
                kind = f"{page[:-1]}:"
                touch.tap(self.chance.choice([b["id"] for b in touch.look()["buttons"] if b["id"].startswith(kind)]))
            touch.wait_for("confirm")
            self.read()


class ClerkAtWindow(AtGlass):
    """A clerk at a soft caller: signs in, calls, serves for a while, now and then a no-show or a wrong press."""

    def __init__(self, finger: Callable[[], Touch], badge: Badge, play: Play) -> None:
        super().__init__(f"clerk {badge}", finger, random.Random(play.seed + int(badge)))
        self._badge = badge
        self._play = play
        self._doing: dict[str, Callable[[Touch], None]] = {
            "sign_in": self._sign_in,
            "desk_paused": lambda touch: self._press(touch, "f8"),
            "desk_free": self._call,
            "desk_calling": self._receive,
            "desk_serving": self._serve,
        }

    def act(self, touch: Touch) -> None:
        page = touch.page
        doing = self._doing.get(page)
        if doing is None:
            if page.startswith("choose") or page in ("number", "sign_in_pin"):
                touch.type("escape")
            self.stopping.wait(LOOK_S)
        else:
            doing(touch)

    def _press(self, touch: Touch, *keys: str) -> None:
        touch.type(*keys)
        self.stopping.wait(0.3)

    def _sign_in(self, touch: Touch) -> None:
        self.read()
        touch.type(*self._badge, "return")
        touch.wait_for("sign_in_pin")
        touch.type(*self._play.pins[self._badge], "return")
        touch.wait_for("desk_paused", limit_s=10)
        self.read()

    def _call(self, touch: Touch) -> None:
        if not _enabled(touch, "action:next"):
            self.stopping.wait(LOOK_S)
            return
        self.read()
        self._press(touch, "f1")
        touch.wait_for("desk_calling")
        if self.chance.random() < self._play.wrong_press_share:
            self._press(touch, "f9")

    def _receive(self, touch: Touch) -> None:
        """The applicant walks up, or does not come."""
        if self.chance.random() < self._play.no_show_share:
            for _ in range(2):
                self.stopping.wait(1.0)
                self._press(touch, "f2")
            self._press(touch, "f5", "1")
            return
        self.stopping.wait(self.chance.uniform(0.8, 2.0))
        self._press(touch, "f3")

    def _serve(self, touch: Touch) -> None:
        minutes = self.chance.uniform(*self._play.service_minutes)
        self.stopping.wait(minutes * 60 / self._play.speed)
        self._press(touch, "f4")
        self._press(touch, self.chance.choice("112345"))


class ApplicantAtPanel(AtGlass):
    """Whoever stands at a pad with a screen: rates or walks off, ticks a reason or two."""

    def __init__(self, finger: Callable[[], Touch], window: int, play: Play) -> None:
        super().__init__(f"applicant at {window}", finger, random.Random(play.seed + 1000 + window))
        self._play = play

    def act(self, touch: Touch) -> None:
        if touch.page != "levels":
            self.stopping.wait(4 * LOOK_S)
            return
        self.read()
        if self.chance.random() >= self._play.rating_share:
            self.stopping.wait(4.0)  # reads, and goes without a word
            return
        touch.tap(f"level:{choice_of_level(self.chance)}")
        touch.wait_for("reasons")
        self.read()
        reasons = [b["id"] for b in touch.look()["buttons"] if b["id"].startswith("reason:")]
        for reason in self.chance.sample(reasons, min(len(reasons), self.chance.randint(0, 2))):
            touch.tap(reason)
            self.read()
        touch.tap("submit")


class GuideAtDesk(AtGlass):
    """导办员: now and then takes a number for somebody who cannot use the kiosk."""

    def __init__(self, finger: Callable[[], Touch], hall: Hall, play: Play) -> None:
        super().__init__("guide", finger, random.Random(play.seed + 2000))
        self._hall = hall

    def act(self, touch: Touch) -> None:
        if self.stopping.wait(self.chance.uniform(12, 25)):
            return
        matter = self.chance.choice(self._hall.matters)
        touch.type("f1")
        touch.wait_for("departments", limit_s=20)
        self.read()
        tap_listed(self, touch, f"department:{matter.department}")
        touch.wait_for("matters")
        self.read()
        tap_listed(self, touch, f"matter:{matter.id}")
        touch.wait_for("confirm")
        self.read()
        touch.tap("yes")
        touch.wait_for("issued")
        self.stopping.wait(3.0)
        touch.type("return")


LEVELS = (5, 5, 5, 5, 4, 4, 4, 3, 3, 2, 1)


def choice_of_level(chance: random.Random) -> int:
    """A level as people in halls give them: mostly good, not always."""
    return chance.choice(LEVELS)


def tap_listed(actor: Actor, touch: Touch, button: str) -> None:
    """Press it, turning leaves until it is there."""
    for _ in range(10):
        if _enabled(touch, button):
            touch.tap(button)
            return
        touch.tap("more")
        actor.stopping.wait(0.3)
    raise NotThere(f"{button} on no leaf")


def _enabled(touch: Touch, button: str) -> bool:
    shown = touch.look()
    return any(b["id"] == button for b in shown["buttons"])
