"""Bookings, pure: who may book what, until when it may be given up, and how it becomes a ticket (requirement F7)."""

from __future__ import annotations

import hashlib

from hall.events import Booked, BookingCancelled
from hall.hours import calling, day_of, instant_of, working_days_ahead
from hall.messages import Book, CancelBooking, CheckIn, Noted, Refusal
from hall.model import BOOKING_CODE, Booking, BookingState, Day, Hall, Instant, MatterId, Quota, Role
from hall.waiting import windows_for
from hub.asking import Rule, must_have_role, must_serve
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.issuing import issue

MINUTE_MS = 60_000
DIGEST = 64  # of a person: SHA-256 in hex
TAKEN = (BookingState.BOOKED, BookingState.CHECKED_IN, BookingState.NO_SHOW)


def booking_id(hall: Hall, day: Day, code: str) -> str:
    """What a booking's code is kept as: nobody who reads the log can check in with it. A code may come again on another
    day."""
    return hashlib.sha256(f"{hall.id}\n{day}\n{code.strip().upper()}".encode()).hexdigest()


def _book(hall: Hall, floor: Floor, asked: Asked, wish: Book, now: Instant) -> Decision:
    must_have_role(hall, asked, Role.BOOKING, Role.DESK)
    must_serve(hall, wish.matter)
    if len(wish.code.strip()) not in BOOKING_CODE:
        raise Refuse(Refusal.NOT_ALLOWED, f"a code has {BOOKING_CODE.start} to {BOOKING_CODE.stop - 1} characters")
    if len(wish.person) != DIGEST or set(wish.person) - set("0123456789abcdef"):
        raise Refuse(Refusal.NOT_ALLOWED, "a person is told as a salted SHA-256 in hex, never in clear")
    day = _bookable_day(hall, wish, now)
    if _found(hall, floor, wish.code) is not None:
        raise Refuse(Refusal.BOOKED_ALREADY, "this code is given out")
    same_day = [b for b in floor.bookings.values() if b.date == day and b.state in TAKEN]
    if any(b.person == wish.person for b in same_day):
        raise Refuse(Refusal.BOOKED_ALREADY, f"this person has booked for {day}")
    quota = quota_of(hall, wish.matter, day, wish.slot)
    if quota is None:
        raise Refuse(Refusal.QUOTA_FULL, f"{wish.matter} has no places at that time")
    begins, ends = _band(hall, quota, day)
    taken = sum(b.matter == wish.matter and begins <= b.at < ends for b in same_day)
    if taken >= quota.places:
        raise Refuse(Refusal.QUOTA_FULL, f"{quota.places} of {quota.places} places are taken")
    event = Booked(
        booking=booking_id(hall, day, wish.code),
        date=day,
        matter=wish.matter,
        slot=wish.slot,
        person=wish.person,
        station=asked.station,
    )
    return Decision(events=(event,), reply=Noted())


def _bookable_day(hall: Hall, wish: Book, now: Instant) -> str:
    if not now < wish.slot < now + 100 * 24 * 60 * MINUTE_MS:
        raise Refuse(Refusal.BAD_DAY, f"{wish.slot} is past or far away, now it is {now}")
    day = day_of(hall.utc_offset, wish.slot)
    ahead = working_days_ahead(hall, day_of(hall.utc_offset, now), day)
    if ahead is None or not 1 <= ahead <= hall.policy.bookings.days_ahead:
        raise Refuse(Refusal.BAD_DAY, f"{day} is not 1 to {hall.policy.bookings.days_ahead} working days ahead")
    zones = {hall.by_window[n].zone for n in windows_for(hall, wish.matter)}
    if not any(calling(hall, zone, wish.slot).open for zone in zones):
        raise Refuse(Refusal.BAD_DAY, "nobody is called at that time")
    return day


def quota_of(hall: Hall, matter: MatterId, day: str, slot: Instant) -> Quota | None:
    """The band of the day that a slot falls into; None if the matter has none there."""
    bands = (q for q in hall.policy.bookings.quotas if q.matter == matter)
    return next((q for q in bands if _band(hall, q, day)[0] <= slot < _band(hall, q, day)[1]), None)


def _band(hall: Hall, quota: Quota, day: str) -> tuple[Instant, Instant]:
    return instant_of(hall.utc_offset, day, quota.begins), instant_of(hall.utc_offset, day, quota.ends)


def _known(hall: Hall, floor: Floor, code: str) -> Booking:
    booking = _found(hall, floor, code)
    if booking is None:
        raise Refuse(Refusal.UNKNOWN_BOOKING)
    return booking


def _found(hall: Hall, floor: Floor, code: str) -> Booking | None:
    days = sorted({b.date for b in floor.bookings.values()})
    return next(
        (floor.bookings[one] for one in (booking_id(hall, d, code) for d in days) if one in floor.bookings), None
    )


def _cancel(hall: Hall, floor: Floor, asked: Asked, wish: CancelBooking, now: Instant) -> Decision:
    must_have_role(hall, asked, Role.BOOKING, Role.DESK)
    booking = _known(hall, floor, wish.code)
    if booking.state is BookingState.CANCELLED:
        return Decision(reply=Noted())
    hours = hall.policy.bookings.cancel_hours
    if now > booking.at - round(hours * 60 * MINUTE_MS):
        raise Refuse(Refusal.TOO_LATE, f"a booking is given up at least {hours:g} h before")
    return Decision(events=(BookingCancelled(booking=booking.id),), reply=Noted())


def _check_in(hall: Hall, floor: Floor, asked: Asked, wish: CheckIn, now: Instant) -> Decision:
    """A booking becomes a ticket of its class; who comes after the time booked gets the class of the late."""
    must_have_role(hall, asked, Role.KIOSK, Role.DESK)
    booking = _known(hall, floor, wish.code)
    policy = hall.policy.bookings
    opens = booking.at - round(policy.early_minutes * MINUTE_MS)
    if booking.state is BookingState.CHECKED_IN:
        ticket = floor.tickets.get(booking.ticket)
        raise Refuse(Refusal.BOOKED_ALREADY, ticket.label if ticket else "")
    if now < opens:
        raise Refuse(Refusal.TOO_EARLY, "", opens)
    if booking.state is not BookingState.BOOKED or now > booking.at + round(policy.late_minutes * MINUTE_MS):
        raise Refuse(Refusal.TOO_LATE, booking.state)
    matter = must_serve(hall, booking.matter)  # the hall file may have changed since
    priority = policy.priority if now <= booking.at else policy.late_priority
    return issue(hall, floor, asked, matter, now, priority=priority, booking=booking.id)


BOOKING: dict[type, Rule] = {Book: _book, CancelBooking: _cancel, CheckIn: _check_in}
