"""The printer's thread against a virtual printer on a PTY: how each slip ends, and what is known of the printer."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from msgspec.structs import replace

from hall.model import Printing
from hall.profile import PrinterProfile
from hall.station.line import Line, LineSettings
from hall.station.settings import fonts, profile
from slips.printer import Pace, Printer
from slips.slip import Slip, slip
from slips.values import PrintEnded, PrinterSeen, PrinterStands
from testbed.printer import VirtualPrinter
from testbed.trouble import Fault
from tests.kiosk.made import catalogue, issued, kiosk_words

LIMIT_S = 10.0
# The virtual printer draws each slip it cuts, and answers nothing meanwhile: half a second on a busy machine.
QUICK = Pace(poll_s=0.1, answer_s=1.0, print_s=4.0, doubt_s=0.2)
A017 = issued()
CUT = b"\x1dV"


class Desk:
    """A printer driver and the virtual printer at the other end of its line."""

    def __init__(self, bytes_per_s: float | None = None, **changes: object) -> None:
        found = profile("escpos-80mm")
        assert isinstance(found, PrinterProfile)
        self.profile = replace(found, **changes)
        self.twin = VirtualPrinter(self.profile, bytes_per_s=bytes_per_s)
        self.told: queue.Queue[PrinterSeen | PrintEnded] = queue.Queue()
        self.mishaps: queue.SimpleQueue[Callable[[bytes], bytes]] = queue.SimpleQueue()
        self.printer = Printer(self._line, self.profile, fonts().regular, self.told.put, QUICK)

    def _line(self, on_bytes: Callable[[bytes], None], on_state: Callable[[bool, str], None]) -> Line:
        return Line(self.twin.path, LineSettings(baud=115_200), lambda data: on_bytes(self._cable(data)), on_state)

    def _cable(self, data: bytes) -> bytes:
        """What arrives of what the printer said: each mishap hits one piece."""
        try:
            return self.mishaps.get_nowait()(data)
        except queue.Empty:
            return data

    def seen(self, stands: PrinterStands) -> None:
        """Wait until the driver tells that the printer stands so."""
        deadline = time.monotonic() + LIMIT_S
        while (event := self.told.get(timeout=deadline - time.monotonic())) != PrinterSeen(stands):
            assert isinstance(event, PrinterSeen), f"{event} while waiting for {stands}"

    def ended(self) -> PrintEnded:
        """The next end of a slip."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            event = self.told.get(timeout=deadline - time.monotonic())
            if isinstance(event, PrintEnded):
                return event

    def print(self) -> None:
        self.printer.print_slip(A017.ticket, the_slip())

    def slip_bytes_received(self) -> bytes:
        """What arrived and is no question."""
        return b"".join(data for _, data in self.twin.received_bytes() if not data.startswith(b"\x10\x04"))


def the_slip() -> Slip:
    return slip(A017, catalogue(follow_url="https://hall.example/q"), kiosk_words("slip")["zh"], 48)


@pytest.fixture
def desk() -> Iterator[Desk]:
    yield from _desk(Desk())


@pytest.fixture
def slow_desk() -> Iterator[Desk]:
    """A slip takes about three seconds on this printer."""
    yield from _desk(Desk(bytes_per_s=1_500))


@pytest.fixture
def busy_desk() -> Iterator[Desk]:
    """A slip takes about half a second on this printer."""
    yield from _desk(Desk(bytes_per_s=10_000))


@pytest.fixture
def plain_desk() -> Iterator[Desk]:
    """A printer that knows no in-order answer."""
    yield from _desk(Desk(in_order_status=False))


@pytest.fixture
def asked_desk() -> Iterator[Desk]:
    """A printer that says nothing but what it is asked."""
    yield from _desk(Desk(auto_status=False))


def _desk(desk: Desk) -> Iterator[Desk]:
    desk.printer.start()
    try:
        desk.seen(PrinterStands.READY)
        yield desk
    finally:
        desk.printer.close()
        desk.twin.close()


def test_a_slip_on_paper(desk: Desk) -> None:
    desk.print()
    assert desk.ended() == PrintEnded(A017.ticket, Printing.ON_PAPER)
    fallen = desk.twin.next_slip(LIMIT_S)
    assert "A017" in fallen.text
    assert "请留意A区3、4号窗口" in fallen.text
    assert fallen.whole
    assert fallen.unknown == ()


def test_without_in_order_answers_a_printer_that_is_able_afterwards_has_printed(plain_desk: Desk) -> None:
    plain_desk.print()
    assert plain_desk.ended() == PrintEnded(A017.ticket, Printing.ON_PAPER, "without_in_order")
    assert "A017" in plain_desk.twin.next_slip(LIMIT_S).text


