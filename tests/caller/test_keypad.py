"""The keypad driver on a real port, with the virtual keypad at the other end of the cable."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from caller.keypad import Keypad
from caller.secret import Secret
from caller.values import Cells, Origin, Pressed, Signal
from hall.dialects import ff68
from hall.dialects.ff68 import Frame, Key, encode, key_press
from hall.keymap import Action
from hall.profile import KeypadProfile
from hall.station.line import Line, LineSettings
from hall.station.presses import ACK_WAITS_S, AGAIN_ACKS
from hall.station.settings import profile
from testbed.keypad import KeypadLine, VirtualKeypad

LIMIT_S = 5.0


def model(**changes: int) -> KeypadProfile:
    found = profile("ff68-21key-b")
    assert isinstance(found, KeypadProfile)
    return replace(found, **changes)


class Host:
    """Our driver on a line; presses and the port's states as they come."""

    def __init__(self, path: str, address: int) -> None:
        self.presses: queue.Queue[Pressed] = queue.Queue()
        self.states: queue.Queue[bool] = queue.Queue()
        self.line = Line(path, LineSettings(), self._heard, lambda here, _reason: self.states.put(here))
        self.keypad = Keypad(self.line, model(), address, self.presses.put)
        self.line.start()
        assert self.states.get(timeout=LIMIT_S)

    def _heard(self, data: bytes) -> None:
        self.keypad.feed(data)

    def next_press(self) -> tuple[Action | None, str]:
        press = self.presses.get(timeout=LIMIT_S)
        assert press.origin is Origin.KEYPAD
        return press.action, press.typed.reveal()


@contextmanager
def hosted(path: str, address: int) -> Iterator[Host]:
    host = Host(path, address)
    try:
        yield host
    finally:
        host.line.close()


def test_a_press_is_acknowledged_in_time_and_heard_once() -> None:
    with VirtualKeypad(3, model(ack_timeout_ms=2000)) as pad, hosted(pad.path, 3) as host:
        times = []
        for number in range(23, 28):
            pressed = pad.press(str(number), Key.CALL)
            assert (pressed.acked, pressed.tries) == (True, 1)
            times.append(pressed.ended_at - pressed.sent_at)
            assert host.next_press() == (Action.CALL_NUMBER, str(number))
        assert min(times) < 0.08  # the others say how busy the machine is
        pad.press("", Key.RECALL)
        assert host.next_press() == (Action.RECALL, "")
        assert host.presses.empty()


def test_frames_of_other_addresses_are_not_ours() -> None:
    with KeypadLine() as line:
        ours, theirs = VirtualKeypad(3, model(), line), VirtualKeypad(4, model(ack_timeout_ms=20, retries=1), line)
        with hosted(line.path, 3) as host:
            assert not theirs.press("", Key.CALL).acked
            assert ours.press("", Key.CALL).acked
            assert host.next_press() == (Action.NEXT, "")
            host.keypad.show(Cells(5, "023"))
            ours.wait_for_ticket("023", LIMIT_S)
            assert theirs.heard == []


def test_a_damaged_frame_is_sent_again_and_heard_once() -> None:
    with VirtualKeypad(3, model(ack_timeout_ms=500)) as pad, hosted(pad.path, 3) as host:
        pad.spoil_frames(1)
        pressed = pad.press("", Key.CALL)
        assert (pressed.acked, pressed.tries) == (True, 2)
        assert host.next_press() == (Action.NEXT, "")
        assert host.presses.empty()
        assert host.keypad.damaged == 1


def test_numbers_signals_and_beeps() -> None:
    with VirtualKeypad(3, model()) as pad, hosted(pad.path, 3) as host:
        host.keypad.show(Cells(12, "017"))
        shown = pad.wait_for_ticket("017", LIMIT_S)
        assert shown.cells == ff68.Cells(" 12", "017")
        host.keypad.show(Cells(None, ""))
        assert pad.wait_for_ticket("", LIMIT_S).cells == ff68.Cells("   ", "   ")
        host.keypad.signal(Signal.DONE)
        pad.wait_for_outcome("done", LIMIT_S)
        host.keypad.signal(Signal.FAILED)
        pad.wait_for_outcome("failed", LIMIT_S)
        pad.wait_for_beep(LIMIT_S)
        host.keypad.signal(Signal.ATTENTION)
        pad.wait_for_beep(LIMIT_S)


def test_a_pulled_cable_is_told() -> None:
    with VirtualKeypad(3, model()) as pad, hosted(pad.path, 3) as host:
        pad.line.unplug()
        assert host.states.get(timeout=LIMIT_S) is False
        assert host.line.write(b"x") is False


def test_nothing_typed_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with VirtualKeypad(3, model()) as pad, hosted(pad.path, 3) as host:
        pad.spoil_frames(1)
        pad.press("864209", Key.CONFIRM)
        assert host.next_press() == (Action.SIGN_IN, "864209")
    assert "864209" not in caplog.text
    assert "8 6 4 2" not in caplog.text
    assert "08 06 04" not in caplog.text


# --- by hand: a port that keeps what it is given, and a clock that stands ----------------------------------------


