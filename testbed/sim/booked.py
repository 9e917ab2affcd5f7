"""The checker's own book of bookings: who may book what, check in when, and give up until when."""

from __future__ import annotations

from collections.abc import Callable

from hall.hours import instant_of
from hall.model import Hall
from testbed.sim.people import Held, Row


class Bookings:
    """What the committed log says of bookings; what does not hold is told through `fail`."""

    def __init__(self, hall: Hall, fail: Callable[[str, str], None]) -> None:
        self.hall, self._fail = hall, fail
        self.held: dict[str, Row] = {}

    def booked(self, event: Row, at: int) -> None:
        mine = [b for b in self.held.values() if b["date"] == event["date"] and b["state"] != "cancelled"]
        if event["booking"] in self.held or any(b["person"] == event["person"] for b in mine):
            self._fail("booked", f"{event['person'][:8]} books twice for {event['date']}")
        if event["slot"] <= at:
            self._fail("booked", f"a booking for {event['slot']} is made at {at}")
        zone, policy = self.hall.utc_offset, self.hall.policy.bookings
        for quota in policy.quotas:
            begins, ends = (instant_of(zone, event["date"], clock) for clock in (quota.begins, quota.ends))
            if quota.matter == event["matter"] and begins <= event["slot"] < ends:
                taken = sum(1 for b in mine if b["matter"] == event["matter"] and begins <= b["slot"] < ends)
                if taken >= quota.places:
                    self._fail("booked", f"{quota.places} places, booked {taken + 1} times")
                break
        else:
            self._fail("booked", f"{event['matter']} has no places at {event['slot']}")
        self.held[event["booking"]] = {**event, "state": "booked"}

    def checked_in(self, ticket: Held, at: int) -> None:
        booking, policy = self.held[ticket.booking], self.hall.policy.bookings
        late_ms = at - booking["slot"]
        if not -policy.early_minutes * 60_000 <= late_ms <= policy.late_minutes * 60_000:
            self._fail("booked", f"{ticket.id} checks in {late_ms} ms after the time booked")
        if booking["state"] != "booked":
            self._fail("booked", f"{ticket.id} checks in with a booking that is {booking['state']}")
        if ticket.priority != (policy.priority if late_ms <= 0 else policy.late_priority):
            self._fail("booked", f"{ticket.id}, {late_ms} ms late, gets the class {ticket.priority!r}")
        booking["state"] = "checked_in"

    def cancelled(self, event: Row, at: int) -> None:
        booking = self.held[event["booking"]]
        if booking["state"] != "booked" or at > booking["slot"] - self.hall.policy.bookings.cancel_hours * 3_600_000:
            self._fail("booked", f"a booking ({booking['state']}) for {booking['slot']} is given up at {at}")
        booking["state"] = "cancelled"

    def missed(self, event: Row, at: int) -> None:
        booking = self.held[event["booking"]]
        if booking["state"] != "booked" or at <= booking["slot"] + self.hall.policy.bookings.late_minutes * 60_000:
            self._fail("booked", f"a booking ({booking['state']}) for {booking['slot']} is over at {at}")
        booking["state"] = "no_show"

    def freed(self, booking: str) -> None:
        """The number of a check-in was never taken out of the machine."""
        self.held[booking]["state"] = "booked"

    def must_be_over(self, day: str) -> None:
        """At the close of a day none of its bookings is open."""
        for booking in self.held.values():
            if booking["date"] <= day and booking["state"] == "booked":
                self._fail("ended", f"a booking of {booking['date']} is open when {day} closes")
