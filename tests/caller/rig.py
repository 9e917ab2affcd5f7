"""One window as it stands in a hall: the real station with the caller's role, the real hub, a broker in memory between
them, and hands at the keyboard and on the glass (SDL events)."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from caller.role import Caller
from hall.messages import Answer, Ask, Body, Printed, TakeTicket, Wish, decode, encode
from hall.model import Hall, Printing, Role
from hall.station.bus import Arrived, Bus
from hall.station.inbox import Inbox
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import CallerSettings, Screen, StationFile
from hub.daemon import Hub
from hub.store import Store
from screen.page import Page, Text
from screen.window import Window
from tests.broker import Broker, Link
from tests.hub.made import KIOSK, MORNING, PINS, STATIONS, made

LIMIT_S: Final = 10.0
SIZE: Final = (1024, 600)
T = TypeVar("T")


class Kiosk:
    """A kiosk's side of the wire, or another station's: takes a number and reports it on paper."""

    def __init__(self, broker: Broker, hall: str, station: str = KIOSK) -> None:
        self._inbox = Inbox()
        self._ask = f"jh/1/{hall}/station/{station}/ask"
        self._ids = itertools.count(1)
        self._bus = Bus(broker.link, self._inbox.put, [f"jh/1/{hall}/station/{station}/answer"])
        self._bus.start()

    def ask(self, body: Body, now: int, request: str = "") -> None:
        not_after = now + 60_000 if isinstance(body, Wish) else None
        ask = Ask(id=request or f"k{next(self._ids)}", body=body, not_after=not_after)
        self._bus.publish(self._ask, encode(ask))

    def answer(self) -> Any:
        """The newest reply."""
        events = [e for e in self._inbox.take(0) if isinstance(e, Arrived)]
        for event in events:
            self._bus.ack(event.token)
        return decode(events[-1].payload, Answer).reply


class Desk:
    """The window; time stands until `wait` moves it."""

    def __init__(
        self, path: Path, keypad: str = "", language: str = "zh", pictures: str = "", hall: Hall | None = None
    ) -> None:
        self.hall = hall or made()
        self.mono, self.now = 100.0, MORNING
        self.broker = Broker()
        self.hub = Hub(
            self.hall,
            Store.open(path / "hub.db", self.hall.id),
            link=self.broker.link,
            now=lambda: self.now,
            mono=lambda: self.mono,
        )
        self.hub_is_here = True
        screen = Screen(width=SIZE[0], height=SIZE[1], pictures=pictures)
        caller = CallerSettings(window=1, keypad=keypad, screen=screen)
        self.station = Station(
            StationFile(
                id=STATIONS[1],
                hall=self.hall.id,
                roles=(Role.CALLER,),
                broker=BrokerFile(password_file="none"),
                data="data",
                caller=(caller,),
            ),
            outbox=Outbox.open(path / "station.db"),
            link=self._link,
            mono=lambda: self.mono,
        )
        self.role = Caller(caller, language, path)
        self.kiosk = Kiosk(self.broker, self.hall.id)

    def _link(self, ears: Any, will: Any) -> Link:
        self.link = self.broker.link(ears, will)
        return self.link

    def __enter__(self) -> Self:
        self.hub.begin()
        self.station.begin(self.role)
        self.until(lambda: self.page.name == "sign_in" or None, "the sign-in page")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.station.end()
        self.hub.end()

    # --- time -----------------------------------------------------------------------------------------------

    def turn(self) -> None:
        """One turn of the hub's and of the station's loop; both take a moment."""
        self.mono, self.now = self.mono + 0.01, self.now + 10
        if self.hub_is_here:
            self.hub.turn(self.hub.inbox.take(0))
        self.station.turn(self.role.pump(0.01))

    def until(self, found: Callable[[], T | None], what: str) -> T:
        """What `found` gives once it gives something; both loops turn meanwhile."""
        limit = time.monotonic() + LIMIT_S
        while (value := found()) is None:
            assert time.monotonic() < limit, f"waited in vain for {what}; {self.page.name}: {self.words}"
            self.turn()
        return value

    def wait(self, seconds: float) -> None:
        """Time goes on, a second at a time."""
        while seconds > 0:
            part = min(seconds, 1.0)
            self.mono, self.now, seconds = self.mono + part, self.now + round(part * 1000), seconds - part
            self.turn()
            self.turn()

    def until_page(self, name: str) -> None:
        self.until(lambda: self.page.name == name or None, f"page {name}")

    def until_calls(self, count: int) -> None:
        """Until the ticket in hand has been called so often."""

        def called() -> bool | None:
            window = self.role.state.window
            return (window is not None and window.in_hand is not None and window.in_hand.calls >= count) or None

        self.until(called, f"{count} calls")

    def until_said(self, words: str) -> None:
        self.until(lambda: any(words in w for w in self.words) or None, f"the words {words!r}")

    # --- eyes and hands -------------------------------------------------------------------------------------

    @property
    def window(self) -> Window:
        screen = self.role._screen
        assert screen is not None
        return screen._window

    @property
    def page(self) -> Page:
        return self.window.page or Page("nothing", SIZE, ())

    @property
    def words(self) -> list[str]:
        """What stands on the screen apart from the buttons."""
        return [item.words for item in self.page.items if isinstance(item, Text)]

    def tap(self, button: str) -> None:
        """A finger on a button, down and up."""
        found = self.page.button(button)
        assert found is not None, (button, self.page.name, [b.id for b in self.page.buttons()])
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            pygame.event.post(pygame.event.Event(kind, pos=found.box.centre, button=1, deliberate=True))
        self._see()

    def keys(self, *keys: str) -> None:
        """Keys of the keyboard: characters, or names such as f1 and return."""
        for key in keys:
            code, character = pygame.key.key_code(key), key if len(key) == 1 else ""
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, unicode=character, mod=0))
        self._see()

    def _see(self) -> None:
        """One turn takes the press, the next begins with drawing what became of it."""
        self.turn()
        self.turn()

    # --- what happens around it -----------------------------------------------------------------------------

    def take_number(self, matter: str = "pension") -> str:
        """Somebody takes a number; its label, once it is on paper and the window knows."""
        waiting = self._waiting()
        self.kiosk.ask(TakeTicket(matter=matter), self.now)
        self.turn()
        issued = self.kiosk.answer()
        self.kiosk.ask(Printed(ticket=issued.ticket, outcome=Printing.ON_PAPER), self.now)
        self.until(lambda: self._waiting() > waiting or None, "the window to know of the number")
        return str(issued.label)

    def _waiting(self) -> int:
        window = self.role.state.window
        return window.waiting if window else 0

    def sign_in(self, badge: str = "101") -> None:
        """By the keyboard; the window is paused after."""
        self.keys(*badge, "return", *PINS[badge], "return")
        self.until_page("desk_paused")

    def open(self) -> None:
        self.sign_in()
        self.keys("f8")
        self.until_page("desk_free")

    def events(self, kind: type[T]) -> list[T]:
        """The hub's log, of one kind."""
        log: list[object] = [event for _, event in self.hub.writer.store.events()]
        return [event for event in log if isinstance(event, kind)]
