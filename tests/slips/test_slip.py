"""What stands on a slip, word for word, and that it fits the paper."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hall.messages import ListedMatter, ListedPriority
from slips.slip import Gap, Line, QrCode, Rule, Slip, cells, follow_link, slip
from tests.kiosk.made import catalogue, issued, kiosk_words

FOLLOW = "https://hall.example.gov.cn/q"


def drawn(made: Slip) -> str:
    """The slip as text: scale, bold and centred in front."""
    lines = []
    for part in made.parts:
        if isinstance(part, Line):
            side = "^" if part.side == "center" else " "
            lines.append(f"{part.scale}{'*' if part.bold else ' '}{side}|{part.text}")
        else:
            lines.append({Rule: "----", Gap: "", QrCode: "[QR]"}[type(part)])
    return "\n".join(lines)


def test_a_chinese_slip_on_58_mm() -> None:
    made = slip(issued(matter="m0-2", closing_soon=True), catalogue(), kiosk_words("slip")["zh"], 32)
    assert (
        drawn(made)
        == """\
2*^|示例村为民服务代
2*^|办点
----
1 ^|排队号
4*^|A017

1  |办理事项：困难残疾人生活补贴和重
1  |度残疾人护理补贴申请
1* |请留意A区3、4号窗口
1  |当前等候人数：3人
1  |预计等候：约14分钟
1  |取号时间：2026-11-23 09:01

1* |对外办公时间即将结束，您所取的号
1* |可能无法及时办理。
----
1  |1、本号当日有效，超过时间请重新
1  |取号；
1  |2、叫号3次未到窗口办理，本号作
1  |废；
1  |3、请您留意叫号，以免影响您的办
1  |事。
1  |投诉电话：0915-000 0000"""
    )


def test_an_english_reprint_on_80_mm_with_a_qr_code() -> None:
    made = slip(issued(reprint=True), catalogue(follow_url=FOLLOW), kiosk_words("slip")["en"], 48, "en")
    assert (
        drawn(made)
        == """\
2*^|示例村为民服务代办点
----
2*^|REPRINT
1 ^|Your number
4*^|A017

1  |Service: Social security card
1  |Service: 社会保障卡申领
1* |Please watch Area A, window 3/4
1  |People waiting before you: 3
1  |Estimated wait: about 14 min
1  |Taken at: 2026-11-23 09:01
[QR]
1 ^|Scan to follow the queue
----
1  |1. Valid today only; after that please take a
1  |new number.
1  |2. If you do not come after 3 calls, the number
1  |is void.
1  |3. Please watch and listen for your number.
1  |Complaints: 0915-000 0000"""
    )


CLASSES = (
    ListedPriority(id="elder", name="老年人、残疾人", english="Elderly and disabled", basis="示例", at_kiosk=True),
    ListedPriority(id="booked", name="预约"),
)


def test_the_class_stands_below_the_number_and_several_matters_in_their_order() -> None:
    given = issued(matter="m0-1", priority="elder", further=("m1-0", "m0-3"))
    text = drawn(slip(given, catalogue(priorities=CLASSES), kiosk_words("slip")["zh"], 48))
    assert (
        """\
4*^|A017
1*^|老年人、残疾人优先

1  |办理事项1：社会保障卡申领
1  |办理事项2：城乡居民基本养老保险参保登记
1  |办理事项3：临时救助申请
1* |请留意"""
        in text
    )
    english = drawn(slip(given, catalogue(priorities=CLASSES), kiosk_words("slip")["en"], 48, "en"))
    assert "1*^|Priority: Elderly and disabled\n1*^|Priority: 老年人、残疾人\n" in english
    assert "1  |Service 2: Basic pension insurance: enrolment\n1  |Service 2: 城乡居民基本养老保险参保登记" in english


def test_a_booked_visitors_slip_says_so_and_an_ordinary_one_says_no_class() -> None:
    hall = catalogue(priorities=CLASSES)
    assert "预约优先" in drawn(slip(issued(priority="booked"), hall, kiosk_words("slip")["zh"], 32))
    assert "优先" not in drawn(slip(issued(), hall, kiosk_words("slip")["zh"], 32))


def test_nothing_is_told_that_is_not_known() -> None:
    made = slip(issued(wait_minutes=None, windows=(99,)), catalogue(complaint_phone=""), kiosk_words("slip")["zh"], 48)
    text = drawn(made)
    for word in ("预计等候", "请留意A", "投诉", "[QR]", "补打", "即将结束"):
        assert word not in text


def test_windows_of_two_areas_are_told_apart() -> None:
    text = drawn(slip(issued(windows=(4, 1, 3)), catalogue(), kiosk_words("slip")["zh"], 48))
    assert "请留意A区3、4号窗口，B区1号窗口" in text


def test_the_code_holds_the_address_and_an_opaque_token() -> None:
    hall = catalogue(follow_url=FOLLOW)
    link = follow_link(issued(), hall)
    assert re.fullmatch(re.escape(FOLLOW) + r"\?t=[a-z2-7]{16}", link)
    assert link == follow_link(issued(reprint=True), hall)
    assert link != follow_link(issued("A018"), hall)
    assert "017" not in link.partition("t=")[2].lower()
    assert follow_link(issued(), catalogue(follow_url=FOLLOW + "?h=1")).startswith(FOLLOW + "?h=1&t=")


names = st.text(
    st.characters(blacklist_categories=["Cs"]) | st.sampled_from("社保登记（）《》，。、；ABC 123-\x1b\x10\n"),
    min_size=1,
    max_size=60,
)


@given(name=names, hall_name=names, columns=st.sampled_from((32, 42, 48)), digits=st.integers(1, 99_999))
def test_any_name_fits_and_none_can_speak_to_the_printer(name: str, hall_name: str, columns: int, digits: int) -> None:
    matter = ListedMatter(id="m", name=name, department="d0", windows=(1,))
    hall = replace(catalogue(), name=hall_name, matters=(matter,))
    made = slip(issued(f"AB{digits}", matter="m"), hall, kiosk_words("slip")["zh"], columns)
    for part in made.parts:
        if isinstance(part, Line):
            assert cells(part.text) * part.scale <= columns, part
            assert part.text.isprintable(), part
    kept = "".join(part.text for part in made.parts if isinstance(part, Line))
    wanted = "".join(char for char in name if char.isprintable() and not char.isspace())
    assert wanted in kept.replace(" ", "").replace("\u3000", "") or any(c.isspace() for c in wanted)


@pytest.mark.parametrize("label", ["A1", "A017", "AB12345"])
@pytest.mark.parametrize("columns", [32, 48])
def test_the_number_is_the_largest_thing_on_the_slip(label: str, columns: int) -> None:
    lines = [
        p for p in slip(issued(label), catalogue(), kiosk_words("slip")["zh"], columns).parts if isinstance(p, Line)
    ]
    largest = max(lines, key=lambda line: line.scale)
    assert (largest.text, largest.scale) == (label, 4)
