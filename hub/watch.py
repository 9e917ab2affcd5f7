"""What staff should see, pure: long waits, crowds, idle windows, matters nobody serves, bounds reached, 脱岗; and
bookings that nobody came for. Looked at once a second; alerts are states with a start and an end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from msgspec import Struct

from hall.events import AlertEnded, AlertRaised, AnyEvent, BookingMissed
from hall.model import AlertKind, BookingState, DeskState, Hall, Instant, ServiceState, Ticket, WindowNo
from hall.routing import Level, Line
from hall.waiting import windows_for
from hub.asking import closed, looked_at
from hub.floor import Floor
from hub.sitting import must_be_manned

WATCH_MS = 1_000
MINUTE_MS = 60_000
WATCHED = (
    AlertKind.LONG_WAIT,
    AlertKind.CROWDED,
    AlertKind.IDLE,
    AlertKind.UNSERVED,
    AlertKind.BOUND,
    AlertKind.OFF_POST,
)


class Trouble(Struct, frozen=True):
    """What an alert would tell."""

    id: str
    kind: AlertKind
    subject: str
    detail: str


def watch(hall: Hall, floor: Floor, now: Instant) -> tuple[AnyEvent, ...]:
    """The alerts that begin and end at `now`, and the bookings that are over."""
    seen = {trouble.id: trouble for trouble in _troubles(hall, floor, now)}
    over = [a.id for a in floor.alerts.values() if a.kind in WATCHED and a.id not in seen]
    return (
        *(AlertEnded(alert=alert) for alert in over),
        *(
            AlertRaised(alert=t.id, kind=t.kind, subject=t.subject, detail=t.detail)
            for t in seen.values()
            if t.id not in floor.alerts
        ),
        *_missed_bookings(hall, floor, now),
    )


def _missed_bookings(hall: Hall, floor: Floor, now: Instant) -> Iterator[BookingMissed]:
    late_ms = round(hall.policy.bookings.late_minutes * MINUTE_MS)
    for booking in floor.bookings.values():
        if booking.state is BookingState.BOOKED and now > booking.at + late_ms:
            yield BookingMissed(booking=booking.id)


def _troubles(hall: Hall, floor: Floor, now: Instant) -> Iterator[Trouble]:
    for queue, line in floor.queues.items():
        yield from _of_queue(hall, floor, queue, line, now)
    for window in hall.windows:
        yield from _of_window(hall, floor, window.number, now)


def _of_queue(hall: Hall, floor: Floor, queue: str, line: Line, now: Instant) -> Iterator[Trouble]:
    policy = hall.policy.alerts
    name = queue.replace("#", "window-").replace("@", "clerk-")
    late = _waits_longer(floor, line, policy.wait_minutes, now)
    if late is not None:
        yield Trouble(f"long-wait-{name}", AlertKind.LONG_WAIT, queue, late.label)
    late = _waits_longer(floor, line, policy.unserved_minutes, now)
    if late is not None and not _served(hall, floor, queue, now):
        yield Trouble(f"unserved-{name}", AlertKind.UNSERVED, queue, late.label)
    bound = first_bound(hall)
    if len(line.passed) >= bound:
        yield Trouble(f"bound-{name}", AlertKind.BOUND, queue, floor.tickets[line.passed[bound - 1][0][4]].label)


def _waits_longer(floor: Floor, line: Line, minutes: float, now: Instant) -> Ticket | None:
    """The first that has waited longer than that; None for none, or for 0 minutes."""
    since = now - round(minutes * MINUTE_MS)
    came = takewhile(lambda key: key[0] < since, line.in_order()) if minutes else ()
    return next((t for t in (floor.tickets[key[4]] for key in came) if _waits_since(floor, t) < since), None)


def _waits_since(floor: Floor, ticket: Ticket) -> Instant:
    """When the wait began: with the number, or, for the next matter on it, with the end of the last service."""
    last = floor.services.get(f"{ticket.id}#{ticket.services}")
    if last is None or last.state is not ServiceState.FINISHED or last.ended_at is None:
        return ticket.issued_at
    return last.ended_at


def first_bound(hall: Hall) -> int:
    """How often a ticket may be overtaken before some later arrival has to stand back."""
    return max(1, min((hall.policy.overtaken_at_most, *(p.bound for p in hall.policy.priorities))))


def _served(hall: Hall, floor: Floor, queue: str, now: Instant) -> bool:
    """Whether a window that serves a queue is manned; who waits for one window or clerk is let go when that closes."""
    if queue.startswith(("#", "@")):
        return True
    helpers = (w.number for w in hall.windows if queue in w.helps)
    added = (o.window for o in floor.openings.values() if now < o.until and queue in o.matters.split(","))
    windows = (*windows_for(hall, queue), *helpers, *added)
    return any(floor.desk(n).state is not DeskState.CLOSED for n in windows)


def _of_window(hall: Hall, floor: Floor, window: WindowNo, now: Instant) -> Iterator[Trouble]:
    policy, desk = hall.policy.alerts, floor.desk(window)
    subject = str(window)
    if desk.state is DeskState.CLOSED:
        if policy.off_post and must_be_manned(hall, floor, window, now):
            yield Trouble(f"off-post-{window}", AlertKind.OFF_POST, subject, "")
        return
    looked = looked_at(hall, floor, window, now)
    waiting = sum(len(at.line) for at in looked if at.level is not Level.HELP)
    if policy.waiting and waiting > policy.waiting:
        yield Trouble(f"crowded-{window}", AlertKind.CROWDED, subject, "")
    if policy.idle_minutes and waiting and desk.state in (DeskState.FREE, DeskState.PAUSED):
        first = min(_waits_since(floor, floor.tickets[lane[0][4]]) for at in looked for lane in at.line.lanes.values())
        idle_ms = now - max(first, desk.since)
        if idle_ms > policy.idle_minutes * MINUTE_MS and closed(hall, floor, window, now) is None:
            yield Trouble(f"idle-{window}", AlertKind.IDLE, subject, "")
