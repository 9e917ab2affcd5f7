"""Masking of personal data for 办件公示: what a stranger in the hall may read. Pure, and masking twice changes nothing.

Names: the family name stays; of a given name of two characters or more the last stays, too (欧阳建国 → 欧阳*国). Ids:
the first and the last character stay: more would tell birthplace and sex. Phones: 138****5678.
"""

from __future__ import annotations

import re
from typing import Final

STAR: Final = "*"
# The double family names in use; any other name begins with a family name of one character.
_DOUBLE: Final = """
欧阳 司马 上官 诸葛 司徒 东方 独孤 南宫 夏侯 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 端木 轩辕 百里 呼延 东郭 南门 西门 申屠
公冶 澹台 濮阳 淳于 单于 太叔 仲孙 钟离 闻人 赫连 万俟 鲜于 闾丘 司空 司寇 亓官 第五 公羊 公良 谷梁 宰父 巫马 乐正 漆雕
壤驷 拓跋 夹谷 段干 左丘 梁丘 东门
"""
DOUBLE_FAMILY_NAMES: Final = frozenset(_DOUBLE.split())
_DOTS: Final = "·•．"  # of names such as 阿依古丽·买买提
_PHONE: Final = re.compile(r"(?<![0-9*])(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?![0-9*])")
_LANDLINE: Final = re.compile(r"(?<![0-9*-])(010|02\d|0[3-9]\d{2})-?(\d{3,4})(\d{4})(?![0-9*])")
_ID: Final = re.compile(r"(?<![0-9A-Za-z*])(?:[1-9]\d{16}[0-9Xx]|[1-9]\d{14})(?![0-9A-Za-z*])")


def masked_name(name: str) -> str:
    """王* of 王强, 王*丽 of 王小丽, 欧阳*国 of 欧阳建国, 王**明 of 王小小明; a single character becomes a star.

    Other scripts keep the first letter of each word: “J*** S****”.
    """
    name = name.strip()
    if not name or STAR in name:
        return name
    if any(char.isascii() and char.isalpha() for char in name):
        return " ".join(word[0] + STAR * (len(word) - 1) for word in name.split())
    for dot in _DOTS:
        if dot in name:
            first, *others = name.split(dot)
            return dot.join((first[:1] + STAR * max(1, len(first) - 1), *(STAR * len(other) for other in others)))
    family = _family_name(name)
    given = name[len(family) :]
    if not given:
        return STAR
    return family + (STAR if len(given) == 1 else STAR * (len(given) - 1) + given[-1])


def masked_id(number: str) -> str:
    """The first and the last character of an identity number: `6****************X`; two or fewer all vanish."""
    number = number.strip()
    if STAR in number:
        return number
    if len(number) <= 2:
        return STAR * len(number)
    return number[0] + STAR * (len(number) - 2) + number[-1]


def masked_phone(number: str) -> str:
    """138****5678 of a mobile number, 0915****5678 of a land line; of any other only the last two digits."""
    number = number.strip()
    if STAR in number:
        return number
    if found := _PHONE.fullmatch(number):
        return f"{found[1]}****{found[3]}"
    if found := _LANDLINE.fullmatch(number):
        return f"{found[1]}{STAR * len(found[2])}{found[3]}"
    return STAR * max(0, len(number) - 2) + number[-2:] if len(number) > 2 else STAR * len(number)


def masked_text(text: str) -> str:
    """Free text with every identity number and phone number in it masked. Names in free text cannot be found."""
    text = _ID.sub(lambda found: masked_id(found[0]), text)
    text = _PHONE.sub(lambda found: masked_phone(found[0]), text)
    return _LANDLINE.sub(lambda found: masked_phone(found[0]), text)


def _family_name(name: str) -> str:
    # 东方 alone is a name of two characters, family name 东.
    return name[:2] if len(name) > 2 and name[:2] in DOUBLE_FAMILY_NAMES else name[:1]
