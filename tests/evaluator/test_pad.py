"""The pad driver on a real port, with the virtual pad at the other end of the cable; and the codec's bytes."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from evaluator.pad import Pad
from evaluator.values import LevelPressed
from hall.dialects import ff68, ff68_pad
from hall.dialects.ff68 import Frame
from hall.profile import PadProfile
from hall.station.line import Line, LineSettings
from hall.station.presses import AGAIN_ACKS
from hall.station.settings import profile
from testbed.pad import PadLine, VirtualPad

LIMIT_S = 5.0
ADDRESS = 0x83  # window 3


def model(**changes: object) -> PadProfile:
    found = profile("ff68-pad-4")
    assert isinstance(found, PadProfile)
    return replace(found, **changes)


class Host:
    """Our driver on a line; levels as they come."""

    def __init__(self, path: str, address: int, found: PadProfile) -> None:
        self.levels: queue.Queue[LevelPressed] = queue.Queue()
        self.states: queue.Queue[bool] = queue.Queue()
        self.line = Line(path, LineSettings(), self._heard, lambda here, _reason: self.states.put(here))
        self.pad = Pad(self.line, found, address, self.levels.put)
        self.line.start()
        assert self.states.get(timeout=LIMIT_S)

    def _heard(self, data: bytes) -> None:
        self.pad.feed(data)

    def next_level(self) -> int:
        pressed = self.levels.get(timeout=LIMIT_S)
        assert pressed.final
        return pressed.level


@contextmanager
def hosted(path: str, address: int = ADDRESS, **changes: object) -> Iterator[Host]:
    host = Host(path, address, model(**changes))
    try:
        yield host
    finally:
        host.line.close()


# --- bytes --------------------------------------------------------------------------------------------------


def test_the_bytes_of_the_protocol_page() -> None:
    pressed = ff68_pad.rating(0x01, 3)
    assert ff68.encode(pressed) == bytes.fromhex("FF 68 03 03 68 01 11 03 15 16")
    assert ff68.encode(ff68.start_rating(0x81)) == bytes.fromhex("FF 68 03 03 68 81 01 0B 8D 16")
    assert ff68.encode(ff68_pad.stars(0x81)) == bytes.fromhex("FF 68 03 03 68 81 02 05 88 16")
    assert ff68_pad.ack(ff68_pad.rating(0x81, 3), "value") == bytes.fromhex("FF 68 03 03 68 81 01 03 85 16")
    assert ff68_pad.ack(ff68_pad.rating(0x81, 3), "short") == bytes.fromhex("68 02 02 68 81 01 82 16")


def test_short_acknowledgements_are_found_however_the_stream_is_cut() -> None:
    mine, other = (ff68_pad.ack(ff68_pad.rating(addr, 0), "short") for addr in (0x81, 0x82))
    stream = b"\xff\x68" + mine + other + mine[:5] + mine + ff68.encode(Frame(0x81, 1, b"\x0b")) + mine
    whole, byte_by_byte = ff68_pad.ShortAcks(0x81), ff68_pad.ShortAcks(0x81)
    assert whole.feed(stream) == 3
    assert sum(byte_by_byte.feed(bytes([byte])) for byte in stream) == 3


# --- on the line --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ack", ["short", "value"])
def test_asked_pressed_acknowledged_in_time_and_heard_once(ack: str) -> None:
    patient = model(ack=ack, ack_timeout_ms=2000)
    with VirtualPad(ADDRESS, patient) as pad, hosted(pad.path, ack=ack) as host:
        times = []
        for count in range(1, 5):
            host.pad.ask()
            pad.wait_until_asked(count, LIMIT_S)
            assert pad.asking
            assert not pad.starred  # a lit row of stars would be a hint
            pressed = pad.press(count - 1)
            assert (pressed.acked, pressed.tries) == (True, 1)
            times.append(pressed.ended_at - pressed.sent_at)
            assert host.next_level() == count + 1
            assert host.levels.empty()
            assert not pad.asking
        assert min(times) < 0.08  # the others say how busy the machine is


@pytest.mark.parametrize(("value", "level"), [(0, 2), (1, 3), (2, 4), (3, 5)])
def test_values_mean_what_the_profile_says(value: int, level: int) -> None:
    with VirtualPad(ADDRESS, model()) as pad, hosted(pad.path) as host:
        assert pad.press(value).acked
        assert host.next_level() == level


def test_four_keys_have_no_very_dissatisfied() -> None:
    with VirtualPad(ADDRESS, model()) as pad, pytest.raises(ValueError, match="no key for level 1"):
        pad.press_level(1)


def test_a_damaged_value_is_sent_again_and_heard_once() -> None:
    with VirtualPad(ADDRESS, model(ack_timeout_ms=500)) as pad, hosted(pad.path) as host:
        pad.spoil_frames(1)
        pressed = pad.press(2)
        assert (pressed.acked, pressed.tries) == (True, 2)
        assert host.next_level() == 4
        assert host.levels.empty()
        assert host.pad.damaged == 1


def test_a_value_no_key_sends_is_acknowledged_and_chooses_nothing() -> None:
    with VirtualPad(ADDRESS, model()) as pad, hosted(pad.path) as host:
        assert pad.press(9).acked
        assert pad.press(1).acked
        assert host.next_level() == 3
        assert host.pad.damaged == 1


def test_pads_and_keypads_of_other_windows_are_not_ours() -> None:
    quick = model(ack_timeout_ms=20, retries=1)
    with PadLine() as line:
        ours, theirs = VirtualPad(ADDRESS, model(), line), VirtualPad(0x84, quick, line)
        with hosted(line.path) as host:
            assert not theirs.press(0).acked
            host.pad.ask()
            ours.wait_until_asked(1, LIMIT_S)
            assert ours.press(3).acked
            assert host.next_level() == 5
            assert host.levels.empty()
            assert theirs.heard == []


class Sent:
    """A port that keeps what it is given."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes, *, left: Callable[[], None] | None = None, **_: object) -> bool:
        self.data += data
        if left is not None:
            left()
        return True


