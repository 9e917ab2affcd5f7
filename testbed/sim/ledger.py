"""The checker's own small model of a hall: made from the log's bytes alone, sharing no rule with the hub.

Each event is held against what must always hold; what does not hold is told through `fail(invariant, why)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from hall.model import Hall, Role
from hall.topics import HUB
from testbed.sim.booked import Bookings
from testbed.sim.joints import Joints
from testbed.sim.people import Held, Row, Seat, Stood
from testbed.sim.turns import right

Fail = Callable[[str, str], None]
IN_HAND = ("calling", "serving")
ENDED = ("served", "no_show", "left", "void")
BACK = {"call": "waiting", "start": "called", "finish": "serving", "miss": "called"}
DESK_BACK = {"call": "free", "start": "calling", "finish": "serving", "miss": "calling"}
ACT_OF = {"called": "call", "started": "start", "finished": "finish", "missed": "miss"}


class Ledger:
    """What the committed log says. `seq` and `head` are the last row's."""

    def __init__(self, hall: Hall, fail: Fail) -> None:
        self.hall, self._fail = hall, fail
        self.seq, self.head, self.at = 0, bytes(32), 0
        self.day: str | None = None
        self.tickets: dict[str, Held] = {}
        self.calls: dict[str, int] = {}  # service → how often called
        self.effects: dict[str, list[str]] = {}  # request → what of it stands at windows, by service and act
        self._by_effect: dict[str, str] = {}
        self.withdrawn: set[str] = set()  # requests whose wish never happened or was undone
        self.seats = {window.number: Seat() for window in hall.windows}
        self.numbers: dict[str, int] = {}  # series → last number given out today
        self.first: dict[str, int] = {}
        self.locked: dict[str, tuple[int, int]] = {}  # badge → failures in a row, locked until
        self.ended_days: dict[str, dict[str, Held]] = {}
        self.crashes = 0
        self._at_kiosk = {"", *(p.id for p in hall.policy.priorities if p.at_kiosk)}
        self.bookings = Bookings(hall, fail)
        self._booked, self._booking_cancelled = self.bookings.booked, self.bookings.cancelled
        self._booking_missed = self.bookings.missed
        self.joints = Joints(hall, self.seats, fail)
        self.alerts: dict[str, int] = {}  # alert → when it last began or ended
        self.opened: dict[int, tuple[int, tuple[str, ...]]] = {}
        self._services: dict[str, tuple[str, str]] = {}  # service → ticket, state
        self._stood: dict[str, Stood] = {}  # service → its ticket as it stood when it was called
        self._closing: set[str] = set()
        self._taken_back_now: list[tuple[int, str]] = []  # windows and requests taken back by the rows just before

    def add(self, seq: int, at: int, body: bytes, found: bytes) -> Row:
        """One more committed row; the event in it."""
        if seq != self.seq + 1:
            self._fail("chain", f"row {seq} follows row {self.seq}")
        if at < self.at:
            self._fail("chain", f"row {seq} is of {at}, the one before of {self.at}")
        head = hashlib.sha256(self.head + seq.to_bytes(8, "big") + at.to_bytes(8, "big") + body).digest()
        if head != found:
            self._fail("chain", f"row {seq} has the hash {found.hex()}, its chain says {head.hex()}")
        self.seq, self.at, self.head = seq, at, found
        event: Row = msgspec.json.decode(body)
        kind = event["event"].partition("/")[0]
        if kind not in ("taken_back", "wish_withdrawn"):
            self._taken_back_now.clear()
        rule = getattr(self, f"_{kind}", None)
        if rule is not None:
            rule(event, at)
        return event

    def callable_at(self, window: int) -> list[Held]:
        """Who may be called to a window now, first come first; where it helps out only if nobody else waits there,
        or too many do."""
        at, clerk = self.hall.by_window[window], self.seats[window].clerk
        waiting = [t for t in self.tickets.values() if t.state == "waiting" and t.printing != "reserved"]
        asked = [t for t in waiting if t.for_window == window or (t.for_clerk is not None and t.for_clerk == clerk)]
        free = [t for t in waiting if t.for_window is None and t.for_clerk is None and self._may(clerk, t.matter)]
        until, added = self.opened.get(window, (0, ()))
        always = {*at.serves, *at.delegated, *(added if self.at < until else ())}
        found = asked + [t for t in free if t.matter in always]
        idle = not found
        for matter in set(at.helps) - always:
            there = [t for t in free if t.matter == matter]
            crowd = sum(1 for t in waiting if t.matter == matter and t.for_window is None and t.for_clerk is None)
            if idle or crowd > self.hall.policy.help_over:
                found += there
        return sorted(found, key=lambda t: t.stands)

    def _may(self, clerk: str | None, matter: str) -> bool:
        temporary = clerk is not None and self.hall.by_badge[clerk].temporary
        return not (temporary and self.hall.by_matter[matter].approval)

    def reserved(self) -> list[Held]:
        """Whose paper is not yet known."""
        return [t for t in self.tickets.values() if t.printing == "reserved" and t.state == "waiting"]

    # --- the day ---

    def _day_opened(self, event: Row, _at: int) -> None:
        if self.day is not None:
            self._fail("ended", f"{event['day']} opened while {self.day} is not closed")
        self.day = event["day"]
        self.tickets, self.numbers, self.first = {}, {}, {}

    def _day_closed(self, event: Row, _at: int) -> None:
        for ticket in self.tickets.values():
            if ticket.state not in ENDED:
                self._fail("ended", f"{ticket.id} is {ticket.state} when its day closes")
            if ticket.printing not in ("on_paper", "unknown", "void"):
                self._fail("printing", f"the paper of {ticket.id} is {ticket.printing} when its day closes")
        for state in ENDED:
            count = sum(1 for t in self.tickets.values() if t.state == state)
            if count != event[state]:
                self._fail("counted", f"{self.day} closes with {event[state]} {state}, the log holds {count}")
        if len(self.tickets) != event["issued"]:
            self._fail("counted", f"{self.day} closes with {event['issued']} issued, the log holds {len(self.tickets)}")
        if self._closing != set(self.first):
            self._fail("counted", f"blocks returned: {sorted(self._closing)}, opened: {sorted(self.first)}")
        for number, seat in self.seats.items():
            if seat.state != "closed":
                self._fail("ended", f"window {number} is {seat.state} when its day closes")
        self.bookings.must_be_over(event["day"])
        assert self.day is not None
        self.ended_days[self.day] = self.tickets
        self.day = None
        self._closing = set()

    def _block_opened(self, event: Row, _at: int) -> None:
        self.first[event["series"]] = event["first"]
        self.numbers[event["series"]] = event["first"] - 1

    def _block_returned(self, event: Row, _at: int) -> None:
        last = self.numbers.get(event["series"], 0)
        if event["first_unused"] != last + 1:
            self._fail("counted", f"series {event['series']} returns from {event['first_unused']}, last given {last}")
        self._closing.add(event["series"])

    # --- tickets ---

    def _ticket_issued(self, event: Row, at: int) -> None:
        if event["ticket"] in self.tickets:
            self._fail("one-number", f"{event['ticket']} is issued twice")
        if event["number"] != self.numbers.get(event["series"], -9) + 1:
            self._fail("counted", f"{event['ticket']} follows {self.numbers.get(event['series'])} of its series")
        if any(t.place >= event["place"] for t in self.tickets.values()):
            self._fail("first-come", f"{event['ticket']} gets the place {event['place']}, which is taken or passed")
        self.numbers[event["series"]] = event["number"]
        ticket = self.tickets[event["ticket"]] = Held(event, at)
        self.joints.issued(event)
        if ticket.booking:
            self.bookings.checked_in(ticket, at)
        elif Role.KIOSK in self.hall.by_station[ticket.station].roles and ticket.priority not in self._at_kiosk:
            self._fail("classes", f"{ticket.id} is {ticket.priority}, which {ticket.station} may not give")

    def _ticket_printed(self, event: Row, at: int) -> None:
        ticket = self.tickets[event["ticket"]]
        if ticket.printing in ("on_paper", "void"):
            self._fail("printing", f"{ticket.id} goes from {ticket.printing} to {event['outcome']}")
        early = at < ticket.issued_at + self.hall.policy.reserve_s * 1000
        if event["reason"] == "no_report" and early:
            self._fail("printing", f"{ticket.id} is called unknown {at - ticket.issued_at} ms after it was issued")
        ticket.printing = event["outcome"]

    def _ticket_voided(self, event: Row, _at: int) -> None:
        ticket = self._moves(event["ticket"], ("waiting",), "void")
        if ticket.printing == "on_paper":
            self._fail("paper", f"{ticket.id} is void although it is on paper")
        if ticket.printing == "reserved":
            ticket.printing = "void"
        if ticket.booking:
            self.bookings.freed(ticket.booking)

    def _ticket_left(self, event: Row, _at: int) -> None:
        self._moves(event["ticket"], ("waiting", "held"), "left")

    # --- at windows ---

    def _called(self, event: Row, _at: int) -> None:
        window, ticket = event["window"], self.tickets[event["ticket"]]
        seat = self.seats[window]
        others = [n for n, s in self.seats.items() if s.ticket == ticket.id]
        if others or seat.ticket is not None:
            self._fail("one-hand", f"{ticket.id} is called to {window}: in hand at {others}, there {seat.ticket}")
        if ticket.printing == "reserved":
            self._fail("printing", f"{ticket.id} is called before its paper is known")
        waiting = self.callable_at(window)
        if event["rule"] == "taken_up":
            if (ticket.state, ticket.window) != ("held", window):
                self._fail("first-come", f"{ticket.id} ({ticket.state}) is not set aside at window {window}")
        elif ticket not in waiting and ticket.printing != "reserved":
            self._fail("first-come", f"{ticket.id} ({ticket.state}, {ticket.matter}) does not wait for window {window}")
        elif ticket in waiting:
            self._in_turn(event, ticket, waiting)
        if event["matter"] != ticket.matter:
            self._fail("joint", f"{ticket.id} is called for {event['matter']} and waits for {ticket.matter}")
        if not self._may(seat.clerk, event["matter"]):
            self._fail("posts", f"{seat.clerk} is temporary staff and calls {ticket.id} for {event['matter']}")
        if event["clerk"] != seat.clerk:
            self._fail("one-hand", f"window {window} calls for {event['clerk']}, {seat.clerk} sits there")
        if event["service"] in self._services:
            self._fail("one-number", f"service {event['service']} begins twice")
        self._stood[event["service"]] = Stood.of(ticket)
        self._moves(ticket.id, ("waiting", "held"), "called")
        ticket.window = window
        self._services[event["service"]] = (ticket.id, "called")
        self.calls[event["service"]] = 1
        self._sits(window, "calling", ticket.id, event["service"])
        self._act("called", event)

    def _in_turn(self, event: Row, ticket: Held, waiting: list[Held]) -> None:
        """Recompute the rule and whom it passed over; nobody is overtaken more often than may be."""
        passed = [t for t in waiting if t.stands < ticket.stands]
        policy, classes = self.hall.policy, self.hall.by_priority
        where = f"{ticket.id} to window {event['window']} by {event['rule']}"
        if event["rule"] == "by_number":
            bound = policy.overtaken_at_most
        else:
            bound = classes[ticket.lane].bound if ticket.lane else 0
            mates = [t.id for t in passed if t.lane == ticket.lane]
            if mates or (passed and not ticket.lane):
                self._fail("first-come", f"{where} while {passed[0].id} waits there, {len(passed)} came before")
        over = [t.id for t in passed if t.overtaken >= bound]
        if over:
            self._fail("bound", f"{where}: {over[0]} was overtaken {bound} times already")
        named = ticket.id if event["rule"] == "priority" else event["put_off"]
        told = (event["rule"], event["passed"], list(event["passed_first"]), named)
        names = [t.id for t in passed][:10]
        rule = right(self.hall, waiting)
        out_of_turn = event["rule"] == "by_number"
        expected = ("by_number", len(passed), names, "") if out_of_turn else rule
        first = rule[3] if rule[0] == "priority" else waiting[0].id
        if told != expected or out_of_turn == (first == ticket.id):
            self._fail("why", f"{where} passing {event['passed']} {event['passed_first']}: it should be {expected}")
        for other in passed:
            other.overtaken += 1

    def _recalled(self, event: Row, _at: int) -> None:
        self._holds(event, ("calling",))
        self.calls[event["service"]] += 1
        if event["calls"] != self.calls[event["service"]]:
            self._fail("announced", f"{event['service']}: call {event['calls']} is its {self.calls[event['service']]}.")

    def _started(self, event: Row, _at: int) -> None:
        self._holds(event, ("calling",))
        self._moves(event["ticket"], ("called",), "serving")
        self._sits(event["window"], "serving", event["ticket"], event["service"])
        self._act("started", event)

    def _finished(self, event: Row, _at: int) -> None:
        self._holds(event, ("serving",))
        ticket = self._moves(event["ticket"], ("serving",), "waiting" if event["further"] else "served")
        self.joints.finished(ticket, event)
        self._sits(event["window"], "free")
        self._act("finished", event)

    def _missed(self, event: Row, _at: int) -> None:
        self._holds(event, ("calling",))
        policy = self.hall.policy.missed
        over = event["then"] == "void"
        ticket = self.tickets[event["ticket"]]
        self._moves(ticket.id, ("called",), "no_show" if over else "waiting" if event["behind_place"] else "kept")
        if event["request"] and self.calls[event["service"]] < self.hall.policy.calls_before_no_show:
            self._fail("missed", f"{ticket.id} is passed over after {self.calls[event['service']]} calls")
        if over == (policy.then != "void" and ticket.misses < policy.times) and event["request"]:
            self._fail("missed", f"{ticket.id}, missed {ticket.misses} times before, is {event['then']}")
        ticket.misses += 1
        ticket.kept_until = event["until"]
        ticket.behind = (event["behind_at"], event["behind_place"]) if event["behind_place"] else None
        self._sits(event["window"], "free")
        self._act("missed", event)

    def _came_back(self, event: Row, at: int) -> None:
        ticket = self.tickets[event["ticket"]]
        if ticket.state == "kept" and at >= ticket.kept_until:
            self._fail("missed", f"{ticket.id} comes back at {at}, kept until {ticket.kept_until}")
        self._moves(ticket.id, ("kept", "held"), "waiting")
        ticket.behind = (event["behind_at"], event["behind_place"]) if event["behind_place"] else None
        self.joints.sent(ticket, event, closing=event["station"] == HUB)
        ticket.window, ticket.for_window, ticket.for_clerk = None, event["to_window"], None
        line = sorted(
            t.stands
            for t in self.tickets.values()
            if t.state == "waiting"
            and t.printing != "reserved"
            and t is not ticket
            and self._queue(t) == self._queue(ticket)
        )
        ahead = sum(1 for stands in line if stands < ticket.stands)
        if event["rule"] == "behind" and ahead < min(self.hall.policy.missed.behind, len(line)):
            self._fail("missed", f"{ticket.id} comes back behind {ahead} of {len(line)}")

    def _queue(self, ticket: Held) -> tuple[Any, ...]:
        if ticket.for_window is not None or ticket.for_clerk is not None:
            return ticket.for_window, ticket.for_clerk
        return (ticket.matter,)

    def _kept_ended(self, event: Row, at: int) -> None:
        ticket = self._moves(event["ticket"], ("kept",), "no_show")
        if event["rule"] == "expired" and at < ticket.kept_until:
            self._fail("missed", f"{ticket.id} is over at {at}, kept until {ticket.kept_until}")

    def _set_aside(self, event: Row, _at: int) -> None:
        self._holds(event, IN_HAND)
        self._moves(event["ticket"], ("called", "serving"), "held")
        self._sits(event["window"], "free")

    def _requeued(self, event: Row, _at: int) -> None:
        ticket = self.tickets[event["ticket"]]
        ticket.for_window = ticket.for_clerk = None

    def _window_set(self, event: Row, _at: int) -> None:
        self.opened[event["window"]] = (event["until"], tuple(event["matters"]))

    def _transferred(self, event: Row, _at: int) -> None:
        self._holds(event, IN_HAND)
        ticket = self._moves(event["ticket"], ("called", "serving"), "waiting")
        if event["to_window"] is None:  # a clerk may send it to any window, but to its host without being told
            self.joints.sent(ticket, event)
        ticket.matter, ticket.for_window, ticket.window = event["matter"], event["to_window"], None
        ticket.for_clerk = None
        self._sits(event["window"], "free")

    def _taken_back(self, event: Row, _at: int) -> None:
        act, ticket, window = event["act"], self.tickets[event["ticket"]], event["window"]
        if ticket.window != window and not (act == "finish" and ticket.window is None):
            self._fail("one-hand", f"window {window} takes back {act} of {ticket.id}, last in hand at {ticket.window}")
        if act == "finish":
            self.joints.taken_back(ticket, event["service"])
        ticket.misses -= act == "miss"
        ticket.state = BACK[act]
        stood = self._stood[event["service"]]
        if event["stood"] != stood.told():
            self._fail("taken-back", f"{ticket.id} stands again as {event['stood']}, it stood as {stood.told()}")
        stood.again(ticket)
        if act == "call":
            ticket.state, ticket.window = stood.state, stood.window
            self._sits(window, "free")
        else:
            ticket.window = window
            self._sits(window, DESK_BACK[act], ticket.id, event["service"])
        effect = f"{event['service']} {act}"
        request = self._by_effect.pop(effect, None)
        if request is not None:
            self.effects[request].remove(effect)
            self._taken_back_now.append((window, request))

    def _signed_in(self, event: Row, at: int) -> None:
        seat = self.seats[event["window"]]
        if any(s.clerk == event["badge"] for s in self.seats.values()):
            self._fail("one-hand", f"{event['badge']} signs in at {event['window']} and sits somewhere already")
        if seat.ticket is not None:
            self._fail("one-hand", f"{event['badge']} relieves {seat.clerk} with {seat.ticket} in hand")
        self._not_locked(event["badge"], at)
        self.locked.pop(event["badge"], None)
        seat.clerk = event["badge"]
        self._sits(event["window"], "paused")

    def _signed_out(self, event: Row, _at: int) -> None:
        seat = self.seats[event["window"]]
        if seat.ticket is not None or seat.clerk != event["badge"]:
            self._fail("one-hand", f"{event['badge']} leaves {event['window']}: {seat.clerk} has {seat.ticket}")
        for ticket in self.tickets.values():
            if ticket.state == "waiting" and (ticket.for_window == event["window"] or ticket.for_clerk == seat.clerk):
                self._fail("posts", f"{ticket.id} waits for window {event['window']} alone, which closes")
        seat.clerk = None
        self._sits(event["window"], "closed")

    def _sign_in_failed(self, event: Row, at: int) -> None:
        badge, policy = event["badge"], self.hall.policy
        self._not_locked(badge, at)
        failures = self.locked.get(badge, (0, 0))[0] + 1
        if failures > policy.pin_failures:
            self._fail("locked", f"{badge} may try for the {failures}th time")
        if (failures == policy.pin_failures) != bool(event["until"]):
            self._fail("locked", f"{badge} failed {failures} times in a row and is locked until {event['until']}")
        until = at + round(policy.pin_lock_minutes * 60_000) if failures >= policy.pin_failures else 0
        self.locked[badge] = (0 if until else failures, until)

    def _paused(self, event: Row, _at: int) -> None:
        self._sits(event["window"], "paused")

    def _resumed(self, event: Row, _at: int) -> None:
        self._sits(event["window"], "free")

    def _wish_withdrawn(self, event: Row, _at: int) -> None:
        if event["outcome"] != "stands":
            request = event["request"]
            self.withdrawn.add(request)
            standing = self.effects.get(request, [])
            if standing:
                self._fail("withdrawn", f"{request} is {event['outcome']}, yet {', '.join(standing)} stands")
            here = {window for window, taken in self._taken_back_now if taken == request}
            others = [taken for window, taken in self._taken_back_now if window in here and taken != request]
            if others:
                self._fail("withdrawn", f"with {request} also what {', '.join(others)} did is taken back")
        self._taken_back_now.clear()

    def _alert_raised(self, event: Row, at: int) -> None:
        self.alerts[event["alert"]] = at

    def _alert_ended(self, event: Row, at: int) -> None:
        self.alerts[event["alert"]] = at

    def _request_crashed(self, _event: Row, _at: int) -> None:
        self.crashes += 1

    # --- what most rules ask ---

    def _moves(self, ticket_id: str, before: tuple[str, ...], after: str) -> Held:
        ticket = self.tickets[ticket_id]
        if ticket.state not in before:
            self._fail("one-hand", f"{ticket_id} goes from {ticket.state} to {after}")
        ticket.state = after
        return ticket

    def _holds(self, event: Row, states: tuple[str, ...]) -> None:
        seat = self.seats[event["window"]]
        if (seat.ticket, seat.service) != (event["ticket"], event["service"]) or seat.state not in states:
            self._fail("one-hand", f"window {event['window']} is {seat.shown()} at {event['event']} {event['service']}")

    def _sits(self, window: int, state: str, ticket: str | None = None, service: str | None = None) -> None:
        seat = self.seats[window]
        seat.state, seat.ticket, seat.service = state, ticket, service
        seat.history.append((self.seq, seat.shown()))

    def _act(self, kind: str, event: Row) -> None:
        request = event["request"]
        if request:
            if request in self.withdrawn:
                self._fail("withdrawn", f"{kind} {event['service']} for {request}, which was withdrawn")
            effect = f"{event['service']} {ACT_OF[kind]}"
            self.effects.setdefault(request, []).append(effect)
            self._by_effect[effect] = request

    def _not_locked(self, badge: str, at: int) -> None:
        until = self.locked.get(badge, (0, 0))[1]
        if at < until:
            self._fail("locked", f"{badge} is tried at {at}, locked until {until}")
