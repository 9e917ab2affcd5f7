"""A role with a screen as it stands in a hall: the real station with its role, the real hub over SQLite, a broker in
memory between them, and hands at keyboard, mouse and glass (SDL events). The rigs of the rooms say which role."""

from __future__ import annotations

import itertools
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from hall.messages import Answer, Ask, Body, Wish, decode, encode
from hall.model import Hall, Instant, StationId
from hall.station.bus import Arrived, Bus
from hall.station.host import Role
from hall.station.inbox import Inbox
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.stationfile import StationFile
from hub.daemon import Hub
from hub.store import Store
from screen.page import Page, Text
from screen.window import Window
from testbed.printer import VirtualPrinter
from tests.broker import Broker, Link
from tests.hub.made import MORNING


class Pumped(Role, Protocol):
    """A role with a screen."""

    def pump(self, timeout_s: float) -> list[object]: ...


T = TypeVar("T")
R = TypeVar("R", bound=Pumped)


class Other:
    """Another station's side of the wire."""

    def __init__(self, broker: Broker, hall: str, station: StationId) -> None:
        self._inbox = Inbox()
        self._ask = f"jh/1/{hall}/station/{station}/ask"
        self._ids = itertools.count(1)
        self._bus = Bus(broker.link, self._inbox.put, [f"jh/1/{hall}/station/{station}/answer"])
        self._bus.start()

    def ask(self, body: Body, now: Instant, request: str = "") -> None:
        not_after = now + 60_000 if isinstance(body, Wish) else None
        ask = Ask(id=request or f"k{next(self._ids)}", body=body, not_after=not_after)
        self._bus.publish(self._ask, encode(ask))

    def answer(self) -> Any:
        """The newest reply."""
        events = [e for e in self._inbox.take(0) if isinstance(e, Arrived)]
        for event in events:
            self._bus.ack(event.token)
        return decode(events[-1].payload, Answer).reply


class AtScreen(ABC, Generic[R]):
    """The hall's time stands until somebody waits for something, or a test moves `now`."""

    limit_s: ClassVar[float] = 20.0
    turn_s: ClassVar[float] = 0.0  # of the hall's time in a turn
    step_s: ClassVar[float] = 0.02  # the same while something is waited for
    first_page: ClassVar[str] = "departments"

    def __init__(
        self,
        path: Path,
        hall: Hall,
        file: StationFile,
        role: R,
        *,
        printer: VirtualPrinter | None = None,
        now: Instant = MORNING,
    ) -> None:
        self.hall, self.role = hall, role
        self.mono, self.now = 100.0, now
        self.broker = Broker()
        store = Store.open(path / "hub.db", hall.id)
        self.hub = Hub(hall, store, link=self.broker.link, now=lambda: self.now, mono=lambda: self.mono)
        self.hub_is_here = True
        self.printer = printer
        self.outbox = path / "station.db"
        self.station = Station(file, outbox=Outbox.open(self.outbox), link=self._link, mono=lambda: self.mono)
        self._others: dict[StationId, Other] = {}

    def _link(self, ears: Any, will: Any) -> Link:
        self.link = self.broker.link(ears, will)
        return self.link

    def __enter__(self) -> Self:
        self.hub.begin()
        self.station.begin(self.role)
        self.until_page(self.first_page)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.station.end()
        self.hub.end()
        if self.printer is not None:
            self.printer.close()

    # --- time -----------------------------------------------------------------------------------------------

    def turn(self) -> None:
        """One turn of the hub's and of the station's loop."""
        self._pass(self.turn_s)
        if self.hub_is_here:
            self.hub.turn(self.hub.inbox.take(0))
        self.station.turn(self.role.pump(0.01))

    def until(self, found: Callable[[], T | None], what: str) -> T:
        """What `found` gives once it gives something; both loops turn, and the hall's time goes on meanwhile."""
        limit = time.monotonic() + self.limit_s
        while (value := found()) is None:
            assert time.monotonic() < limit, f"waited in vain for {what}; {self.page.name}: {self.words}"
            self._pass(self.step_s)
            self.turn()
        return value

    def wait(self, seconds: float) -> None:
        """The hall's time goes on, a second at a time."""
        while seconds > 0:
            part = min(seconds, 1.0)
            self._pass(part)
            seconds -= part
            self.turn()
            self.turn()

    def _pass(self, seconds: float) -> None:
        self.mono, self.now = self.mono + seconds, self.now + round(seconds * 1000)

    def until_page(self, name: str) -> None:
        self.until(lambda: self.page.name == name or None, f"page {name}")

    def until_said(self, words: str) -> None:
        self.until(lambda: any(words in w for w in self.words) or None, f"the words {words!r}")

    # --- eyes and hands -------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def window(self) -> Window:
        """What the role shows its pages on."""

    @property
    def page(self) -> Page:
        return self.window.page or Page("nothing", self.window.size, ())

    @property
    def words(self) -> list[str]:
        """What stands on the screen apart from the buttons."""
        return [item.words for item in self.page.items if isinstance(item, Text)]

    def press(self, *buttons: str) -> None:
        """A finger or the mouse on one button after the other, down and up."""
        for button in buttons:
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

    def elsewhere(self, station: StationId, body: Body, request: str = "") -> Any:
        """The hub's reply to another station."""
        there = self._others.setdefault(station, Other(self.broker, self.hall.id, station))
        there.ask(body, self.now, request)
        self.turn()
        return there.answer()

    def events(self, kind: type[T]) -> list[T]:
        """The hub's log, of one kind."""
        log: list[object] = [event for _, event in self.hub.writer.store.events()]
        return [event for event in log if isinstance(event, kind)]
