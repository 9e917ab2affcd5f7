"""At a window: whom it calls, transfers, what is taken back, who sits there and who is locked out."""

from __future__ import annotations

import pytest

from hall.events import Called, SignedIn, TakenBack
from hall.messages import (
    CallNumber,
    Done,
    Finish,
    Next,
    NoShow,
    Pause,
    Recall,
    Refusal,
    Refused,
    Resume,
    SignOut,
    Start,
    Transfer,
    Undo,
)
from hall.model import (
    AlertKind,
    DeskAct,
    DeskState,
    Disposition,
    MissReason,
    PostLetter,
    ServiceState,
    TicketState,
)
from tests.hall.halls import put
from tests.hub.made import House, code, made, sign_in


def in_hand(reply: Done) -> str:
    assert reply.window.in_hand is not None
    return reply.window.in_hand.label


# --- calling ---


def test_first_come_first_called_over_all_matters_of_a_window() -> None:
    house = House()
    house.open(2, "102")
    for matter in ("relief", "pension", "medical", "pension", "relief"):
        house.ticket(matter)
    called = []
    while isinstance(reply := house.at_window(Next(window=2, finishing=Disposition.DONE)), Done):
        if reply.window.in_hand is None:
            break
        called.append(in_hand(reply))
    assert called == ["B001", "A001", "A003", "B002"]
    assert {e.rule for e in house.events() if isinstance(e, Called)} == {"first_come"}


def test_a_number_out_of_turn_is_logged_with_whom_it_passed() -> None:
    house = House()
    house.open()
    for _ in range(3):
        house.ticket()
    house.did(CallNumber(window=1, label="A003"))
    (called,) = [e for e in house.events() if isinstance(e, Called)]
    assert (called.rule, called.passed, called.clerk, called.letter) == ("by_number", 2, "101", PostLetter.A)


def test_the_first_number_by_its_label_is_in_turn() -> None:
    house = House()
    house.open()
    house.ticket()
    house.did(CallNumber(window=1, label="A001"))
    (called,) = [e for e in house.events() if isinstance(e, Called)]
    assert (called.rule, called.passed) == ("first_come", 0)


def test_a_keypads_next_starts_ends_and_calls_in_one_press() -> None:
    house = House()
    house.open()
    first = house.call()
    house.ticket()
    assert in_hand(house.did(Next(window=1, finishing=Disposition.ACCEPTED))) == "A002"
    service = house.writer.floor.services[f"{first}#1"]
    assert (service.state, service.disposition) == (ServiceState.FINISHED, Disposition.ACCEPTED)
    assert service.started_at == service.ended_at == house.now


def test_a_keypads_next_with_nobody_left_frees_the_window() -> None:
    house = House()
    house.open()
    house.serve()
    reply = house.did(Next(window=1, finishing=Disposition.DONE))
    assert (reply.window.state, reply.window.in_hand) == (DeskState.FREE, None)


def test_a_no_show_needs_the_calls_of_the_policy() -> None:
    house = House(made(put("policy", {"calls_before_no_show": 3})))
    house.open()
    ticket = house.call()
    for _ in range(2):
        assert code(house.at_window(NoShow(window=1, reason=MissReason.ABSENT))) is Refusal.CALL_AGAIN_FIRST
        house.did(Recall(window=1))
    house.did(NoShow(window=1, reason=MissReason.ABSENT))
    missed = house.writer.floor.tickets[ticket]
    assert (missed.state, missed.calls, missed.reason) == (TicketState.NO_SHOW, 3, MissReason.ABSENT)


# --- transfers ---


def test_a_transfer_to_a_matter_keeps_the_place_by_arrival() -> None:
    house = House()
    house.open(1)
    house.open(2, "102")
    ticket = house.serve(1, "medical")
    house.ticket("relief")
    house.ticket("relief")
    house.did(Transfer(window=1, reason="wrong_window", matter="relief"))
    reply = house.did(Next(window=2))
    assert in_hand(reply) == "A001"
    moved = house.writer.floor.tickets[ticket]
    assert (moved.matter, moved.place, moved.services, moved.window) == ("relief", 1, 2, 2)
    assert house.writer.floor.services[f"{ticket}#1"].state is ServiceState.TRANSFERRED


