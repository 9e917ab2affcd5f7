"""The checker's own small model of a hall: made from the log's bytes alone, sharing no rule with the hub.

Each event is held against what must always hold; what does not hold is told through `fail(invariant, why)`.
"""

from __future__ import annotations

import hashlib

import msgspec

from hall.model import Hall
from testbed.sim.book import Book, Fail, Rule
from testbed.sim.booked import Bookings
from testbed.sim.effects import Effects
from testbed.sim.joints import Joints
from testbed.sim.numbers import Numbers
from testbed.sim.people import Row
from testbed.sim.posts import Posts
from testbed.sim.served import Served


class Ledger(Book):
    """What the committed log says, a row at a time. `seq` and `head` are the last row's."""

    def __init__(self, hall: Hall, fail: Fail) -> None:
        super().__init__(hall, fail)
        self.crashes = 0
        self.alerts: dict[str, int] = {}  # alert → when it last began or ended
        self.bookings = Bookings(hall, fail)
        self.joints = Joints(hall, self.seats, fail)
        self._effects = Effects(self)
        self._rules: dict[str, Rule] = {
            **Numbers(self, self.bookings, self.joints).rules,
            **Served(self, self.joints, self._effects).rules,
            **Posts(self).rules,
            **self._effects.rules,
            "booked": self.bookings.booked,
            "booking_cancelled": self.bookings.cancelled,
            "booking_missed": self.bookings.missed,
            "alert_raised": self._alert_changed,
            "alert_ended": self._alert_changed,
            "request_crashed": self._crashed,
        }

    def add(self, seq: int, at: int, body: bytes, found: bytes) -> Row:
        """One more committed row; the event in it."""
        if seq != self.seq + 1:
            self.fail("chain", f"row {seq} follows row {self.seq}")
        if at < self.at:
            self.fail("chain", f"row {seq} is of {at}, the one before of {self.at}")
        head = hashlib.sha256(self.head + seq.to_bytes(8, "big") + at.to_bytes(8, "big") + body).digest()
        if head != found:
            self.fail("chain", f"row {seq} has the hash {found.hex()}, its chain says {head.hex()}")
        self.seq, self.at, self.head = seq, at, found
        event: Row = msgspec.json.decode(body)
        kind = event["event"].partition("/")[0]
        if kind not in ("taken_back", "wish_withdrawn"):
            self._effects.are_kept()
        rule = self._rules.get(kind)
        if rule is not None:
            rule(event, at)
        return event

    def _alert_changed(self, event: Row, at: int) -> None:
        self.alerts[event["alert"]] = at

    def _crashed(self, _event: Row, _at: int) -> None:
        self.crashes += 1
