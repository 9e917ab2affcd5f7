"""Bookings of a replayed day: made on a day before it, through the hall's own adapter."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, timedelta

from booking.orders import AWAY, Order
from cli.bookings import post
from cli.processes import NotStarted
from cli.stage import Stage
from hall.errors import BadFile
from hall.hours import working_days_ahead
from hall.model import Day, Hall, PriorityId
from testbed.day import Arrival, clock

EARLY_S = 600  # of who has booked: they come so long before
LIMIT_S = 30.0
NOON = "12:00"  # of the day before: the hall need not be open to take a booking


def have_booked(hall: Hall, arrivals: Iterable[Arrival]) -> tuple[Arrival, ...]:
    """Those whose class is the one of booked visitors."""
    booked = hall.policy.bookings.priority
    return tuple(a for a in arrivals if booked and a.priority == booked)


def classes_played(hall: Hall) -> tuple[PriorityId, ...]:
    """The classes that people of a day may have: those of the kiosk, and booked, where the hall has an adapter."""
    at_kiosk = tuple(p.id for p in hall.policy.priorities if p.at_kiosk)
    booked = hall.policy.bookings.priority
    return (*at_kiosk, booked) if booked and _adapter(hall) else at_kiosk


def start_for(hall: Hall, day: Day, booked: Iterable[Arrival]) -> str:
    """When the hall has to begin, as local time: on the day, or where something is booked on the latest day on which it
    could be. Raises BadFile."""
    if not any(True for _ in booked):
        return f"{day}T00:00"
    for back in range(1, 31):
        before = (date.fromisoformat(day) - timedelta(days=back)).isoformat()
        if working_days_ahead(hall, before, day) == 1:
            return f"{before}T{NOON}"
    raise BadFile((f"{day} is no working day: nobody can book for it",))


def book(stage: Stage, day: Day, name: str, booked: Iterable[Arrival]) -> dict[int, str]:
    """Their codes by the line of the day's file. Raises NotStarted with the line that could not be booked."""
    codes: dict[int, str] = {}
    for arrival in booked:
        port = stage.table(_adapter(stage.hall))["booking"]["port"]
        slot = f"{day}T{clock(arrival.arrive + EARLY_S)[:5]}"
        order = Order(person=f"{name} {arrival.line}", matter=arrival.matter, slot=slot)
        limit = time.monotonic() + LIMIT_S
        while (said := post(f"http://127.0.0.1:{port}", order, "")).status == AWAY.status:
            if time.monotonic() > limit:
                break  # it has not heard of the hall yet
            time.sleep(0.1)
        if said.status != 201:
            raise NotStarted(f"{name}:{arrival.line}: not booked for {slot}: {said.body}")
        codes[arrival.line] = said.body["code"]
    return codes


def _adapter(hall: Hall) -> str:
    return next((s.id for s in hall.stations if "booking" in s.roles), "")
