"""A village service point that really runs: Mosquitto with the shipped broker.conf, hub, kiosk, caller, twins."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TypeVar

from cli import processes
from cli.processes import Process
from cli.site import Site
from hall.events import AnyEvent, decode_event
from hall.hours import instant_of
from hall.profile import KeypadProfile, PrinterProfile
from hall.station.settings import profile
from testbed.keypad import VirtualKeypad
from testbed.printer import VirtualPrinter
from testbed.touch import Touch

HALL = Path(__file__).parents[2] / "examples" / "village" / "hall.toml"
HEADLESS = {"SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
T = TypeVar("T")


class Village:
    """Started on entering, ended on leaving. `printer`, `keypad`, `kiosk`, `desk` are what a person touches."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        stack = self._stack
        port = processes.free_port()
        self.site = Site(self.root, HALL, port)
        at = instant_of("+08:00", "2026-11-23", "09:30")
        self.site.make(clock={"at": at, "wall_s": time.time(), "speed": 1.0})
        printer, keypad = profile("escpos-80mm"), profile("ff68-21key-b")
        assert isinstance(printer, PrinterProfile)
        assert isinstance(keypad, KeypadProfile)
        self.printer = stack.enter_context(VirtualPrinter(printer))
        self.keypad = stack.enter_context(VirtualKeypad(1, keypad))
        self.broker = self.begin(processes.broker(self.site))
        processes.await_listening(self.broker, port)
        self.hub = self.begin(processes.hub(self.site))
        kiosk = self.site.station(
            "kiosk-1",
            kiosk={"printer": self.printer.path, "screen": self._screen("kiosk-1", 1080, 1920)},
        )
        caller = self.site.station(
            "window-1",
            caller=[{"window": 1, "keypad": self.keypad.path, "screen": self._screen("window-1", 1024, 600)}],
        )
        self.kiosk_process = self.begin(processes.role(self.site, "kiosk", kiosk, HEADLESS))
        self.caller_process = self.begin(processes.role(self.site, "caller", caller, HEADLESS))
        self.kiosk = self._touch("kiosk-1")
        self.desk = self._touch("window-1")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def begin(self, process: Process) -> Process:
        """Start a process that ends with the village."""
        process.start()
        self._stack.callback(process.end)
        return process

    def take_number(self, department: str, matter: str) -> str:
        """Press the kiosk through; the label on the slip that comes out of the printer."""
        self.kiosk.wait_for("departments")
        self.kiosk.tap(f"department:{department}")
        self.kiosk.wait_for("matters")
        self.kiosk.tap(f"matter:{matter}")
        self.kiosk.wait_for("confirm")
        self.kiosk.tap("yes")
        slip = self.printer.next_slip(10)
        assert slip.whole
        assert slip.unknown == ()
        return label_on(slip.text)

    def events(self) -> list[AnyEvent]:
        """The log of the running hub."""
        store = self.site.root / "hub" / "hub.db"
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5) as db:
            return [decode_event(row[0]) for row in db.execute("SELECT body FROM log ORDER BY seq")]

    def await_event(self, kind: type[T], limit_s: float = 8.0, that: Callable[[T], bool] = lambda _: True) -> T:
        """The newest event of a kind, once it is in the log."""
        limit = time.monotonic() + limit_s
        while time.monotonic() < limit:
            found = [e for e in self.events() if isinstance(e, kind) and that(e)]
            if found:
                return found[-1]
            time.sleep(0.03)
        raise AssertionError(f"no {kind.__name__} in the log; {self.hub.last_words()}")

    def _screen(self, station: str, width: int, height: int) -> dict[str, object]:
        return {"width": width, "height": height, "finger": str(self.root / f"{station}.finger")}

    def _touch(self, station: str) -> Touch:
        touch = Touch(self.root / f"{station}.finger", limit_s=20)
        self._stack.callback(touch.close)
        return touch


def label_on(text: str) -> str:
    """The number on a slip, as a person reads it below 排队号."""
    lines = [line.strip() for line in text.splitlines()]
    return next(found[0] for line in lines if (found := re.fullmatch(r"(?:排队号：?)?\s*([A-Z]\d{3})", line)))[-4:]
