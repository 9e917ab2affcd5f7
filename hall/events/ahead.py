"""What is agreed ahead of a day or beside it: bookings, leaves, windows that the manager sets."""

from __future__ import annotations

from hall.events.event import Event
from hall.model import Badge, Day, Instant, MatterId, StationId, WindowNo


class LeaveTaken(Event, frozen=True, kw_only=True, tag="leave_taken/1"):
    """请假: a clerk will be away; `stand_in` takes over."""

    badge: Badge
    begins: Instant
    ends: Instant
    stand_in: Badge
    station: StationId


class WindowSet(Event, frozen=True, kw_only=True, tag="window_set/1"):
    """The manager opened a window outside its hours, or closed it, until a time. `matters` are served beside its
    own."""

    window: WindowNo
    until: Instant
    closed: bool
    station: StationId
    matters: tuple[MatterId, ...] = ()


class Booked(Event, frozen=True, kw_only=True, tag="booked/1"):
    """预约. `booking` and `person` are salted digests."""

    booking: str
    date: Day
    matter: MatterId
    slot: Instant
    person: str
    station: StationId


class BookingCancelled(Event, frozen=True, kw_only=True, tag="booking_cancelled/1"):
    """The booking was given up in time."""

    booking: str


class BookingMissed(Event, frozen=True, kw_only=True, tag="booking_missed/1"):
    """Nobody came for it."""

    booking: str
