"""A ticket printer and its roll: it prints, jams, falls silent, runs out; every slip that comes out is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Protocol

from hall.messages import Issued
from hall.model import Printing, StationId
from slips.values import PRINTS, PrintEnded, PrinterSeen, PrinterStands
from testbed.sim.loop import Loop

PRINT_S = (0.1, 0.6)
ANSWER_S = 4.0  # a silent printer is given up
REPAIR_S = (4.0, 15.0)
Tell = Callable[[PrintEnded | PrinterSeen], object]


class Tray(Protocol):
    """Where slips fall."""

    def slip(self, station: StationId, issued: Issued) -> None: ...


class Paper:
    """The printer of one kiosk; it lives on when the kiosk's process dies. Told of by `tell` of who prints last."""

    def __init__(self, station: StationId, loop: Loop, chance: Random, tray: Tray, happened: Counter[str]) -> None:
        self.stands = PrinterStands.READY
        self.trouble = 0.1  # share of slips that end in one
        self._station, self._loop, self._chance = station, loop, chance
        self._tray, self._happened = tray, happened
        self._tell: Tell = lambda _event: None

    def attach(self, tell: Tell) -> None:
        """A process that opened the line: it hears how the printer stands, and what becomes of its slips."""
        self._tell = tell
        self._loop.after(0.2, lambda: tell(PrinterSeen(self.stands)))

    def print(self, issued: Issued) -> None:
        """Begin a slip for the process that is attached now."""
        tell, chance = self._tell, self._chance
        if self.stands not in PRINTS:
            self._end(tell, issued, Printing.VOID, self.stands.value, 0.1)
            return
        took_s = PRINT_S[0] + chance.random() * (PRINT_S[1] - PRINT_S[0])
        if chance.random() >= self.trouble:
            self._loop.after(took_s, lambda: self._tray.slip(self._station, issued))
            self._end(tell, issued, Printing.ON_PAPER, "", took_s + 0.1)
            return
        fate = chance.choice((self._paper_out, self._falls_silent, self._refuses))
        fate(tell, issued, took_s)

    def _paper_out(self, tell: Tell, issued: Issued, took_s: float) -> None:
        """The roll ends inside the slip: the half of it may count for a citizen, nobody knows."""
        self._happened["paper out"] += 1
        if self._chance.random() < 0.5:
            self._loop.after(took_s, lambda: self._tray.slip(self._station, issued))
        self._change(PrinterStands.PAPER_OUT)
        self._end(tell, issued, Printing.UNKNOWN, "paper_out", took_s)

    def _falls_silent(self, tell: Tell, issued: Issued, took_s: float) -> None:
        """No answer. The slip came out or did not; if it did, that may be told late."""
        self._happened["printer silent"] += 1
        came = self._chance.random() < 0.6
        if came:
            self._loop.after(took_s, lambda: self._tray.slip(self._station, issued))
        self._change(PrinterStands.SILENT)
        self._end(tell, issued, Printing.UNKNOWN, "no_answer", ANSWER_S)
        if came and self._chance.random() < 0.5:
            self._end(tell, issued, Printing.ON_PAPER, "late", ANSWER_S + 2.0)

    def _refuses(self, tell: Tell, issued: Issued, _took_s: float) -> None:
        """The cover is open when the slip is to begin: nothing comes out."""
        self._happened["cover open"] += 1
        self._change(PrinterStands.COVER_OPEN)
        self._end(tell, issued, Printing.VOID, "cover_open", 0.2)

    def _end(self, tell: Tell, issued: Issued, outcome: Printing, cause: str, delay_s: float) -> None:
        self._loop.after(delay_s, lambda: tell(PrintEnded(issued.ticket, outcome, cause)))

    def _change(self, stands: PrinterStands) -> None:
        self.stands = stands
        self._loop.after(0.3, lambda: self._tell(PrinterSeen(stands)))
        low, high = REPAIR_S
        self._loop.after(low + self._chance.random() * (high - low), self._repaired)

    def _repaired(self) -> None:
        self.stands = PrinterStands.READY
        self._tell(PrinterSeen(PrinterStands.READY))
