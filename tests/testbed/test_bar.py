"""The virtual bar: what it lights, answers and refuses, on real PTYs."""

from __future__ import annotations

import os
import re
import select
from importlib import resources

import pytest
from PIL import Image

from hall.dialects import a090
from hall.dialects.a090 import Colour, Frame, encode, show
from hall.errors import BadFile
from hall.profile import BarProfile
from hall.profilefile import parse_profile
from hall.station.settings import profile
from testbed.bar import BarLine, VirtualBar, picture_of

LIMIT_S = 5.0


def model(name: str = "a090-8") -> BarProfile:
    found = profile(name)
    assert isinstance(found, BarProfile)
    return found


class Host:
    """The host's end of the cable: a plain file descriptor."""

    def __init__(self, path: str) -> None:
        self._port = os.open(path, os.O_RDWR | os.O_NOCTTY)

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._port)

    def send(self, data: bytes) -> None:
        os.write(self._port, data)

    def read(self, count: int) -> bytes:
        heard = b""
        while len(heard) < count and select.select([self._port], [], [], LIMIT_S)[0]:
            heard += os.read(self._port, 64)
        return heard


def test_it_lights_the_text_and_answers() -> None:
    with VirtualBar(1, model()) as bar, Host(bar.path) as host:
        host.send(encode(show(1, "请A017到3号窗口", Colour.RED)))
        bar.wait_for("请A017到3号窗口", LIMIT_S)
        assert {colour for _, colour in bar.lit} == {Colour.RED}
        assert host.read(3) == b"\x01\xa5\xaa"
        assert (bar.bad_frames, bar.overlong) == (0, 0)


def test_another_address_is_not_its_own() -> None:
    with BarLine() as line:
        one, two = VirtualBar(1, model(), line), VirtualBar(2, model(), line)
        with Host(line.path) as host:
            host.send(encode(show(2, "空闲", Colour.GREEN)))
            two.wait_for("空闲", LIMIT_S)
            assert one.text == ""
            with pytest.raises(ValueError, match="address 2 is taken"):
                VirtualBar(2, model(), line)


def test_bad_frames_are_counted_and_change_nothing() -> None:
    with VirtualBar(1, model()) as bar, Host(bar.path) as host:
        good = encode(show(1, "空闲", Colour.GREEN))
        host.send(good[:-1] + bytes([good[-1] ^ 1]))
        host.send(encode(Frame(1, a090.Command.SHOW, b"\xc7")))
        host.send(encode(show(1, "暂停服务", Colour.YELLOW)))
        bar.wait_for("暂停服务", LIMIT_S)
        assert bar.bad_frames == 2
        assert [heard.text for heard in bar.heard] == ["暂停服务"]


def test_what_is_too_wide_is_not_shown() -> None:
    with VirtualBar(1, model()) as bar, Host(bar.path) as host:
        host.send(encode(show(1, "请A017号到3号窗口办理", Colour.RED)))
        bar.wait_for("请A017号到3号窗", LIMIT_S)
        assert bar.overlong == 1


def test_without_power_it_is_dark_and_deaf() -> None:
    with VirtualBar(1, model()) as bar, Host(bar.path) as host:
        host.send(encode(show(1, "空闲", Colour.GREEN)))
        bar.wait_for("空闲", LIMIT_S)
        assert host.read(3)
        bar.lose_power()
        assert bar.text == ""
        bar.get_power()
        assert bar.text == ""
        host.send(encode(show(1, "暂停服务", Colour.YELLOW)))
        bar.wait_for("暂停服务", LIMIT_S)


def test_a_picture_has_the_dots_of_the_text_in_its_colour() -> None:
    dark, red, green = (picture_of(tuple((c, colour) for c in text), 16) for text, colour in PICTURES)
    assert dark.size == red.size == (16 * 8 * 8 + 32, 16 * 8 + 32)
    assert _count(dark, (255, 54, 40)) == 0
    assert _count(red, (255, 54, 40)) > 2_000
    assert _count(green, (60, 232, 90)) == _count(red, (255, 54, 40))


PICTURES = ((" " * 16, Colour.RED), ("请A017", Colour.RED), ("请A017", Colour.GREEN))


def _count(picture: Image.Image, colour: tuple[int, int, int]) -> int:
    found = picture.getcolors(1 << 16) or []
    return next((count for count, pixel in found if pixel == colour), 0)


@pytest.mark.parametrize(("name", "columns"), [("a090-6", 12), ("a090-8", 16), ("a090-12", 24)])
def test_shipped_bars(name: str, columns: int) -> None:
    found = model(name)
    assert (found.columns, found.line.baud, found.dialect, found.repeat_s) == (columns, 9600, "a090", 20)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("columns = 1", "must be 2–126 (found 1)"),
        ("columns = 127", "must be 2–126 (found 127)"),
        ("repeat_s = 0.5", "must be 1 s or more (found 0.5)"),
        ("reply_timeout_ms = -1", "must be 0–10000"),
        ("sources = []", "a profile without a source"),
    ],
)
def test_a_bars_profile_with_a_mistake_is_told(line: str, told: str) -> None:
    shipped = (resources.files("firmware_profiles") / "a090-8.toml").read_text(encoding="utf-8")
    own = f'extends = "a090-8"\ntitle = "x"\nverified = "experimental"\nsources = ["y"]\n{line}\n'
    if line.startswith("sources"):
        own = own.replace('sources = ["y"]\n', "")
    with pytest.raises(BadFile, match=re.escape(told)):
        parse_profile("own", {"a090-8": shipped, "own": own})
