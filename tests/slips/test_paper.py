"""A slip's bytes: Chinese, odd characters, QR code and cut, judged by a renderer and an independent decoder."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from msgspec.structs import replace

from hall.profile import PrinterProfile
from hall.station.settings import fonts, profile
from slips.paper import slip_bytes
from slips.slip import Line, Slip, follow_link, slip
from testbed.escpos_picture import draw_slip
from tests.kiosk.made import catalogue, issued, kiosk_words

PROFILES = ("escpos-80mm", "escpos-58mm")


def printer(name: str = "escpos-80mm", **changes: object) -> PrinterProfile:
    found = profile(name)
    assert isinstance(found, PrinterProfile)
    return replace(found, **changes)


def bytes_of(*lines: Line, to: PrinterProfile | None = None) -> bytes:
    return slip_bytes(Slip(lines, 48), to or printer(), fonts().regular)


def test_chinese_is_gb18030_between_fs_and_and_fs_dot() -> None:
    # receiptline 业务：社保登记 → 1C 26 D2B5CEF1A3BAC9E7B1A3B5C7BCC7
    data = bytes_of(Line("业务：社保登记"))
    assert bytes.fromhex("1C26 D2B5CEF1A3BAC9E7B1A3B5C7BCC7 1C2E") in data


def test_signs_that_the_library_would_turn_into_question_marks_survive() -> None:
    data = bytes_of(Line("￥①℃㎡"))
    assert "￥①℃㎡".encode("gb18030") in data
    assert b"?" not in data


@pytest.mark.parametrize("text", ["𬭎先生", "ñ", "办理🙂", "\udcff"])
def test_characters_outside_the_printers_font_become_dots(text: str) -> None:
    data = bytes_of(Line(text))
    assert b"\x1dv0" in data
    assert b"\x1c&" not in data
    picture = draw_slip(data, 576)
    assert picture.unknown == ()
    assert (np.asarray(picture.image) < 64).sum() > 40


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("chinese", ["gb18030", "raster"])
def test_a_whole_slip_is_understood_and_its_code_can_be_read(name: str, chinese: str) -> None:
    to = printer(name, chinese=chinese)
    hall = catalogue(follow_url="https://hall.example.gov.cn/q")
    data = slip_bytes(slip(issued(), hall, kiosk_words("slip")["zh"], to.columns), to, fonts().regular)
    picture = draw_slip(data, to.width_dots)
    assert picture.unknown == ()
    found = zxingcpp.read_barcodes(np.asarray(picture.image.convert("L")))
    assert [code.text for code in found] == [follow_link(issued(), hall)]
    left, right = found[0].position.top_left.x, found[0].position.top_right.x
    assert abs((left + right) / 2 - picture.image.width / 2) < 20  # in the middle


@pytest.mark.parametrize(
    ("cut", "end"), [("full", b"\x1bd\x06\x1dV\x00"), ("partial", b"\x1bd\x06\x1dV\x01"), ("none", b"\x1bd\x06")]
)
def test_the_end_is_fed_and_cut_as_the_profile_says(cut: str, end: bytes) -> None:
    assert bytes_of(Line("A017"), to=printer(cut=cut)).endswith(end)


def test_a_slip_with_a_code_takes_at_most_four_seconds_at_9600_baud() -> None:
    to = printer("escpos-58mm")
    hall = catalogue(follow_url="https://hall.example.gov.cn/q")
    data = slip_bytes(slip(issued(), hall, kiosk_words("slip")["zh"], to.columns), to, fonts().regular)
    assert len(data) * 10 / 9_600 <= 4
