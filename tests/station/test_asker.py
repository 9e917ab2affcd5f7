"""Asking the hub: one wish in flight a window, repeats, deadlines, withdrawals; and facts, one by one, kept on disk."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from hall.happened import Answered, Unanswered
from hall.messages import (
    Answer,
    AnyReply,
    Ask,
    Body,
    Cancel,
    DeviceSeen,
    Done,
    Health,
    Issued,
    Next,
    Noted,
    Printed,
    Refusal,
    Refused,
    Start,
    TakeTicket,
    WindowState,
    Withdrawal,
    Withdrawn,
)
from hall.model import Printing
from hall.station.asker import REPEAT_S, WISH_S, Asker, Busy
from hall.station.outbox import KeptFact, Outbox

NOW = 1_000_000
TAKE = TakeTicket(matter="pension")
DONE = Done(window=WindowState(rev=1, window=1, zone="main", state="free"))  # type: ignore[arg-type]
ISSUED = Issued(ticket="d/A001", label="A001", matter="pension", issued_at=1, ahead=0, windows=(1,))
PRINTED = Printed(ticket="d/A001", outcome=Printing.ON_PAPER)


class Station:
    """An asker over a real outbox, with what it sent in order."""

    def __init__(self, path: Path) -> None:
        self.outbox = Outbox.open(path)
        ids = itertools.count(1)
        self.asker = Asker(self.outbox, lambda: f"w{next(ids)}")
        self.mono = 0.0

    def want(self, body: Body, speed: float = 1.0) -> list[Unanswered]:
        return self.asker.want(lambda _id: body, NOW, speed, self.mono)

    def sent(self) -> list[Ask]:
        out, self.asker.outgoing = self.asker.outgoing, []
        return out

    def wait(self, seconds: float) -> list[Unanswered]:
        self.mono += seconds
        return self.asker.tick(self.mono)

    def heard(self, request: str, reply: AnyReply) -> list[Answered | Unanswered]:
        return self.asker.heard(Answer(id=request, reply=reply, at=NOW), self.mono)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "outbox.db")


def test_a_wish_goes_out_with_its_end_and_its_answer_comes_back(station: Station) -> None:
    assert station.want(TAKE) == []
    assert station.sent() == [Ask(id="w1", body=TAKE, not_after=NOW + 5_000)]
    assert station.heard("w1", ISSUED) == [Answered(TAKE, ISSUED)]
    assert station.heard("w1", ISSUED) == []  # the answer to a repeat
    assert station.wait(60) == []
    assert station.sent() == []


def test_in_a_fast_hall_the_end_of_a_wish_is_as_far_in_real_time(station: Station) -> None:
    station.want(TAKE, speed=60)
    assert station.sent()[0].not_after == NOW + 300_000


def test_without_the_hubs_time_nothing_is_asked(station: Station) -> None:
    assert station.asker.want(lambda _id: TAKE, None, 1.0, 0.0) == [Unanswered(TAKE, settled=True)]
    assert station.sent() == []
    assert station.want(TAKE) == []  # and the next may be asked


def test_a_wish_is_repeated_with_the_same_id(station: Station) -> None:
    station.want(TAKE)
    first = station.sent()
    station.wait(REPEAT_S - 0.01)
    assert station.sent() == []
    station.wait(0.01)
    assert station.sent() == first
    station.wait(REPEAT_S)
    assert station.sent() == first


def test_a_late_wish_is_withdrawn_until_the_hub_confirms(station: Station) -> None:
    station.want(TAKE)
    station.sent()
    assert station.wait(WISH_S) == [Unanswered(TAKE, settled=False)]
    cancel = Ask(id="w2", body=Cancel(request="w1"))
    assert station.sent() == [cancel]
    for _ in range(100):
        assert station.wait(REPEAT_S) == []
        assert station.sent() == [cancel]
    assert station.heard("w1", ISSUED) == []  # too late: it is being withdrawn
    with pytest.raises(Busy):
        station.want(TAKE)
    assert station.heard("w2", Withdrawn(outcome=Withdrawal.NEVER)) == [Unanswered(TAKE, settled=True)]
    station.want(TAKE)
    assert [ask.id for ask in station.sent()][-1] not in ("w1", "w2")


@pytest.mark.parametrize("outcome", [Withdrawal.NEVER, Withdrawal.UNDONE])
def test_a_withdrawn_wish_is_settled(outcome: Withdrawal, station: Station) -> None:
    station.want(Next(window=1))
    station.wait(WISH_S)
    assert station.heard("w2", Withdrawn(outcome=outcome)) == [Unanswered(Next(window=1), settled=True)]


def test_a_wish_that_stands_brings_the_answer_that_was_missed(station: Station) -> None:
    station.want(TAKE)
    station.wait(WISH_S)
    stands = Withdrawn(outcome=Withdrawal.STANDS, missed=ISSUED)
    assert station.heard("w2", stands) == [Answered(TAKE, ISSUED)]


def test_while_the_hubs_clock_is_wrong_a_withdrawal_waits(station: Station) -> None:
    behind = Refused(code=Refusal.CLOCK_BEHIND)
    station.want(TAKE)
    assert station.heard("w1", behind) == [Answered(TAKE, behind)]  # a wish is refused
    station.want(TAKE)
    station.sent()
    station.wait(WISH_S)
    (cancel,) = station.sent()
    assert station.heard(cancel.id, behind) == []
    station.wait(REPEAT_S)
    assert station.sent() == [cancel]


def test_one_wish_in_flight_a_window(station: Station) -> None:
    station.want(Next(window=1))
    with pytest.raises(Busy, match="window 1: Start must wait"):
        station.want(Start(window=1))
    station.want(Next(window=2))
    station.want(TAKE)  # of the station itself
    with pytest.raises(Busy):
        station.want(TAKE)
    assert len(station.sent()) == 3
    assert station.heard("w1", DONE) == [Answered(Next(window=1), DONE)]
    station.want(Start(window=1))


def test_an_answer_to_nothing_means_nothing(station: Station) -> None:
    station.want(TAKE)
    assert station.heard("other", ISSUED) == []
    assert station.heard("w1", ISSUED) != []


# --- facts ---


def test_facts_go_out_one_by_one_oldest_first_until_noted(station: Station) -> None:
    facts: list[KeptFact] = [PRINTED, DeviceSeen(device="printer", health=Health.LOST)]
    for n, fact in enumerate(facts):
        station.outbox.note(f"f{n}", fact)
    station.wait(0)
    assert station.sent() == [Ask(id="f0", body=facts[0])]
    station.wait(REPEAT_S / 2)
    assert station.sent() == []
    station.wait(REPEAT_S)
    assert station.sent() == [Ask(id="f0", body=facts[0])]
    assert station.heard("f0", Noted()) == []
    assert station.sent() == [Ask(id="f1", body=facts[1])]
    station.heard("f1", Noted())
    assert station.wait(60) == []
    assert station.sent() == []


def test_a_fact_survives_the_station(tmp_path: Path) -> None:
    first = Station(tmp_path / "o.db")
    first.outbox.note("f1", PRINTED)
    first.wait(0)
    assert len(first.sent()) == 1
    first.outbox.close()
    second = Station(tmp_path / "o.db")
    second.wait(0)
    assert second.sent() == [Ask(id="f1", body=PRINTED)]
    second.heard("f1", Noted())
    second.outbox.close()
    third = Station(tmp_path / "o.db")
    third.wait(0)
    assert third.sent() == []


def test_a_refused_fact_is_told_and_does_not_hold_up_the_next(station: Station) -> None:
    station.outbox.note("f1", PRINTED)
    station.outbox.note("f2", PRINTED)
    station.wait(0)
    refused = Refused(code=Refusal.UNKNOWN_TICKET)
    station.heard("f1", refused)
    assert station.asker.dropped_facts == [(Ask(id="f1", body=PRINTED), refused)]
    assert [ask.id for ask in station.sent()] == ["f1", "f2"]


def test_while_the_hubs_clock_is_wrong_a_fact_waits(station: Station) -> None:
    station.outbox.note("f1", PRINTED)
    station.wait(0)
    station.heard("f1", Refused(code=Refusal.CLOCK_BEHIND))
    station.sent()
    station.wait(REPEAT_S)
    assert [ask.id for ask in station.sent()] == ["f1"]
    assert station.asker.dropped_facts == []


def test_a_late_wish_is_told_even_when_an_answer_to_a_fact_comes_first(station: Station) -> None:
    station.outbox.note("f1", PRINTED)
    station.want(TAKE)
    station.wait(0)
    station.mono += WISH_S
    assert station.heard("f1", Noted()) == []
    assert station.asker.tick(station.mono) == [Unanswered(TAKE, settled=False)]


# --- connections ---


def test_a_new_connection_repeats_what_is_in_flight_at_once(station: Station) -> None:
    station.outbox.note("f1", PRINTED)
    station.want(TAKE)
    station.wait(0)
    station.sent()
    station.mono += 0.1
    station.asker.again(station.mono)
    station.asker.tick(station.mono)
    assert {ask.id for ask in station.sent()} == {"w1", "f1"}


def test_offline_for_days_nothing_piles_up(station: Station) -> None:
    station.outbox.note("f1", PRINTED)
    station.want(TAKE)
    for _ in range(5_000):
        station.wait(1)
    assert [type(ask.body) for ask in station.asker.outgoing] == [TakeTicket, Printed, Cancel]
    station.asker.again(station.mono)
    station.asker.tick(station.mono)
    assert {type(ask.body) for ask in station.sent()} == {Printed, Cancel}
