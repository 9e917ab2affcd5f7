"""The virtual printer on its PTY: what a host sees on the line, and what lies in the tray."""

import os
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest
import serial
from msgspec.structs import replace

from hall.dialects.escpos_status import REAL_TIME, Listener, PrinterState, Question
from hall.profile import PrinterProfile
from hall.profilefile import parse_profile
from testbed.printer import VirtualPrinter

LIMIT_S = 5.0
SHORT_S = 0.05  # a limit for what must not come
SLIP = b"\x1b@\x1c\x26" + "受理通知书\n".encode("gb18030") + b"\x1c\x2eA017\n"
CUT = b"\x1dVB\x00"
TEXTS = {
    Path(file.name).stem: file.read_text("utf-8")
    for file in resources.files("firmware_profiles").iterdir()
    if file.name.endswith(".toml")
}


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    with VirtualPrinter() as device:
        yield device


@pytest.fixture
def host(printer: VirtualPrinter) -> Iterator[serial.Serial]:
    with serial.Serial(printer.path, 115200, timeout=LIMIT_S) as port:
        yield port


def state_of(host: serial.Serial) -> PrinterState:
    listener = Listener()
    for question in REAL_TIME:
        host.write(listener.ask(question))
    listener.feed(host.read(4))
    assert not listener.waiting
    return listener.state


def answers(host: serial.Serial, questions: bytes, count: int) -> bytes:
    host.write(questions)
    return bytes(host.read(count))


ALL = bytes.fromhex("100401 100402 100403 100404")


def test_a_slip_falls_out_at_the_cut(printer: VirtualPrinter, host: serial.Serial) -> None:
    started = time.monotonic()
    host.write(SLIP + CUT)
    slip = printer.next_slip(LIMIT_S)
    assert slip.data == SLIP + CUT
    assert slip.text == "受理通知书\nA017"
    assert slip.whole
    assert slip.unknown == ()
    assert started < slip.cut_at < time.monotonic()
    assert int((np.asarray(slip.picture) < 128).sum()) > 1000
    kept = printer.received_bytes()
    assert b"".join(data for _, data in kept) == SLIP + CUT
    assert all(started < at < time.monotonic() for at, _ in kept)


def test_all_byte_values_pass(printer: VirtualPrinter, host: serial.Serial) -> None:
    everything = bytes(range(256))
    host.write(b"\x1dv0\x00\x20\x00\x08\x00" + everything + CUT)
    assert everything in printer.next_slip(LIMIT_S).data


def test_two_slips_are_two(printer: VirtualPrinter, host: serial.Serial) -> None:
    host.write(SLIP + CUT + b"B002\n" + CUT)
    assert printer.next_slip(LIMIT_S).text.endswith("A017")
    assert printer.next_slip(LIMIT_S).text == "B002"
    with pytest.raises(TimeoutError, match="nothing wrong"):
        printer.next_slip(SHORT_S)


def test_the_manual_answers(printer: VirtualPrinter, host: serial.Serial) -> None:
    assert answers(host, ALL, 4) == bytes.fromhex("12 12 12 12")
    printer.near_end()
    assert answers(host, ALL, 4) == bytes.fromhex("12 12 12 1E")
    printer.run_out_of_paper()
    assert answers(host, ALL, 4) == bytes.fromhex("1A 32 12 7E")
    printer.load_paper()
    printer.open_cover()
    assert answers(host, ALL, 4) == bytes.fromhex("1A 16 12 12")
    printer.close_cover()
    printer.jam_cutter()
    assert answers(host, ALL, 4) == bytes.fromhex("1A 52 1A 12")
    printer.free_cutter()
    assert state_of(host).ok


def test_in_order_answer_comes_when_the_slip_is_out(printer: VirtualPrinter, host: serial.Serial) -> None:
    listener = Listener()
    printer.open_cover()
    host.write(SLIP + CUT + listener.ask(Question.IN_ORDER) + listener.ask(Question.PRINTER))
    assert host.read(1) == b"\x1a"
    host.timeout = SHORT_S
    assert host.read(1) == b""
    host.timeout = LIMIT_S
    printer.close_cover()
    assert host.read(1) == b"\x00"
    assert printer.next_slip(LIMIT_S).whole  # nothing was on the paper yet when the cover was open
    printer.near_end()
    assert answers(host, b"\x1dr\x01", 1) == b"\x03"


def test_paper_ends_in_the_middle_and_goes_on(printer: VirtualPrinter, host: serial.Serial) -> None:
    printer.run_out_after(8)
    host.write(SLIP + CUT + b"\x1dr\x01")
    with pytest.raises(TimeoutError, match="no paper"):
        printer.next_slip(SHORT_S)
    assert answers(host, b"\x10\x04\x04", 1) == b"\x7e"
    assert printer.waiting_bytes() == len(SLIP + CUT) + 3 - 8
    printer.load_paper()
    slip = printer.next_slip(LIMIT_S)
    assert slip.text == "受理通知书\nA017"
    assert not slip.whole
    assert host.read(1) == b"\x00"
    host.write(SLIP + CUT)
    assert printer.next_slip(LIMIT_S).whole


