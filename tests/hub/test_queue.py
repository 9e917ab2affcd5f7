"""A fair queue: classes and their bound, help, asking for a window, several matters, missed and set aside."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hall.events import Called, CameBack, Finished, KeptEnded, Missed, Requeued, TicketLeft
from hall.messages import (
    CallNumber,
    ComeBack,
    Done,
    Finish,
    Hold,
    Issued,
    Next,
    NoShow,
    Noted,
    Recall,
    Refusal,
    Refused,
    SignOut,
    Start,
    TakeTicket,
    Transfer,
    Undo,
)
from hall.model import DeskState, Disposition, MissReason, Ticket, TicketId, TicketState
from hub.floor import Floor
from hub.verify import verify
from tests.hub.fair import called, house, ticket
from tests.hub.made import GUIDE_DESK, KIOSK, House, at, code


def last_call(one: House) -> Called:
    return next(event for event in reversed(one.events()) if isinstance(event, Called))


def miss(one: House, window: int = 1) -> None:
    one.did(NoShow(window=window, reason=MissReason.ABSENT))


def finish(one: House, window: int = 1) -> None:
    one.did(Start(window=window))
    one.did(Finish(window=window, disposition=Disposition.DONE))


def wrongly_finished(one: House, first: TicketId, keypad: bool) -> Ticket:
    """Window 1 begins and ends what it has in hand; the ticket as it was in between."""
    one.did(Start(window=1))
    before = one.writer.floor.tickets[first]
    one.wait(1)
    done = Disposition.DONE
    one.did(Next(window=1, finishing=done) if keypad else Finish(window=1, disposition=done))
    return before


# --- classes ---


def test_a_class_is_called_earlier_and_every_call_says_why() -> None:
    one = house()
    one.open()
    first, second = ticket(one), ticket(one)
    one.wait(10 * 60)
    ticket(one, priority="elder")
    assert called(one) == "A003"
    call = last_call(one)
    assert (call.rule, call.priority, call.level) == ("priority", "elder", "own")
    assert (call.passed, call.passed_first) == (2, (first, second))
    assert [one.writer.floor.tickets[t].overtaken for t in (first, second)] == [1, 1]
    finish(one)
    assert called(one) == "A001"
    assert (last_call(one).rule, last_call(one).passed) == ("first_come", 0)


def test_nobody_is_overtaken_beyond_the_bound_of_the_class() -> None:
    one = house()
    one.open()
    first = ticket(one)
    for _ in range(4):
        ticket(one, priority="elder")
    order = []
    for _ in range(5):
        order.append(called(one))
        finish(one)
    assert order == ["A002", "A003", "A001", "A004", "A005"]
    bound = [e for e in one.events() if isinstance(e, Called) and e.rule == "bound"]
    assert [(e.ticket, e.put_off) for e in bound] == [(first, "2026-11-23/A004")]


def test_a_clerk_too_may_pass_nobody_over_beyond_k() -> None:
    one = house()
    one.open()
    for _ in range(6):
        ticket(one)
    for label in ("6", "5", "4", "3"):
        one.did(CallNumber(window=1, label=label))
        assert last_call(one).rule == "by_number"
        finish(one)
    before = one.tables()
    refused = one.at_window(CallNumber(window=1, label="2"))
    assert code(refused) is Refusal.BOUND_REACHED
    assert isinstance(refused, Refused)
    assert refused.detail.startswith("A001 ")
    assert one.tables() == before
    assert called(one) == "A001"


def test_who_goes_on_with_a_next_matter_keeps_its_count() -> None:
    one = house()
    one.open()
    first = ticket(one, further=("medical",))
    for _ in range(3):
        ticket(one, priority="elder")
    for _ in range(2):
        called(one)
        finish(one)
    assert called(one) == "A001"
    one.did(Next(window=1, finishing=Disposition.DONE))  # A004 is an elder, and A001 was overtaken twice
    assert (last_call(one).ticket, last_call(one).rule) == (first, "bound")
    assert last_call(one).put_off == "2026-11-23/A004"


def test_the_kiosk_gives_only_the_classes_it_may() -> None:
    one = house()
    assert code(one.ask(KIOSK, TakeTicket(matter="pension", priority="elder"))) is Refusal.NOT_ALLOWED
    assert code(one.ask(KIOSK, TakeTicket(matter="pension", priority="vip"))) is Refusal.UNKNOWN_PRIORITY
    reply = one.ask(KIOSK, TakeTicket(matter="pension", priority="booked"))
    assert isinstance(reply, Issued)
    assert reply.priority == "booked"


def test_those_ahead_are_counted_as_they_will_be_called() -> None:
    one = house()
    ticket(one)
    ticket(one)
    reply = one.ask(GUIDE_DESK, TakeTicket(matter="pension", priority="elder"))
    assert isinstance(reply, Issued)
    assert reply.ahead == 0


# --- which windows ---


def test_a_window_helps_out_when_nobody_waits_at_its_own() -> None:
    one = house()
    one.open(3, "103")
    ticket(one)
    assert called(one, 3) == "A001"
    assert last_call(one).level == "help"


def test_it_serves_its_own_first_unless_too_many_wait_there() -> None:
    one = house()
    one.open(3, "103")
    ticket(one)
    ticket(one)
    own = ticket(one, "medical")
    assert called(one, 3) == own.partition("/")[2]
    finish(one, 3)
    ticket(one, "medical")
    ticket(one)
    assert called(one, 3) == "A001"  # three pensions wait: over the threshold of two


def test_temporary_staff_are_barred_from_approvals() -> None:
    one = house()
    one.open(1, "102")
    ticket(one, "medical")
    assert code(one.at_window(Next(window=1))) is Refusal.NOBODY_WAITING
    asked = one.ask(GUIDE_DESK, TakeTicket(matter="medical", for_window=1))
    assert code(asked) is Refusal.BARRED


def test_temporary_staff_who_relieve_take_up_no_approval_that_was_set_aside() -> None:
    one = house()
    one.open(1, "101")
    approval, other = ticket(one, "medical"), ticket(one)
    for _ in range(2):
        called(one)
        one.did(Start(window=1))
        one.did(Hold(window=1))
    one.open(1, "102")
    assert one.writer.floor.aside == {other: 1}
    assert one.writer.floor.tickets[approval].state is TicketState.WAITING
    assert code(one.at_window(CallNumber(window=1, label=approval[-4:]))) is Refusal.NOT_WAITING
    assert isinstance(one.at_window(CallNumber(window=1, label=other[-4:])), Done)


def test_who_asks_for_a_window_waits_for_it_alone_until_it_closes() -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    for_two = ticket(one, for_window=2)
    assert code(one.at_window(Next(window=1))) is Refusal.NOBODY_WAITING
    one.did(SignOut(window=2))
    (requeued,) = [e for e in one.events() if isinstance(e, Requeued)]
    assert (requeued.ticket, requeued.rule) == (for_two, "window_closed")
    assert called(one, 1) == "A001"


def test_a_transfer_to_a_window_that_closes_goes_back_to_its_matter() -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    ticket(one)
    called(one, 1)
    ticket(one)
    one.did(Transfer(window=1, reason="specialist", to_window=2))
    one.did(SignOut(window=2))
    assert called(one, 1) == "A001"  # before A002: its place by arrival is kept


def test_who_asks_for_a_clerk_waits_for_the_clerk() -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    ticket(one, for_clerk="102")
    assert code(one.at_window(Next(window=1))) is Refusal.NOBODY_WAITING
    assert called(one, 2) == "A001"
    finish(one, 2)
    ticket(one, for_clerk="102")
    one.did(SignOut(window=2))
    assert called(one, 1) == "A002"
    absent = one.ask(GUIDE_DESK, TakeTicket(matter="pension", for_clerk="102"))
    assert code(absent) is Refusal.BAD_TARGET


@pytest.mark.parametrize(
    "asks",
    [
        {"for_window": 2},
        {"for_window": 9},
        {"for_window": 3},
        {"for_clerk": "102"},
        {"for_window": 1, "for_clerk": "101"},
    ],
)
def test_a_window_that_cannot_serve_is_not_asked_for(asks: dict[str, Any]) -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    before = one.tables()
    assert code(one.ask(GUIDE_DESK, TakeTicket(matter="medical", **asks))) in (Refusal.BAD_TARGET, Refusal.BARRED)
    assert one.tables() == before


# --- several matters ---


def test_several_matters_are_done_one_after_the_other_a_service_each() -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    first = ticket(one, further=("relief",))
    ticket(one)
    assert called(one, 1) == "A001"
    finish(one, 1)
    held = one.writer.floor.tickets[first]
    assert (held.state, held.matter, held.further) == (TicketState.WAITING, "relief", "")
    assert called(one, 2) == "A001"
    finish(one, 2)
    assert one.writer.floor.tickets[first].state is TicketState.SERVED
    assert [s.matter for s in one.writer.floor.services.values()] == ["pension", "relief"]


@pytest.mark.parametrize("keypad", [False, True])
def test_the_same_window_goes_on_with_the_next_matter(keypad: bool) -> None:
    one = house()
    one.open(1)
    first = ticket(one, further=("medical",))
    ticket(one)
    called(one)
    if keypad:
        one.did(Next(window=1, finishing=Disposition.DONE))
    else:
        finish(one)
        called(one)
    assert one.writer.floor.desk(1).ticket == first
    assert last_call(one).matter == "medical"
    assert (last_call(one).rule, last_call(one).passed) == ("first_come", 0)


@pytest.mark.parametrize("keypad", [False, True])
def test_a_wrong_finish_with_more_to_come_is_taken_back(keypad: bool) -> None:
    one = house()
    one.open(1)
    first = ticket(one, further=("relief", "medical"))
    ticket(one)
    called(one)
    before = wrongly_finished(one, first, keypad)
    one.wait(1)
    one.did(Undo(window=1))
    after = one.writer.floor.tickets[first]
    assert (after.state, after.matter, after.further) == (before.state, before.matter, before.further)
    assert one.writer.floor.desk(1).state is DeskState.SERVING
    assert "relief" not in one.writer.floor.queues


@pytest.mark.parametrize("asks", [{"for_window": 1}, {"for_clerk": "101"}, {}])
@pytest.mark.parametrize("keypad", [False, True])
def test_with_a_wrong_finish_the_wish_for_a_window_or_clerk_is_there_again(asks: dict[str, Any], keypad: bool) -> None:
    one = house()
    one.open(1)
    first = ticket(one, further=("relief",), **asks)
    called(one)
    before = wrongly_finished(one, first, keypad)
    gone_on = one.writer.floor.tickets[first]
    assert (gone_on.matter, gone_on.for_window, gone_on.for_clerk) == ("relief", None, None)
    one.did(Undo(window=1))
    assert replace(one.writer.floor.tickets[first], services=1, calls=1) == before
    # The wish counts again: set aside, taken up by mistake and let go, the ticket is this window's alone.
    one.did(Hold(window=1, reason="form"))
    aside = one.writer.floor.tickets[first]
    one.did(CallNumber(window=1, label="A001"))
    one.did(Undo(window=1))
    again = one.writer.floor.tickets[first]
    assert (again.state, again.window, again.for_window, again.for_clerk) == (
        TicketState.HELD, 1, aside.for_window, aside.for_clerk,
    )  # fmt: skip
    one.did(CallNumber(window=1, label="A001"))
    assert last_call(one).rule == "taken_up"
    rebuilt = Floor()
    for at_, event in one.store.events():
        rebuilt.apply(event, at_)
    assert rebuilt.tickets == one.writer.floor.tickets == one.store.floor().tickets
    assert rebuilt.tickets[first].for_window == asks.get("for_window")


def test_a_finish_is_not_taken_back_once_another_window_has_called_on() -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    ticket(one, further=("relief",))
    called(one, 1)
    finish(one, 1)
    called(one, 2)
    before = one.tables()
    assert code(one.at_window(Undo(window=1))) is Refusal.NOTHING_TO_UNDO
    assert one.tables() == before


@pytest.mark.parametrize("further", [("nothing",), ("relief",) * 5])
def test_matters_that_cannot_be_are_refused(further: tuple[str, ...]) -> None:
    one = house()
    reply = one.ask(GUIDE_DESK, TakeTicket(matter="pension", further=further))
    assert code(reply) in (Refusal.UNKNOWN_MATTER, Refusal.NOT_ALLOWED)
    assert not one.writer.floor.tickets


# --- missed ---


def test_a_pause_lies_between_two_calls_and_before_a_no_show() -> None:
    one = house(missed={"pause_s": 20.0})
    one.open()
    ticket(one)
    called(one)
    one.wait(19)
    early = one.at_window(Recall(window=1))
    assert code(early) is Refusal.CALL_TOO_SOON
    assert isinstance(early, Refused)
    assert early.until == one.now + 1_000
    assert code(one.at_window(NoShow(window=1, reason=MissReason.ABSENT))) is Refusal.CALL_TOO_SOON
    one.wait(1)
    one.did(Recall(window=1))
    assert code(one.at_window(Recall(window=1))) is Refusal.CALL_TOO_SOON


def test_who_is_kept_comes_back_to_the_place_by_arrival_in_time() -> None:
    one = house(missed={"then": "kept", "kept_minutes": 10.0})
    one.open()
    first = ticket(one)
    ticket(one)
    called(one)
    miss(one)
    assert one.writer.floor.tickets[first].state is TicketState.KEPT
    assert called(one) == "A002"  # nothing is recalled by itself
    finish(one)
    ticket(one)
    one.wait(9 * 60)
    assert one.ask(GUIDE_DESK, ComeBack(label="A001")) == Noted()
    assert called(one) == "A001"
    miss(one)
    assert one.writer.floor.tickets[first].state is TicketState.NO_SHOW  # once is enough


def test_who_does_not_come_back_in_time_is_over() -> None:
    one = house(missed={"then": "kept", "kept_minutes": 10.0})
    one.open()
    first = ticket(one)
    called(one)
    miss(one)
    one.wait(10 * 60 - 0.001)
    assert one.writer.floor.tickets[first].state is TicketState.KEPT
    one.wait(0.001)
    assert isinstance(one.events()[-1], KeptEnded)
    assert one.writer.floor.tickets[first].state is TicketState.NO_SHOW
    assert code(one.ask(GUIDE_DESK, ComeBack(label="A001"))) is Refusal.NOT_KEPT
    assert code(one.ask(GUIDE_DESK, ComeBack(label="A009"))) is Refusal.UNKNOWN_TICKET


@pytest.mark.parametrize("by_itself", [False, True])
def test_who_is_put_back_stands_behind_as_many_as_the_policy_says(by_itself: bool) -> None:
    one = house(missed={"then": "behind", "behind": 2, "by_itself": by_itself})
    one.open()
    ticket(one, priority="elder")
    for _ in range(3):
        ticket(one)
    assert called(one) == "A001"
    miss(one)
    if not by_itself:
        one.ask(GUIDE_DESK, ComeBack(label="A001"))
    order = []
    for _ in range(4):
        order.append(called(one))
        finish(one)
    assert order == ["A002", "A003", "A001", "A004"]  # its class is gone with the first miss


def test_with_nobody_there_who_comes_back_is_next() -> None:
    one = house(missed={"then": "behind", "behind": 2})
    one.open()
    ticket(one)
    called(one)
    miss(one)
    one.ask(GUIDE_DESK, ComeBack(label="A001"))
    ticket(one)
    assert called(one) == "A001"


@pytest.mark.parametrize("then", ["void", "kept", "behind"])
def test_a_wrong_no_show_is_taken_back(then: str) -> None:
    one = house(missed={"then": then, "by_itself": then == "behind"})
    one.open()
    first = ticket(one)
    ticket(one)
    called(one)
    before = one.writer.floor.tickets[first]
    miss(one)
    one.did(Undo(window=1))
    after = one.writer.floor.tickets[first]
    assert after == before
    assert one.writer.floor.desk(1).ticket == first
    assert first not in one.writer.floor.kept


@pytest.mark.parametrize("then", ["kept", "behind"])
def test_with_a_wrong_second_no_show_the_place_of_the_first_is_there_again(then: str) -> None:
    one = house(missed={"then": "behind", "by_itself": then == "behind", "behind": 1, "times": 2})
    one.open()
    asks: dict[str, Any] = {"for_window": 1} if then == "behind" else {}  # who comes back asks for nobody any more
    first = ticket(one, **asks)
    ticket(one, **asks)
    called(one)
    miss(one)
    if then == "kept":
        one.ask(GUIDE_DESK, ComeBack(label="A001"))
    called(one)
    finish(one)
    assert called(one) == "A001"
    before = one.writer.floor.tickets[first]
    assert before.behind_place
    ticket(one, **asks)
    one.wait(1)
    miss(one)
    if then == "kept":  # it is back before the press is taken back
        one.ask(GUIDE_DESK, ComeBack(label="A001"))
    one.did(Undo(window=1))
    assert one.writer.floor.tickets[first] == before
    assert first not in one.writer.floor.kept


# --- set aside ---


@pytest.mark.parametrize("started", [False, True])
def test_what_is_set_aside_is_taken_up_by_the_same_window(started: bool) -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    first = ticket(one)
    ticket(one)
    called(one, 1)
    if started:
        one.did(Start(window=1))
    assert one.did(Hold(window=1, reason="form")).window.state is DeskState.FREE
    assert called(one, 2) == "A002"
    assert code(one.at_window(CallNumber(window=2, label="A001"))) is Refusal.TICKET_IN_HAND
    one.did(CallNumber(window=1, label="A001"))
    assert (last_call(one).ticket, last_call(one).rule) == (first, "taken_up")
    finish(one, 1)


def test_what_is_set_aside_goes_back_to_its_place_when_the_window_closes_and_ends_with_the_day() -> None:
    one = house()
    one.open(1)
    one.open(2, "102")
    ticket(one)
    called(one, 1)
    ticket(one)
    one.did(Hold(window=1, reason="form"))
    one.did(SignOut(window=1))
    assert [e.rule for e in one.events() if isinstance(e, CameBack)] == ["held"]
    assert called(one, 2) == "A001"
    one.did(Hold(window=2, reason="form"))
    one.now = at("00:00", "2026-11-24")
    one.take()
    left = [e.ticket for e in one.events() if isinstance(e, TicketLeft)]
    assert sorted(left) == ["2026-11-23/A001", "2026-11-23/A002"]


# --- the log ---


def test_the_day_of_a_fair_queue_is_rebuilt_from_its_log(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "hub.db"
    one = House(house(missed={"then": "behind", "behind": 1}).hall, path)
    one.take()
    one.open(1)
    first = ticket(one, further=("medical",))
    ticket(one, priority="elder")
    ticket(one)
    called(one)
    miss(one)
    one.ask(GUIDE_DESK, ComeBack(label="2"))
    called(one)
    finish(one)
    called(one)
    one.did(Hold(window=1, reason="form"))
    one.did(CallNumber(window=1, label="1"))
    finish(one)
    assert one.writer.floor.tickets[first].state is TicketState.SERVED
    seen = [type(e) for e in one.events()]
    assert {Missed, CameBack, Finished, Called} <= set(seen)
    one.restart()
    assert verify(path, rebuild=True).broken is None
    assert isinstance(one.at_window(Next(window=1)), Done)
