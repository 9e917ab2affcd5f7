"""A real ticket machine that can be killed: the kiosk's own process, a virtual printer, and a finger on its screen."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self

from msgspec import Struct

from cli import processes
from cli.site import Site
from hall.station.settings import profile
from hall.profile import PrinterProfile
from testbed.printer import Slip, VirtualPrinter

START_LIMIT_S: Final = 30.0
PAGE_LIMIT_S: Final = 20.0
SLIP_BYTES_PER_S: Final = 1_500.0  # a slip takes about half a second, as on paper
SLIP_LIMIT_S: Final = 5.0
PROFILE: Final = "escpos-80mm"
LABEL: Final = re.compile(r"\b[A-H]\d{5}\b")
SIZE: Final = {"width": 480, "height": 800}


class NoAnswer(AssertionError):
    """The kiosk's screen did not do what was asked of it."""


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
        Blow(after=moments[n % len(moments)], delay_s=rng.choice((0.0, rng.uniform(0, 0.4))), department=rng.choice("abcd"))
        for n in range(count)
    ]


class Finger:
    """Taps and looks, through the kiosk's socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, **line: object) -> dict[str, Any]:
        """One question, one answer. Raises OSError if the kiosk is not there."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(START_LIMIT_S)
            wire.connect(str(self._path))
            with wire.makefile("rwb") as lines:
                lines.write(json.dumps(line).encode() + b"\n")
                lines.flush()
                answer = json.loads(lines.readline() or b'{"error": "hung up"}')
        assert isinstance(answer, dict)
        return answer

    def tap(self, button: str) -> None:
        self._good(self.ask(tap=button))

    def await_page(self, name: str, limit_s: float = PAGE_LIMIT_S) -> None:
        self._good(self.ask(**{"await": name, "limit_s": limit_s}))

    def _good(self, answer: dict[str, Any]) -> None:
        if "error" in answer:
            raise NoAnswer(str(answer["error"]))


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
        finger = site.root / f"{station}.finger"
        self._finger = Finger(finger)
        settings = {
            "printer": self._printer.path,
            "profile": PROFILE,
            "screen": {**SIZE, "finger": str(finger)},
        }
        path = site.station(station, kiosk=settings)
        self._process = processes.role(site, "kiosk", path, {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"})
        self._pause = threading.Event()  # never set: a wait that nothing cuts short

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.end()
        self._printer.close()

    def press_and_kill(self, count: int) -> None:
        """Ask for so many tickets, killing the machine at each one's moment; then once more in peace."""
        for blow in blows(count, self._seed):
            self._start()
            self._press(blow.department)
            if self._await(blow.after):
                self._pause.wait(blow.delay_s)
            self._process.kill()
            self.blows += 1
        self._start()
        self._press("a")
        self._await("cut")
        self._finger.await_page("departments")

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

    def _start(self) -> None:
        self._process.start()
        limit = time.monotonic() + START_LIMIT_S
        while True:
            assert self._process.is_running, f"{self.id} died by itself:\n{self._process.last_words(20)}"
            try:
                return self._finger.await_page("departments")
            except (OSError, NoAnswer) as error:
                if time.monotonic() > limit:
                    raise NoAnswer(f"{self.id} does not offer tickets: {error}\n{self._process.last_words(20)}") from error
                self._pause.wait(0.02)

    def _press(self, department: str) -> None:
        self._gather()
        self._finger.tap(f"department:{department}")
        self._finger.await_page("matters")
        self._finger.tap(f"matter:{department}-0")
        self._finger.await_page("confirm")
        self._finger.tap("yes")

    def _await(self, moment: str) -> bool:
        """Wait for a moment; False if the machine went another way, which is a moment, too."""
        if moment == "cut":
            try:
                self.papers.append(self._printer.next_slip(SLIP_LIMIT_S))
            except TimeoutError:
                return False
        elif moment != "asked":
            try:
                self._finger.await_page(moment, SLIP_LIMIT_S)
            except NoAnswer:
                return False
        return True