def test_a_question_in_an_image_is_dots(printer: VirtualPrinter, host: serial.Serial) -> None:
    dots = b"\x10\x04\x01" * 16
    host.write(b"\x1dv0\x00\x03\x00\x10\x00" + dots + CUT + b"\x10\x04\x02")
    assert host.read(1) == b"\x12"
    assert dots in printer.next_slip(LIMIT_S).data
    host.timeout = SHORT_S
    assert host.read(1) == b""


def test_a_silent_printer_prints_but_does_not_answer(printer: VirtualPrinter, host: serial.Serial) -> None:
    printer.fall_silent()
    host.write(ALL + SLIP + CUT + b"\x1dr\x01")
    assert printer.next_slip(LIMIT_S).whole
    host.timeout = SHORT_S
    assert host.read(1) == b""
    printer.speak()
    host.timeout = LIMIT_S
    assert state_of(host).ok


def test_power_loss_forgets_what_waits(printer: VirtualPrinter, host: serial.Serial) -> None:
    printer.run_out_after(8)
    host.write(SLIP + CUT)
    with pytest.raises(TimeoutError, match="no paper"):
        printer.next_slip(SHORT_S)
    printer.power_off()
    assert printer.waiting_bytes() == 0
    host.write(ALL)
    host.timeout = SHORT_S
    assert host.read(1) == b""
    printer.load_paper()
    printer.power_on()
    host.timeout = LIMIT_S
    assert state_of(host).ok
    host.write(b"B002\n" + CUT)
    slip = printer.next_slip(LIMIT_S)
    assert (slip.whole, slip.text.splitlines()[-1]) == (False, "B002")


def test_speed_is_kept() -> None:
    with VirtualPrinter(bytes_per_s=2000) as printer, serial.Serial(printer.path, timeout=LIMIT_S) as host:
        started = time.monotonic()
        host.write(b"A" * 600 + CUT + b"\x1dr\x01\x10\x04\x01")
        assert host.read(2) == b"\x12\x00"  # a question in real time does not wait for the paper
        assert 0.2 < time.monotonic() - started < LIMIT_S
        assert printer.next_slip(LIMIT_S).cut_at - started > 0.2


def test_a_full_buffer_holds_the_host_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.printer.BUFFER_BYTES", 4096)
    with VirtualPrinter() as printer, serial.Serial(printer.path, timeout=LIMIT_S, write_timeout=0.2) as host:
        printer.run_out_of_paper()
        with pytest.raises(serial.SerialTimeoutException):
            host.write(b"A" * 200_000)
        assert printer.waiting_bytes() < 20_000
        printer.load_paper()
        host.write_timeout = LIMIT_S
        host.write(b"\n" + CUT)
        assert printer.next_slip(LIMIT_S).text.startswith("AAAA")


def test_pngs_are_written(tmp_path: Path) -> None:
    with VirtualPrinter(png_dir=tmp_path) as printer, serial.Serial(printer.path) as host:
        host.write(SLIP + CUT + SLIP + CUT)
        printer.next_slip(LIMIT_S)
        slip = printer.next_slip(LIMIT_S)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["slip-0001.png", "slip-0002.png"]
        seen = cv2.imread(str(tmp_path / "slip-0002.png"), cv2.IMREAD_GRAYSCALE)
        assert seen is not None
        assert np.array_equal(seen, np.asarray(slip.picture))


def test_the_small_printer_is_torn_off() -> None:
    profile = parse_profile("escpos-58mm", TEXTS)
    assert isinstance(profile, PrinterProfile)
    answering = replace(profile, in_order_status=True)  # the answer says that all before it is printed
    with VirtualPrinter(answering) as printer, serial.Serial(printer.path, timeout=LIMIT_S) as host:
        host.write(SLIP + CUT + b"\x1dr\x01")
        assert host.read(1) == b"\x00"
        with pytest.raises(TimeoutError):
            printer.next_slip(SHORT_S)
        printer.tear_off()
        slip = printer.next_slip(LIMIT_S)
        assert slip.text == "受理通知书\nA017"
        assert slip.picture.width == 384 + 2 * 24


def test_unplugging_is_seen_by_the_host(printer: VirtualPrinter, host: serial.Serial) -> None:
    printer.unplug()
    with pytest.raises(serial.SerialException):
        host.read(1)
    with pytest.raises(OSError, match="No such file"):
        serial.Serial(printer.path)


def test_the_line_lives_on_without_a_host(printer: VirtualPrinter) -> None:
    for _ in range(2):
        with serial.Serial(printer.path, timeout=LIMIT_S) as host:
            host.write(SLIP + CUT)
            assert printer.next_slip(LIMIT_S).whole


def test_close_frees_everything() -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    printer = VirtualPrinter()
    printer.close()
    printer.close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    with pytest.raises(RuntimeError, match="closed"):
        printer.load_paper()
