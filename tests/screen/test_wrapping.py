"""Lines of Chinese and English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screen.wrapping import NOT_FIRST, shorten, wrap


def cells(text: str) -> float:
    return sum(1 if char < "\x80" else 2 for char in text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("请选择分类，排队取号！", 12, ["请选择分类，", "排队取号！"]),
        ("请选择分类，排队取号！", 10, ["请选择分", "类，排队取", "号！"]),
        ("请带《户口簿》原件", 6, ["请带", "《户口", "簿》原", "件"]),
        ("take a ticket, please", 10, ["take a", "ticket,", "please"]),
        ("A017号请到3号窗口", 9, ["A017号请", "到3号窗口"]),
        ("Krankenversicherung", 8, ["Krankenv", "ersicher", "ung"]),
        ("一\n二", 20, ["一", "二"]),
        ("", 20, [""]),
        ("  ", 20, [""]),
        ("中", 1, ["中"]),
    ],
)
def test_lines(text: str, width: float, lines: list[str]) -> None:
    assert wrap(text, width, cells) == lines


texts = st.text(st.sampled_from("社保登记（）《》，。、；：！abc XY12-.,\n"), max_size=60)


@given(text=texts, width=st.integers(8, 40))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(text, width, cells)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert cells(line) <= width or all(char in NOT_FIRST or char in "（《" for char in line[1:]), line


@given(text=st.text(st.sampled_from("社保登记，。abc "), min_size=8, max_size=40), width=st.integers(2, 12))
def test_a_shortened_line_fits(text: str, width: int) -> None:
    short = shorten(text, width, cells)
    assert short.endswith("…")
    assert cells(short) <= width
