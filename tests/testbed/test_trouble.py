"""Troubles of virtual devices: what reaches the host is spoilt as asked, and heals."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from hall.dialects import Damaged, ff68
from hall.dialects.a090 import Colour, encode, show
from hall.dialects.ff68 import Key
from hall.profile import BarProfile, KeypadProfile, PadProfile
from hall.station.settings import profile
from testbed.bar import VirtualBar
from testbed.keypad import DARK, VirtualKeypad
from testbed.pad import VirtualPad
from testbed.printer import VirtualPrinter
from testbed.tcp import TcpPort
from testbed.trouble import Fault, Trouble

LIMIT_S = 10.0
FRAME = ff68.encode(ff68.key_press(1, "6", Key.CONFIRM))


def keypad() -> VirtualKeypad:
    found = profile("ff68-21key-a")
    assert isinstance(found, KeypadProfile)
    return VirtualKeypad(1, found)


def said(trouble: Trouble, frame: bytes = FRAME) -> bytes:
    pieces, _ = trouble.spoil(frame)
    return b"".join(piece for _, piece in pieces)


def after(fault: Fault, amount: float = 1) -> Trouble:
    trouble = Trouble()
    trouble.begin(fault, amount)
    return trouble


@pytest.mark.parametrize("fault", [Fault.HALF, Fault.WRONG, Fault.COLLISION, Fault.RESET])
def test_a_frame_that_was_hit_is_never_heard_and_the_next_one_is(fault: Fault) -> None:
    trouble = after(fault)
    assert trouble.told() == fault
    decoder = ff68.Decoder()
    assert not any(isinstance(heard, ff68.Frame) for heard in decoder.feed(said(trouble)))
    assert trouble.told() == ""
    assert decoder.feed(said(trouble))[-1] == ff68.key_press(1, "6", Key.CONFIRM)


def test_a_wrong_checksum_is_one() -> None:
    (heard,) = ff68.Decoder().feed(said(after(Fault.WRONG)))
    assert isinstance(heard, Damaged)
    assert heard.reason == "checksum"


def test_silence_delay_and_junk_last_until_they_are_over() -> None:
    silent = after(Fault.SILENCE)
    assert said(silent) == said(silent) == b""
    late = after(Fault.DELAY, 1.5)
    assert late.spoil(FRAME) == ([(1.5, FRAME)], False)
    noisy = after(Fault.JUNK)
    assert FRAME in said(noisy)
    assert len(said(noisy)) > len(FRAME)
    for trouble in (silent, late, noisy):
        trouble.over()
        assert trouble.spoil(FRAME) == ([(0.0, FRAME)], False)


def read(port: int, count: int, limit_s: float = LIMIT_S) -> bytes:
    heard, deadline = b"", time.monotonic() + limit_s
    while len(heard) < count and (left := deadline - time.monotonic()) > 0:
        if select.select([port], [], [], left)[0]:
            heard += os.read(port, 256)
    return heard


def test_a_keypad_reset_in_the_midst_of_a_frame_forgets_what_it_showed_and_said() -> None:
    with keypad() as device:
        port = os.open(device.path, os.O_RDWR | os.O_NOCTTY)
        os.write(port, ff68.encode(ff68.show(1, 12, "023")))
        device.wait_for_ticket("023", LIMIT_S)
        device.suffer(Fault.RESET)
        press = device.press("6", Key.CONFIRM)
        assert (press.acked, press.tries) == (False, 1)
        assert device.display == DARK
        assert read(port, len(FRAME) // 2) == FRAME[: len(FRAME) // 2]
        device.press("6", Key.CONFIRM)  # nobody acknowledges: it tries as often as its profile says
        assert ff68.Decoder().feed(read(port, len(FRAME)))[-1] == ff68.key_press(1, "6", Key.CONFIRM)
        os.close(port)


def test_a_late_answer_comes_late() -> None:
    found = profile("a090-8")
    assert isinstance(found, BarProfile)
    with VirtualBar(1, found) as bar:
        port = os.open(bar.path, os.O_RDWR | os.O_NOCTTY)
        bar.suffer(Fault.DELAY, 0.4)
        began = time.monotonic()
        os.write(port, encode(show(1, "空闲", Colour.GREEN)))
        assert read(port, 3) == b"\x01\xa5\xaa"
        assert time.monotonic() - began >= 0.4
        bar.suffer(Fault.SILENCE)
        os.write(port, encode(show(1, "暂停", Colour.RED)))
        bar.wait_for("暂停", LIMIT_S)
        assert read(port, 1, 0.1) == b""
        os.close(port)


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("aabb-sum-8", "AA01 BB5154 3D 01 00 99 00 63 41 FF AA01 55", "A"),
        ("aabb-xor-8", "AA01 BB5154 01 00 99 00 63 41 BA FF AA01 55", "A"),
        ("number4-3", "01 03 E7 EB", "999"),
    ],
)
def test_bars_of_every_dialect_light_and_answer(name: str, data: str, text: str, tmp_path: Path) -> None:
    found = profile(name)
    assert isinstance(found, BarProfile)
    with VirtualBar(1, found) as bar:
        port = os.open(bar.path, os.O_RDWR | os.O_NOCTTY)
        dark = bar.picture().tobytes()
        os.write(port, bytes.fromhex(data))
        bar.wait_for(text, LIMIT_S)
        assert bar.bad_frames == 0
        assert read(port, 1, 2.0 if found.reply_timeout_ms else 0.1) == (b"\x1b" if found.reply_timeout_ms else b"")
        bar.save_picture(tmp_path / "bar.png")
        assert Image.open(tmp_path / "bar.png").tobytes() != dark
        os.close(port)


def test_every_device_has_a_picture_that_shows_its_state() -> None:
    found = profile("ff68-pad-4")
    assert isinstance(found, PadProfile)
    with keypad() as device, VirtualPad(0x81, found) as pad, VirtualPrinter() as printer:
        looks: tuple[Callable[[], Image.Image], ...] = (device.picture, pad.picture, printer.picture)
        before = [look().tobytes() for look in looks]
        for path, data in (
            (device.path, ff68.encode(ff68.show(1, 12, "023"))),
            (pad.path, ff68.encode(ff68.start_rating(0x81))),
            (printer.path, b"A017\n"),
        ):
            port = os.open(path, os.O_RDWR | os.O_NOCTTY)
            os.write(port, data)
            os.close(port)
        device.wait_for_ticket("023", LIMIT_S)
        pad.wait_until_asked(1, LIMIT_S)
        deadline = time.monotonic() + LIMIT_S
        while printer.picture().tobytes() == before[2] and time.monotonic() < deadline:
            time.sleep(0.01)
        assert all(look().tobytes() != was for look, was in zip(looks, before, strict=True))


def test_a_device_on_the_network_serves_one_client_after_the_other() -> None:
    with keypad() as device, TcpPort(device.path) as port:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port.port), LIMIT_S) as client:
                client.sendall(ff68.encode(ff68.beep(1)))
                device.wait_for_beep(LIMIT_S)
                device.line.do(lambda: device.say(FRAME))
                assert client.recv(64) == FRAME
