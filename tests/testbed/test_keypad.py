"""Virtual keypads on their line: real frames out, six cells in, acknowledgement and retry as the keypad does
it."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import msgspec
import pytest
import serial

from hall.dialects import ff68
from hall.dialects.ff68 import Cells, Frame, Key
from hall.profile import KeypadProfile
from hall.profilefile import parse_profile
from testbed.keypad import KeypadLine, VirtualKeypad

LIMIT_S = 5.0
SHORT_S = 0.05
TEXTS = {
    Path(file.name).stem: file.read_text("utf-8")
    for file in resources.files("firmware_profiles").iterdir()
    if file.name.endswith(".toml")
}


def profile(**changes: int) -> KeypadProfile:
    keypad = parse_profile("ff68-21key-b", TEXTS)
    assert isinstance(keypad, KeypadProfile)
    return msgspec.structs.replace(keypad, **changes)


class Host:
    """The product's end of the line: a thread that reads frames and answers each as told."""

    def __init__(self, path: str, answer: Callable[[Frame], list[Frame]]) -> None:
        self.port = serial.Serial(path, 9600, timeout=0.01)
        self.frames: list[Frame | ff68.Damaged] = []
        self._answer = answer
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        decoder = ff68.Decoder()
        with contextlib.suppress(serial.SerialException):  # the keypad is gone
            while not self._stop.is_set():
                for frame in decoder.feed(self.port.read(64)):
                    self.frames.append(frame)
                    if isinstance(frame, Frame):
                        self.tell(*self._answer(frame))

    def tell(self, *frames: Frame) -> None:
        for frame in frames:
            self.port.write(ff68.encode(frame))

    def close(self) -> None:
        self._stop.set()
        self._thread.join(LIMIT_S)
        self.port.close()


@pytest.fixture
def open_host() -> Iterator[Callable[[str, Callable[[Frame], list[Frame]]], Host]]:
    hosts: list[Host] = []

    def opened(path: str, answer: Callable[[Frame], list[Frame]]) -> Host:
        hosts.append(Host(path, answer))
        return hosts[-1]

    yield opened
    for host in hosts:
        host.close()


OpenHost = Callable[[str, Callable[[Frame], list[Frame]]], Host]


def echo(frame: Frame) -> list[Frame]:
    return [ff68.ack(frame)]


def test_the_real_frame_is_on_the_line() -> None:
    with (
        VirtualKeypad(1, profile(retries=0)) as keypad,
        serial.Serial(keypad.path, timeout=LIMIT_S) as port,
        ThreadPoolExecutor(1) as clerk,
    ):
        pressed = clerk.submit(keypad.press, "12", Key.CALL)
        assert port.read(12) == bytes.fromhex("FF 68 05 05 68 01 01 01 02 0C 11 16")
        assert not pressed.result(LIMIT_S).acked


def test_an_acknowledged_press(open_host: OpenHost) -> None:
    with VirtualKeypad(7, profile(ack_timeout_ms=2000)) as keypad:
        host = open_host(keypad.path, echo)
        press = keypad.press("101", Key.CONFIRM)
        assert (press.acked, press.tries) == (True, 1)
        assert 0 <= press.ended_at - press.sent_at < LIMIT_S
        assert host.frames == [ff68.key_press(7, "101", Key.CONFIRM)]
        assert keypad.missing_acks == 0
        assert keypad.heard == []


def test_without_acknowledgement_it_tries_again_and_gives_up(open_host: OpenHost) -> None:
    with VirtualKeypad(1, profile(retries=2, ack_timeout_ms=30)) as keypad:
        host = open_host(keypad.path, lambda _frame: [])
        press = keypad.press("", Key.CALL)
        assert (press.acked, press.tries) == (False, 3)
        assert press.ended_at - press.sent_at >= 0.09
        assert keypad.missing_acks == 3
        host.close()
        assert host.frames == [ff68.key_press(1, "", Key.CALL)] * 3


def test_another_keypads_echo_is_no_acknowledgement(open_host: OpenHost) -> None:
    with VirtualKeypad(1, profile(retries=0, ack_timeout_ms=30)) as keypad:
        open_host(keypad.path, lambda frame: [Frame(2, frame.cmd, frame.data)])
        assert not keypad.press("", Key.CALL).acked


