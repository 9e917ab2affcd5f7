"""A kiosk as it stands in a hall: the real station with its role, the real hub over SQLite, a broker in memory between
them, a printer on a PTY, and fingers on the glass (SDL events)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
from msgspec.structs import replace

from hall.model import Hall, Instant, Role
from hall.profile import PrinterProfile
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.station.settings import profile
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import KioskSettings, Screen, StationFile
from hub.daemon import Hub
from hub.store import Store
from kiosk.role import KioskRole
from screen.page import Page, Text
from slips.printer import Pace
from testbed.printer import VirtualPrinter
from tests.broker import Broker, Link
from tests.hub.made import KIOSK, MORNING

LIMIT_S: Final = 20.0
STEP_S: Final = 0.02  # of the hall's time in a turn
SIZE: Final = (540, 960)
QUICK: Final = Pace(poll_s=0.1, answer_s=1.0, print_s=8.0, doubt_s=0.3, open_s=3.0)
T = TypeVar("T")


class OneKiosk:
    """The hall's time stands until somebody waits for something, or the test sets `now`."""

    def __init__(self, path: Path, hall: Hall, now: Instant = MORNING) -> None:
        self.hall = hall
        self.mono, self.now = 100.0, now
        self.broker = Broker()
        store = Store.open(path / "hub.db", hall.id)
        self.hub = Hub(hall, store, link=self.broker.link, now=lambda: self.now, mono=lambda: self.mono)
        found = profile("escpos-80mm")
        assert isinstance(found, PrinterProfile)
        self.twin = VirtualPrinter(replace(found, line=replace(found.line, baud=4_000_000)))
        settings = KioskSettings(screen=Screen(width=SIZE[0], height=SIZE[1]), printer=self.twin.path)
        self.station = Station(
            StationFile(
                id=KIOSK,
                hall=hall.id,
                roles=(Role.KIOSK,),
                broker=BrokerFile(password_file="none"),
                data="data",
                kiosk=settings,
            ),
            outbox=Outbox.open(path / "station.db"),
            link=self._link,
            mono=lambda: self.mono,
        )
        self.role = KioskRole(settings, "zh", path, QUICK)

    def _link(self, ears: Any, will: Any) -> Link:
        self.link = self.broker.link(ears, will)
        return self.link

    def __enter__(self) -> Self:
        self.hub.begin()
        self.station.begin(self.role)
        self.until_page("departments")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.station.end()
        self.hub.end()
        self.twin.close()

    def turn(self) -> None:
        """One turn of the hub's and of the station's loop."""
        self.hub.turn(self.hub.inbox.take(0))
        self.station.turn(self.role.pump(0.01))

    def until(self, found: Callable[[], T | None], what: str) -> T:
        """What `found` gives once it gives something; the hall's time goes on meanwhile."""
        limit = time.monotonic() + LIMIT_S
        while (value := found()) is None:
            assert time.monotonic() < limit, f"waited in vain for {what}; {self.page.name}: {self.words}"
            self.mono, self.now = self.mono + STEP_S, self.now + round(STEP_S * 1000)
            self.turn()
        return value

    def until_page(self, name: str) -> None:
        self.until(lambda: self.page.name == name or None, f"page {name}")

    @property
    def page(self) -> Page:
        return self.role._glass.window.page or Page("nothing", SIZE, ())

    @property
    def words(self) -> str:
        """Everything that stands on the screen."""
        buttons = [b.label for b in self.page.buttons()]
        return "\n".join([*(item.words for item in self.page.items if isinstance(item, Text)), *buttons])

    def touch(self, *buttons: str) -> None:
        """A finger on one button after the other, down and up."""
        for button in buttons:
            found = self.page.button(button)
            assert found is not None, (button, self.page.name, [b.id for b in self.page.buttons()])
            for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
                pygame.event.post(pygame.event.Event(kind, pos=found.box.centre, button=1, deliberate=True))
            self.turn()
            self.turn()

    def slip(self) -> str:
        """What stands on the next slip, once the page says to take it."""
        self.until_page("take")
        return self.twin.next_slip(LIMIT_S).text

    def events(self, kind: type[T]) -> list[T]:
        """The hub's log, of one kind."""
        log: list[object] = [event for _, event in self.hub.writer.store.events()]
        return [event for event in log if isinstance(event, kind)]
