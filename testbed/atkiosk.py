"""Those who come to a ticket machine on a replayed day: one after another, as fast as the machine lets them."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from typing import Any, Final

from hall.model import Hall, StationId
from hall.station.settings import words
from testbed.cast import AtGlass
from testbed.crowd import Crowd, Seen
from testbed.day import Arrival
from testbed.listener import Listener
from testbed.printer import VirtualPrinter
from testbed.touch import NotThere, Touch

LABEL: Final = re.compile(r"(?<![A-Z0-9])[A-Z]\d{3,5}(?!\d)")
LOOK_S: Final = 0.02  # real
LISTENS_S: Final = 5.0  # real: what a screen may take for a page
PATIENCE_S: Final = 25.0  # real: before a machine that gives no numbers, with people queueing behind
OUTCOME_S: Final = 150.0  # real: the machine has limits of its own
SLIP_S: Final = 2.0  # real: from the page that says “take it” to the slip
AGAIN: Final = 2  # so often a person who was turned away by a fault tries once more
WAITING: Final = ("asking", "printing")
ENDS: Final = ("take", "see_staff", "voided", "refused")


class QueueAtKiosk(AtGlass):
    """The people before one ticket machine."""

    def __init__(
        self,
        finger: Callable[[], Touch],
        kiosk: StationId,
        printer: VirtualPrinter | None,
        hall: Hall,
        crowd: Crowd,
        listener: Listener,
    ) -> None:
        super().__init__(f"people at {kiosk}", finger, random.Random(0))
        self._finger_of = finger
        self._kiosk = kiosk
        self._printer = printer
        self._department = {matter.id: matter.department for matter in hall.matters}
        self._classes = {p.id: p.name for p in hall.policy.priorities if p.at_kiosk}
        self._crowd = crowd
        self._refusals, self._words = words("refusals"), words("kiosk")
        self._listener = listener

    def run(self) -> None:
        touch: Touch | None = None
        while not self.stopping.is_set():
            arrival = self._crowd.next_at(self._kiosk)
            if arrival is None:
                self.stopping.wait(0.02)
                continue
            touch = self._serve(touch, arrival)
            self._crowd.left_kiosk(self._kiosk)
        if touch is not None:
            touch.close()

    def _serve(self, touch: Touch | None, arrival: Arrival) -> Touch | None:
        """One person, until there is a number or a reason to go."""
        again = 0
        until = time.monotonic() + PATIENCE_S
        while not self.stopping.is_set():
            began = [self._crowd.clock()]
            asked = [False]
            try:
                if touch is None:
                    touch = self._finger_of()
                saw, label = self._try(touch, arrival, began, asked, until)
            except NotThere as error:
                if touch is not None and "gone" not in str(error) and not asked[0]:
                    if time.monotonic() < until:
                        continue  # the page changed under the finger
                    saw, label = "gone", ""
                else:
                    if touch is not None:
                        touch.close()
                    touch = None
                    if not asked[0] and time.monotonic() < until:
                        continue  # nothing was pressed yet: who came waits for the screen
                    saw, label = "gone", ""
            self._crowd.seen(
                Seen(
                    arrival=arrival,
                    kiosk=self._kiosk,
                    began=began[0],
                    ended=self._crowd.clock(),
                    saw=saw,
                    label=label,
                    again=again,
                )
            )
            stays = saw == "gone" or saw in ("refused:late", "refused:withdrawn", "refused:clock_behind")
            if not stays or again >= AGAIN or label:
                break
            again += 1
            until = time.monotonic() + PATIENCE_S
        return touch

    def _try(
        self, touch: Touch, arrival: Arrival, began: list[float], asked: list[bool], until: float
    ) -> tuple[str, str]:
        """Press through; what was seen at the end, and the number."""
        while True:
            page = touch.page
            code = self._crowd.codes.get(arrival.line)
            if page == "departments" and code is not None:
                touch.tap("booking")
                self._leaves(touch, page)
            elif page == "booking" and code is not None:
                self._type(touch, code)
                began[0], asked[0] = self._crowd.clock(), True
                touch.tap("enter")
                return self._outcome(touch)
            elif page == "departments":
                self._turn(touch, f"department:{self._department[arrival.matter]}", "departments")
            elif page == "matters":
                self._turn(touch, f"matter:{arrival.matter}", "matters")
            elif page == "confirm" and not self._has_class(touch, arrival):
                touch.tap("classes")
                self._leaves(touch, page)
            elif page == "priority":
                self._turn(touch, f"class:{arrival.priority}", page)
            elif page == "confirm":
                began[0], asked[0] = self._crowd.clock(), True
                touch.tap("yes")
                return self._outcome(touch)
            elif page in ENDS:
                touch.tap("home")
                self._leaves(touch, page)
            elif page == "closed" and (reason := self._listener.opening):
                return f"closed:{reason}", ""
            elif time.monotonic() > until or self.stopping.is_set():
                return page, ""
            else:
                self.stopping.wait(0.1)

    def _type(self, touch: Touch, code: str) -> None:
        """Type a booking's code, and see that it stands there."""
        for button in ("clear", *(f"type:{key}" for key in code)):
            touch.tap(button)
        limit = time.monotonic() + LISTENS_S
        while code not in (text.replace(" ", "") for text in touch.look()["texts"]):
            if time.monotonic() > limit:
                raise NotThere("the code that was typed is not shown")
            self.stopping.wait(LOOK_S)

    def _has_class(self, touch: Touch, arrival: Arrival) -> bool:
        """Whether the page that asks for a yes already says the class of this person."""
        wanted = self._classes.get(arrival.priority)
        told = {button["label"] for button in touch.look()["buttons"]}
        return wanted is None or self._words("priority.class", name=wanted) in told

    def _turn(self, touch: Touch, button: str, page: str) -> None:
        """Press a button of a list, turning leaves forth and back until it is there; else back to the list before."""
        ways = ["more", "less", "back", "home"]
        while ways:
            seen = touch.look()
            ids = {shown["id"] for shown in seen["buttons"]}
            if seen["page"] != page:
                return
            if button in ids:
                touch.tap(button)
                self._leaves(touch, page)
                return
            if ways[0] not in ids:
                ways.pop(0)
                continue
            touch.tap(ways[0])
            limit = time.monotonic() + LISTENS_S
            while touch.look() == seen and time.monotonic() < limit:
                self.stopping.wait(LOOK_S)
        raise NotThere(f"{button} on no leaf")

    def _leaves(self, touch: Touch, page: str) -> None:
        """Wait until another page is shown."""
        limit = time.monotonic() + LISTENS_S
        while touch.page == page and time.monotonic() < limit:
            self.stopping.wait(LOOK_S)

    def _outcome(self, touch: Touch) -> tuple[str, str]:
        limit = time.monotonic() + OUTCOME_S
        label = ""
        while time.monotonic() < limit:
            seen = touch.look()
            page = seen["page"]
            if page in (*ENDS, "printing"):
                found = LABEL.search(" ".join([*seen["texts"], *(b["label"] for b in seen["buttons"])]))
                label = found[0] if found else label
            if page == "refused":
                touch.tap("home")
                self._leaves(touch, page)
                return f"refused:{self._reason(seen)}", ""
            if page in ENDS:
                label = self._slip(label) or label if page == "take" else label
                touch.tap("home")
                self._leaves(touch, page)
                return page, label
            if page not in (*WAITING, "confirm", "booking", "hub_away"):
                return page, label  # it came back with another page: nobody knows what became of it
            self.stopping.wait(LOOK_S)
        return "no_end", label

    def _reason(self, seen: dict[str, Any]) -> str:
        """The code of the refusal whose words stand on the page."""
        told = " ".join(seen["texts"])
        for key in self._refusals.keys():  # noqa: SIM118
            own = f"booking.{key}"
            said = self._words(own, label="{") if own in self._words else self._refusals(key)
            if said.split("{")[0] in told:
                return key
        return "unknown"

    def _slip(self, wanted: str) -> str:
        """The number on the slip in the hand: the one that stood on the screen, if any stood there. What others left in
        the tray, or what came out late for them, is not taken for it."""
        label, limit = "", time.monotonic() + SLIP_S
        while self._printer is not None and time.monotonic() < limit:
            try:
                slip = self._printer.next_slip(0.0 if label and not wanted else SLIP_S)
            except TimeoutError:
                break
            found = LABEL.search(slip.text)
            label = found[0] if found else label
            if label == wanted:
                return label
        return wanted or label
