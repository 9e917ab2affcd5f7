"""Masking: nothing of a person is left that a stranger could use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.masking import STAR, masked_id, masked_name, masked_phone, masked_text


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王强", "王*"),
        ("王小丽", "王*丽"),
        ("王小小明", "王**明"),
        ("欧阳建国", "欧阳*国"),
        ("欧阳锋", "欧阳*"),
        ("东方", "东*"),
        ("强", "*"),
        ("阿依古丽·买买提", "阿***·***"),
        ("John Smith", "J*** S****"),
        ("  李 ", "*"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("61240119900101123X", "6" + STAR * 16 + "X"),
        ("612401900101123", "6" + STAR * 13 + "3"),
        ("12", "**"),
    ],
)
def test_ids(number: str, masked: str) -> None:
    assert masked_id(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("+86 13812345678", "138****5678"),
        ("0915-3212345", "0915***2345"),
        ("02912345678", "029****5678"),
        ("12345", "***45"),
        ("1", "*"),
    ],
)
def test_phones(number: str, masked: str) -> None:
    assert masked_phone(number) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("补正材料，请电13812345678联系", "补正材料，请电138****5678联系"),
        ("身份证61240119900101123x", "身份证6****************x"),
        ("电话0915-3212345转3", "电话0915***2345转3"),
        ("A017号，2026-11-23，第12345号文", "A017号，2026-11-23，第12345号文"),
        ("城乡居民基本养老保险参保登记", "城乡居民基本养老保险参保登记"),
    ],
)
def test_free_text(text: str, masked: str) -> None:
    assert masked_text(text) == masked


@given(st.text(st.sampled_from("王李欧阳建国小丽明诸葛"), min_size=2, max_size=4))
def test_a_name_keeps_its_length_and_hides_a_character(name: str) -> None:
    masked = masked_name(name)
    assert len(masked) == len(name)
    assert STAR in masked
    assert masked_name(masked) == masked


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.from_regex(r"\A[1-9][0-9]{16}[0-9X]\Z"))
def test_no_whole_number_is_left_and_twice_is_once(phone: str, number: str) -> None:
    masked = masked_text(f"{phone}，{number}")
    assert phone not in masked
    assert number not in masked
    assert masked_text(masked) == masked
