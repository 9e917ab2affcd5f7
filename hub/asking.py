"""What many rules ask first, pure: who is asking, whose window it is, and how many stand before a place."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, TypeAlias

from hall.lifecycle import DESK, DeskMove, moved
from hall.messages import Refusal, WindowWish
from hall.model import Desk, DeskState, Hall, Instant, MatterId, Role, Service, Ticket, WindowNo
from hall.waiting import rivals, windows_for
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.held import window_queue

Rule: TypeAlias = Callable[[Hall, Floor, Asked, Any, Instant], Decision]
IN_HAND = (DeskState.CALLING, DeskState.SERVING)


def queues_of(hall: Hall, window: WindowNo) -> tuple[str, ...]:
    """The queues a window calls from: its own, and those of the matters it serves."""
    return (window_queue(window), *hall.by_window[window].serves)


def waiting_in_order(floor: Floor, queues: tuple[str, ...]) -> Iterator[Ticket]:
    """The tickets of several queues, first come first."""
    places = sorted(place for key in queues for place in floor.queues.get(key, ()))
    return (floor.tickets[ticket] for _, ticket in places)


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


def people_ahead(hall: Hall, floor: Floor, matter: MatterId, place: int) -> Counter[MatterId]:
    """Who has an earlier place and will be called by the same windows, by matter."""
    others = rivals(hall, matter)
    ahead = Counter({other: bisect_left(floor.queues.get(other, []), (place, "")) for other in others})
    alone = chain.from_iterable(floor.queues.get(window_queue(n), []) for n in windows_for(hall, matter))
    ahead.update(floor.tickets[waiting].matter for at, waiting in alone if at < place)
    reserved = (floor.tickets[waiting] for waiting in floor.reserved)
    ahead.update(t.matter for t in reserved if t.matter in others and t.place < place)
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
