"""A guide desk as it stands in a hall: the real station with its role, the real hub, a broker in memory between them,
a printer on a PTY, and hands at keyboard and mouse (SDL events)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from guidedesk.role import GuideDeskRole
from hall.messages import Body, Resume
from hall.model import Hall, Role
from hall.profile import PrinterProfile
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.station.settings import profile
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import DeskSettings, Screen, StationFile
from hub.daemon import Hub
from hub.store import Store
from screen.page import Page, Text
from screen.window import Window
from slips.printer import Pace
from testbed.printer import VirtualPrinter
from tests.broker import Broker, Link
from tests.caller.rig import Kiosk
from tests.hub.made import GUIDE_DESK, MORNING, STATIONS, made, sign_in

LIMIT_S: Final = 10.0
STEP_S: Final = 0.02  # of the hall's time in a turn
SIZE: Final = (1280, 800)
QUICK: Final = Pace(poll_s=0.1, answer_s=1.0, print_s=4.0, doubt_s=0.3, open_s=3.0)
T = TypeVar("T")


class GuideDesk:
    """The desk; the hall's time stands until `wait` moves it."""

    def __init__(
        self,
        path: Path,
        *,
        printer: bool = False,
        language: str = "zh",
        emergencies: tuple[str, ...] = (),
        hall: Hall | None = None,
    ):
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
        found = profile("escpos-80mm")
        assert isinstance(found, PrinterProfile)
        self.twin = VirtualPrinter(found) if printer else None
        settings = DeskSettings(
            screen=Screen(width=SIZE[0], height=SIZE[1]),
            printer=self.twin.path if self.twin else "",
            emergencies=emergencies,
        )
        self.outbox = path / "station.db"
        self.station = Station(
            StationFile(
                id=GUIDE_DESK,
                hall=self.hall.id,
                roles=(Role.DESK,),
                broker=BrokerFile(password_file="none"),
                data="data",
                desk=settings,
            ),
            outbox=Outbox.open(self.outbox),
            link=self._link,
            mono=lambda: self.mono,
        )
        self.role = GuideDeskRole(settings, language, path, QUICK)
        self.kiosk = Kiosk(self.broker, self.hall.id)
        self._others: dict[str, Kiosk] = {}

    def _link(self, ears: Any, will: Any) -> Link:
        self.link = self.broker.link(ears, will)
        return self.link

    def __enter__(self) -> Self:
        self.hub.begin()
        self.station.begin(self.role)
        self.until_page("departments")
        if self.twin is not None:
            self.until(lambda: self.role.state.prints or None, "the printer")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.station.end()
        self.hub.end()
        if self.twin is not None:
            self.twin.close()

    # --- time -----------------------------------------------------------------------------------------------

    def turn(self) -> None:
        """One turn of the hub's and of the station's loop."""
        self.hub.turn(self.hub.inbox.take(0))
        self.station.turn(self.role.pump(0.01))

    def until(self, found: Callable[[], T | None], what: str) -> T:
        """What `found` gives once it gives something; both loops turn, and the hall's time goes on meanwhile."""
        limit = time.monotonic() + LIMIT_S
        while (value := found()) is None:
            assert time.monotonic() < limit, f"waited in vain for {what}; {self.page.name}: {self.words}"
            self.mono, self.now = self.mono + STEP_S, self.now + round(STEP_S * 1000)
            self.turn()
        return value

    def wait(self, seconds: float) -> None:
        """The hall's time goes on, a second at a time."""
        for _ in range(round(seconds)):
            self.mono, self.now = self.mono + 1.0, self.now + 1_000
            self.turn()
            self.turn()

    def until_page(self, name: str) -> None:
        self.until(lambda: self.page.name == name or None, f"page {name}")

    def until_said(self, words: str) -> None:
        self.until(lambda: any(words in w for w in self.words) or None, f"the words {words!r}")

    # --- eyes and hands -------------------------------------------------------------------------------------

    @property
    def window(self) -> Window:
        return self.role._glass.window

    @property
    def page(self) -> Page:
        return self.window.page or Page("nothing", SIZE, ())

    @property
    def words(self) -> list[str]:
        """What stands on the screen apart from the buttons."""
        return [item.words for item in self.page.items if isinstance(item, Text)]

    def click(self, button: str) -> None:
        """The mouse on a button, down and up."""
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
        self.turn()
        self.turn()

    # --- what happens around it -----------------------------------------------------------------------------

    def at_kiosk(self, body: Body) -> Any:
        """The hub's reply to somebody at the kiosk."""
        self.kiosk.ask(body, self.now)
        self.turn()
        return self.kiosk.answer()

    def elsewhere(self, station: str, body: Body, request: str = "") -> Any:
        """The hub's reply to another station."""
        there = self._others.setdefault(station, Kiosk(self.broker, self.hall.id, station))
        there.ask(body, self.now, request)
        self.turn()
        return there.answer()

    def open(self, window: int, badge: str) -> None:
        """A clerk sits down at a window and begins to call."""
        self.elsewhere(STATIONS[window], sign_in(self.hall, f"s{window}", window, badge), f"s{window}")
        self.elsewhere(STATIONS[window], Resume(window=window))

    def issue(self) -> str:
        """Somebody at the desk is given a number for the first matter, by mouse; its label."""
        self.keys("f1")
        for kind in ("department:", "matter:"):
            self.until_page(f"{kind[:-1]}s")
            self.click(next(b.id for b in self.page.buttons() if b.id.startswith(kind)))
        self.until_page("confirm")
        self.click("yes")
        self.until_page("issued")
        job = self.role.state.job
        assert job is not None
        assert job.issued.label in self.words
        return job.issued.label

    def events(self, kind: type[T]) -> list[T]:
        """The hub's log, of one kind."""
        log: list[object] = [event for _, event in self.hub.writer.store.events()]
        return [event for event in log if isinstance(event, kind)]