def test_the_same_value_again_is_a_lost_acknowledgement_for_a_moment_only() -> None:
    port, heard, now = Sent(), list[LevelPressed](), 10.0
    pad = Pad(port, model(), ADDRESS, heard.append, clock=lambda: now)
    data = ff68.encode(ff68_pad.rating(ADDRESS, 3))
    again_s = AGAIN_ACKS * model().ack_timeout_ms / 1000
    for now in (10.0, 10.0 + again_s / 2, 10.0 + again_s * 2):  # noqa: B007 (the clock reads it)
        pad.feed(data)
    assert len(heard) == 2
    assert port.data == 3 * ff68_pad.ack(ff68_pad.rating(ADDRESS, 3), "short")


def test_a_rating_without_a_value_is_no_rating() -> None:
    port, heard = Sent(), list[LevelPressed]()
    pad = Pad(port, model(), ADDRESS, heard.append)
    pad.feed(ff68.encode(Frame(ADDRESS, 0x11, b"")) + ff68.encode(Frame(ADDRESS, 0x11, b"\x01\x02")))
    assert (port.data, heard, pad.damaged) == (b"", [], 2)


def test_what_was_pressed_is_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with VirtualPad(ADDRESS, model()) as pad, hosted(pad.path) as host:
        pad.press(0)
        host.next_level()
    assert caplog.records == []


def test_the_picture_shows_the_lamp_and_a_key_for_each_level(tmp_path: Path) -> None:
    with VirtualPad(ADDRESS, model()) as pad, hosted(pad.path) as host:
        dark = pad.picture()
        host.pad.ask()
        pad.wait_until_asked(1, LIMIT_S)
        pad.save_picture(tmp_path / "pad.png")
        lit = Image.open(tmp_path / "pad.png")
        assert dark.getpixel((46, 50)) != lit.getpixel((46, 50))
        host.line.write(ff68.encode(ff68_pad.stars(ADDRESS)))
        host.pad.ask()
        pad.wait_until_asked(2, LIMIT_S)
        assert pad.starred
        middle = (lit.width // 2, 128)
        assert pad.picture().getpixel(middle) != lit.getpixel(middle)
