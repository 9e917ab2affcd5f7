"""What many rules ask first, pure: who is asking, whose window it is, and how many stand before a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import takewhile
from typing import Any, TypeAlias

from hall.hours import calling
from hall.lifecycle import DESK, DeskMove, moved
from hall.messages import Refusal, WindowWish
from hall.model import Clerk, Desk, DeskState, Hall, Instant, Matter, MatterId, Opening, Role, Service, Ticket, WindowNo
from hall.routing import Key, Level, Line, Looked, helps, levels, may_serve
from hall.waiting import rivals, windows_for
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.held import clerk_queue, key_of, lane_of, queue_of, window_queue

Rule: TypeAlias = Callable[[Hall, Floor, Asked, Any, Instant], Decision]
IN_HAND = (DeskState.CALLING, DeskState.SERVING)


def clerk_of(hall: Hall, desk: Desk) -> Clerk | None:
    """Who sits at a desk."""
    return hall.by_badge.get(desk.clerk) if desk.clerk is not None else None


def opened(floor: Floor, window: WindowNo, now: Instant) -> Opening | None:
    """What the manager has set for a window, while it lasts."""
    found = floor.openings.get(window)
    return found if found is not None and now < found.until else None


def closed(hall: Hall, floor: Floor, window: WindowNo, now: Instant) -> Refuse | None:
    """Why a window may not call now: the manager has closed it; or it is not the hour, and nobody has opened it."""
    opening = opened(floor, window, now)
    if opening is not None:
        return Refuse(Refusal.CALLING_CLOSED, "closed by the manager", opening.until) if opening.closed else None
    hours = calling(hall, hall.by_window[window].zone, now)
    return None if hours.open else Refuse(Refusal.CALLING_CLOSED, hours.reason, hours.reopens_at)


def looked_at(hall: Hall, floor: Floor, window: WindowNo, now: Instant, joining: Ticket | None = None) -> list[Looked]:
    """The queues a window calls from now: those who ask for it or its clerk, its own, delegated ones, and where it
    helps out. `joining`: one who stands there too by the time of the call."""
    desk, opening = floor.desk(window), opened(floor, window, now)
    clerk, lines = clerk_of(hall, desk), floor.queues
    if joining is not None:
        queue = queue_of(joining)
        line = lines[queue].copy() if queue in lines else Line()
        line.add(key_of(joining), lane_of(joining), joining.overtaken)
        lines = lines | {queue: line}
    asked = [window_queue(window)] + ([clerk_queue(desk.clerk)] if desk.clerk is not None else [])
    found = [Looked(queue, Level.ASKED, lines[queue]) for queue in asked if queue in lines]
    more = opening.matters.split(",") if opening is not None and opening.matters else ()
    found += [Looked(q, level, lines[q]) for q, level in levels(hall, window, clerk, more) if q in lines]
    seen = {at.queue for at in found}
    helped = helps(hall, window, clerk, not found, lines)
    return found + [Looked(queue, Level.HELP, lines[queue]) for queue in helped if queue not in seen]


def roles(hall: Hall, asked: Asked) -> tuple[Role, ...]:
    """The asking station's roles; none for a station the hall does not know."""
    station = hall.by_station.get(asked.station)
    return station.roles if station else ()


def must_have_role(hall: Hall, asked: Asked, *wanted: Role) -> None:
    """Refuse a station that has none of these roles."""
    if not set(wanted) & set(roles(hall, asked)):
        raise Refuse(Refusal.NOT_ALLOWED, f"{asked.station} has no role {' or '.join(wanted)}")


def hosted(hall: Hall, floor: Floor, asked: Asked, wish: WindowWish) -> Desk:
    """The desk of a window that the asking station hosts; refused for any other."""
    if wish.window not in hall.by_window:
        raise Refuse(Refusal.UNKNOWN_WINDOW, str(wish.window))
    station = hall.by_station.get(asked.station)
    if station is None or wish.window not in station.windows:
        raise Refuse(Refusal.NOT_YOUR_WINDOW, f"{asked.station} does not host window {wish.window}")
    return floor.desk(wish.window)


def must_serve(hall: Hall, matter: MatterId) -> Matter:
    """The matter; refused if the hall does not know it, or no window serves it."""
    found = hall.by_matter.get(matter)
    if found is None:
        raise Refuse(Refusal.UNKNOWN_MATTER, matter)
    if not windows_for(hall, matter):
        raise Refuse(Refusal.NO_WINDOW, matter)
    return found


def must_take(hall: Hall, floor: Floor, window: WindowNo, matter: MatterId) -> None:
    """Refuse a window that cannot be asked for a matter now: unknown, closed, or its clerk is barred from it."""
    if window not in hall.by_window:
        raise Refuse(Refusal.BAD_TARGET, f"no window {window}")
    desk = floor.desk(window)
    if desk.state is DeskState.CLOSED:
        raise Refuse(Refusal.BAD_TARGET, f"window {window} is closed")
    if not may_serve(hall, clerk_of(hall, desk), matter):
        raise Refuse(Refusal.BARRED, f"{desk.clerk} is temporary staff, {matter} an approval")


def people_ahead(hall: Hall, floor: Floor, matter: MatterId, key: Key) -> Counter[MatterId]:
    """Who stands before a place and will be called by the same windows, by matter."""
    others = rivals(hall, matter)
    ahead = Counter({other: floor.queues[other].before(key) for other in others if other in floor.queues})
    for window in windows_for(hall, matter):
        alone = floor.queues.get(window_queue(window))
        if alone is not None:
            ahead.update(floor.tickets[k[4]].matter for k in takewhile(lambda k: k < key, alone.in_order()))
    reserved = (floor.tickets[waiting] for waiting in floor.reserved)
    ahead.update(t.matter for t in reserved if t.matter in others and key_of(t) < key)
    return ahead


def manned(hall: Hall, floor: Floor, asked: Asked, wish: WindowWish) -> Desk:
    desk = hosted(hall, floor, asked, wish)
    if desk.state is DeskState.CLOSED:
        raise Refuse(Refusal.NOT_SIGNED_IN)
    return desk


def in_hand(floor: Floor, desk: Desk) -> tuple[Ticket, Service]:
    if desk.ticket is None or desk.service is None:
        raise Refuse(Refusal.NO_TICKET_IN_HAND)
    return floor.tickets[desk.ticket], floor.services[desk.service]


def must_be_open(desk: Desk) -> None:
    if desk.state is DeskState.PAUSED:
        raise Refuse(Refusal.PAUSED)
    if desk.state not in IN_HAND:
        moved(DESK, desk.state, DeskMove.CALL)
