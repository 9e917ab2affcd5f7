"""What the clock alone brings about, pure: late prints, the close of a day and the start of the next, old alerts."""

from __future__ import annotations

from collections import Counter

from hall.events import (
    AlertEnded,
    AlertRaised,
    AnyEvent,
    BlockReturned,
    BookingMissed,
    DayClosed,
    DayOpened,
    Finished,
    KeptEnded,
    Missed,
    ServiceRated,
    SignedOut,
    TicketLeft,
    TicketPrinted,
)
from hall.hours import day_of, year_told
from hall.model import (
    AlertKind,
    BookingState,
    Day,
    DeskState,
    Disposition,
    Hall,
    Instant,
    MissReason,
    Printing,
    Role,
    ServiceState,
    TicketState,
)
from hall.ratings import UNRATED
from hub.decide import print_alert
from hub.floor import Floor

ALERT_KEPT_MS = 10 * 60_000  # how long an alert about a single moment stands
MOMENTARY = (AlertKind.REQUEST_CRASHED, AlertKind.BAD_MESSAGE, AlertKind.INTRUDER)


def due(hall: Hall, floor: Floor, now: Instant) -> tuple[AnyEvent, ...]:
    """The events that are due at `now`, in order; empty if none."""
    today = day_of(hall.utc_offset, now)
    if floor.day is None:
        return tuple(_open(hall, floor, today))
    if floor.day < today:
        return (*_close(hall, floor, floor.day, today), *_open(hall, floor, today))
    return (*_late_prints(hall, floor, now), *_not_come_back(floor, now), *_old_alerts(hall, floor, now))


def _not_come_back(floor: Floor, now: Instant) -> list[AnyEvent]:
    return [KeptEnded(ticket=ticket) for ticket, until in floor.kept.items() if now >= until]


def _late_prints(hall: Hall, floor: Floor, now: Instant) -> list[AnyEvent]:
    limit = now - hall.policy.reserve_s * 1000
    events: list[AnyEvent] = []
    for ticket_id, issued_at in floor.reserved.items():
        if issued_at > limit:
            break
        ticket = floor.tickets[ticket_id]
        events.append(TicketPrinted(ticket=ticket_id, outcome=Printing.UNKNOWN, reason="no_report"))
        if not any(isinstance(e, AlertRaised) and e.subject == ticket.station for e in events):
            events += print_alert(floor, ticket, Printing.UNKNOWN)
    return events


def _old_alerts(hall: Hall, floor: Floor, now: Instant) -> list[AnyEvent]:
    locked_ms = hall.policy.pin_lock_minutes * 60_000
    return [
        AlertEnded(alert=alert.id)
        for alert in floor.alerts.values()
        if (alert.kind in MOMENTARY and now - alert.started_at > ALERT_KEPT_MS)
        or (alert.kind is AlertKind.BADGE_LOCKED and now - alert.started_at > locked_ms)
    ]


def _close(hall: Hall, floor: Floor, day: Day, today: Day) -> list[AnyEvent]:
    """Every ticket ends by rule, every window is signed out, unused numbers go back: the day can be sealed."""
    events: list[AnyEvent] = [*_never_answered(hall, floor)]
    ends: Counter[TicketState] = Counter()
    for ticket in floor.tickets.values():
        if ticket.printing is Printing.RESERVED and ticket.state is TicketState.WAITING:
            events.append(TicketPrinted(ticket=ticket.id, outcome=Printing.UNKNOWN, reason="day_closed"))
        match ticket.state:
            case TicketState.KEPT:
                events.append(KeptEnded(ticket=ticket.id, rule="day_closed"))
                ends[TicketState.NO_SHOW] += 1
            case TicketState.WAITING | TicketState.HELD:
                events.append(TicketLeft(ticket=ticket.id, rule="day_closed"))
                ends[TicketState.LEFT] += 1
            case TicketState.CALLED | TicketState.SERVING:
                continue
            case ended:
                ends[ended] += 1
    for desk in floor.desks.values():
        if desk.ticket is not None and desk.service is not None:
            events.append(_end_in_hand(desk.state, desk.service, desk.ticket, desk.window, ends))
        if desk.clerk is not None:
            events.append(SignedOut(window=desk.window, badge=desk.clerk, rule="day_closed"))
    events += [
        BookingMissed(booking=b.id)
        for b in floor.bookings.values()
        if b.date < today and b.state is BookingState.BOOKED
    ]
    events += [
        BlockReturned(
            day=day,
            series=block.series,
            first=block.first,
            first_unused=block.first + block.used,
            last=block.last,
        )
        for block in floor.blocks.values()
    ]
    events.append(
        DayClosed(
            day=day,
            issued=len(floor.tickets),
            served=ends[TicketState.SERVED],
            no_show=ends[TicketState.NO_SHOW],
            left=ends[TicketState.LEFT],
            void=ends[TicketState.VOID],
        )
    )
    return events


def _never_answered(hall: Hall, floor: Floor) -> list[AnyEvent]:
    """Services of windows with a pad of which nobody said how they were rated: the pad died with its question, and the
    next applicant came. They count as 未评价, and only now: until here a pad may bring what it kept."""
    with_pad = {n for station in hall.stations if Role.EVALUATOR in station.roles for n in station.windows}
    return [
        ServiceRated(service=s.id, window=s.window, clerk=s.clerk, level=UNRATED, rule="day_closed")
        for s in floor.services.values()
        if s.state is ServiceState.FINISHED and s.window in with_pad and s.id not in floor.ratings
    ]


def _end_in_hand(state: DeskState, service: str, ticket: str, window: int, ends: Counter[TicketState]) -> AnyEvent:
    if state is DeskState.SERVING:
        ends[TicketState.SERVED] += 1
        return Finished(service=service, ticket=ticket, window=window, disposition=Disposition.DAY_CLOSED)
    ends[TicketState.NO_SHOW] += 1
    return Missed(service=service, ticket=ticket, window=window, reason=MissReason.ABSENT)


def _open(hall: Hall, floor: Floor, day: Day) -> list[AnyEvent]:
    events: list[AnyEvent] = [DayOpened(day=day)]
    told = year_told(hall.holidays, day)
    alert = "no-holidays"
    if not told and alert not in floor.alerts:
        events.append(AlertRaised(alert=alert, kind=AlertKind.NO_HOLIDAYS, subject=day[:4], detail="holidays.years"))
    if told and alert in floor.alerts:
        events.append(AlertEnded(alert=alert))
    return events
