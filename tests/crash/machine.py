"""A real ticket machine that can be killed: the kiosk's own process, a virtual printer, and a finger on its screen."""

from __future__ import annotations

import re
import threading
from random import Random
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from cli import processes
from cli.site import Site
from hall.profile import PrinterProfile
from hall.station.settings import profile
from testbed.printer import VirtualPrinter
from testbed.printer_mouth import Slip
from testbed.touch import NotThere, Touch

START_LIMIT_S: Final = 30.0
SLIP_BYTES_PER_S: Final = 1_500.0  # a slip takes about half a second, as on paper
SLIP_LIMIT_S: Final = 5.0
PROFILE: Final = "escpos-80mm"
LABEL: Final = re.compile(r"\b[A-H]\d{5}\b")
SIZE: Final = {"width": 480, "height": 800}


class Blow(Struct, frozen=True):
    """When the machine is killed: so long after it was asked, shows its printing page, cut a slip, or thanks."""

    after: str
    delay_s: float
    department: str


def blows(count: int, seed: str) -> list[Blow]:
    """The blows of a seed, every moment in turn."""
    rng = Random(seed)
    moments = ("asked", "printing", "cut", "take", "printing", "cut")
    return [
        Blow(
            after=moments[n % len(moments)],
            delay_s=rng.choice((0.0, rng.uniform(0, 0.4))),
            department=rng.choice("abcd"),
        )
        for n in range(count)
    ]


class TicketMachine:
    """One machine of a site: its process may die, its printer and the paper that came out stay."""

    def __init__(self, site: Site, station: str, seed: int) -> None:
        found = profile(PROFILE)
        assert isinstance(found, PrinterProfile)
        self.id = station
        self.papers: list[Slip] = []
        self.blows = 0
        self._seed = f"{seed} {station}"
        self._printer = VirtualPrinter(found, bytes_per_s=SLIP_BYTES_PER_S)
        self._finger = site.root / f"{station}.finger"
        self._touch: Touch | None = None
        settings = {
            "printer": self._printer.path,
            "profile": PROFILE,
            "screen": {**SIZE, "finger": str(self._finger)},
        }
        path = site.station(station, kiosk=settings)
        self._process = processes.role(site, "kiosk", path, {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"})
        self._pause = threading.Event()  # never set: a wait that nothing cuts short

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()
        self._process.end()
        self._printer.close()

    def press_and_kill(self, count: int) -> None:
        """Ask for so many tickets, killing the machine at each one's moment; then once more in peace."""
        for blow in blows(count, self._seed):
            self._start()
            self._press(blow.department)
            if self._await(blow.after):
                self._pause.wait(blow.delay_s)
            self._let_go()
            self._process.kill()
            self.blows += 1
        self._start()
        self._press("a")
        self._await("cut")
        self._at_screen.wait_for("departments")

    def collect(self) -> list[Slip]:
        """Everything that came out, with what still hangs in the mouth."""
        self._gather()
        self._printer.tear_off()
        self._gather()
        return [paper for paper in self.papers if paper.text.strip()]

    def _gather(self) -> None:
        while True:
            try:
                self.papers.append(self._printer.next_slip(0.01))
            except TimeoutError:
                return

    @property
    def _at_screen(self) -> Touch:
        assert self._touch is not None, f"nobody stands at {self.id}"
        return self._touch

    def _let_go(self) -> None:
        if self._touch is not None:
            self._touch.close()
            self._touch = None

    def _start(self) -> None:
        self._process.start()
        try:
            self._touch = Touch(self._finger, START_LIMIT_S)
            self._touch.wait_for("departments", START_LIMIT_S)
        except NotThere as error:
            raise AssertionError(f"{self.id} offers no tickets: {error}\n{self._process.last_words(20)}") from error

    def _press(self, department: str) -> None:
        self._gather()
        touch = self._at_screen
        touch.tap(f"department:{department}")
        touch.wait_for("matters")
        touch.tap(f"matter:{department}-0")
        touch.wait_for("confirm")
        touch.tap("yes")

    def _await(self, moment: str) -> bool:
        """Wait for a moment; False if the machine went another way, which is a moment, too."""
        if moment == "cut":
            try:
                self.papers.append(self._printer.next_slip(SLIP_LIMIT_S))
            except TimeoutError:
                return False
        elif moment != "asked":
            try:
                self._at_screen.wait_for(moment, SLIP_LIMIT_S)
            except NotThere:
                return False
        return True
