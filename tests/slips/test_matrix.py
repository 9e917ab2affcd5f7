"""Every printer fault at every moment of a slip: the number is accounted for, and kiosk and staff see the right thing.

A real driver, a virtual printer on a PTY, and the kiosk's flow; the cells run side by side, as most of them is waiting.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path

import pytest
from msgspec import Struct

from hall.messages import Health
from hall.model import Printing
from hall.profile import PrinterProfile
from hall.station.line import Line, LineSettings
from hall.station.settings import fonts, profile
from kiosk.flow import step
from kiosk.values import PageName, Report
from slips.printer import Pace, Printer
from slips.values import PrintEnded, PrinterSeen, PrinterStands, health_of
from testbed.printer import VirtualPrinter
from testbed.trouble import Fault
from tests.kiosk.made import ISSUED, after, issued, ready
from tests.slips.test_printer import the_slip

LIMIT_S = 40.0
PACE = Pace(poll_s=0.2, answer_s=1.5, print_s=3.0, doubt_s=0.3, quiet_s=0.05)
A017 = issued()
# A slip's bytes differ with its font's dots; this many are surely in its midst.
MIDDLE = 300


class What(StrEnum):
    """What goes wrong."""

    PAPER = "paper out"
    COVER = "cover open"
    CUTTER = "cutter stuck"
    SILENCE = "silence"
    POWER = "power off"
    UNPLUGGED = "unplugged"
    NEAR_END = "near end"
    JUNK = "junk"


class When(StrEnum):
    """When it does."""

    BEFORE = "before"
    MIDDLE = "in the middle"
    CUT = "at the cut"
    AFTER = "after the last byte"


class Wanted(Struct, frozen=True):
    """What must come of it."""

    ends: Printing
    causes: tuple[str, ...]
    stands: PrinterStands
    page: PageName | None  # of the kiosk that had offered tickets; None: it goes on
    health: Health


LOST = (PrinterStands.SILENT, PageName.PRINTER_SILENT, Health.LOST)
STANDS: dict[What, tuple[PrinterStands, PageName | None, Health]] = {
    What.PAPER: (PrinterStands.PAPER_OUT, PageName.PAPER_OUT, Health.DEGRADED),
    What.COVER: (PrinterStands.COVER_OPEN, PageName.COVER_OPEN, Health.DEGRADED),
    What.CUTTER: (PrinterStands.CUTTER, PageName.PRINTER_FAULT, Health.DEGRADED),
    What.SILENCE: LOST,
    What.POWER: LOST,
    What.UNPLUGGED: LOST,
    What.NEAR_END: (PrinterStands.PAPER_LOW, None, Health.DEGRADED),
    What.JUNK: LOST,
}


def wanted(what: What, when: When) -> Wanted:
    """The rule: not able before the first byte is void, since nothing was sent; whatever the printer does not say is on
    paper after that is unknown, and noise says nothing; a roll near its end prints."""
    stands, page, health = STANDS[what]
    if what is What.NEAR_END:
        return Wanted(Printing.ON_PAPER, ("",), stands, page, health)
    if when is When.BEFORE:
        return Wanted(Printing.VOID, (stands.value,), stands, page, health)
    lost = ("no_answer", "line_broke") if stands is PrinterStands.SILENT else (stands.value,)
    return Wanted(Printing.UNKNOWN, lost, stands, page, health)


def breaks(printer: VirtualPrinter, what: What, port: Path) -> Callable[[], None]:
    """Makes it go wrong, from any thread."""

    def unplug() -> None:
        port.unlink()  # the number of its PTY may soon be another's
        printer.do(printer.pull)

    return {
        What.PAPER: printer.run_out_of_paper,
        What.COVER: printer.open_cover,
        What.CUTTER: printer.jam_cutter,
        What.SILENCE: printer.fall_silent,
        What.POWER: printer.power_off,
        What.UNPLUGGED: unplug,
        What.NEAR_END: printer.near_end,
        What.JUNK: lambda: printer.suffer(Fault.JUNK),
    }[what]


class Outcome(Struct):
    """What came of it."""

    ended: PrintEnded
    seen: list[PrinterStands]
    sent: bool  # whether anything of the slip reached the printer


def play(what: What, when: When, port: Path) -> Outcome:
    """One cell of the matrix; `port` is where the printer's port is linked."""
    found = profile("escpos-80mm")
    assert isinstance(found, PrinterProfile)
    told: queue.Queue[PrinterSeen | PrintEnded] = queue.Queue()
    with VirtualPrinter(found) as twin:
        port.symlink_to(twin.path)
        driver = Printer(
            lambda on_bytes, on_state: Line(str(port), LineSettings(baud=115_200), on_bytes, on_state),
            found,
            fonts().regular,
            told.put,
            PACE,
        )
        driver.start()
        try:
            seen: list[PrinterStands] = []
            _until(told, seen, lambda event: event == PrinterSeen(PrinterStands.READY))
            happens = breaks(twin, what, port)
            if when is When.BEFORE:
                happens()
                _until(told, seen, lambda event: event == PrinterSeen(STANDS[what][0]))
            elif when is When.MIDDLE:
                twin.before_byte(MIDDLE, happens)
            elif when is When.CUT:
                twin.before_cut(happens)
            else:
                twin.before_answer(happens)
            driver.print_slip(A017.ticket, the_slip())
            ended = _until(told, seen, lambda event: isinstance(event, PrintEnded))
            assert isinstance(ended, PrintEnded)
            if not seen or seen[-1] is not STANDS[what][0]:
                _until(told, seen, lambda event: event == PrinterSeen(STANDS[what][0]))
        finally:
            driver.close()
        sent = b"A017" in b"".join(data for _, data in twin.received_bytes())
        return Outcome(ended, seen, sent)


