"""What is agreed ahead of a day or beside it: bookings, leaves, and windows opened or closed by the manager."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hall.model.ids import Badge, Day, Instant, MatterId, StationId, TicketId, WindowNo

BOOKING_CODE = range(6, 33)  # characters of a booking's code


class BookingState(StrEnum):
    """Where a booking stands; the moves are in hall.lifecycle."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Booking(Struct, frozen=True, kw_only=True):
    """预约. `id` is a salted digest of its code, `person` one of who booked: neither can be read back."""

    id: str
    date: Day
    matter: MatterId
    at: Instant
    person: str
    station: StationId
    state: BookingState
    ticket: TicketId = ""


class Leave(Struct, frozen=True, kw_only=True):
    """请销假: a clerk is away from `begins` to `ends`; of half a day and more `stand_in` (the B post) takes over."""

    badge: Badge
    begins: Instant
    ends: Instant
    stand_in: Badge = ""


class Opening(Struct, frozen=True, kw_only=True):
    """A window that the manager has opened outside its hours, or closed, until a time. `matters` (joined by commas)
    are served there beside its own."""

    window: WindowNo
    until: Instant
    closed: bool = False
    matters: str = ""
