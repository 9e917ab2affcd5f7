"""Posts and hours: 脱岗, relief, leave, hours of a zone, windows opened and closed, the cut-off; and the alerts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hall.events import AlertEnded, AlertRaised, SignedOut
from hall.messages import (
    CallNumber,
    Done,
    Finish,
    Issued,
    Next,
    NoShow,
    Noted,
    Pause,
    Refusal,
    Refused,
    Resume,
    SetWindow,
    SignOut,
    Start,
    TakeLeave,
    TakeTicket,
)
from hall.model import AlertKind, DeskState, Disposition, MissReason
from tests.hall.halls import Table
from tests.hub.fair import called, changed, ticket
from tests.hub.made import GUIDE_DESK, KIOSK, QUIET, House, at, code, made


def house(clock: str = "09:30", change: Any = None, day: str = "2026-11-23", **alerts: Any) -> House:
    """The fair hall with only the alerts that are asked for."""

    def changes(table: Table) -> None:
        changed(alerts=QUIET | alerts)(table)
        if change is not None:
            change(table)

    one = House(made(changes), now=at(clock, day))
    one.take()  # the day begins
    one.take()  # and is looked at
    return one


def standing(one: House) -> dict[str, AlertKind]:
    return {alert.id: alert.kind for alert in one.writer.floor.alerts.values()}


def only_window_1(table: Table) -> None:
    """Only window 1 has posts."""
    table["posts"] = [p for p in table["posts"] if p["window"] == 1]


# --- on post ---


def test_leaving_without_relief_in_the_hours_of_being_on_post_is_flagged_until_somebody_comes() -> None:
    one = house(change=only_window_1, off_post=True)
    one.open()
    one.wait(1)
    assert standing(one) == {}
    one.did(SignOut(window=1))
    (out,) = [e for e in one.events() if isinstance(e, SignedOut)]
    assert out.rule == "off_post"
    assert standing(one) == {"off-post-1": AlertKind.OFF_POST}
    assert one.writer.floor.alerts["off-post-1"].detail == "101"
    one.wait(60)
    assert len([e for e in one.events() if isinstance(e, AlertRaised)]) == 2  # before the day's first sign-in, and now
    one.sign_in(1, "102")
    assert standing(one) == {}


def test_relief_takes_over_without_a_flag() -> None:
    one = house(change=only_window_1, off_post=True)
    one.open()
    assert isinstance(one.sign_in(1, "102"), Done)
    one.wait(5)
    assert standing(one) == {}


@pytest.mark.parametrize(("clock", "flagged"), [("08:49", False), ("08:51", True), ("12:30", False), ("12:51", True)])
def test_on_post_by_ten_to_nine_and_ten_to_one(clock: str, flagged: bool) -> None:
    one = house(clock, only_window_1, off_post=True)
    assert ("off-post-1" in standing(one)) is flagged


def test_after_the_hours_and_on_a_closed_window_nobody_is_missing() -> None:
    one = house("16:59:59", only_window_1, off_post=True)
    assert "off-post-1" in standing(one)
    one.wait(2)
    assert standing(one) == {}
    two = house(change=only_window_1, off_post=True)
    assert two.ask(GUIDE_DESK, SetWindow(number=1, minutes=60, closed=True)) == Noted()
    two.wait(1)
    assert standing(two) == {}
    two.wait(60 * 60)
    assert "off-post-1" in standing(two)


def test_a_short_leave_needs_nobody_and_is_no_flag() -> None:
    one = house(change=only_window_1, off_post=True)
    leave = TakeLeave(badge="101", begins=at("09:30"), ends=at("10:30"))
    assert one.ask(GUIDE_DESK, leave) == Noted()
    one.wait(1)
    assert standing(one) == {}
    one.wait(60 * 60)
    assert "off-post-1" in standing(one)


@pytest.mark.parametrize(
    ("begins", "ends", "stand_in", "refusal"),
    [
        ("08:50", "12:00", "", Refusal.NEEDS_STAND_IN),  # a whole period is half a day
        ("10:00", "16:00", "", Refusal.NEEDS_STAND_IN),
        ("08:50", "12:00", "102", None),
        ("08:50", "12:00", "103", Refusal.NEEDS_STAND_IN),  # not the B post
        ("08:50", "12:00", "101", Refusal.NEEDS_STAND_IN),
        ("12:00", "08:50", "", Refusal.BAD_DAY),
        ("09:30", "10:30", "", None),
    ],
)
def test_leave_of_half_a_day_and_more_needs_the_b_post(
    begins: str, ends: str, stand_in: str, refusal: Refusal | None
) -> None:
    one = house()
    leave = TakeLeave(badge="101", begins=at(begins, "2026-11-24"), ends=at(ends, "2026-11-24"), stand_in=stand_in)
    assert code(one.ask(GUIDE_DESK, leave)) is refusal
    assert code(one.ask(KIOSK, leave)) is Refusal.NOT_ALLOWED


def test_who_is_away_stands_in_for_nobody() -> None:
    one = house()
    day = "2026-11-24"
    away = TakeLeave(badge="102", begins=at("09:00", day), ends=at("10:00", day))
    assert one.ask(GUIDE_DESK, away) == Noted()
    leave = TakeLeave(badge="101", begins=at("08:50", day), ends=at("12:00", day), stand_in="102")
    assert code(one.ask(GUIDE_DESK, leave)) is Refusal.NEEDS_STAND_IN


def test_a_post_that_has_ended_signs_nobody_in() -> None:
    def ended(table: Table) -> None:
        table["posts"][0]["until"] = "2026-11-22"
        table["posts"].append({"window": 1, "letter": "A", "badge": "103", "since": "2026-11-23"})

    one = house(change=ended)
    assert code(one.sign_in(1, "101")) is Refusal.NOT_POSTED
    assert isinstance(one.sign_in(1, "103"), Done)


# --- hours ---


def lunch(table: Table) -> None:
    table["hours"] = {
        "taking": [["08:30", "16:50"]],
        "calling": [["09:00", "12:00"], ["13:00", "17:00"]],
        "overtime_minutes": 10.0,
    }
    table["zones"][1]["hours"] = {"taking": [["10:00", "11:00"]], "calling": [["10:00", "11:00"]]}


@pytest.mark.parametrize(
    ("clock", "reason", "until"),
    [
        ("08:59:59", "before_hours", "09:00"),
        ("09:00", "", ""),
        ("12:09:59", "", ""),
        ("12:10", "lunch", "13:00"),
        ("17:09:59", "", ""),
        ("17:10", "after_hours", ""),
    ],
)
def test_calling_has_its_own_hours_and_a_while_longer_for_those_who_wait(clock: str, reason: str, until: str) -> None:
    one = house("09:30", lunch)
    one.open()
    ticket(one)
    one.now = at(clock) if clock >= "09:30" else at(clock, "2026-11-24")
    one.take()
    if clock < "09:30":
        one.open()
        ticket(one)
    for wish in (CallNumber(window=1, label="A001"), Next(window=1)):
        reply = one.at_window(wish)
        if not reason:
            assert isinstance(reply, Done)
            return
        assert isinstance(reply, Refused)
        assert (reply.code, reply.detail) == (Refusal.CALLING_CLOSED, reason)
        assert not until or reply.until == at(until, "2026-11-24" if clock < "09:30" else "2026-11-23")


def test_numbers_are_given_through_lunch_if_the_file_says_so() -> None:
    one = house("12:30", lunch)
    assert isinstance(one.ask(KIOSK, TakeTicket(matter="pension")), Issued)


def test_a_zone_has_its_own_hours() -> None:
    one = house("09:30", lunch)
    medical = TakeTicket(matter="medical")  # at windows 1 (main) and 3 (self)
    assert isinstance(one.ask(KIOSK, medical), Issued)
    one.open(3, "103")
    ticket(one, "medical")
    reply = one.at_window(Next(window=3))
    assert isinstance(reply, Refused)
    assert (reply.code, reply.until) == (Refusal.CALLING_CLOSED, at("10:00"))


def test_a_finish_by_keypad_outside_the_hours_ends_the_service_and_calls_nobody() -> None:
    one = house("11:30", lunch)
    one.open()
    ticket(one)
    called(one)
    one.did(Start(window=1))
    ticket(one)
    one.now = at("12:30")
    reply = one.did(Next(window=1, finishing=Disposition.DONE))
    assert (reply.window.state, reply.window.in_hand) == (DeskState.FREE, None)


def test_the_manager_opens_a_window_for_an_hour_with_other_matters() -> None:
    one = house("11:30", lunch)
    one.open(2, "101")
    ticket(one, "medical")
    assert code(one.at_window(Next(window=2))) is Refusal.NOBODY_WAITING
    one.now = at("12:30")
    assert code(one.at_window(Next(window=2))) is Refusal.CALLING_CLOSED
    assert one.ask(GUIDE_DESK, SetWindow(number=2, minutes=60, matters=("medical",))) == Noted()
    assert called(one, 2) == "A001"
    one.did(Start(window=2))
    one.did(Finish(window=2, disposition=Disposition.DONE))
    ticket(one, "medical")
    one.now = at("13:30")
    assert code(one.at_window(Next(window=2))) is Refusal.NOBODY_WAITING


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (SetWindow(number=9, minutes=60), Refusal.BAD_TARGET),
        (SetWindow(number=1, minutes=-1), Refusal.NOT_ALLOWED),
        (SetWindow(number=1, minutes=60, matters=("nothing",)), Refusal.UNKNOWN_MATTER),
        (SetWindow(number=1, minutes=60, closed=True), Refusal.NOT_ALLOWED),  # somebody sits there
    ],
)
def test_windows_that_cannot_be_set_are_refused(wish: SetWindow, refusal: Refusal) -> None:
    one = house()
    one.open()
    before = one.tables()
    assert code(one.ask(GUIDE_DESK, wish)) is refusal
    assert one.tables() == before


def test_no_number_is_given_that_today_cannot_reach() -> None:
    def cut_off(table: Table) -> None:
        table["policy"]["cut_off"] = True
        table["windows"] = [table["windows"][0]]
        table["windows"][0]["serves"] = ["pension", "medical", "relief"]
        table["posts"] = table["posts"][:2]
        table["stations"] = [s for s in table["stations"] if s["id"] not in ("window-2", "window-3")]

    one = house("16:40", cut_off)
    one.open()
    assert isinstance(one.ask(GUIDE_DESK, TakeTicket(matter="pension")), Issued)  # 10 minutes: until 16:50
    assert isinstance(one.ask(GUIDE_DESK, TakeTicket(matter="pension")), Issued)  # until 17:00
    before = one.tables()
    assert code(one.ask(GUIDE_DESK, TakeTicket(matter="pension"))) is Refusal.QUEUE_OUTLASTS
    assert one.tables() == before


# --- alerts ---


def test_a_long_wait_and_a_matter_without_a_window_are_told_and_end() -> None:
    one = house(wait_minutes=30.0, unserved_minutes=5.0)
    ticket(one)
    one.wait(5 * 60)
    assert standing(one) == {}
    one.wait(2)
    assert standing(one) == {"unserved-pension": AlertKind.UNSERVED}
    one.open()
    one.wait(1)
    assert standing(one) == {}
    one.wait(26 * 60)
    assert standing(one) == {"long-wait-pension": AlertKind.LONG_WAIT}
    assert one.writer.floor.alerts["long-wait-pension"].detail == "A001"
    called(one)
    one.wait(1)
    assert standing(one) == {}
    assert [e.alert for e in one.events() if isinstance(e, AlertEnded)] == ["unserved-pension", "long-wait-pension"]


def test_a_crowd_an_idle_window_and_a_bound_reached_are_told() -> None:
    one = house(waiting=3, idle_minutes=5.0)
    one.open()
    for _ in range(4):
        ticket(one)
    one.wait(1)
    assert standing(one) == {"crowded-1": AlertKind.CROWDED}
    one.wait(5 * 60)
    assert standing(one) == {"crowded-1": AlertKind.CROWDED, "idle-1": AlertKind.IDLE}
    for _ in range(2):
        ticket(one, priority="elder")
        called(one)
        one.did(NoShow(window=1, reason=MissReason.ABSENT))
        one.wait(1)
    assert standing(one) == {"crowded-1": AlertKind.CROWDED, "bound-pension": AlertKind.BOUND}
    assert one.writer.floor.alerts["bound-pension"].detail == "A001"


class AnyPosts(RuleBasedStateMachine):
    """Anybody signs in, out, pauses and goes on leave, at any time of a day."""

    def __init__(self) -> None:
        super().__init__()
        self.one = house("08:40", off_post=True)

    @rule(window=st.sampled_from([1, 2, 3]), badge=st.sampled_from(["101", "102", "103"]))
    def signs_in(self, window: int, badge: str) -> None:
        self.one.sign_in(window, badge)

    @rule(wish=st.sampled_from([SignOut, Pause, Resume, Next]), window=st.sampled_from([1, 2, 3]))
    def presses(self, wish: Any, window: int) -> None:
        self.one.at_window(wish(window=window))

    @rule(matter=st.sampled_from(["pension", "medical", "relief"]), window=st.none() | st.sampled_from([1, 2, 3]))
    def takes(self, matter: str, window: int | None) -> None:
        wish = TakeTicket(matter=matter, for_window=window)
        reply = self.one.ask(GUIDE_DESK, wish)
        if isinstance(reply, Issued):
            self.one.printed(reply.ticket, station=GUIDE_DESK)

    @rule(badge=st.sampled_from(["101", "102", "103"]), hours=st.integers(1, 6), stand_in=st.sampled_from(["", "102"]))
    def leaves(self, badge: str, hours: int, stand_in: str) -> None:
        ends = self.one.now + hours * 3_600_000
        self.one.ask(GUIDE_DESK, TakeLeave(badge=badge, begins=self.one.now, ends=ends, stand_in=stand_in))

    @rule(minutes=st.sampled_from([1, 10, 45, 180]))
    def waits(self, minutes: int) -> None:
        self.one.wait(minutes * 60)

    @invariant()
    def a_clerk_sits_at_one_window(self) -> None:
        clerks = [d.clerk for d in self.one.writer.floor.desks.values() if d.clerk is not None]
        assert len(set(clerks)) == len(clerks)

    @invariant()
    def only_who_holds_a_post_sits_there(self) -> None:
        held = {(p.window, p.badge) for p in self.one.hall.posts}
        assert all((d.window, d.clerk) in held for d in self.one.writer.floor.desks.values() if d.clerk)

    @invariant()
    def nobody_waits_for_a_window_that_is_closed(self) -> None:
        floor = self.one.writer.floor
        for queue in floor.queues:
            if queue.startswith("#"):
                assert floor.desk(int(queue[1:])).state is not DeskState.CLOSED

    @invariant()
    def nobody_is_flagged_who_sits_there(self) -> None:
        floor = self.one.writer.floor
        for alert in floor.alerts.values():
            if alert.kind is AlertKind.OFF_POST:
                assert floor.desk(int(alert.subject)).state is DeskState.CLOSED

    @invariant()
    def temporary_staff_have_no_approval_in_hand(self) -> None:
        floor = self.one.writer.floor
        for desk in floor.desks.values():
            if desk.clerk == "102" and desk.ticket is not None:
                assert floor.tickets[desk.ticket].matter != "medical"


AnyPosts.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
TestAnyPosts = AnyPosts.TestCase
