"""Orders and arrangements at the guide desk by keys and mouse, and what the real hub makes of them."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from msgspec.structs import replace

from guidedesk.arranging import span
from guidedesk.choices import rows
from guidedesk.flow import IDLE_S
from guidedesk.values import NO_ORDER, PageName
from hall.events import Called, CameBack, LeaveTaken, TicketIssued, WindowSet
from hall.happened import Answered, Ticked, Told, Want
from hall.messages import Book, ComeBack, Find, Hold, Next, NoShow, Noted, SetWindow, Start, TakeLeave
from hall.model import MOST_MATTERS, Hall, MissReason, TicketState
from tests.guidedesk.made import a_window, after, done, found, full, looked_up
from tests.guidedesk.rig import GuideDesk
from tests.hall.halls import Table
from tests.hub.fair import ADAPTER, PERSON, fair
from tests.hub.made import STATIONS, at, made
from tests.kiosk.made import catalogue


def wishes(table: Table) -> None:
    """Classes, bookings of today, numbers that may come back."""
    fair(table)
    table["policy"]["missed"] = {"then": "kept", "kept_minutes": 20.0}
    table["policy"]["bookings"]["quotas"][0] |= {"begins": "09:00", "ends": "12:00"}


def hall() -> Hall:
    return made(wishes)


def test_a_class_more_matters_and_a_window_by_keyboard_alone(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, hall=hall()) as desk:
        desk.open(2, "102")
        desk.until(lambda: any(w.clerk for w in desk.role.state.windows) or None, "the window")
        desk.keys("f1", "1", "1")  # pension
        desk.until_page("confirm")
        desk.keys("f5")
        desk.until_page("classes")
        assert any("示例依据" in b.label for b in desk.page.buttons())
        desk.keys("2")
        desk.until_page("confirm")
        desk.keys("f6", "2", "1")  # relief
        desk.until_page("confirm")
        desk.keys("f7")
        desk.until_page("who")
        desk.keys("2")
        desk.until_page("confirm")
        assert any("养老保险、临时救助" in w for w in desk.words)
        desk.keys("return")
        desk.until_page("issued")
        (issued,) = desk.events(TicketIssued)
        assert (issued.matter, issued.further, issued.priority) == ("pension", ("relief",), "elder")
        assert (issued.for_window, issued.for_clerk) == (2, None)
        assert any("老年人" in w for w in desk.words)


def test_a_clerk_is_asked_for_by_mouse(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, hall=hall()) as desk:
        desk.open(2, "102")
        desk.until(lambda: any(w.clerk for w in desk.role.state.windows) or None, "the window")
        for button in ("department:social", "matter:pension", "who", "who:@102", "yes"):
            desk.until(lambda button=button: desk.page.button(button), button)  # type: ignore[misc]
            desk.press(button)
        desk.until_page("issued")
        (issued,) = desk.events(TicketIssued)
        assert issued.for_clerk == "102"


def test_a_booking_is_checked_in_by_its_code(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, hall=hall()) as desk:
        order = Book(code="K7Q2MA", person=PERSON, matter="pension", slot=at("09:45", "2026-11-24"))
        assert isinstance(desk.elsewhere(ADAPTER, order), Noted)
        desk.now = at("09:31", "2026-11-24")
        desk.wait(2)
        desk.keys("f10", *"k7q2mx", "return")
        desk.until_said("没有查到这个预约")
        desk.keys("backspace", "a", "return")
        desk.until_page("issued")
        (issued,) = desk.events(TicketIssued)
        assert (issued.matter, issued.priority, bool(issued.booking)) == ("pension", "booked", True)


def test_who_was_missed_or_set_aside_waits_again(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, hall=hall()) as desk:
        desk.open(1, "101")
        for rule in ("kept", "held"):
            label = desk.issue()
            desk.keys("f6")  # written down
            desk.until_said("已抄写")
            desk.elsewhere("window-1", Next(window=1))
            if rule == "kept":
                desk.elsewhere("window-1", NoShow(window=1, reason=MissReason.ABSENT))
            else:
                desk.elsewhere("window-1", Start(window=1))
                desk.elsewhere("window-1", Hold(window=1))
            desk.keys("f2", *label.lower(), "return")
            desk.until_page("found")
            desk.keys("f6")
            desk.until_said("等候中")
            assert [e.rule for e in desk.events(CameBack)][-1] == rule
            desk.elsewhere("window-1", Next(window=1))  # off the queue for the next round
            desk.elsewhere("window-1", Hold(window=1))


def test_the_manager_opens_a_window_and_notes_a_leave(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, hall=hall()) as desk:
        desk.keys("f11")
        desk.until_page("arrange")
        desk.press("window:3")
        desk.until_page("window")
        desk.keys("1")
        desk.until_said("已设置，到时自动恢复")
        (opened,) = desk.events(WindowSet)
        assert (opened.window, opened.closed) == (3, False)
        assert 59 * 60_000 <= opened.until - desk.now <= 60 * 60_000
        desk.press("window:3")
        desk.keys("7")
        desk.until_said("已恢复本厅规定")
        desk.keys("1")
        desk.until_page("clerks")
        desk.press("away:101")
        desk.keys("5")  # all of tomorrow
        desk.until_page("stand_in")
        desk.keys("1")  # nobody
        desk.until_said("B 岗")
        assert not desk.events(LeaveTaken)
        desk.press("stand_in:102")
        desk.until_said("请假已登记")
        (leave,) = desk.events(LeaveTaken)
        assert (leave.badge, leave.stand_in) == ("101", "102")
        assert (leave.begins, leave.ends) == (at("00:00", "2026-11-24"), at("00:00", "2026-11-25"))


def test_an_opened_window_takes_further_matters(tmp_path: Path) -> None:
    with GuideDesk(tmp_path, hall=hall()) as desk:
        away = desk.issue()  # for pension, which window 3 does not serve
        desk.keys("f6", "f11")
        desk.until_page("arrange")
        desk.press("window:3")
        for button in ("extras:", "department:social", "extra:pension"):
            desk.until(lambda button=button: desk.page.button(button), button)  # type: ignore[misc]
            desk.press(button)
        desk.keys("escape", "escape")
        desk.until_page("window")
        desk.press("open:60")
        desk.until_said("已设置，到时自动恢复")
        (opened,) = desk.events(WindowSet)
        assert (opened.window, opened.matters) == (3, ("pension",))
        desk.open(3, "103")
        desk.elsewhere(STATIONS[3], Next(window=3))
        assert [(c.ticket.endswith(away), c.window) for c in desk.events(Called)] == [(True, 3)]


def test_the_hub_accepts_all_who_are_offered_and_nobody_else(tmp_path: Path) -> None:
    def posts(table: Table) -> None:
        wishes(table)
        table["posts"] = [
            {"window": 1, "letter": "A", "badge": "101"},
            {"window": 1, "letter": "B", "badge": "102", "until": "2026-11-23"},
            {"window": 1, "letter": "B", "badge": "103", "since": "2026-11-24"},
            {"window": 2, "letter": "A", "badge": "101", "until": "2026-11-22"},
            {"window": 2, "letter": "A", "badge": "102", "since": "2026-11-23"},
            {"window": 2, "letter": "B", "badge": "101", "since": "2026-11-23"},
            {"window": 3, "letter": "A", "badge": "103"},
        ]
        table["stations"].append({"id": "guide-2", "roles": ["desk"], "zone": "main"})

    days = count(at("00:00", "2026-11-24"), 24 * 3_600_000)
    with GuideDesk(tmp_path, hall=made(posts)) as desk:
        for badge, offered in (("101", {"103"}), ("102", {"101"}), ("103", set())):
            desk.keys("f11", "1")
            for button in (f"away:{badge}", "span:tomorrow"):
                desk.until(lambda button=button: desk.page.button(button), button)  # type: ignore[misc]
                desk.press(button)
            desk.until_page("stand_in")
            found = {b.id.partition(":")[2] for b in desk.page.buttons() if b.id.startswith("stand_in:")} - {""}
            assert found == offered
            for clerk in ("101", "102", "103"):
                begins = next(days)  # each try on a day of its own: who is away cannot stand in
                wish = TakeLeave(badge=badge, begins=begins, ends=begins + 24 * 3_600_000, stand_in=clerk)
                reply = desk.elsewhere("guide-2", wish)
                assert isinstance(reply, Noted) == (clerk in offered), (badge, clerk, reply)


# --- the flow alone ---


def test_more_matters_are_chosen_and_taken_off_and_go_with_opening_alone() -> None:
    desk = after(full(), "mode:arrange", "window:4", "extras:")
    assert "department:d0" in rows(desk)
    desk = after(desk, "department:d0")
    assert rows(desk) == ("extra:m0-0", "extra:m0-2", "extra:m0-4")  # the others are served there anyway
    desk = after(desk, "extra:m0-2", "extra:m0-0", "extra:m0-2", "extra:m0-1")
    assert (desk.page, desk.extra) == (PageName.EXTRA_MATTERS, ("m0-0",))
    desk = after(desk, "back", "back")
    assert done(desk, "open:60")[1] == [Want(SetWindow(number=4, minutes=60.0, matters=("m0-0",)))]
    assert done(desk, "close:60")[1] == [Want(SetWindow(number=4, minutes=60.0, closed=True))]
    assert done(desk, "plan:")[1] == [Want(SetWindow(number=4, minutes=0.0))]
    assert after(desk, "back", "window:3").extra == ()  # another window begins anew
    smaller = catalogue(matters=0)
    assert after(desk, Told(smaller)).extra == ()


def test_only_those_who_hold_the_b_post_all_the_time_are_offered() -> None:
    desk = after(replace(full(), now=at("09:30")), "mode:arrange", "leave:", "away:101")
    assert rows(after(desk, "span:hour")) == ("stand_in:", "stand_in:106", "stand_in:102")
    assert rows(after(desk, "span:two_days")) == ("stand_in:", "stand_in:102")  # 106 ends, 107 begins in between
    assert after(desk, "span:hour", "stand_in:103").wish is None
    none = after(desk, "back", "away:104", "span:tomorrow")
    assert rows(none) == ("stand_in:",)


def test_going_back_keeps_what_was_chosen_until_another_matter_is() -> None:
    desk = full()
    ordered = after(desk, "department:d0", "matter:m0-1", "classes", "class:elder", "add", "department:d1")
    assert ordered.is_adding
    back = after(ordered, "back", "back")  # out of the second matter
    assert (back.page, back.matter, back.order.priority, back.is_adding) == (PageName.CONFIRM, "m0-1", "elder", False)
    other = after(back, "back")
    assert (other.page, other.department, other.order) == (PageName.MATTERS, "d0", NO_ORDER)


def test_no_more_matters_than_a_number_holds() -> None:
    desk = after(full(), "department:d0", "matter:m0-1")
    for _ in range(6):
        desk = after(desk, "add", "department:d1", "matter:m1-2")
    assert len(desk.order.further) == MOST_MATTERS - 1
    assert desk.page is PageName.CONFIRM


def test_an_order_is_forgotten_with_the_visitor() -> None:
    desk = after(full(), "department:d0", "matter:m0-1", "classes", "class:elder")
    for press in ("mode:issue", "mode:find"):
        assert after(desk, press).order is NO_ORDER
    assert after(desk, Ticked(), mono=IDLE_S + 2).order is NO_ORDER


def test_a_window_that_closes_is_no_longer_offered() -> None:
    desk = after(full(), "department:d0", "matter:m0-1", "who")
    assert rows(desk) == ("who:", "who:#3", "who:@101", "who:#4", "who:@102")
    assert rows(after(desk, a_window(4))) == ("who:", "who:#3", "who:@101")


def test_who_comes_back_is_looked_up_again() -> None:
    desk = looked_up(full(), found(TicketState.HELD))
    asked, effects = done(desk, "come_back")
    assert effects == [Want(ComeBack(label="A017"))]
    _, effects = done(asked, Answered(ComeBack(label="A017"), Noted()))
    assert effects == [Want(Find(label="A017"))]
    assert done(looked_up(full()), "come_back")[1] == []  # it waits already


def test_leave_is_planned_by_the_halls_clock() -> None:
    day = 24 * 3_600_000
    midnight = at("00:00")
    assert span("afternoon", at("09:30"), "+08:00") == (midnight + day // 2, midnight + day)
    assert span("afternoon", at("15:00"), "+08:00") == (at("15:00"), midnight + day)
    assert span("two_days", at("23:59"), "+08:00") == (midnight + day, midnight + 3 * day)
    assert span("hour", None, "+08:00") is None
    desk = after(full(), "mode:arrange", "leave:", "away:101", "span:hour")
    assert desk.page is PageName.SPANS  # the hub has not told the time yet