def test_a_spoilt_frame_is_sent_again(open_host: OpenHost) -> None:
    with VirtualKeypad(1, profile(retries=2, ack_timeout_ms=300)) as keypad:
        host = open_host(keypad.path, echo)
        keypad.spoil_frames(1)
        press = keypad.press("", Key.RECALL)
        assert press.acked
        assert press.tries >= 2
        damaged, good = host.frames[0], host.frames[-1]
        assert isinstance(damaged, ff68.Damaged)
        assert damaged.reason == "checksum"
        assert good == ff68.key_press(1, "", Key.RECALL)


def test_what_the_host_shows(open_host: OpenHost) -> None:
    with VirtualKeypad(1, profile(ack_timeout_ms=2000)) as keypad:
        open_host(
            keypad.path,
            lambda frame: [
                ff68.ack(frame),
                ff68.done(1),
                ff68.show(1, 7, "023"),
                ff68.beep(1),
                ff68.failed(1),
            ],
        )
        press = keypad.press("", Key.CALL)
        done = keypad.wait_for_outcome("done", LIMIT_S)
        shown = keypad.wait_for_ticket("023", LIMIT_S)
        assert press.sent_at <= done.at <= shown.at
        assert shown.cells == Cells("  7", "023")
        keypad.wait_for_beep(LIMIT_S)
        keypad.wait_for_outcome("failed", LIMIT_S)
        assert keypad.display == Cells("  7", "023")
        assert [heard.what for heard in keypad.heard] == ["done", "show", "beep", "failed"]


def test_what_was_taken_is_not_heard_twice(open_host: OpenHost) -> None:
    with VirtualKeypad(1, profile()) as keypad:
        host = open_host(keypad.path, echo)
        host.tell(ff68.show(1, 3, ""))
        keypad.wait_for_waiting(3, LIMIT_S)
        with pytest.raises(TimeoutError, match="keypad 1 did not hear 3 waiting"):
            keypad.wait_for_waiting(3, SHORT_S)
        host.tell(Frame(1, 0x55), ff68.show(1, 2, ""))
        keypad.wait_for_waiting(2, LIMIT_S)
        assert [heard.what for heard in keypad.heard] == ["show", "other", "show"]


def test_damage_and_other_devices_are_not_obeyed(open_host: OpenHost) -> None:
    with VirtualKeypad(1, profile()) as keypad:
        host = open_host(keypad.path, echo)
        broken = bytearray(ff68.encode(ff68.show(1, 9, "999")))
        broken[-2] ^= 1
        host.port.write(bytes.fromhex("A0 90 01 A5 00 07 C7 EB 00 41 00 31 00 FF") + broken)
        host.tell(ff68.show(2, 8, "888"), ff68.show(1, 1, "001"))
        keypad.wait_for_ticket("001", LIMIT_S)
        assert len(keypad.heard) == 1
        assert keypad.damaged == 1


def test_two_keypads_share_a_line(open_host: OpenHost) -> None:
    with KeypadLine() as line:
        first, second = (VirtualKeypad(addr, profile(ack_timeout_ms=2000), line) for addr in (1, 2))
        open_host(line.path, lambda frame: [ff68.ack(frame), ff68.show(frame.addr, frame.addr, "")])
        with ThreadPoolExecutor(2) as clerks:
            presses = [clerks.submit(keypad.press, "", Key.CALL) for keypad in (first, second)]
            assert all(press.result(LIMIT_S).acked for press in presses)
        first.wait_for_waiting(1, LIMIT_S)
        second.wait_for_waiting(2, LIMIT_S)
        assert len(first.heard) == len(second.heard) == 1
        with pytest.raises(ValueError, match="address 2 is taken"):
            VirtualKeypad(2, profile(), line)


def test_presses_wait_their_turn(open_host: OpenHost) -> None:
    with VirtualKeypad(1, profile(ack_timeout_ms=2000)) as keypad:
        host = open_host(keypad.path, echo)
        with ThreadPoolExecutor(4) as fingers:
            presses = [fingers.submit(keypad.press, str(digit), Key.CALL) for digit in range(4)]
            assert all(press.result(LIMIT_S).acked for press in presses)
        assert len(host.frames) == 4


def test_more_digits_than_the_keypad_has() -> None:
    with VirtualKeypad(1, profile(max_digits=3)) as keypad, pytest.raises(ValueError, match="3 digits"):
        keypad.press("1234", Key.CALL)


def test_the_cable_is_pulled() -> None:
    with VirtualKeypad(1, profile(retries=1, ack_timeout_ms=20)) as keypad:
        with serial.Serial(keypad.path, timeout=LIMIT_S) as port:
            keypad.line.unplug()
            with pytest.raises(serial.SerialException):
                port.read(1)
        assert not keypad.press("", Key.CALL).acked
