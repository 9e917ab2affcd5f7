"""The virtual RS-485 line itself: airtime, collisions, devices that listen."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from hall.dialects import a090, ff68
from hall.dialects.a090 import Colour
from hall.dialects.ff68 import Key
from hall.profile import BarProfile, KeypadProfile
from hall.station.settings import profile
from testbed.bar import VirtualBar
from testbed.keypad import VirtualKeypad
from testbed.sharedline import HOST, SharedLine

LIMIT_S = 5.0
BYTE_S = 10 / 9600


def keypad(addr: int) -> VirtualKeypad:
    found = profile("ff68-21key-b")
    assert isinstance(found, KeypadProfile)
    return VirtualKeypad(addr, found)


@pytest.fixture
def bar() -> Iterator[VirtualBar]:
    found = profile("a090-8")
    assert isinstance(found, BarProfile)
    with VirtualBar(1, found) as made:
        yield made


@contextmanager
def opened(line: SharedLine) -> Iterator[int]:
    """The host's port, by hand."""
    port = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
    try:
        yield port
    finally:
        os.close(port)


def read(port: int, count: int) -> bytes:
    """That many bytes, whenever they come."""
    data, limit = b"", time.monotonic() + LIMIT_S
    while len(data) < count:
        assert select.select([port], [], [], max(0.0, limit - time.monotonic()))[0], data
        data += os.read(port, count - len(data))
    return data


def test_bytes_take_their_airtime_both_ways(bar: VirtualBar) -> None:
    frame = a090.encode(a090.show(1, "请A017到3号窗口", Colour.RED))
    with SharedLine() as line, opened(line) as port:
        line.clamp(bar.path, listens=False)
        began = time.monotonic()
        os.write(port, frame)
        assert read(port, 3) == a090.reply(1)
        assert time.monotonic() - began >= (len(frame) + 3) * BYTE_S
        bar.wait_for("请A017到3号窗口", LIMIT_S)
        assert bar.heard[0].at - began >= len(frame) * BYTE_S
        host, reply = line.bursts
        assert (host.talker, host.data, reply.talker, line.collisions) == (HOST, frame, bar.path, 0)
        assert host.ended - host.began == pytest.approx(len(frame) * BYTE_S)
        assert reply.began >= host.ended


def test_a_device_that_listens_waits_and_one_that_does_not_spoils_both(bar: VirtualBar) -> None:
    text = a090.encode(a090.show(2, "办理中" * 20, Colour.RED))  # to nobody here: no reply comes
    key = ff68.encode(ff68.key_press(3, "", Key.CALL))
    for listens, collisions in ((True, 0), (False, 1)):
        with SharedLine() as line, opened(line) as port, keypad(3) as pad:
            line.clamp(bar.path)
            line.clamp(pad.path, listens=listens)
            os.write(port, text)
            sent = pad.line.do(partial(pad.line.send, key))
            assert sent
            heard = read(port, len(key))
            assert (heard == key) is listens
            assert line.collisions == collisions
            limit = time.monotonic() + LIMIT_S
            while not (said := [burst for burst in line.bursts if burst.talker == HOST]):
                assert time.monotonic() < limit
                select.select([port], [], [], 0.02)
            assert [burst.collided for burst in said] == [not listens]
    bar.line.do(lambda: None)
    assert bar.bad_frames <= 1


def test_a_device_that_is_closed_leaves_the_line_alive(bar: VirtualBar) -> None:
    with SharedLine() as line, opened(line) as port:
        pad = keypad(3)
        line.clamp(pad.path)
        line.clamp(bar.path, listens=False)
        pad.close()
        os.write(port, a090.encode(a090.show(1, "空闲", Colour.GREEN)))
        bar.wait_for("空闲", LIMIT_S)
        assert read(port, 3) == a090.reply(1)