@pytest.mark.parametrize(
    ("trouble", "stands"),
    [
        (VirtualPrinter.run_out_of_paper, PrinterStands.PAPER_OUT),
        (VirtualPrinter.open_cover, PrinterStands.COVER_OPEN),
        (VirtualPrinter.fall_silent, PrinterStands.SILENT),
        (VirtualPrinter.power_off, PrinterStands.SILENT),
    ],
)
def test_trouble_before_the_first_byte_voids_the_number_and_sends_nothing(
    desk: Desk, trouble: Callable[[VirtualPrinter], None], stands: PrinterStands
) -> None:
    trouble(desk.twin)
    desk.print()
    assert desk.ended() == PrintEnded(A017.ticket, Printing.VOID, stands.value)
    assert b"A017" not in desk.slip_bytes_received()


@pytest.mark.parametrize("in_order", [True, False])
def test_paper_out_in_the_middle_is_unknown(request: pytest.FixtureRequest, in_order: bool) -> None:
    desk: Desk = request.getfixturevalue("desk" if in_order else "plain_desk")
    desk.twin.run_out_after(300)
    desk.print()
    assert desk.ended() == PrintEnded(A017.ticket, Printing.UNKNOWN, "paper_out")


def test_a_cover_opened_in_the_middle_is_unknown(slow_desk: Desk) -> None:
    slow_desk.print()
    _until(lambda: slow_desk.twin.waiting_bytes() > 1_000)
    slow_desk.twin.open_cover()
    assert slow_desk.ended() == PrintEnded(A017.ticket, Printing.UNKNOWN, "cover_open")
    slow_desk.twin.close_cover()
    slow_desk.seen(PrinterStands.READY)


def test_silence_after_the_last_byte_is_unknown(slow_desk: Desk) -> None:
    slow_desk.print()
    _until(lambda: slow_desk.twin.waiting_bytes() > 1_000)
    slow_desk.twin.fall_silent()
    assert slow_desk.ended() == PrintEnded(A017.ticket, Printing.UNKNOWN, "no_answer")
    assert "A017" in slow_desk.twin.next_slip(LIMIT_S).text  # it came out, but nobody could know


def test_a_pulled_cable_in_the_middle_is_unknown(slow_desk: Desk) -> None:
    slow_desk.print()
    _until(lambda: slow_desk.twin.waiting_bytes() > 1_000)
    slow_desk.twin.unplug()
    assert slow_desk.ended() == PrintEnded(A017.ticket, Printing.UNKNOWN, "line_broke")
    slow_desk.seen(PrinterStands.SILENT)


class Glitching(Line):
    """A line that closes under the last piece of a slip, and opens again soon."""

    def __init__(self, path: str, on_bytes: Callable[[bytes], None], on_state: Callable[[bool, str], None]) -> None:
        super().__init__(path, LineSettings(baud=115_200), on_bytes, on_state)
        self._told = on_state

    def write(self, data: bytes, **_: object) -> bool:
        written = super().write(data)
        if CUT in data:
            self._told(False, "glitch")
            threading.Timer(0.05, self._told, (True, "")).start()
        return written


@pytest.mark.parametrize("in_order", [True, False])
def test_a_line_that_closed_under_the_last_piece_leaves_it_unknown(in_order: bool) -> None:
    told: queue.Queue[PrinterSeen | PrintEnded] = queue.Queue()
    found = profile("escpos-80mm")
    assert isinstance(found, PrinterProfile)
    plain = replace(found, in_order_status=in_order, auto_status=False)
    with VirtualPrinter(plain) as twin:
        printer = Printer(partial(Glitching, twin.path), plain, fonts().regular, told.put, QUICK)
        printer.start()
        try:
            printer.print_slip(A017.ticket, the_slip())
            while isinstance(event := told.get(timeout=LIMIT_S), PrinterSeen):
                pass
            assert event == PrintEnded(A017.ticket, Printing.UNKNOWN, "line_broke")
        finally:
            printer.close()


def test_a_slow_printer_is_waited_for(slow_desk: Desk) -> None:
    slow_desk.print()
    assert slow_desk.ended() == PrintEnded(A017.ticket, Printing.ON_PAPER)


@pytest.mark.parametrize("fault", [Fault.WRONG, Fault.JUNK])
def test_noise_over_the_answer_is_asked_again_and_nothing_is_taken_for_it(desk: Desk, fault: Fault) -> None:
    desk.twin.before_answer(partial(desk.twin.suffer, fault))
    desk.print()
    _until(lambda: desk.slip_bytes_received().count(b"\x1dr\x01") > 1)
    desk.twin.recover()
    assert desk.ended() == PrintEnded(A017.ticket, Printing.ON_PAPER)
    assert desk.twin.next_slip(LIMIT_S).whole


