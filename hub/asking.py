"""What many rules ask first, pure: who is asking, whose window it is, and how many stand before a place."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import chain

from hall.messages import Refusal, WindowWish
from hall.model import Desk, Hall, MatterId, Role
from hall.waiting import rivals, windows_for
from hub.decision import Asked, Refuse
from hub.floor import Floor, window_queue


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
