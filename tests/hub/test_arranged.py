"""What the manager arranges, held against days that are not plain: several leaves, posts that ended, windows shut."""

from __future__ import annotations

from typing import Any

import pytest

from hall.messages import Finish, Issued, Next, Noted, Refusal, Refused, SetWindow, Start, TakeLeave, TakeTicket
from hall.model import AlertKind, Disposition
from hub.floor import Floor
from tests.hall.halls import Table
from tests.hub.fair import called, ticket
from tests.hub.made import GUIDE_DESK, House, at, code
from tests.hub.test_posts import house, only_window_1, standing


def leave(one: House, begins: str, ends: str, stand_in: str = "", day: str = "2026-11-23") -> Any:
    wish = TakeLeave(badge="101", begins=at(begins, day), ends=at(ends, day), stand_in=stand_in)
    return one.ask(GUIDE_DESK, wish)


# --- leave ---


def test_a_leave_of_tomorrow_leaves_that_of_today_as_it_is() -> None:
    one = house(change=only_window_1, off_post=True)
    assert leave(one, "09:30", "10:30") == Noted()
    assert leave(one, "14:00", "15:00", day="2026-11-24") == Noted()
    one.wait(1)
    assert standing(one) == {}
    one.now = at("14:30", "2026-11-24")
    one.take()
    one.wait(1)
    assert standing(one) == {}
    one.wait(31 * 60)
    assert "off-post-1" in standing(one)
    rebuilt = Floor()
    for when, event in one.store.events():
        rebuilt.apply(event, when)
    assert rebuilt.leaves == one.writer.floor.leaves == one.store.floor().leaves


@pytest.mark.parametrize(
    ("first", "second", "refusal"),
    [
        (("08:50", "10:30"), ("10:30", "12:00"), Refusal.NEEDS_STAND_IN),  # a whole period
        (("09:00", "11:00"), ("13:00", "14:45"), Refusal.NEEDS_STAND_IN),  # as much time
        (("09:00", "10:00"), ("13:00", "14:00"), None),
        (("09:00", "10:00"), ("09:00", "11:00"), None),  # the first is put right, not added to
        (("09:00", "10:30"), ("09:30", "11:30"), None),
    ],
)
def test_two_short_leaves_may_be_half_a_day(
    first: tuple[str, str], second: tuple[str, str], refusal: Refusal | None
) -> None:
    one = house()
    assert leave(one, *first) == Noted()
    reply = leave(one, *second)
    assert reply == Noted() if refusal is None else code(reply) is refusal
    if refusal is not None:
        assert leave(one, *second, stand_in="102") == Noted()


def test_who_stands_in_is_looked_for_in_all_leaves() -> None:
    one = house()
    for day in ("2026-11-23", "2026-11-24"):
        away = TakeLeave(badge="102", begins=at("14:00", day), ends=at("15:00", day))
        assert one.ask(GUIDE_DESK, away) == Noted()
    assert code(leave(one, "13:00", "17:00", "102")) is Refusal.NEEDS_STAND_IN
    assert leave(one, "08:50", "12:00", "102") == Noted()


def test_a_leave_put_right_is_no_longer_than_it_says() -> None:
    one = house(change=only_window_1, off_post=True)
    assert leave(one, "09:00", "11:00") == Noted()
    assert leave(one, "09:15", "09:45") == Noted()
    one.wait(1)
    assert standing(one) == {}
    one.wait(20 * 60)
    assert "off-post-1" in standing(one)


def test_posts_that_have_ended_ask_for_nobody_to_stand_in_and_excuse_nobody() -> None:
    def moved_on(table: Table) -> None:
        """101 was at window 3 until last month, and 103 after that; 103 stood in at window 1 once."""
        table["posts"] += [
            {"window": 3, "letter": "A", "badge": "101", "since": "2024-01-01", "until": "2026-10-31"},
            {"window": 1, "letter": "B", "badge": "103", "since": "2024-01-01", "until": "2026-10-31"},
        ]
        for post in table["posts"]:
            if (post["window"], post["badge"]) in ((3, "103"), (1, "102")):
                post["since"] = "2026-11-01"

    one = house(change=moved_on, off_post=True)
    assert code(leave(one, "08:50", "12:00", "103")) is Refusal.NEEDS_STAND_IN
    assert leave(one, "08:50", "12:00", "102") == Noted()
    assert leave(one, "14:00", "15:00") == Noted()
    one.now = at("14:30")
    one.take()
    one.wait(1)
    assert standing(one)["off-post-3"] is AlertKind.OFF_POST
    assert "off-post-1" not in standing(one)


# --- windows ---


def test_a_window_that_the_manager_has_closed_calls_nobody_until_then() -> None:
    one = house(idle_minutes=5.0)
    assert one.ask(GUIDE_DESK, SetWindow(number=1, minutes=60, closed=True)) == Noted()
    one.open()
    ticket(one)
    before = one.tables()
    refused = one.at_window(Next(window=1))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.until) == (Refusal.CALLING_CLOSED, at("10:30"))
    assert one.tables() == before
    one.wait(30 * 60)
    assert "idle-1" not in standing(one)  # it may do nothing
    one.wait(31 * 60)
    assert called(one) == "A001"


def test_who_asks_for_a_window_may_ask_for_what_the_manager_has_opened_there() -> None:
    one = house()
    one.open(2, "101")
    wish = TakeTicket(matter="medical", for_window=2)
    assert code(one.ask(GUIDE_DESK, wish)) is Refusal.BAD_TARGET
    assert one.ask(GUIDE_DESK, SetWindow(number=2, minutes=60, matters=("medical",))) == Noted()
    first = one.ask(GUIDE_DESK, wish)
    assert isinstance(first, Issued)
    one.wait(60 * 60)
    assert code(one.ask(GUIDE_DESK, wish)) is Refusal.BAD_TARGET
    assert called(one, 2) == first.label  # a promise stands


def test_a_window_that_was_opened_for_a_matter_serves_it_no_more_afterwards() -> None:
    one = house(unserved_minutes=5.0)
    one.open(2, "101")
    assert one.ask(GUIDE_DESK, SetWindow(number=2, minutes=30, matters=("medical",))) == Noted()
    ticket(one, "medical")
    one.wait(29 * 60)
    assert standing(one) == {}
    one.wait(2 * 60)
    assert standing(one) == {"unserved-medical": AlertKind.UNSERVED}


# --- alerts ---


def test_the_wait_for_a_next_matter_begins_when_the_last_one_ends() -> None:
    one = house(wait_minutes=30.0, unserved_minutes=5.0, idle_minutes=5.0)
    one.open(2, "101")
    first = ticket(one, "relief", further=("medical",))
    one.wait(20 * 60)
    called(one, 2)
    one.did(Start(window=2))
    one.wait(20 * 60)
    one.did(Finish(window=2, disposition=Disposition.DONE))
    later = ticket(one, "medical")
    one.wait(1)
    assert standing(one) == {}
    one.wait(6 * 60)
    assert standing(one) == {"unserved-medical": AlertKind.UNSERVED}
    one.open(3, "103")
    assert called(one, 3) == first[-4:]  # its place is by arrival
    one.wait(25 * 60)
    assert "long-wait-medical" in standing(one)
    assert one.writer.floor.alerts["long-wait-medical"].detail == later[-4:]
