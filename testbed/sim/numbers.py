"""The checker's own account of a day's numbers: issued in order, printed, void, or given back."""

from __future__ import annotations

from hall.model import Role
from testbed.sim.book import ENDED, Book, Rule
from testbed.sim.booked import Bookings
from testbed.sim.joints import Joints
from testbed.sim.people import Held, Row


class Numbers:
    """Every number of a series, and the day that it belongs to."""

    def __init__(self, book: Book, bookings: Bookings, joints: Joints) -> None:
        self.book, self.bookings, self.joints = book, bookings, joints
        self.numbers: dict[str, int] = {}  # series → last number given out today
        self.first: dict[str, int] = {}
        self._closing: set[str] = set()
        self._at_kiosk = {"", *(p.id for p in book.hall.policy.priorities if p.at_kiosk)}

    @property
    def rules(self) -> dict[str, Rule]:
        """What is asked of each event."""
        return {
            "day_opened": self._day_opened,
            "day_closed": self._day_closed,
            "block_opened": self._block_opened,
            "block_returned": self._block_returned,
            "ticket_issued": self._ticket_issued,
            "ticket_printed": self._ticket_printed,
            "ticket_voided": self._ticket_voided,
            "ticket_left": self._ticket_left,
        }

    def _day_opened(self, event: Row, _at: int) -> None:
        if self.book.day is not None:
            self.book.fail("ended", f"{event['day']} opened while {self.book.day} is not closed")
        self.book.day = event["day"]
        self.book.tickets, self.numbers, self.first = {}, {}, {}

    def _day_closed(self, event: Row, _at: int) -> None:
        for ticket in self.book.tickets.values():
            if ticket.state not in ENDED:
                self.book.fail("ended", f"{ticket.id} is {ticket.state} when its day closes")
            if ticket.printing not in ("on_paper", "unknown", "void"):
                self.book.fail("printing", f"the paper of {ticket.id} is {ticket.printing} when its day closes")
        for state in ENDED:
            count = sum(1 for t in self.book.tickets.values() if t.state == state)
            if count != event[state]:
                self.book.fail("counted", f"{self.book.day} closes with {event[state]} {state}, the log holds {count}")
        if len(self.book.tickets) != event["issued"]:
            self.book.fail(
                "counted",
                f"{self.book.day} closes with {event['issued']} issued, the log holds {len(self.book.tickets)}",
            )
        if self._closing != set(self.first):
            self.book.fail("counted", f"blocks returned: {sorted(self._closing)}, opened: {sorted(self.first)}")
        for number, seat in self.book.seats.items():
            if seat.state != "closed":
                self.book.fail("ended", f"window {number} is {seat.state} when its day closes")
        self.bookings.must_be_over(event["day"])
        assert self.book.day is not None
        self.book.ended_days[self.book.day] = self.book.tickets
        self.book.day = None
        self._closing = set()

    def _block_opened(self, event: Row, _at: int) -> None:
        self.first[event["series"]] = event["first"]
        self.numbers[event["series"]] = event["first"] - 1

    def _block_returned(self, event: Row, _at: int) -> None:
        last = self.numbers.get(event["series"], 0)
        if event["first_unused"] != last + 1:
            self.book.fail(
                "counted", f"series {event['series']} returns from {event['first_unused']}, last given {last}"
            )
        self._closing.add(event["series"])

    def _ticket_issued(self, event: Row, at: int) -> None:
        if event["ticket"] in self.book.tickets:
            self.book.fail("one-number", f"{event['ticket']} is issued twice")
        if event["number"] != self.numbers.get(event["series"], -9) + 1:
            self.book.fail("counted", f"{event['ticket']} follows {self.numbers.get(event['series'])} of its series")
        if any(t.place >= event["place"] for t in self.book.tickets.values()):
            self.book.fail("first-come", f"{event['ticket']} gets the place {event['place']}, which is taken or passed")
        self.numbers[event["series"]] = event["number"]
        ticket = self.book.tickets[event["ticket"]] = Held(event, at)
        self.joints.issued(event)
        if ticket.booking:
            self.bookings.checked_in(ticket, at)
        elif Role.KIOSK in self.book.hall.by_station[ticket.station].roles and ticket.priority not in self._at_kiosk:
            self.book.fail("classes", f"{ticket.id} is {ticket.priority}, which {ticket.station} may not give")

    def _ticket_printed(self, event: Row, at: int) -> None:
        ticket = self.book.tickets[event["ticket"]]
        if ticket.printing in ("on_paper", "void"):
            self.book.fail("printing", f"{ticket.id} goes from {ticket.printing} to {event['outcome']}")
        early = at < ticket.issued_at + self.book.hall.policy.reserve_s * 1000
        if event["reason"] == "no_report" and early:
            self.book.fail("printing", f"{ticket.id} is called unknown {at - ticket.issued_at} ms after it was issued")
        ticket.printing = event["outcome"]

    def _ticket_voided(self, event: Row, _at: int) -> None:
        ticket = self.book.moves(event["ticket"], ("waiting",), "void")
        if ticket.printing == "on_paper":
            self.book.fail("paper", f"{ticket.id} is void although it is on paper")
        if ticket.printing == "reserved":
            ticket.printing = "void"
        if ticket.booking:
            self.bookings.freed(ticket.booking)

    def _ticket_left(self, event: Row, _at: int) -> None:
        self.book.moves(event["ticket"], ("waiting", "held"), "left")