def test_a_transfer_to_a_window_waits_for_that_window_alone() -> None:
    house = House()
    house.open(1)
    house.open(3, "103")
    house.call(1, "pension")
    house.did(Transfer(window=1, reason="help", to_window=3))
    assert code(house.at_window(Next(window=1))) is Refusal.NOBODY_WAITING
    assert in_hand(house.did(Next(window=3))) == "A001"  # although window 3 has no pension
    house.did(Transfer(window=3, reason="back", matter="pension"))
    assert in_hand(house.did(Next(window=1))) == "A001"


# --- taking back ---


@pytest.mark.parametrize("act", list(DeskAct))
def test_every_act_is_taken_back_to_what_was_before(act: DeskAct) -> None:
    house = House()
    house.open()
    ticket = house.ticket()
    house.ticket()
    way = {
        DeskAct.CALL: (Next(window=1),),
        DeskAct.START: (Next(window=1), Start(window=1)),
        DeskAct.FINISH: (Next(window=1), Start(window=1), Finish(window=1, disposition=Disposition.DONE)),
        DeskAct.MISS: (Next(window=1), NoShow(window=1, reason=MissReason.ABSENT)),
    }[act]
    for body in way[:-1]:
        house.wait(1)
        house.did(body)
    before, desk = house.writer.floor.tickets[ticket], house.writer.floor.desk(1)
    house.wait(1)
    assert house.did(way[-1]).window.undo is act
    house.wait(8)
    reply = house.did(Undo(window=1))
    after = house.writer.floor.tickets[ticket]
    assert (reply.window.state, reply.window.undo) == (desk.state, None)
    assert (after.state, after.place, after.ended_at) == (before.state, before.place, None)
    assert (after.window, after.reason) == (before.window, "")
    assert house.writer.floor.desk(1).ticket == desk.ticket
    assert code(house.at_window(Undo(window=1))) is Refusal.NOTHING_TO_UNDO
    # And the way can be gone again to its end.
    house.did(Next(window=1)) if act is DeskAct.CALL else None
    if house.writer.floor.desk(1).state is DeskState.CALLING:
        house.did(Start(window=1))
    house.did(Finish(window=1, disposition=Disposition.DONE))
    assert house.writer.floor.tickets[ticket].state is TicketState.SERVED
    assert in_hand(house.did(Next(window=1))) == "A002"


@pytest.mark.parametrize("started", [False, True])
def test_a_keypads_next_is_taken_back_whole(started: bool) -> None:
    house = House()
    house.open()
    first = house.serve() if started else house.call()
    second = house.ticket()
    desk = house.writer.floor.desk(1)
    house.wait(1)
    house.did(Next(window=1, finishing=Disposition.DONE))
    house.wait(1)
    reply = house.did(Undo(window=1))
    assert in_hand(reply) == "A001"
    assert reply.window.state is desk.state
    floor = house.writer.floor
    assert floor.tickets[first].state is (TicketState.SERVING if started else TicketState.CALLED)
    assert floor.tickets[second].state is TicketState.WAITING
    assert floor.services[f"{second}#1"].state is ServiceState.UNDONE
    backwards = [DeskAct.CALL, DeskAct.FINISH] + ([] if started else [DeskAct.START])
    assert [e.act for e in house.events() if isinstance(e, TakenBack)] == backwards


def test_an_earlier_finish_is_not_taken_back_with_a_later_call() -> None:
    house = House()
    house.open()
    first = house.serve()
    house.wait(1)
    house.did(Finish(window=1, disposition=Disposition.DONE))
    house.ticket()
    house.wait(1)
    house.did(Next(window=1))
    assert house.did(Undo(window=1)).window.state is DeskState.FREE
    assert house.writer.floor.tickets[first].state is TicketState.SERVED


def test_after_eight_seconds_it_stands() -> None:
    house = House()
    house.open()
    house.call()
    house.wait(8.001)
    before = house.tables()
    assert code(house.at_window(Undo(window=1))) is Refusal.UNDO_LATE
    assert house.tables() == before


@pytest.mark.parametrize("after", ["recall", "transfer", "hand_over"])
def test_what_others_have_heard_of_is_not_taken_back(after: str) -> None:
    house = House()
    house.open()
    house.call()
    if after == "recall":
        house.did(Recall(window=1))
    elif after == "transfer":
        house.did(Transfer(window=1, reason="x", matter="medical"))
    else:
        house.did(NoShow(window=1, reason=MissReason.ABSENT))
        house.sign_in(1, "102")
    assert code(house.at_window(Undo(window=1))) is Refusal.NOTHING_TO_UNDO