class Kept:
    """A port that keeps the bytes; while it is `stuck`, what is given to it does not leave."""

    def __init__(self) -> None:
        self.sent = b""
        self.stuck = False
        self.leaving: list[Callable[[], None]] = []

    def write(self, data: bytes, *, left: Callable[[], None] | None = None, **_: object) -> bool:
        self.sent += data
        if left is not None:
            self.leaving.append(left)
        self.go()
        return True

    def go(self) -> None:
        """What waits leaves now, unless it is stuck."""
        while self.leaving and not self.stuck:
            self.leaving.pop(0)()

    def take(self) -> bytes:
        sent, self.sent = self.sent, b""
        return sent


class Desk:
    def __init__(self) -> None:
        self.now = 0.0
        self.port = Kept()
        self.presses: list[Pressed] = []
        self.keypad = Keypad(self.port, model(), 1, self.presses.append, clock=lambda: self.now)


def test_the_echo_goes_out_with_the_last_byte() -> None:
    desk, line = Desk(), bytes.fromhex("FF 68 03 03 68 01 01 0C 0E 16")
    for byte in line[:-1]:
        desk.keypad.feed(bytes([byte]))
    assert (desk.port.take(), desk.presses) == (b"", [])
    desk.keypad.feed(line[-1:])
    assert desk.port.take() == line
    assert desk.presses == [Pressed(Action.NEXT, Secret(""), Origin.KEYPAD)]


def test_a_keypad_that_says_it_again_while_our_echo_is_held_back_has_not_pressed_twice() -> None:
    """A machine that stands still for a moment: the keypad repeats its frame and the port takes our echo late."""
    desk, line = Desk(), encode(key_press(1, "", Key.CALL))
    again_s = AGAIN_ACKS * model().ack_timeout_ms / 1000
    desk.port.stuck = True
    desk.keypad.feed(line)
    desk.now = 3 * again_s
    desk.keypad.feed(line)  # the echo has not left yet
    desk.port.stuck = False
    desk.port.go()
    desk.now += again_s / 2
    desk.keypad.feed(line)  # on its way when the echo came
    assert len(desk.presses) == 1
    desk.now += again_s
    desk.keypad.feed(line)
    assert len(desk.presses) == 2


def test_an_echo_that_was_dropped_with_its_port_makes_no_keypad_deaf() -> None:
    desk, line = Desk(), encode(key_press(1, "", Key.CALL))
    desk.port.stuck = True
    desk.keypad.feed(line)
    desk.now = ACK_WAITS_S + AGAIN_ACKS * model().ack_timeout_ms / 1000 + 0.001
    desk.keypad.feed(line)
    assert len(desk.presses) == 2


def test_a_repeat_for_a_lost_echo_is_echoed_and_not_a_press() -> None:
    desk, line = Desk(), encode(key_press(1, "101", Key.CONFIRM))
    retry_s = model().ack_timeout_ms / 1000
    for at, presses in ((0.0, 1), (retry_s, 1), (2 * retry_s, 1), (2 * retry_s + AGAIN_ACKS * retry_s, 2)):
        desk.now = at
        desk.keypad.feed(line)
        assert desk.port.take() == line
        assert len(desk.presses) == presses, at


def test_what_is_no_key_string_is_neither_echoed_nor_pressed() -> None:
    desk = Desk()
    for frame in (Frame(1, 0x01, b""), Frame(1, 0x01, b"\x0c\x0c"), Frame(1, 0x11, b"\x03"), Frame(2, 0x01, b"\x0c")):
        desk.keypad.feed(encode(frame))
    assert (desk.port.take(), desk.presses) == (b"", [])
    assert desk.keypad.damaged == 2


def test_the_numbers_come_back_after_failed() -> None:
    desk = Desk()
    desk.keypad.show(Cells(None, "023"))
    # protocols.md §1.1 [S]: show 023
    assert desk.port.take() == bytes.fromhex("FF 68 08 08 68 01 02 0A 0A 0A 00 02 03 26 16")
    desk.keypad.signal(Signal.FAILED)
    assert desk.port.take() == encode(ff68.failed(1)) + encode(ff68.beep(1))
    desk.now = 1.9
    desk.keypad.tick()
    assert desk.port.take() == b""
    desk.now = 2.0
    desk.keypad.tick()
    desk.keypad.tick()
    assert desk.port.take() == encode(ff68.show(1, None, "023"))


def test_a_reopened_port_gets_the_numbers_again() -> None:
    desk = Desk()
    desk.keypad.show(Cells(4, "017"))
    desk.port.take()
    desk.keypad.reopened()
    assert desk.port.take() == encode(ff68.show(1, 4, "017"))


def test_new_numbers_cover_done_at_once_but_failed_only_when_it_was_read() -> None:
    desk = Desk()
    desk.keypad.signal(Signal.DONE)
    desk.keypad.show(Cells(4, "007"))
    assert desk.port.take() == encode(ff68.done(1)) + encode(ff68.show(1, 4, "007"))
    desk.keypad.signal(Signal.FAILED)
    desk.keypad.show(Cells(5, "007"))
    assert desk.port.take() == encode(ff68.failed(1)) + encode(ff68.beep(1))
    desk.now = 2.0
    desk.keypad.tick()
    assert desk.port.take() == encode(ff68.show(1, 5, "007"))
