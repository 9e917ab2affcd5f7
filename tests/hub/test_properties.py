"""Any requests in any order, with repeats, cancels, restarts and midnights: what must always hold, holds."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hall.events import Called, DayClosed, Recalled
from hall.messages import (
    Answer,
    Body,
    CallNumber,
    Cancel,
    Finish,
    Issued,
    Next,
    NoShow,
    Pause,
    Printed,
    Recall,
    Reprint,
    Resume,
    SignOut,
    Start,
    TakeTicket,
    Transfer,
    Undo,
    decode,
)
from hall.model import DeskState, Disposition, MissReason, Printing, Service, ServiceState, Ticket, TicketState
from hub.floor import Floor
from hub.tables import BY_KIND
from hub.verify import verify
from hub.writer import Heard
from tests.hub.made import KIOSK, OTHER_KIOSK, STATIONS, House, at, made, sign_in
from tests.hub.test_floor import seen

WINDOWS = st.sampled_from([1, 2, 3])
MATTERS = st.sampled_from(["pension", "medical", "relief"])
IN_HAND = (TicketState.CALLED, TicketState.SERVING)
ENDS = (TicketState.SERVED, TicketState.NO_SHOW, TicketState.LEFT, TicketState.VOID)
WISHES = st.one_of(
    st.builds(Next, window=WINDOWS, finishing=st.none() | st.sampled_from(list(Disposition))),
    st.builds(CallNumber, window=WINDOWS, label=st.sampled_from(["1", "A002", "b1", "A3", ""])),
    st.builds(Recall, window=WINDOWS),
    st.builds(Start, window=WINDOWS),
    st.builds(Finish, window=WINDOWS, disposition=st.sampled_from(list(Disposition))),
    st.builds(NoShow, window=WINDOWS, reason=st.sampled_from(list(MissReason))),
    st.builds(
        Transfer,
        window=WINDOWS,
        reason=st.just("x"),
        matter=st.none() | MATTERS,
        to_window=st.none() | WINDOWS,
    ),
    st.builds(Pause, window=WINDOWS),
    st.builds(Resume, window=WINDOWS),
    st.builds(SignOut, window=WINDOWS),
    st.builds(Undo, window=WINDOWS),
)


class AnyDay(RuleBasedStateMachine):
    """A hall in which anybody may press anything."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House(made())
        self.house.take()
        self.asked: list[Heard] = []
        self.answered: dict[tuple[str, str], bytes] = {}
        self.withdrawn: set[tuple[str, str]] = set()
        self.promised: set[str] = set()
        self.checked = 0

    # --- what happens ---

    def give(self, *heard: Heard) -> None:
        """One batch, and what its answers promise."""
        waiting = self.callable()
        outcome = self.house.take(*heard)
        assert outcome.trouble is None
        assert len(outcome.answers) == len(heard)
        for station, payload in outcome.answers:
            answer = decode(payload, Answer)
            key = (station, answer.id)
            if key not in self.withdrawn:
                assert self.answered.setdefault(key, payload) == payload
            if isinstance(answer.reply, Issued):
                self.promised.add(answer.reply.ticket)
        self.asked += heard
        if len(heard) == 1:
            self.in_turn(waiting)

    def callable(self) -> list[tuple[int, str]]:
        """Place and queue of all who can be called now."""
        return [(key[3], queue) for queue, line in self.house.writer.floor.queues.items() for key in line.in_order()]

    def in_turn(self, waiting: list[tuple[int, str]]) -> None:
        """A call by first_come left nobody behind who came earlier."""
        events = self.house.events()
        for event in events[self.checked :]:
            if isinstance(event, Called) and event.rule == "first_come":
                own = (f"#{event.window}", *self.house.hall.by_window[event.window].serves)
                first = min(place for place, queue in waiting if queue in own)
                assert self.house.writer.floor.tickets[event.ticket].place == first
        self.checked = len(events)

    def ask(self, station: str, body: Body, request: str = "") -> None:
        self.give(self.house.heard(station, body, request))

    @initialize(early=st.booleans())
    def begin(self, early: bool) -> None:
        """Some days begin with everyone at their window."""
        if early:
            for window, badge in ((1, "101"), (2, "102"), (3, "103")):
                self.house.open(window, badge)
            self.checked = len(self.house.events())

    @rule(matter=MATTERS, station=st.sampled_from([KIOSK, OTHER_KIOSK]), prints=st.booleans())
    def takes(self, matter: str, station: str, prints: bool) -> None:
        self.ask(station, TakeTicket(matter=matter))
        tickets = self.house.writer.floor.tickets
        if prints and tickets:
            self.ask(station, Printed(ticket=list(tickets)[-1], outcome=Printing.ON_PAPER))

    @precondition(lambda self: self.house.writer.floor.tickets)
    @rule(data=st.data(), outcome=st.sampled_from(list(Printing)), again=st.booleans())
    def reports(self, data: st.DataObject, outcome: Printing, again: bool) -> None:
        ticket = data.draw(st.sampled_from(list(self.house.writer.floor.tickets)))
        body = Reprint(ticket=ticket) if again else Printed(ticket=ticket, outcome=outcome)
        self.ask(KIOSK, body)

    @rule(window=WINDOWS, badge=st.sampled_from(["101", "102", "103", "999"]), right=st.booleans())
    def signs_in(self, window: int, badge: str, right: bool) -> None:
        request = self.house.new_id()
        pin = "" if right and badge != "999" else "0000"
        self.ask(STATIONS[window], sign_in(self.house.hall, request, window, badge, pin), request)

    @rule(wish=WISHES)
    def presses(self, wish: Any) -> None:
        self.ask(STATIONS[wish.window], wish)

    @rule(window=WINDOWS)
    def serves_one(self, window: int) -> None:
        """The everyday way, so that long days come about."""
        for body in (
            Resume(window=window),
            Next(window=window),
            Start(window=window),
            Finish(window=window, disposition=Disposition.DONE),
        ):
            self.house.now += 2_000
            self.ask(STATIONS[window], body)

    @rule(wishes=st.lists(WISHES, min_size=2, max_size=4, unique_by=lambda w: w.window))
    def presses_at_once(self, wishes: list[Any]) -> None:
        self.give(*(self.house.heard(STATIONS[w.window], w) for w in wishes))
        self.checked = len(self.house.events())

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def repeats(self, data: st.DataObject) -> None:
        heard = data.draw(st.sampled_from(self.asked))
        before = self.house.store.seq
        self.give(heard)
        assert all(b"alert_" in row[2] for row in list(self.house.store.log())[before:])

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def gives_up(self, data: st.DataObject) -> None:
        station, request = data.draw(st.sampled_from([*self.answered, (KIOSK, "never")]))
        self.withdrawn.add((station, request))
        self.ask(station, Cancel(request=request))

    @rule(seconds=st.sampled_from([0.5, 3, 9, 11, 61, 1_000]))
    def waits(self, seconds: float) -> None:
        self.house.wait(seconds)
        self.checked = len(self.house.events())

    @rule()
    def restarts(self) -> None:
        before = seen(self.house.writer.floor)
        self.house.writer = type(self.house.writer)(self.house.hall, self.house.store)
        assert seen(self.house.writer.floor) == before

    @precondition(lambda self: self.house.now < at("00:00", "2026-11-25"))
    @rule()
    def sleeps(self) -> None:
        """The next morning."""
        floor = self.house.writer.floor
        assert floor.day is not None
        self.house.now = at("09:00", f"2026-11-{int(floor.day[-2:]) + 1}")
        self.house.take()
        self.checked = len(self.house.events())

    # --- what always holds ---

    @invariant()
    def a_ticket_in_hand_is_at_one_window_and_a_window_has_one(self) -> None:
        floor = self.house.writer.floor
        held = {desk.ticket: desk for desk in floor.desks.values() if desk.ticket is not None}
        in_hand = {t.id for t in floor.tickets.values() if t.state in IN_HAND}
        assert in_hand == set(held)
        assert len(held) == sum(desk.state in (DeskState.CALLING, DeskState.SERVING) for desk in floor.desks.values())
        for ticket_id, desk in held.items():
            assert ticket_id is not None
            ticket, service = floor.tickets[ticket_id], floor.services[desk.service or ""]
            assert (ticket.window, service.window, service.ticket) == (desk.window, desk.window, ticket.id)
            assert (service.clerk, service.letter) == (desk.clerk, desk.letter)
            assert ticket.state.value == service.state.value

    @invariant()
    def everyone_who_waits_stands_in_one_queue_in_order_of_arrival(self) -> None:
        floor = self.house.writer.floor
        waiting = [t for t in floor.tickets.values() if t.state is TicketState.WAITING]
        reserved = {t.id for t in waiting if t.printing is Printing.RESERVED}
        queued = [key[4] for line in floor.queues.values() for key in line.in_order()]
        assert set(floor.reserved) == reserved
        assert sorted(queued) == sorted(t.id for t in waiting if t.id not in reserved)
        lanes = [lane for line in floor.queues.values() for lane in line.lanes.values()]
        assert all(lane and lane == sorted(lane) for lane in lanes)

    @invariant()
    def every_number_is_accounted_for(self) -> None:
        floor = self.house.writer.floor
        for series, block in floor.blocks.items():
            numbers = [t.number for t in sorted(floor.tickets.values(), key=lambda t: t.place) if t.series == series]
            assert numbers == list(range(block.first, block.first + block.used))
        assert sorted(t.place for t in floor.tickets.values()) == list(range(1, len(floor.tickets) + 1))
        for ticket in floor.tickets.values():
            assert (ticket.ended_at is not None) == (ticket.state in ENDS)
            assert ticket.state is not TicketState.VOID or ticket.reason

    @invariant()
    def services_end_when_their_ticket_goes_on(self) -> None:
        open_ = Counter(
            s.ticket
            for s in self.house.writer.floor.services.values()
            if s.state in (ServiceState.CALLED, ServiceState.SERVING)
        )
        assert all(count == 1 for count in open_.values())
        assert set(open_) == {t.id for t in self.house.writer.floor.tickets.values() if t.state in IN_HAND}

    @invariant()
    def no_rule_ever_crashed(self) -> None:
        assert "request-crashed" not in self.house.writer.floor.alerts

    @invariant()
    def the_clock_of_the_log_does_not_run_back(self) -> None:
        # presses at one instant of a standing clock are told apart by a millisecond each
        assert self.house.writer.floor.last_at == self.house.store.at <= self.house.now + 1_000

    def teardown(self) -> None:
        house = self.house
        house.now = at("03:00", "2026-11-28")
        house.take()
        events = house.events()
        calls = [e for e in events if isinstance(e, Called | Recalled)]
        told = Counter(moment for outcome in house.outcomes for moment, _, _ in outcome.moments)
        assert sum(told.values()) == len(calls) == len(told)
        tickets = [t for t in house.store.rows(BY_KIND[Ticket]) if isinstance(t, Ticket)]
        assert all(t.state in ENDS and t.printing is not Printing.RESERVED for t in tickets)
        assert self.promised <= {t.id for t in tickets}
        services = [s for s in house.store.rows(BY_KIND[Service]) if isinstance(s, Service)]
        assert all(s.state not in (ServiceState.CALLED, ServiceState.SERVING) for s in services)
        closed = [e for e in events if isinstance(e, DayClosed)]
        assert sum(e.issued for e in closed) == len(tickets)
        assert all(e.issued == e.served + e.no_show + e.left + e.void for e in closed)
        assert house.writer.floor.desks == {
            n: d for n, d in house.writer.floor.desks.items() if d.state is DeskState.CLOSED
        }
        self.rebuilt_equals_held()
        house.store.close()

    def rebuilt_equals_held(self) -> None:
        floor = Floor()
        for time, event in self.house.store.events():
            floor.apply(event, time)
        assert seen(floor) == seen(self.house.writer.floor)
        with tempfile.TemporaryDirectory() as place:
            file = sqlite3.connect(Path(place) / "hub.db")
            self.house.store._db.backup(file)
            file.close()
            report = verify(Path(place) / "hub.db", rebuild=True)
        assert report.broken is None
        assert report.events == self.house.store.seq


AnyDay.TestCase.settings = settings(max_examples=40, stateful_step_count=40)
TestAnyDay = AnyDay.TestCase
