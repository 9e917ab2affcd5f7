"""The guide desk at work: SDL keys and mouse in, the hub's log and the printer's slips out."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.events import AlertEnded, EmergencySet, TicketIssued, TicketPrinted, TicketReprinted, TicketVoided
from hall.messages import Ask, CallStaff, EmergencyState, Printed, TakeTicket, decode, encode
from hall.model import Printing, WindowNo
from hall.topics import EMERGENCY, Tree
from testbed.printer import VirtualPrinter
from tests.guidedesk.made import texts
from tests.guidedesk.rig import GuideDesk
from tests.hub.made import GUIDE_DESK, KIOSK, STATIONS


def printed(desk: GuideDesk) -> list[tuple[str, Printing, str]]:
    return [(e.ticket[-4:], e.outcome, e.reason) for e in desk.events(TicketPrinted)]


def until_printed(desk: GuideDesk, count: int) -> None:
    desk.until(lambda: len(desk.events(TicketPrinted)) >= count or None, f"{count} reports of paper")


def twin(desk: GuideDesk) -> VirtualPrinter:
    assert desk.twin is not None
    return desk.twin


def test_a_number_is_issued_and_printed_here(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, printer=True) as desk:
        label = desk.issue()
        desk.until_said("号票已打印")
        until_printed(desk, 1)
        slip = twin(desk).next_slip(desk.limit_s)
        assert slip.whole
        assert label in slip.text
        assert "补打" not in slip.text
        assert printed(desk) == [(label, Printing.ON_PAPER, "")]
        (issued,) = desk.events(TicketIssued)
        assert issued.station == GUIDE_DESK


def test_the_same_by_keyboard_alone_without_a_printer(tmp_path: Path) -> None:
    with GuideDesk(tmp_path) as desk:
        desk.keys("f1", "1")
        desk.until_page("matters")
        desk.keys("1")
        desk.until_page("confirm")
        desk.keys("return", "return", "return")
        desk.until_page("issued")
        (issued,) = desk.events(TicketIssued)
        assert issued.label in desk.words
        desk.until_said("请把号码抄写给群众")
        desk.keys("return", "return")
        assert desk.page.name == "issued"
        desk.keys("f6")
        until_printed(desk, 1)
        assert printed(desk) == [(issued.label, Printing.ON_PAPER, "by_hand")]
        desk.keys("return")
        desk.until_page("departments")


def test_no_paper_no_void_before_staff_say_so(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, printer=True) as desk:
        twin(desk).run_out_of_paper()
        desk.until_said("打印机缺纸或卡纸")
        label = desk.issue()
        desk.until_said("没有打出号票")
        assert printed(desk) == []
        desk.press("void")
        desk.until(lambda: desk.events(TicketVoided) or None, "the number to be void")
        assert [e.ticket[-4:] for e in desk.events(TicketVoided)] == [label]
        # The desk's own printer is an alert like any other, and over when there is paper.
        desk.keys("f3")
        desk.until_said("设备异常：desk-1 打印机 缺纸或卡纸")
        twin(desk).load_paper()
        desk.until_said("目前没有未处理的告警")


def test_a_number_left_without_a_word_is_unknown(tmp_path: Path) -> None:
    with GuideDesk(tmp_path) as desk:
        label = desk.issue()
        desk.keys("f2")
        until_printed(desk, 1)
        assert printed(desk) == [(label, Printing.UNKNOWN, "not_said")]
        desk.until_said(f"{label} 号的号票没有确认")


def test_a_desk_that_dies_before_it_knows_says_unknown_at_its_next_start(tmp_path: Path) -> None:
    with GuideDesk(tmp_path) as desk:
        label = desk.issue()
    again = tmp_path / "again"
    again.mkdir()
    (tmp_path / "station.db").rename(again / "station.db")
    (tmp_path / "hub.db").rename(again / "hub.db")
    with GuideDesk(again) as desk:
        until_printed(desk, 1)
        assert printed(desk) == [(label, Printing.UNKNOWN, "station_stopped")]


def test_a_lost_slip_is_found_by_number_and_printed_again(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, printer=True) as desk:
        first, second = (desk.at_kiosk(TakeTicket(matter="pension")) for _ in range(2))
        for issued in (first, second):
            desk.at_kiosk(Printed(ticket=issued.ticket, outcome=Printing.ON_PAPER))
        desk.wait(90)  # long after a kiosk could do it
        desk.keys("f2", *str(int(second.label[1:])), "return")
        desk.until_page("found")
        assert {second.label, "等候中", "1 人"} <= set(desk.words)
        desk.keys("f5")
        desk.until_page("issued")
        desk.until_said("号票已打印")
        slip = twin(desk).next_slip(desk.limit_s)
        assert second.label in slip.text
        assert "补打" in slip.text
        assert [e.station for e in desk.events(TicketReprinted)] == [GUIDE_DESK]
        assert [e.ticket for e in desk.events(TicketIssued)] == [first.ticket, second.ticket], "no new number"


def test_a_second_slip_settles_a_first_one_in_doubt(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, printer=True) as desk:
        issued = desk.at_kiosk(TakeTicket(matter="pension"))
        desk.at_kiosk(Printed(ticket=issued.ticket, outcome=Printing.UNKNOWN))
        desk.keys("f3")
        desk.until_said(f"未确认出票：{KIOSK} 的 {issued.label} 号")
        desk.keys("f2", *issued.label.lower(), "return")
        desk.until_said("未确认出票")
        desk.press("reprint")
        until_printed(desk, 2)
        assert [outcome for _, outcome, _ in printed(desk)] == [Printing.UNKNOWN, Printing.ON_PAPER]
        desk.keys("f3")
        desk.until_said("目前没有未处理的告警")


@pytest.mark.parametrize(
    ("typed", "words"), [("999", "没有这个号码"), ("1", "有几个号都是这个数字"), ("zz9", "没有这个号码")]
)
def test_a_number_that_is_not_one_is_told(tmp_path: Path, typed: str, words: str) -> None:
    with GuideDesk(tmp_path) as desk:
        for matter in ("pension", "relief"):
            desk.at_kiosk(TakeTicket(matter=matter))
        desk.keys("f2", *typed, "return")
        desk.until_said(words)
        assert desk.page.name == "find"


def test_staff_who_call_are_seen_at_once_and_handled(tmp_path: Path) -> None:
    with GuideDesk(tmp_path) as desk:
        desk.keys("f2")
        raise_staff_call(desk, 2)
        desk.until_said("2号窗口呼叫工作人员")
        desk.press("mode:alerts")
        desk.until_page("alerts")
        assert "2号窗口呼叫工作人员，请立即到场" in desk.words
        desk.keys("1")
        desk.until_said("告警已标记为已处理")
        desk.until_said("目前没有未处理的告警")
        assert [e.alert for e in desk.events(AlertEnded)] == ["staff-call-2"]


def raise_staff_call(desk: GuideDesk, window: WindowNo) -> None:
    """The quiet key at a window, as its own station asks for it."""
    station = STATIONS[window]
    ask = Ask(id="quiet", body=CallStaff(window=window), not_after=desk.now + 5_000)
    desk.broker.publish(Tree(desk.hall.id).ask(station), encode(ask))


def test_an_emergency_is_called_out_after_a_second_confirmation_and_ended_after_another(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, emergencies=("本厅自己的通知",)) as desk:
        desk.keys("f4")
        desk.keys("page down", "1")
        desk.until_page("zones")
        assert "本厅自己的通知" in desk.words
        desk.keys("1")
        desk.until_page("sure")
        desk.keys("return", "1", "space")
        desk.wait(2)
        assert desk.events(EmergencySet) == []
        desk.keys("f9")
        desk.until_said("紧急广播已播发")
        assert {(e.zone, e.text) for e in desk.events(EmergencySet)} == {
            ("main", "本厅自己的通知"),
            ("self", "本厅自己的通知"),
        }
        both = {"main": "本厅自己的通知", "self": "本厅自己的通知"}
        desk.until(lambda: shown(desk) == both or None, "what the broker keeps")
        desk.until(lambda: len(desk.role.state.emergencies) == 2 or None, "both zones on the screen")
        desk.press("end:")
        desk.until_page("sure")
        desk.press("back")
        desk.until_page("emergency")
        assert set(shown(desk).values()) == {"本厅自己的通知"}
        desk.keys("f8")
        desk.until_page("sure")
        desk.press("sure")
        desk.until_said("紧急广播已解除")
        desk.until(lambda: shown(desk) == {"main": "", "self": ""} or None, "what the broker keeps")


def test_one_zone_is_called_out_alone(tmp_path: Path) -> None:
    with GuideDesk(tmp_path) as desk:
        desk.press("mode:emergency")
        desk.press("text:0")
        desk.press("zone:self")
        desk.press("sure")
        desk.until_said("紧急广播已播发")
        assert [(e.zone, e.text, e.station) for e in desk.events(EmergencySet)] == [("self", texts()[0], GUIDE_DESK)]


def shown(desk: GuideDesk) -> dict[str, str]:
    """The emergency that the broker keeps for each zone."""
    tree = Tree(desk.hall.id)
    kept = {t: body for t, body in desk.broker.retained.items() if tree.read(t)[0] is EMERGENCY}
    states = [decode(body, EmergencyState) for body in kept.values()]
    return {state.zone: state.text for state in states}


def test_the_hub_away_is_told_and_the_desk_goes_on_after(tmp_path: Path) -> None:
    with GuideDesk(tmp_path) as desk:
        desk.press(next(b.id for b in desk.page.buttons() if b.id.startswith("department:")))
        desk.press(next(b.id for b in desk.page.buttons() if b.id.startswith("matter:")))
        desk.link.break_off()
        desk.until_said("与叫号中枢失去联系")
        assert desk.page.button("yes") is None
        desk.keys("return")
        desk.link.come_up()
        desk.until(lambda: desk.page.button("yes"), "the button to come back")
        assert desk.events(TicketIssued) == []
        desk.keys("return")
        desk.until_page("issued")


def test_pages_and_words_are_english_where_the_hall_is(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, language="en") as desk:
        label = desk.issue()
        desk.until_said("write the number down")
        assert label in desk.words
