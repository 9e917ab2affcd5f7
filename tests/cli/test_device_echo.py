"""`hall device check` behind an adapter that gives back what is sent: it works, is there, or is only an echo."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.device_twin import device_of
from hall.station.settings import profile
from testbed.bar import VirtualBar
from testbed.keypad import VirtualKeypad
from testbed.pad import VirtualPad
from testbed.sharedline import SharedLine
from tests.cli.test_device import LIMIT_S, verdict

ECHO = "the adapter gives back what is sent"
NAMES = ("ff68-21key-b", "ff68-21key-b-polled", "ff68-pad-4", "a090-8", "aabb-sum-8", "aabb-xor-8", "escpos-80mm")


@contextmanager
def wire() -> Iterator[SharedLine]:
    line = SharedLine(echoes=True)
    try:
        yield line
    finally:
        line.close()


@pytest.mark.parametrize("name", NAMES)
def test_an_echo_alone_is_no_device(name: str) -> None:
    with wire() as line:
        found = verdict(name, line.path, "1")
    can_be_silent = name in ("ff68-21key-b", "ff68-pad-4")  # they speak when a key is pressed
    assert found["works"] is (None if can_be_silent else False), found
    assert found["echoes"] is True
    assert found["says"][-1].startswith(ECHO)
    assert can_be_silent or found["says"][-2].startswith("what was sent came back and nothing else")


@pytest.mark.parametrize("name", ["a090-8", "aabb-sum-8", "ff68-21key-b-polled"])
def test_silence_without_an_echo_is_silence(name: str) -> None:
    line = SharedLine()
    try:
        found = verdict(name, line.path)
    finally:
        line.close()
    assert (found["works"], found["echoes"]) == (False, False)
    assert "answers nothing within" in found["says"][-1]


@pytest.mark.parametrize("option", ["", "?echo=drop"])
def test_a_bar_behind_an_echo_works(option: str) -> None:
    with device_of(profile("a090-8")) as device, wire() as line:
        assert isinstance(device, VirtualBar)
        line.clamp(device.path, listens=False)
        found = verdict("a090-8", line.path + option, "8")
        assert (found["works"], found["echoes"]) == (True, not option), found
        assert found["says"][-1].startswith(ECHO) is not bool(option)


def test_a_polled_keypad_that_answers_behind_an_echo_is_there() -> None:
    with device_of(profile("ff68-21key-b-polled")) as device, wire() as line:
        assert isinstance(device, VirtualKeypad)
        line.clamp(device.path, listens=False)
        found = verdict("ff68-21key-b-polled", line.path, "2")
        assert (found["works"], found["echoes"], found["says"][-2]) == (None, True, "the device answers"), found


@pytest.mark.parametrize("name", ["ff68-21key-b", "ff68-pad-4"])
def test_a_key_behind_an_echo_is_the_devices_own(name: str) -> None:
    with device_of(profile(name)) as device, wire() as line:
        assert isinstance(device, VirtualKeypad | VirtualPad)
        line.clamp(device.path)
        acked = []
        presser = threading.Thread(target=lambda: acked.append(_press(device)))
        presser.start()
        found = verdict(name, line.path, "15")
        presser.join(LIMIT_S)
    assert (found["works"], found["echoes"], acked) == (True, True, [True]), found
    assert ("no_show" if name == "ff68-21key-b" else "level 5") in found["says"][-2]


def _press(device: VirtualKeypad | VirtualPad) -> bool:
    if isinstance(device, VirtualPad):
        device.wait_until_asked(1, LIMIT_S)
        return device.press(3).acked
    device.wait_for_ticket("888", LIMIT_S)
    return device.press("5", 0x0F).acked
