"""An adapter that hears itself: its echo is dropped, and nothing of what devices say."""

from __future__ import annotations

import queue
import time
from contextlib import ExitStack

from hypothesis import given
from hypothesis import strategies as st

from caller.keypad import Keypad
from caller.values import Pressed
from hall.dialects import ff68
from hall.profile import KeypadProfile
from hall.station.echo import ECHO_LIMIT_S, MAX_DUE, Echo
from hall.station.line import LineSettings
from hall.station.settings import profile
from hall.station.sharedline import Lines
from testbed.keypad import VirtualKeypad
from testbed.sharedline import HOST, SharedLine

LIMIT_S = 10.0
SHOW = ff68.encode(ff68.show(1, 88, "888"))
BEEP = ff68.encode(ff68.beep(1))
KEY = ff68.encode(ff68.key_press(1, "", 0x0C))
HOST_SAYS = st.sampled_from((SHOW, BEEP, ff68.encode(ff68.show(2, None, "017")), bytes.fromhex("A09001A50007")))
DEVICES_SAY = st.sampled_from(
    (b"", KEY, ff68.encode(ff68.key_press(3, "023", 0x0F)), b"\x1b", b"\x01\xa5\xaa", b"\x00")
)


@given(st.lists(st.tuples(HOST_SAYS, DEVICES_SAY), max_size=12), st.integers(1, 9))
def test_what_devices_say_between_echoes_is_heard_whole_however_it_is_cut(
    talk: list[tuple[bytes, bytes]], size: int
) -> None:
    echo, wire, said = Echo(), b"", b""
    for sent, answer in talk:
        echo.sent(sent, 0.0, 0.01)
        wire += sent + answer
        said += answer
    heard = b"".join(echo.heard(wire[at : at + size], 0.0) for at in range(0, len(wire), size))
    assert heard + echo.heard(b"", 60.0) == said
    assert echo.count == len(talk)


def test_a_frame_that_does_not_come_back_is_forgotten_after_its_time() -> None:
    echo = Echo()
    echo.sent(KEY, 0.0, 0.01)
    spoilt = KEY[:4] + b"\x55" + KEY[5:]
    assert echo.heard(spoilt, 0.02) == spoilt
    assert echo.heard(b"", 0.02 + ECHO_LIMIT_S) == b""
    assert echo.heard(KEY, 1.5) == KEY  # the keypad itself, pressed again
    assert echo.count == 0


def test_what_is_held_back_comes_out_when_no_echo_can_follow() -> None:
    echo = Echo()
    echo.sent(SHOW, 0.0, 0.01)
    assert echo.heard(b"\x16\xff", 0.02) == b"\x16"  # FF may be the echo's first byte
    assert echo.heard(b"", 2.0) == b"\xff"


def test_the_echo_after_a_lost_one_is_known() -> None:
    echo = Echo()
    echo.sent(SHOW, 0.0, 0.01)
    echo.sent(BEEP, 0.0, 0.01)
    assert echo.heard(BEEP + KEY, 0.05) == KEY


def test_a_host_that_never_hears_itself_keeps_little() -> None:
    echo = Echo()
    for at in range(MAX_DUE * 10):
        echo.sent(bytes([0xFF, at & 0x7F]), 0.0, 0.0)
    assert echo.heard(b"\xff" * 1000, 0.0) == b"\xff" * 999


class Desk:
    """Our driver of a keypad on a wire whose adapter hears itself."""

    def __init__(self, stack: ExitStack, option: str) -> None:
        keys = profile("ff68-21key-a")
        assert isinstance(keys, KeypadProfile)
        self.device = stack.enter_context(VirtualKeypad(1, keys))
        self.wire = SharedLine(echoes=True)
        stack.callback(self.wire.close)
        self.wire.clamp(self.device.path)
        self.presses: queue.Queue[Pressed] = queue.Queue()
        opened: queue.Queue[bool] = queue.Queue()
        path = self.wire.path + option
        port = Lines().port(path, LineSettings(), self._heard, lambda here, _reason: opened.put(here))
        self._keypad = Keypad(port, keys, 1, self.presses.put)
        port.start()
        stack.callback(port.close)
        assert opened.get(timeout=LIMIT_S)

    def _heard(self, data: bytes) -> None:
        self._keypad.feed(data)

    @property
    def host_said(self) -> int:
        return sum(burst.talker == HOST for burst in self.wire.bursts)

    @property
    def device_said(self) -> int:
        """Three for three keys; more where a busy machine answers so late that the keypad asks again."""
        return sum(burst.talker != HOST for burst in self.wire.bursts)


def test_each_key_is_one_press_and_one_acknowledgement_where_the_echo_is_dropped() -> None:
    with ExitStack() as stack:
        desk = Desk(stack, "?echo=drop")
        for key in (0x0C, 0x0D, 0x0C):
            assert desk.device.press("", key).acked
            assert desk.presses.get(timeout=LIMIT_S)
        assert 3 <= desk.host_said <= desk.device_said
        assert desk.device_said > 3 or desk.presses.empty()


def test_without_it_the_host_acknowledges_itself_for_ever() -> None:
    with ExitStack() as stack:
        desk = Desk(stack, "")
        assert desk.device.press("", 0x0C).acked
        deadline = time.monotonic() + LIMIT_S
        while desk.host_said < 5:
            assert time.monotonic() < deadline
            time.sleep(0.02)
