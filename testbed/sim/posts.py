"""The checker's own account of who sits where: signing in and out, wrong PINs, windows paused and opened."""

from __future__ import annotations

from testbed.sim.book import Book, Rule
from testbed.sim.people import Row


class Posts:
    """Every clerk and window."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.locked: dict[str, tuple[int, int]] = {}  # badge → failures in a row, locked until

    @property
    def rules(self) -> dict[str, Rule]:
        """What is asked of each event."""
        return {
            "signed_in": self._signed_in,
            "signed_out": self._signed_out,
            "sign_in_failed": self._sign_in_failed,
            "paused": self._paused,
            "resumed": self._resumed,
            "window_set": self._window_set,
        }

    def _signed_in(self, event: Row, at: int) -> None:
        seat = self.book.seats[event["window"]]
        if any(s.clerk == event["badge"] for s in self.book.seats.values()):
            self.book.fail("one-hand", f"{event['badge']} signs in at {event['window']} and sits somewhere already")
        if seat.ticket is not None:
            self.book.fail("one-hand", f"{event['badge']} relieves {seat.clerk} with {seat.ticket} in hand")
        self._not_locked(event["badge"], at)
        self.locked.pop(event["badge"], None)
        seat.clerk = event["badge"]
        self.book.sits(event["window"], "paused")

    def _signed_out(self, event: Row, _at: int) -> None:
        seat = self.book.seats[event["window"]]
        if seat.ticket is not None or seat.clerk != event["badge"]:
            self.book.fail("one-hand", f"{event['badge']} leaves {event['window']}: {seat.clerk} has {seat.ticket}")
        for ticket in self.book.tickets.values():
            if ticket.state == "waiting" and (ticket.for_window == event["window"] or ticket.for_clerk == seat.clerk):
                self.book.fail("posts", f"{ticket.id} waits for window {event['window']} alone, which closes")
        seat.clerk = None
        self.book.sits(event["window"], "closed")

    def _sign_in_failed(self, event: Row, at: int) -> None:
        badge, policy = event["badge"], self.book.hall.policy
        self._not_locked(badge, at)
        failures = self.locked.get(badge, (0, 0))[0] + 1
        if failures > policy.pin_failures:
            self.book.fail("locked", f"{badge} may try for the {failures}th time")
        if (failures == policy.pin_failures) != bool(event["until"]):
            self.book.fail("locked", f"{badge} failed {failures} times in a row and is locked until {event['until']}")
        until = at + round(policy.pin_lock_minutes * 60_000) if failures >= policy.pin_failures else 0
        self.locked[badge] = (0 if until else failures, until)

    def _paused(self, event: Row, _at: int) -> None:
        self.book.sits(event["window"], "paused")

    def _resumed(self, event: Row, _at: int) -> None:
        self.book.sits(event["window"], "free")

    def _window_set(self, event: Row, _at: int) -> None:
        self.book.opened[event["window"]] = (event["until"], tuple(event["matters"]))

    def _not_locked(self, badge: str, at: int) -> None:
        until = self.locked.get(badge, (0, 0))[1]
        if at < until:
            self.book.fail("locked", f"{badge} is tried at {at}, locked until {until}")
