"""The call light: a pin that is high while a ticket is being called, on gpiozero's own mock pins."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory
from msgspec.structs import replace

from caller.light import CallLight, NoLight, lit
from caller.role import Caller
from hall.events import AlertRaised, Called, DeviceChanged
from hall.messages import Health
from hall.model import DeskState
from hall.stationfile import parse_station
from tests.caller.made import window
from tests.caller.rig import Desk

PIN = "GPIO17"


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = gpiozero.Device.pin_factory
    made = gpiozero.Device.pin_factory = MockFactory()
    yield made
    made.reset()
    gpiozero.Device.pin_factory = before


def with_light(path: Path, pin: str = PIN) -> Desk:
    """The window of the caller's own tests, with a light over it."""
    desk = Desk(path)
    caller = desk.station.settings.caller[0]
    desk.role = Caller(replace(caller, light_pin=pin), "zh", path)
    return desk


def test_it_is_lit_from_the_call_until_somebody_comes(tmp_path: Path, pins: MockFactory) -> None:
    pin = pins.pin(17)
    with with_light(tmp_path) as desk:
        desk.open()
        desk.take_number()
        desk.take_number()
        assert pin.function == "output"
        assert not pin.state
        desk.keys("f1")
        desk.until_page("desk_calling")
        assert pin.state
        desk.wait(3)
        desk.keys("f2")
        desk.until_calls(2)
        assert pin.state, "called again, it stays on"
        desk.keys("f3")
        desk.until_page("desk_serving")
        assert not pin.state
        desk.keys("f4")
        desk.until_page("choose_disposition")
        desk.keys("1")
        desk.until_page("desk_free")
        assert not pin.state
        desk.keys("f1")
        desk.until_page("desk_calling")
        assert pin.state
    assert not pin.state
    assert pin.function == "input", "the pin is given back"


def test_the_hub_lost_and_found_leaves_it_as_the_window_is(tmp_path: Path, pins: MockFactory) -> None:
    pin = pins.pin(17)
    with with_light(tmp_path) as desk:
        desk.open()
        desk.take_number()
        desk.keys("f1")
        desk.until_page("desk_calling")
        desk.link.break_off()
        desk.wait(20)
        assert pin.state
        desk.link.come_up()
        desk.wait(3)
        assert pin.state


@pytest.mark.parametrize("state", list(DeskState))
def test_only_a_window_that_calls_is_lit(state: DeskState) -> None:
    assert lit(window(state)) == (state is DeskState.CALLING)
    assert not lit(None)


def test_a_switch_that_changes_nothing_touches_no_pin(pins: MockFactory) -> None:
    light = CallLight(PIN)
    pin = pins.pin(17)
    pin.clear_states()
    for on in (True, True, False, False, False):
        light.show(on)
    assert [bool(state) for _, state in pin.states] == [False, True, False]  # the first is what it was
    light.close()


@pytest.mark.parametrize("pin", ["GPIO99", "lamp", ""])
def test_a_pin_that_is_none_is_told(pins: MockFactory, pin: str) -> None:
    assert pins is gpiozero.Device.pin_factory
    with pytest.raises(NoLight, match="light_pin"):
        CallLight(pin)


def test_a_window_calls_without_its_light_and_the_hall_is_told(tmp_path: Path, pins: MockFactory) -> None:
    assert pins is gpiozero.Device.pin_factory
    with with_light(tmp_path, "GPIO99") as desk:
        desk.open()
        label = desk.take_number()
        desk.keys("f1")
        desk.until_page("desk_calling")
        assert [e.ticket[-4:] for e in desk.events(Called)] == [label]
        (seen,) = desk.events(DeviceChanged)
        assert (seen.device, seen.health, seen.reason) == ("light-1", Health.LOST, "pin")
        assert [e.detail for e in desk.events(AlertRaised)] == ["light-1: pin"]


def test_a_caller_without_a_light_does_not_load_gpiozero() -> None:
    code = "import caller.role, sys; sys.exit('gpiozero' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_pin_stands_in_the_station_file() -> None:
    text = """
id = "window-1"
hall = "village"
roles = ["caller"]
data = "data"
[broker]
password_file = "window-1.password"
[[caller]]
window = 1
keypad = "/dev/ttyUSB0"
light_pin = "GPIO17"
"""
    (told,) = parse_station("station.toml", text).caller
    assert told.light_pin == PIN
    (without,) = parse_station("station.toml", text.replace('light_pin = "GPIO17"', "")).caller
    assert without.light_pin == ""
