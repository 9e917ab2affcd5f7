"""The same as test_properties.py in a hall with all of a fair queue: classes, several matters, missed, set aside."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from hall.events import Called, Missed
from hall.messages import CallNumber, ComeBack, Hold, Issued, Next, NoShow, Printed, Start, TakeTicket
from hall.model import Disposition, MissReason, Printing, TicketState
from tests.hub.fair import changed
from tests.hub.made import GUIDE_DESK, STATIONS, House, made
from tests.hub.test_properties import MATTERS, WINDOWS, AnyDay

LABELS = st.sampled_from(["A001", "A002", "A003", "A004", "B001"])
BOUNDS = {"elder": 2, "booked": 3}
K = 4
MISSED: tuple[dict[str, Any], ...] = (
    {},
    {"then": "kept", "kept_minutes": 2.0, "times": 2},
    {"then": "behind", "behind": 2, "times": 2},
    {"then": "behind", "behind": 1, "times": 3, "by_itself": True},
)
HALLS = [made(changed(missed=missed)) for missed in MISSED]


class AnyFairDay(AnyDay):
    """A hall with classes in which anybody may press anything."""

    @initialize(early=st.booleans(), which=st.integers(0, len(MISSED) - 1))
    def begin(self, early: bool, which: int) -> None:
        """One of the ways to treat the missed; some days begin with everyone at their window."""
        self.house = House(HALLS[which])
        self.house.take()
        if early:
            for window, badge in ((1, "101"), (2, "102"), (3, "103")):
                self.house.open(window, badge)
        self.checked = len(self.house.events())

    def in_turn(self, waiting: list[tuple[int, str]]) -> None:  # noqa: ARG002 - judged below, from the log alone
        self.checked = len(self.house.events())

    @rule(
        matter=MATTERS,
        priority=st.sampled_from(["", "", "elder", "booked"]),
        window=st.none() | st.none() | WINDOWS,
        further=st.lists(MATTERS, max_size=2).map(tuple),
        prints=st.booleans(),
    )
    def is_guided(self, matter: str, priority: str, window: int | None, further: Any, prints: bool) -> None:
        """The guide desk gives out a number with everything that may be asked for."""
        before = set(self.house.writer.floor.tickets)
        wish = TakeTicket(matter=matter, priority=priority, for_window=window, further=further)
        self.ask(GUIDE_DESK, wish)
        for ticket in set(self.house.writer.floor.tickets) - before if prints else ():
            self.ask(GUIDE_DESK, Printed(ticket=ticket, outcome=Printing.ON_PAPER))

    @rule(label=LABELS)
    def comes_back(self, label: str) -> None:
        self.ask(GUIDE_DESK, ComeBack(label=label))

    @rule(window=WINDOWS, again=LABELS)
    def is_set_aside_and_taken_up(self, window: int, again: str) -> None:
        self.ask(STATIONS[window], Hold(window=window, reason="form"))
        self.ask(STATIONS[window], CallNumber(window=window, label=again))

    @rule(window=WINDOWS)
    def nobody_comes(self, window: int) -> None:
        self.ask(STATIONS[window], Next(window=window))
        self.ask(STATIONS[window], NoShow(window=window, reason=MissReason.ABSENT))

    @rule(window=WINDOWS)
    def presses_next_with_the_keypad(self, window: int) -> None:
        for body in (Start(window=window), Next(window=window, finishing=Disposition.DONE)):
            self.house.now += 1_000
            self.ask(STATIONS[window], body)

    @invariant()
    def nobody_is_overtaken_beyond_k(self) -> None:
        assert all(t.overtaken <= K for t in self.house.writer.floor.tickets.values())

    @invariant()
    def the_line_knows_who_was_overtaken_how_often(self) -> None:
        floor = self.house.writer.floor
        for line in floor.queues.values():
            counted = Counter(key[4] for level in line.passed for key in level)
            assert counted == {k[4]: floor.tickets[k[4]].overtaken for k in line.in_order() if counted[k[4]]}
            assert all(floor.tickets[k[4]].overtaken == counted[k[4]] for k in line.in_order())

    @invariant()
    def only_who_may_come_back_is_kept(self) -> None:
        floor = self.house.writer.floor
        assert set(floor.kept) == {t.id for t in floor.tickets.values() if t.state is TicketState.KEPT}
        policy = self.house.hall.policy.missed
        allowed = policy.times if policy.then != "void" else 0
        assert all(t.misses <= allowed for t in floor.tickets.values() if t.state is TicketState.KEPT)

    def teardown(self) -> None:
        super().teardown()
        calls = [e for e in self.house.outcomes if e.answers]  # the machine did something
        assert calls or not self.asked


AnyFairDay.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyFairDay = AnyFairDay.TestCase


@pytest.mark.parametrize("which", range(len(MISSED)))
def test_every_way_to_treat_the_missed_is_played(which: int) -> None:
    """That the machine above can reach what it judges."""
    one = House(HALLS[which])
    one.take()
    one.open()
    reply = one.ask(GUIDE_DESK, TakeTicket(matter="pension", priority="elder"))
    assert isinstance(reply, Issued)
    one.ask(GUIDE_DESK, Printed(ticket=reply.ticket, outcome=Printing.ON_PAPER))
    one.did(Next(window=1))
    one.did(NoShow(window=1, reason=MissReason.ABSENT))
    (missed,) = [e for e in one.events() if isinstance(e, Missed)]
    assert missed.then == MISSED[which].get("then", "void")
    assert [e.rule for e in one.events() if isinstance(e, Called)] == ["first_come"]
