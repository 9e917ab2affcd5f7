"""The checker's own account of what happens to numbers at windows, and how they wait again."""

from __future__ import annotations

from typing import Any

from hall.topics import HUB
from testbed.sim.book import IN_HAND, Book, Rule
from testbed.sim.effects import Effects
from testbed.sim.joints import Joints
from testbed.sim.people import Held, Row, Stood
from testbed.sim.turns import right

BACK = {"call": "waiting", "start": "called", "finish": "serving", "miss": "called"}
DESK_BACK = {"call": "free", "start": "calling", "finish": "serving", "miss": "calling"}


class Served:
    """Every call and service, and whether it was in turn."""

    def __init__(self, book: Book, joints: Joints, effects: Effects) -> None:
        self.book, self.joints, self.effects = book, joints, effects
        self._services: set[str] = set()
        self._stood: dict[str, Stood] = {}  # service → its ticket as it stood when it was called

    @property
    def rules(self) -> dict[str, Rule]:
        """What is asked of each event."""
        return {
            "called": self._called,
            "recalled": self._recalled,
            "started": self._started,
            "finished": self._finished,
            "missed": self._missed,
            "came_back": self._came_back,
            "kept_ended": self._kept_ended,
            "set_aside": self._set_aside,
            "requeued": self._requeued,
            "transferred": self._transferred,
            "taken_back": self._taken_back,
        }

    def _called(self, event: Row, _at: int) -> None:
        window, ticket = event["window"], self.book.tickets[event["ticket"]]
        seat = self.book.seats[window]
        others = [n for n, s in self.book.seats.items() if s.ticket == ticket.id]
        if others or seat.ticket is not None:
            self.book.fail("one-hand", f"{ticket.id} is called to {window}: in hand at {others}, there {seat.ticket}")
        if ticket.printing == "reserved":
            self.book.fail("printing", f"{ticket.id} is called before its paper is known")
        waiting = self.book.callable_at(window)
        if event["rule"] == "taken_up":
            if (ticket.state, ticket.window) != ("held", window):
                self.book.fail("first-come", f"{ticket.id} ({ticket.state}) is not set aside at window {window}")
        elif ticket not in waiting and ticket.printing != "reserved":
            self.book.fail(
                "first-come", f"{ticket.id} ({ticket.state}, {ticket.matter}) does not wait for window {window}"
            )
        elif ticket in waiting:
            self._in_turn(event, ticket, waiting)
        if event["matter"] != ticket.matter:
            self.book.fail("joint", f"{ticket.id} is called for {event['matter']} and waits for {ticket.matter}")
        if not self.book.may(seat.clerk, event["matter"]):
            self.book.fail("posts", f"{seat.clerk} is temporary staff and calls {ticket.id} for {event['matter']}")
        if event["clerk"] != seat.clerk:
            self.book.fail("one-hand", f"window {window} calls for {event['clerk']}, {seat.clerk} sits there")
        if event["service"] in self._services:
            self.book.fail("one-number", f"service {event['service']} begins twice")
        self._stood[event["service"]] = Stood.of(ticket)
        self.book.moves(ticket.id, ("waiting", "held"), "called")
        ticket.window = window
        self._services.add(event["service"])
        self.book.calls[event["service"]] = 1
        self.book.sits(window, "calling", ticket.id, event["service"])
        self.effects.act("called", event)

    def _in_turn(self, event: Row, ticket: Held, waiting: list[Held]) -> None:
        """Recompute the rule and whom it passed over; nobody is overtaken more often than may be."""
        passed = [t for t in waiting if t.stands < ticket.stands]
        policy, classes = self.book.hall.policy, self.book.hall.by_priority
        where = f"{ticket.id} to window {event['window']} by {event['rule']}"
        if event["rule"] == "by_number":
            bound = policy.overtaken_at_most
        else:
            bound = classes[ticket.lane].bound if ticket.lane else 0
            mates = [t.id for t in passed if t.lane == ticket.lane]
            if mates or (passed and not ticket.lane):
                self.book.fail("first-come", f"{where} while {passed[0].id} waits there, {len(passed)} came before")
        over = [t.id for t in passed if t.overtaken >= bound]
        if over:
            self.book.fail("bound", f"{where}: {over[0]} was overtaken {bound} times already")
        named = ticket.id if event["rule"] == "priority" else event["put_off"]
        told = (event["rule"], event["passed"], list(event["passed_first"]), named)
        names = [t.id for t in passed][:10]
        rule = right(self.book.hall, waiting)
        out_of_turn = event["rule"] == "by_number"
        expected = ("by_number", len(passed), names, "") if out_of_turn else rule
        first = rule[3] if rule[0] == "priority" else waiting[0].id
        if told != expected or out_of_turn == (first == ticket.id):
            self.book.fail("why", f"{where} passing {event['passed']} {event['passed_first']}: it should be {expected}")
        for other in passed:
            other.overtaken += 1

    def _recalled(self, event: Row, _at: int) -> None:
        self.book.holds(event, ("calling",))
        self.book.calls[event["service"]] += 1
        if event["calls"] != self.book.calls[event["service"]]:
            self.book.fail(
                "announced", f"{event['service']}: call {event['calls']} is its {self.book.calls[event['service']]}."
            )

    def _started(self, event: Row, _at: int) -> None:
        self.book.holds(event, ("calling",))
        self.book.moves(event["ticket"], ("called",), "serving")
        self.book.sits(event["window"], "serving", event["ticket"], event["service"])
        self.effects.act("started", event)

    def _finished(self, event: Row, _at: int) -> None:
        self.book.holds(event, ("serving",))
        ticket = self.book.moves(event["ticket"], ("serving",), "waiting" if event["further"] else "served")
        self.joints.finished(ticket, event)
        self.book.sits(event["window"], "free")
        self.effects.act("finished", event)

    def _missed(self, event: Row, _at: int) -> None:
        self.book.holds(event, ("calling",))
        policy = self.book.hall.policy.missed
        over = event["then"] == "void"
        ticket = self.book.tickets[event["ticket"]]
        self.book.moves(ticket.id, ("called",), "no_show" if over else "waiting" if event["behind_place"] else "kept")
        if event["request"] and self.book.calls[event["service"]] < self.book.hall.policy.calls_before_no_show:
            self.book.fail("missed", f"{ticket.id} is passed over after {self.book.calls[event['service']]} calls")
        if over == (policy.then != "void" and ticket.misses < policy.times) and event["request"]:
            self.book.fail("missed", f"{ticket.id}, missed {ticket.misses} times before, is {event['then']}")
        ticket.misses += 1
        ticket.kept_until = event["until"]
        ticket.behind = (event["behind_at"], event["behind_place"]) if event["behind_place"] else None
        self.book.sits(event["window"], "free")
        self.effects.act("missed", event)

    def _came_back(self, event: Row, at: int) -> None:
        ticket = self.book.tickets[event["ticket"]]
        if ticket.state == "kept" and at >= ticket.kept_until:
            self.book.fail("missed", f"{ticket.id} comes back at {at}, kept until {ticket.kept_until}")
        self.book.moves(ticket.id, ("kept", "held"), "waiting")
        ticket.behind = (event["behind_at"], event["behind_place"]) if event["behind_place"] else None
        self.joints.sent(ticket, event, closing=event["station"] == HUB)
        ticket.window, ticket.for_window, ticket.for_clerk = None, event["to_window"], None
        line = sorted(
            t.stands
            for t in self.book.tickets.values()
            if t.state == "waiting"
            and t.printing != "reserved"
            and t is not ticket
            and self._queue(t) == self._queue(ticket)
        )
        ahead = sum(1 for stands in line if stands < ticket.stands)
        if event["rule"] == "behind" and ahead < min(self.book.hall.policy.missed.behind, len(line)):
            self.book.fail("missed", f"{ticket.id} comes back behind {ahead} of {len(line)}")

    def _queue(self, ticket: Held) -> tuple[Any, ...]:
        if ticket.for_window is not None or ticket.for_clerk is not None:
            return ticket.for_window, ticket.for_clerk
        return (ticket.matter,)

    def _kept_ended(self, event: Row, at: int) -> None:
        ticket = self.book.moves(event["ticket"], ("kept",), "no_show")
        if event["rule"] == "expired" and at < ticket.kept_until:
            self.book.fail("missed", f"{ticket.id} is over at {at}, kept until {ticket.kept_until}")

    def _set_aside(self, event: Row, _at: int) -> None:
        self.book.holds(event, IN_HAND)
        self.book.moves(event["ticket"], ("called", "serving"), "held")
        self.book.sits(event["window"], "free")

    def _requeued(self, event: Row, _at: int) -> None:
        ticket = self.book.tickets[event["ticket"]]
        ticket.for_window = ticket.for_clerk = None

    def _transferred(self, event: Row, _at: int) -> None:
        self.book.holds(event, IN_HAND)
        ticket = self.book.moves(event["ticket"], ("called", "serving"), "waiting")
        if event["to_window"] is None:  # a clerk may send it to any window, but to its host without being told
            self.joints.sent(ticket, event)
        ticket.matter, ticket.for_window, ticket.window = event["matter"], event["to_window"], None
        ticket.for_clerk = None
        self.book.sits(event["window"], "free")

    def _has_gone_on(self, ticket: Held, act: str, service: str) -> bool:
        """Whether it only waits since: for its next matter, or brought back by the guide desk and called by nobody."""
        number, _, nth = service.rpartition("#")
        waits = ticket.window is None and ticket.state == "waiting"
        return waits and (act == "finish" or (act == "miss" and f"{number}#{int(nth) + 1}" not in self._services))

    def _taken_back(self, event: Row, _at: int) -> None:
        act, ticket, window = event["act"], self.book.tickets[event["ticket"]], event["window"]
        if ticket.window != window and not self._has_gone_on(ticket, act, event["service"]):
            self.book.fail(
                "one-hand", f"window {window} takes back {act} of {ticket.id}, last in hand at {ticket.window}"
            )
        if act == "finish":
            self.joints.taken_back(ticket, event["service"])
        ticket.misses -= act == "miss"
        ticket.state = BACK[act]
        stood = self._stood[event["service"]]
        if event["stood"] != stood.told():
            self.book.fail("taken-back", f"{ticket.id} stands again as {event['stood']}, it stood as {stood.told()}")
        stood.again(ticket)
        if act == "call":
            ticket.state, ticket.window = stood.state, stood.window
            self.book.sits(window, "free")
        else:
            ticket.window = window
            self.book.sits(window, DESK_BACK[act], ticket.id, event["service"])
        self.effects.taken_back(event)