def _until(
    told: queue.Queue[PrinterSeen | PrintEnded],
    seen: list[PrinterStands],
    wanted: Callable[[PrinterSeen | PrintEnded], bool],
) -> PrinterSeen | PrintEnded:
    deadline = time.monotonic() + LIMIT_S
    while True:
        event = told.get(timeout=max(0.0, deadline - time.monotonic()))
        if isinstance(event, PrinterSeen):
            seen.append(event.stands)
        if wanted(event):
            return event


CELLS = [(what, when) for what in What for when in When]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[What, When], Future[Outcome]]:
    """All cells, eight at a time."""
    ports = tmp_path_factory.mktemp("ports")
    with ThreadPoolExecutor(8) as pool:
        return {cell: pool.submit(play, *cell, ports / f"port-{n}") for n, cell in enumerate(CELLS)}


@pytest.mark.parametrize(("what", "when"), CELLS)
def test_the_number_is_accounted_for_and_people_are_told(
    outcomes: dict[tuple[What, When], Future[Outcome]], what: What, when: When
) -> None:
    outcome, must = outcomes[what, when].result(), wanted(what, when)
    assert outcome.ended.ticket == A017.ticket
    assert (outcome.ended.outcome, outcome.ended.cause in must.causes) == (must.ends, True), outcome.ended
    assert outcome.sent == (must.ends is not Printing.VOID)
    assert outcome.seen[-1] is must.stands
    assert health_of(must.stands) == (must.health, must.stands.value)  # the alert's words are found by the code
    state, effects = step(after(ready(), *ISSUED), outcome.ended, 2.0)
    (report,) = [effect for effect in effects if isinstance(effect, Report)]
    assert (report.fact.ticket, report.fact.outcome) == (A017.ticket, must.ends)
    page = {Printing.VOID: PageName.VOIDED, Printing.UNKNOWN: PageName.SEE_STAFF, Printing.ON_PAPER: PageName.TAKE}
    assert state.page is page[must.ends]
    offered, _ = step(ready(), PrinterSeen(must.stands), 1.0)
    assert offered.page is (must.page or ready().page)