# --- who sits there ---


def test_the_b_post_relieves_the_a_post_and_begins_paused() -> None:
    house = House()
    house.open(1, "101")
    reply = house.sign_in(1, "102")
    assert isinstance(reply, Done)
    assert (reply.window.clerk, reply.window.letter, reply.window.state) == ("102", "B", DeskState.PAUSED)
    assert house.events()[-1] == SignedIn(window=1, badge="102", letter=PostLetter.B, relieved="101")
    house.did(Resume(window=1))
    house.call(1)
    (called,) = [e for e in house.events() if isinstance(e, Called)]
    assert (called.clerk, called.letter) == ("102", PostLetter.B)


def test_a_clerk_sits_at_one_window() -> None:
    house = House()
    house.open(1, "102")
    assert code(house.sign_in(2, "102")) is Refusal.AT_OTHER_WINDOW
    house.did(SignOut(window=1))
    assert isinstance(house.sign_in(2, "102"), Done)


def test_a_second_sign_in_of_the_same_clerk_changes_nothing() -> None:
    house = House()
    house.open(1)
    house.call(1)
    before = house.tables()
    assert isinstance(house.sign_in(1, "101"), Done)
    assert house.tables() == before


def test_a_proof_is_good_for_its_own_request_window_and_badge_only() -> None:
    house = House()
    stolen = sign_in(house.hall, "seen-on-the-wire", 1, "101")
    assert code(house.at_window(stolen, "another")) is Refusal.WRONG_BADGE_OR_PIN
    assert isinstance(house.at_window(stolen, "seen-on-the-wire"), Done)


def test_five_failures_lock_and_time_unlocks() -> None:
    house = House()
    answers = [house.sign_in(1, "101", pin="0000") for _ in range(5)]
    assert [code(a) for a in answers] == [Refusal.WRONG_BADGE_OR_PIN] * 4 + [Refusal.BADGE_LOCKED]
    locked = answers[-1]
    assert isinstance(locked, Refused)
    assert locked.until == house.now + 15 * 60_000
    assert house.writer.floor.alerts["locked-101"].kind is AlertKind.BADGE_LOCKED
    assert code(house.sign_in(1, "101")) is Refusal.BADGE_LOCKED  # the right PIN, and at no other window either
    assert code(house.sign_in(2, "101")) is Refusal.BADGE_LOCKED
    assert isinstance(house.sign_in(1, "102"), Done)  # the others are not locked
    house.wait(15 * 60 - 0.001)
    assert code(house.sign_in(1, "101")) is Refusal.BADGE_LOCKED
    house.wait(0.001)
    assert isinstance(house.sign_in(1, "101"), Done)
    house.wait(0.001)
    assert house.writer.floor.alerts == {}


def test_a_success_forgives_the_failures_before_it() -> None:
    house = House()
    for _ in range(2):
        for _ in range(4):
            assert code(house.sign_in(1, "101", pin="0000")) is Refusal.WRONG_BADGE_OR_PIN
        assert isinstance(house.sign_in(1, "101"), Done)
        house.did(SignOut(window=1))


def test_made_up_badges_are_counted_by_window_and_fill_no_table() -> None:
    house = House()
    answers = [house.sign_in(1, f"9{n:05}", pin="0000") for n in range(6)]
    assert [code(a) for a in answers] == [Refusal.WRONG_BADGE_OR_PIN] * 4 + [Refusal.BADGE_LOCKED] * 2
    assert set(house.writer.floor.lockouts) == {"?1"}
    assert "locked-window-1" in house.writer.floor.alerts
    assert isinstance(house.sign_in(1, "101"), Done)


def test_no_trace_of_a_proof_is_kept() -> None:
    house = House()
    request = sign_in(house.hall, "p1", 1, "101")
    house.at_window(request, "p1")
    house.sign_in(1, "101", pin="9999")
    dump = "\n".join(house.store._db.iterdump())
    assert request.proof not in dump
    assert "9999" not in dump


@pytest.mark.parametrize("body", [Pause(window=1), Resume(window=1)])
def test_pausing_and_resuming_twice_is_logged_once(body: Pause | Resume) -> None:
    house = House()
    house.open()
    house.did(Pause(window=1))
    house.did(body)
    count = len(house.events())
    house.did(body)
    assert len(house.events()) == count
