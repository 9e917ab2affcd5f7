"""Texts of bars: exactly as wide as the bar, the longest wording that fits, nothing the bar cannot show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.bartext import COLOURS, bar_text, width
from display.values import BarSays, Light
from hall.dialects.a090 import lit_by, show
from hall.station.settings import words
from hall.wording import Words

ZH, EN = words("display"), words("display", "en")


@pytest.mark.parametrize(
    ("says", "columns", "text"),
    [
        (BarSays.CALLING, 16, "请A017到3号窗口"),
        (BarSays.SERVING, 16, "A017 办理中"),
        (BarSays.PAUSED, 16, "暂停服务"),
        (BarSays.FREE, 16, "空闲"),
        (BarSays.CLOSED, 16, "暂未开放"),
        (BarSays.CALLING, 24, "请A017号到3号窗口办理"),
        (BarSays.CALLING, 12, "A017到3号窗"),
        (BarSays.CALLING, 4, "A017"),
        (BarSays.SERVING, 24, "3号窗口 A017 办理中"),
    ],
)
def test_the_longest_wording_that_fits(says: BarSays, columns: int, text: str) -> None:
    assert bar_text(Light(3, says, "A017"), columns, ZH).strip() == text


def test_an_emergencys_own_text_if_it_fits() -> None:
    assert bar_text(Light(3, BarSays.EMERGENCY, "火警请撤离"), 16, ZH).strip() == "火警请撤离"
    long = Light(3, BarSays.EMERGENCY, "发生火情，请立即从安全出口撤离")
    assert bar_text(long, 16, ZH).strip() == "紧急通知请听广播"


def test_two_digit_windows_fit_eight_hanzi() -> None:
    assert bar_text(Light(16, BarSays.CALLING, "A017"), 16, ZH) == "请A017到16号窗口"


@given(
    st.sampled_from(BarSays),
    st.sampled_from([2, 4, 12, 16, 24, 126]),
    st.text(max_size=30),
    st.integers(1, 9999),
    st.sampled_from([ZH, EN]),
)
def test_always_as_wide_as_the_bar_and_sendable(
    says: BarSays, columns: int, text: str, window: int, language: Words
) -> None:
    light = Light(window, says, text)
    told = bar_text(light, columns, language)
    assert width(told) == columns
    lit = lit_by(show(1, told, COLOURS[says]))
    assert "".join(char for char, _ in lit) == told


def test_a_hanzi_no_bar_has_is_marked() -> None:
    assert "〓" in bar_text(Light(3, BarSays.EMERGENCY, "请镕先生来"), 16, ZH)
