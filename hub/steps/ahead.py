"""How bookings, leaves, and windows opened or closed by the manager change."""

from __future__ import annotations

from msgspec.structs import replace

from hall.events import Booked, BookingCancelled, BookingMissed, LeaveTaken, WindowSet
from hall.lifecycle import BOOKING, BookingMove, moved
from hall.model import Booking, BookingState, Instant, Leave, Opening
from hub.held import Changed, Held, Step, overlap


def _booked(_floor: Held, event: Booked, _at: Instant) -> Changed:
    return (
        Booking(
            id=event.booking,
            date=event.date,
            matter=event.matter,
            at=event.slot,
            person=event.person,
            station=event.station,
            state=BookingState.BOOKED,
        ),
    )


def _cancelled(floor: Held, event: BookingCancelled, _at: Instant) -> Changed:
    return (_after(floor, event.booking, BookingMove.CANCEL),)


def _missed(floor: Held, event: BookingMissed, _at: Instant) -> Changed:
    return (_after(floor, event.booking, BookingMove.MISS),)


def _after(floor: Held, booking: str, move: BookingMove) -> Booking:
    held = floor.bookings[booking]
    return replace(held, state=moved(BOOKING, held.state, move))


def _leave_taken(floor: Held, event: LeaveTaken, _at: Instant) -> Changed:
    """It takes the place of those of the same clerk that it overlaps: nothing is left of them."""
    before = [one for one in floor.leaves_of(event.badge) if overlap(one, event.begins, event.ends)]
    leave = Leave(badge=event.badge, begins=event.begins, ends=event.ends, stand_in=event.stand_in)
    return (*(replace(one, ends=one.begins) for one in before if one.begins != event.begins), leave)


def _window_set(_floor: Held, event: WindowSet, _at: Instant) -> Changed:
    matters = ",".join(event.matters)
    return (Opening(window=event.window, until=event.until, closed=event.closed, matters=matters),)


AHEAD: dict[type, Step] = {
    Booked: _booked,
    BookingCancelled: _cancelled,
    BookingMissed: _missed,
    LeaveTaken: _leave_taken,
    WindowSet: _window_set,
}
