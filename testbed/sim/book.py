"""What all parts of the checker's ledger write in together: tickets, windows, and where the log stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from hall.model import Hall
from testbed.sim.people import Held, Row, Seat

Fail: TypeAlias = Callable[[str, str], None]
Rule: TypeAlias = Callable[[Row, int], None]
IN_HAND = ("calling", "serving")
ENDED = ("served", "no_show", "left", "void")


class Book:
    """What the committed log says so far. What does not hold is told through `fail(invariant, why)`."""

    def __init__(self, hall: Hall, fail: Fail) -> None:
        self.hall, self.fail = hall, fail
        self.seq, self.head, self.at = 0, bytes(32), 0
        self.day: str | None = None
        self.tickets: dict[str, Held] = {}
        self.ended_days: dict[str, dict[str, Held]] = {}
        self.calls: dict[str, int] = {}  # service → how often called
        self.withdrawn: set[str] = set()  # requests whose wish never happened or was undone
        self.seats = {window.number: Seat() for window in hall.windows}
        self.opened: dict[int, tuple[int, tuple[str, ...]]] = {}

    def callable_at(self, window: int) -> list[Held]:
        """Who may be called to a window now, first come first; where it helps out only if nobody else waits there,
        or too many do."""
        at, clerk = self.hall.by_window[window], self.seats[window].clerk
        waiting = [t for t in self.tickets.values() if t.state == "waiting" and t.printing != "reserved"]
        asked = [t for t in waiting if t.for_window == window or (t.for_clerk is not None and t.for_clerk == clerk)]
        free = [t for t in waiting if t.for_window is None and t.for_clerk is None and self.may(clerk, t.matter)]
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

    def may(self, clerk: str | None, matter: str) -> bool:
        """Whether a clerk may handle a matter: 临聘 staff no approvals."""
        temporary = clerk is not None and self.hall.by_badge[clerk].temporary
        return not (temporary and self.hall.by_matter[matter].approval)

    def reserved(self) -> list[Held]:
        """Whose paper is not yet known."""
        return [t for t in self.tickets.values() if t.printing == "reserved" and t.state == "waiting"]

    def moves(self, ticket_id: str, before: tuple[str, ...], after: str) -> Held:
        """A ticket goes from one of the states to another."""
        ticket = self.tickets[ticket_id]
        if ticket.state not in before:
            self.fail("one-hand", f"{ticket_id} goes from {ticket.state} to {after}")
        ticket.state = after
        return ticket

    def holds(self, event: Row, states: tuple[str, ...]) -> None:
        """An event's window has to have its ticket and service in hand, in one of the states."""
        seat = self.seats[event["window"]]
        if (seat.ticket, seat.service) != (event["ticket"], event["service"]) or seat.state not in states:
            self.fail("one-hand", f"window {event['window']} is {seat.shown()} at {event['event']} {event['service']}")

    def sits(self, window: int, state: str, ticket: str | None = None, service: str | None = None) -> None:
        """A window is in a state from now on, with that in hand."""
        seat = self.seats[window]
        seat.state, seat.ticket, seat.service = state, ticket, service
        seat.history.append((self.seq, seat.shown()))