@pytest.mark.parametrize(
    "mishap",
    [lambda data: data[1:], lambda data: b"\xff" + data, lambda data: bytes([data[0] ^ 0x55]) + data[1:]],
    ids=["lost", "too many", "wrong"],
)
def test_one_byte_amiss_in_an_answer_is_no_silence(asked_desk: Desk, mishap: Callable[[bytes], bytes]) -> None:
    asked_desk.mishaps.put(mishap)
    _until(asked_desk.mishaps.empty)
    asked_desk.print()
    told = [asked_desk.told.get(timeout=LIMIT_S)]
    assert told == [PrintEnded(A017.ticket, Printing.ON_PAPER)], "a printer that was asked again is not silent"


def test_a_printer_without_in_order_answers_is_asked_twice_after_a_slip(plain_desk: Desk) -> None:
    plain_desk.print()
    # It was asked before the slip: what it says from now on answers the question after it.
    _until(lambda: b"A017" in plain_desk.slip_bytes_received())
    plain_desk.mishaps.put(lambda data: data[1:])
    assert plain_desk.ended() == PrintEnded(A017.ticket, Printing.ON_PAPER, "without_in_order")
    assert plain_desk.mishaps.empty()


def test_what_happens_to_the_idle_printer_is_told(desk: Desk) -> None:
    for happens, stands in (
        (desk.twin.near_end, PrinterStands.PAPER_LOW),
        (desk.twin.run_out_of_paper, PrinterStands.PAPER_OUT),
        (desk.twin.load_paper, PrinterStands.READY),
        (desk.twin.open_cover, PrinterStands.COVER_OPEN),
        (desk.twin.close_cover, PrinterStands.READY),
        (desk.twin.fall_silent, PrinterStands.SILENT),
        (desk.twin.speak, PrinterStands.READY),
        (desk.twin.power_off, PrinterStands.SILENT),
        (desk.twin.power_on, PrinterStands.READY),
    ):
        happens()
        desk.seen(stands)


def test_after_trouble_the_next_slip_is_whole(desk: Desk) -> None:
    desk.twin.run_out_after(300)
    desk.print()
    assert desk.ended().outcome is Printing.UNKNOWN
    desk.twin.load_paper()
    desk.seen(PrinterStands.READY)
    assert not desk.twin.next_slip(LIMIT_S).whole  # the rest of the first one
    desk.print()
    assert desk.ended().outcome is Printing.ON_PAPER
    assert desk.twin.next_slip(LIMIT_S).whole


def test_the_answer_to_a_slip_given_up_is_not_taken_for_the_next_ones(slow_desk: Desk) -> None:
    slow_desk.twin.run_out_after(300)
    slow_desk.print()
    assert slow_desk.ended().outcome is Printing.UNKNOWN
    slow_desk.twin.load_paper()
    slow_desk.seen(PrinterStands.READY)
    slow_desk.print()
    slow_desk.twin.next_slip(LIMIT_S)  # the rest of the first one; its answer follows
    _until(lambda: 100 < slow_desk.twin.waiting_bytes() < 3_000)  # in the middle of the second
    slow_desk.twin.run_out_of_paper()
    assert slow_desk.ended().outcome is not Printing.ON_PAPER


def test_more_slips_than_can_wait_are_void_at_once(busy_desk: Desk) -> None:
    for number in range(8):
        busy_desk.printer.print_slip(f"2026-11-23/A{number:03}", the_slip())
    ends = [busy_desk.ended() for _ in range(8)]
    assert {end.ticket for end in ends} == {f"2026-11-23/A{n:03}" for n in range(8)}
    assert {(end.outcome, end.cause) for end in ends if end.outcome is Printing.VOID} == {
        (Printing.VOID, "printer_busy")
    }
    assert sum(end.outcome is Printing.ON_PAPER for end in ends) >= 4


def test_a_port_that_is_not_there_is_silence() -> None:
    told: queue.Queue[PrinterSeen | PrintEnded] = queue.Queue()
    found = profile("escpos-80mm")
    assert isinstance(found, PrinterProfile)
    printer = Printer(
        lambda on_bytes, on_state: Line("/dev/no-such-printer", LineSettings(), on_bytes, on_state),
        found,
        fonts().regular,
        told.put,
        QUICK,
    )
    printer.start()
    try:
        assert told.get(timeout=LIMIT_S) == PrinterSeen(PrinterStands.SILENT)
        printer.print_slip(A017.ticket, the_slip())
        assert told.get(timeout=LIMIT_S) == PrintEnded(A017.ticket, Printing.VOID, "silent")
    finally:
        printer.close()


def _until(true: Callable[[], bool]) -> None:
    """Wait for something that gives no event."""
    deadline = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
