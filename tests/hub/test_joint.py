"""联办: one number, a host window, the parts in their order, each a service of its own; the place is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hall.events import Called, CameBack, DayClosed, Finished, TicketIssued, TicketLeft
from hall.messages import (
    CallNumber,
    ComeBack,
    Done,
    Find,
    Finish,
    Found,
    Hold,
    Next,
    NoShow,
    Noted,
    Rated,
    SignOut,
    Start,
    Transfer,
    Undo,
)
from hall.model import Disposition, MissReason, Service, TicketState
from hub.tables import BY_KIND
from hub.verify import verify
from hub.views import window_state
from tests.hall.halls import Table, a_matter
from tests.hub.fair import fair, ticket
from tests.hub.made import GUIDE_DESK, PAD, House, at, made

LABEL = "A001"


def joint(table: Table, **more: Any) -> None:
    """`newborn` is hosted at 1 or 2; its parts are relief (window 2) and medical (windows 1 and 3)."""
    fair(table)
    del table["clerks"][1]["temporary"]
    newborn = a_matter("newborn", "新生儿出生一件事", "social")
    newborn |= {"case": "joint", "joint": {"parts": ["relief", "medical"], **more}}
    table["matters"].append(newborn)
    for window in table["windows"][:2]:
        window["serves"].append("newborn")


def hosted(table: Table) -> None:
    joint(table, host=2)


def ends_there(table: Table) -> None:
    joint(table, returns=False)


def kept(table: Table) -> None:
    joint(table)
    table["policy"]["missed"] = {"then": "kept", "times": 3}


def behind(table: Table) -> None:
    joint(table)
    table["policy"]["missed"] = {"then": "behind", "behind": 1, "times": 3}


def house(change: Any = joint, windows: tuple[int, ...] = (1, 2, 3), path: Path | None = None) -> House:
    """A hub of that hall whose windows are open."""
    one = House(made(change), path=path)
    one.take()
    for window in windows:
        one.open(window, f"10{window}")
    return one


def served(one: House, window: int, disposition: Disposition = Disposition.DONE) -> str:
    """The label of the next, called and finished there."""
    in_hand = one.did(Next(window=window)).window.in_hand
    assert in_hand is not None
    finish(one, window, disposition)
    return in_hand.label


def finish(one: House, window: int, disposition: Disposition = Disposition.DONE) -> None:
    one.did(Start(window=window))
    one.did(Finish(window=window, disposition=disposition))


def stands(one: House, ticket_id: str) -> tuple[Any, ...]:
    """Where a ticket stands: matter, part, host, the one window it waits for, state."""
    t = one.writer.floor.tickets[ticket_id]
    return t.matter, t.part, t.host, t.for_window, t.state


def services(one: House) -> list[tuple[Any, ...]]:
    rows = (row for row in one.store.rows(BY_KIND[Service]) if isinstance(row, Service))
    return [(s.matter, s.joint, s.part, s.window, s.clerk, s.state) for s in sorted(rows, key=lambda s: s.id)]


def whole(one: House) -> None:
    """The tables are what the log says."""
    floor = type(one.writer.floor)()
    for when, event in one.store.events():
        floor.apply(event, when)
    assert floor.tickets == one.store.floor().tickets
    assert floor.services == one.store.floor().services
    assert (floor.hosted, floor.aside) == (one.store.floor().hosted, one.store.floor().aside)


def test_the_parts_follow_in_order_and_the_host_ends_it() -> None:
    one = house()
    first = ticket(one, "newborn")
    assert served(one, 1) == LABEL  # window 1 called it first: it is the host
    assert stands(one, first) == ("relief", 1, 1, None, TicketState.WAITING)
    assert served(one, 2) == LABEL
    assert stands(one, first) == ("medical", 2, 1, None, TicketState.WAITING)
    assert served(one, 3) == LABEL
    assert stands(one, first) == ("newborn", 3, 1, 1, TicketState.WAITING)
    assert served(one, 1) == LABEL
    assert stands(one, first)[4] is TicketState.SERVED
    assert services(one) == [
        ("newborn", "", 0, 1, "101", "finished"),
        ("relief", "newborn", 1, 2, "102", "finished"),
        ("medical", "newborn", 2, 3, "103", "finished"),
        ("newborn", "newborn", 3, 1, "101", "finished"),
    ]
    whole(one)


def test_only_the_host_may_end_it_and_nobody_else_gets_it_meanwhile() -> None:
    one = house()
    ticket(one, "newborn")
    for window in (1, 2, 3):
        served(one, window)
    assert not isinstance(one.at_window(Next(window=2)), Done)  # window 2 serves newborn too, but did not take it in
    assert served(one, 1) == LABEL


def test_the_hall_may_name_the_host_and_may_end_it_at_the_last_part() -> None:
    one = house(hosted)
    first = ticket(one, "newborn")
    (issued,) = [e for e in one.events() if isinstance(e, TicketIssued)]
    assert (issued.for_window, issued.hosted) == (2, True)
    assert not isinstance(one.at_window(Next(window=1)), Done)
    served(one, 2)
    assert stands(one, first)[:3] == ("relief", 1, 2)
    one = house(ends_there)
    first = ticket(one, "newborn")
    served(one, 1)
    served(one, 2)
    served(one, 3)
    assert stands(one, first)[4] is TicketState.SERVED


def test_with_the_named_host_closed_whoever_serves_it_takes_it_in() -> None:
    one = house(hosted, windows=(1, 3))
    first = ticket(one, "newborn")
    assert served(one, 1) == LABEL
    assert stands(one, first)[:3] == ("relief", 1, 1)


def test_who_waits_between_parts_keeps_its_place_by_arrival() -> None:
    one = house()
    ticket(one, "newborn")
    for _ in range(3):
        one.wait(60)
        ticket(one, "medical")
        ticket(one, "relief")
    served(one, 1)
    assert served(one, 2) == LABEL  # before those who came for relief after it
    assert served(one, 3) == LABEL
    assert served(one, 1) == LABEL
    calls = [e for e in one.events() if isinstance(e, Called)]
    assert {(e.rule, e.passed) for e in calls} == {("first_come", 0)}


def test_next_at_the_last_participant_who_is_the_host_takes_it_up_at_once() -> None:
    one = house(windows=(1, 2))
    ticket(one, "newborn")
    served(one, 1)
    served(one, 2)
    assert one.did(Next(window=1)).window.in_hand is not None  # medical, at the host itself
    done = one.did(Next(window=1, finishing=Disposition.DONE)).window
    assert done.in_hand is not None
    assert (done.in_hand.label, done.in_hand.matter, done.in_hand.part) == (LABEL, "newborn", 3)
    one.did(Undo(window=1))  # both: the call, and the finish before it
    in_hand = one.writer.floor.tickets["2026-11-23/A001"]
    assert (in_hand.matter, in_hand.part, in_hand.state) == ("medical", 2, TicketState.CALLED)
    whole(one)


@pytest.mark.parametrize("after", range(4))
def test_a_wrong_finish_is_taken_back_at_every_step(after: int) -> None:
    one = house()
    first = ticket(one, "newborn", further=("pension",))
    for window in (1, 2, 3, 1)[:after]:
        served(one, window)
    window = (1, 2, 3, 1)[after]
    one.did(Next(window=window))
    one.did(Start(window=window))
    before = one.writer.floor.tickets[first]
    one.did(Finish(window=window, disposition=Disposition.DONE))
    one.did(Undo(window=window))
    again = one.writer.floor.tickets[first]
    assert (again.matter, again.joint, again.part, again.state) == (
        before.matter,
        before.joint,
        before.part,
        TicketState.SERVING,
    )
    assert again.further == before.further
    one.did(Finish(window=window, disposition=Disposition.DONE))
    for later in (1, 2, 3, 1)[after + 1 :]:
        assert served(one, later) == LABEL
    assert stands(one, first)[:2] == ("pension", 0)  # the ticket's next matter, after the joint one
    assert served(one, 1) == LABEL
    assert stands(one, first)[4] is TicketState.SERVED
    whole(one)


@pytest.mark.parametrize("disposition", [Disposition.WRONG_MATTER, Disposition.ADVISED])
def test_what_the_host_did_not_take_in_has_no_parts(disposition: Disposition) -> None:
    one = house()
    first = ticket(one, "newborn")
    served(one, 1, disposition)
    assert stands(one, first)[4] is TicketState.SERVED


@pytest.mark.parametrize("after", range(4))
def test_set_aside_and_missed_at_every_step_it_goes_on_there(after: int) -> None:
    one = house(kept)
    first = ticket(one, "newborn")
    for window in (1, 2, 3, 1)[:after]:
        served(one, window)
    window = (1, 2, 3, 1)[after]
    one.did(Next(window=window))
    before = stands(one, first)[:3]
    one.did(Hold(window=window, reason="form"))
    state = one.writer.floor
    assert state.aside == {first: window}
    one.did(CallNumber(window=window, label=LABEL))
    one.did(NoShow(window=window, reason=MissReason.ABSENT))
    assert stands(one, first)[4] is TicketState.KEPT
    assert isinstance(one.ask(GUIDE_DESK, ComeBack(label=LABEL)), Noted)
    assert stands(one, first)[:3] == before
    for later in (1, 2, 3, 1)[after:]:
        assert served(one, later) == LABEL
    assert stands(one, first)[4] is TicketState.SERVED
    whole(one)


def test_who_is_put_back_stands_behind_those_of_the_host() -> None:
    one = house(behind)
    first, second = ticket(one, "newborn"), ticket(one, "newborn")
    for window in (1, 1, 2, 2, 3, 3):
        served(one, window)
    one.did(Next(window=1))
    one.did(NoShow(window=1, reason=MissReason.ABSENT))
    one.ask(GUIDE_DESK, ComeBack(label=LABEL))
    (back,) = [e for e in one.events() if isinstance(e, CameBack)]
    assert (back.ticket, back.to_window, back.behind_place) == (first, 1, 2)
    assert served(one, 1) == "A002"
    assert served(one, 1) == LABEL
    assert second


def test_a_part_may_be_sent_to_another_window_and_back_to_the_host() -> None:
    one = house()
    first = ticket(one, "newborn")
    served(one, 1)
    one.did(Next(window=2))
    one.did(Transfer(window=2, reason="next_step", matter="newborn"))  # papers are missing: the host again
    assert stands(one, first) == ("newborn", 1, 1, 1, TicketState.WAITING)
    assert served(one, 1) == LABEL
    assert stands(one, first)[:3] == ("relief", 1, 1)  # that part is still to be done
    served(one, 2)
    one.did(Next(window=3))
    one.did(Transfer(window=3, reason="specialist", to_window=1))
    assert served(one, 1) == LABEL
    assert stands(one, first)[:4] == ("newborn", 3, 1, 1)


def test_a_host_that_closes_lets_them_wait_for_any_window_of_the_matter() -> None:
    one = house()
    first = ticket(one, "newborn")
    for window in (1, 2, 3):
        served(one, window)
    one.did(SignOut(window=1))
    assert stands(one, first) == ("newborn", 3, 1, None, TicketState.WAITING)
    assert served(one, 2) == LABEL
    assert stands(one, first)[4] is TicketState.SERVED


def test_a_host_that_closes_while_slips_are_printed_leaves_their_order(tmp_path: Path) -> None:
    one = house(hosted, path=tmp_path / "hub.db")
    first, second = one.take_ticket("newborn").ticket, one.take_ticket("relief").ticket
    one.did(SignOut(window=2))
    assert list(one.writer.floor.reserved) == list(one.store.floor().reserved) == [first, second]
    assert stands(one, first)[3] is None
    one.wait(11)
    assert not one.writer.floor.reserved


def test_what_a_closing_host_had_set_aside_does_not_wait_for_it() -> None:
    one = house()
    first = ticket(one, "newborn")
    for window in (1, 2, 3):
        served(one, window)
    one.did(Next(window=1))
    one.did(Hold(window=1))
    one.did(SignOut(window=1))
    assert stands(one, first) == ("newborn", 3, 1, None, TicketState.WAITING)


@pytest.mark.parametrize("after", range(4))
def test_a_day_closes_at_every_step(after: int) -> None:
    one = house()
    ticket(one, "newborn")
    for window in (1, 2, 3, 1)[:after]:
        served(one, window)
    one.now = at("08:00", "2026-11-24")
    one.take()
    (closed,) = [e for e in one.events() if isinstance(e, DayClosed)]
    assert (closed.issued, closed.served, closed.left) == (1, 0, 1)
    assert [e.rule for e in one.events() if isinstance(e, TicketLeft)] == ["day_closed"]
    assert not one.writer.floor.hosted
    whole(one)


def test_the_host_sees_what_is_done_and_what_is_open() -> None:
    one = house()
    ticket(one, "newborn")
    in_hand = one.did(Next(window=1)).window.in_hand
    assert in_hand is not None
    assert (in_hand.parts, in_hand.part) == (("relief", "medical", "newborn"), 0)
    finish(one, 1)
    assert one.did(Next(window=2)).window.hosted == ()  # window 2 is no host
    one.did(Start(window=2))
    (mine,) = window_state(one.hall, one.writer.floor, 1, 0).hosted
    assert (mine.label, mine.joint, mine.part, mine.state, mine.window) == (LABEL, "newborn", 1, "serving", 2)
    found = one.ask(GUIDE_DESK, Find(label=LABEL))
    assert isinstance(found, Found)
    assert (found.part, found.parts) == (1, ("relief", "medical", "newborn"))


def test_each_part_is_rated_by_itself() -> None:
    one = house()
    first = ticket(one, "newborn")
    for window in (1, 2, 3):
        served(one, window)
    assert isinstance(one.ask(PAD, Rated(service=f"{first}#1", level=5)), Noted)
    served(one, 1)
    assert isinstance(one.ask(PAD, Rated(service=f"{first}#4", level=4)), Noted)
    rated = {r.service: (r.level, r.clerk) for r in one.writer.floor.ratings.values()}
    assert rated == {f"{first}#1": (5, "101"), f"{first}#4": (4, "101")}


def test_a_part_that_no_window_serves_any_more_is_left_out(tmp_path: Path) -> None:
    """The hall file was changed over noon: nobody waits for ever."""
    one = house(path=tmp_path / "hub.db")
    first = ticket(one, "newborn")
    served(one, 1)
    one.hall = made(_without_medical)
    one.restart()
    one.did(Next(window=2))
    finish(one, 2)
    assert stands(one, first)[:3] == ("newborn", 3, 1)


def _without_medical(table: Table) -> None:
    joint(table)
    table["matters"][-1]["joint"] = {"parts": ["relief"]}
    table["matters"] = [m for m in table["matters"] if m["id"] != "medical"]
    for window in table["windows"]:
        window["serves"] = [m for m in window["serves"] if m != "medical"] or ["pension"]
        window["helps"] = []


def test_several_joint_matters_on_one_number_follow_each_other() -> None:
    one = house()
    first = ticket(one, "pension", further=("newborn", "newborn"))
    assert served(one, 1) == LABEL
    for window in (2, 2, 3, 2) * 2:
        assert served(one, window) == LABEL, stands(one, first)
    assert stands(one, first)[4] is TicketState.SERVED
    parts = [(e.joint, e.part) for e in one.events() if isinstance(e, Finished)]
    once = [("newborn", 1), ("newborn", 2), ("newborn", 3), ("", 0)]
    assert parts == [("", 0), *once, *once]


def test_the_store_holds_it_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    one = house(path=path)
    ticket(one, "newborn")
    for window in (1, 2, 3, 1):
        one.restart()
        assert served(one, window) == LABEL
    one.store.close()
    assert verify(path, rebuild=True).broken is None


def test_the_slip_names_the_host_alone() -> None:
    one = house(hosted)
    assert one.take_ticket("newborn").windows == (2,)
    assert one.take_ticket("pension").windows == (1, 2)
