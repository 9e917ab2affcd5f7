"""Printers that say more, or say it otherwise: automatic status, full status, a presenter, the cutter by its name."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from hall.dialects.escpos_status import SAY_CHANGES
from hall.model import Printing
from hall.profile import PrinterProfile
from hall.station.line import Line, LineSettings
from hall.station.settings import fonts, profile
from slips.printer import Pace, Printer
from slips.values import PrintEnded, PrinterSeen, PrinterStands
from testbed.printer import VirtualPrinter
from testbed.trouble import Fault
from tests.kiosk.made import issued
from tests.slips.test_printer import the_slip

LIMIT_S = 20.0
LAZY = Pace(poll_s=600.0, answer_s=2.0, print_s=5.0, doubt_s=0.3)  # only news can be quick
QUICK = replace(LAZY, poll_s=0.1)
A017 = issued()


class Desk:
    """A driver and its virtual printer."""

    def __init__(self, name: str, pace: Pace) -> None:
        found = profile(name)
        assert isinstance(found, PrinterProfile)
        # A PTY has no speed: the seconds that a slip would take on the wire need not be waited for.
        self.profile = found = replace(found, line=replace(found.line, baud=4_000_000))
        self.twin = VirtualPrinter(found)
        self.told: queue.Queue[PrinterSeen | PrintEnded] = queue.Queue()
        self.printer = Printer(
            lambda on_bytes, on_state: Line(self.twin.path, LineSettings(baud=115_200), on_bytes, on_state),
            found,
            fonts().regular,
            self.told.put,
            pace,
        )

    def next(self) -> PrinterSeen | PrintEnded:
        return self.told.get(timeout=LIMIT_S)

    def print(self) -> PrintEnded:
        self.printer.print_slip(A017.ticket, the_slip())
        while not isinstance(event := self.next(), PrintEnded):
            pass
        return event


@contextmanager
def desk(name: str, pace: Pace = QUICK) -> Iterator[Desk]:
    found = Desk(name, pace)
    found.printer.start()
    try:
        assert found.next() == PrinterSeen(PrinterStands.READY)
        yield found
    finally:
        found.printer.close()
        found.twin.close()


def test_what_a_printer_tells_by_itself_needs_no_poll() -> None:
    with desk("escpos-80mm", LAZY) as found:
        _until(lambda: bool(found.twin.condition()["tells_changes"]))
        for happens, stands in (
            (found.twin.open_cover, PrinterStands.COVER_OPEN),
            (found.twin.close_cover, PrinterStands.READY),
            (found.twin.near_end, PrinterStands.PAPER_LOW),
            (found.twin.run_out_of_paper, PrinterStands.PAPER_OUT),
            (found.twin.load_paper, PrinterStands.READY),
            (found.twin.jam_cutter, PrinterStands.CUTTER),
            (found.twin.free_cutter, PrinterStands.READY),
        ):
            happens()
            assert found.next() == PrinterSeen(stands)


def test_a_printer_that_was_off_is_told_again_to_tell_by_itself() -> None:
    with desk("escpos-80mm") as found:
        found.twin.power_off()
        assert found.next() == PrinterSeen(PrinterStands.SILENT)
        found.twin.power_on()
        assert found.next() == PrinterSeen(PrinterStands.READY)
        _until(lambda: b"".join(data for _, data in found.twin.received_bytes()).count(SAY_CHANGES) == 2)


def test_trouble_in_the_midst_of_a_slip_is_heard_at_once() -> None:
    slow = replace(LAZY, doubt_s=60.0, print_s=120.0)  # nobody asks for a minute: only news ends it
    with desk("escpos-80mm", slow) as found:
        _until(lambda: bool(found.twin.condition()["tells_changes"]))
        found.twin.before_byte(300, found.twin.open_cover)
        began = time.monotonic()
        assert found.print() == PrintEnded(A017.ticket, Printing.UNKNOWN, "cover_open")
        assert time.monotonic() - began < 30


def test_a_printer_with_a_full_status_of_its_own() -> None:
    with desk("custom-kpm-80mm") as found:
        for happens, stands in (
            (found.twin.jam_cutter, PrinterStands.CUTTER),
            (found.twin.free_cutter, PrinterStands.READY),
            (found.twin.open_cover, PrinterStands.COVER_OPEN),
            (found.twin.close_cover, PrinterStands.READY),
            (found.twin.run_out_of_paper, PrinterStands.PAPER_OUT),
        ):
            happens()
            assert found.next() == PrinterSeen(stands)


@pytest.mark.parametrize("name", ["custom-kpm-80mm", "reliance-80mm"])
def test_what_nobody_took_is_gone_before_the_next_slip(name: str) -> None:
    with desk(name) as found:
        assert found.print().outcome is Printing.ON_PAPER
        assert found.twin.condition()["slip_in_mouth"]
        assert found.print().outcome is Printing.ON_PAPER
        retracts = found.profile.presenter is not None and found.profile.presenter.untaken == "retract"
        assert len(found.twin.retracted) == (1 if retracts else 0)
        slip = found.twin.next_slip(LIMIT_S)
        assert slip.unknown == ()
        assert not found.twin.condition()["slip_in_mouth"]


@pytest.mark.parametrize("fault", [Fault.JUNK, Fault.SILENCE, Fault.DELAY])
def test_a_printer_whose_answers_are_spoilt_is_never_fine(fault: Fault) -> None:
    with desk("escpos-80mm", replace(QUICK, answer_s=0.5)) as found:
        found.twin.suffer(fault, 3.0)
        assert found.next() == PrinterSeen(PrinterStands.SILENT)
        found.twin.recover()
        assert found.next() == PrinterSeen(PrinterStands.READY)


def _until(true: Callable[[], bool]) -> None:
    """Wait for something that gives no event."""
    deadline = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
