"""What the manager arranges, pure: leaves, and windows opened or closed for a while."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from hall.events import LeaveTaken, WindowSet
from hall.hours import day_of, hours_of, instant_of, works
from hall.messages import Noted, Refusal, SetWindow, TakeLeave
from hall.model import Day, Hall, Instant, Role, WindowNo
from hall.posts import leaves_bare, uncovered
from hub.asking import Rule, must_have_role, must_serve
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.held import overlap

MINUTE_MS = 60_000
LONGEST_MINUTES = 24 * 60
Span: TypeAlias = tuple[Instant, Instant]


def _take_leave(hall: Hall, floor: Floor, asked: Asked, wish: TakeLeave, now: Instant) -> Decision:
    must_have_role(hall, asked, Role.DESK)
    if wish.badge not in hall.by_badge:
        raise Refuse(Refusal.NOT_POSTED, f"no clerk {wish.badge[:8]}")
    if not now - 24 * 60 * MINUTE_MS < wish.begins < wish.ends < now + 400 * 24 * 60 * MINUTE_MS:
        raise Refuse(Refusal.BAD_DAY, "it ends before it begins, is long past, or more than a year away")
    sits = leaves_bare(hall.posts, wish.badge, *_days(hall, wish))
    if wish.stand_in or (sits and is_long(hall, sits[0], _away_then(hall, floor, wish))):
        _must_stand_in(hall, floor, wish, sits)
    event = LeaveTaken(
        badge=wish.badge, begins=wish.begins, ends=wish.ends, stand_in=wish.stand_in, station=asked.station
    )
    return Decision(events=(event,), reply=Noted())


def _away_then(hall: Hall, floor: Floor, wish: TakeLeave) -> list[Span]:
    """The leave and the others of those days for which nobody stands in: two short ones may be half a day."""
    days = {day_of(hall.utc_offset, wish.begins), day_of(hall.utc_offset, wish.ends)}
    others = [
        (one.begins, one.ends)
        for one in floor.leaves_of(wish.badge)
        if not one.stand_in
        and not overlap(one, wish.begins, wish.ends)
        and days & {day_of(hall.utc_offset, one.begins), day_of(hall.utc_offset, one.ends)}
    ]
    return [(wish.begins, wish.ends), *others]


def _must_stand_in(hall: Hall, floor: Floor, wish: TakeLeave, windows: tuple[WindowNo, ...]) -> None:
    """Refuse unless the B post of every window of the one who goes takes over, and is there."""
    bare = uncovered(hall.posts, windows, wish.stand_in, *_days(hall, wish))
    if not wish.stand_in or wish.stand_in == wish.badge or bare:
        at = ", ".join(map(str, bare or windows))
        raise Refuse(Refusal.NEEDS_STAND_IN, f"half a day and more needs the B post of window {at}")
    if any(overlap(one, wish.begins, wish.ends) for one in floor.leaves_of(wish.stand_in)):
        raise Refuse(Refusal.NEEDS_STAND_IN, f"{wish.stand_in} is on leave then")


def _days(hall: Hall, wish: TakeLeave) -> tuple[Day, Day]:
    """The first and the last day of a leave."""
    return day_of(hall.utc_offset, wish.begins), day_of(hall.utc_offset, wish.ends - 1)


def is_long(hall: Hall, window: WindowNo, away: Sequence[Span]) -> bool:
    """Whether leaves, none of which overlap, take half a day or more together: a whole period of being on post, or as
    much time."""
    hours = hours_of(hall, hall.by_window[window].zone)
    if any(ends - begins >= 24 * 60 * MINUTE_MS for begins, ends in away):
        return True
    missed = 0
    for day in {day_of(hall.utc_offset, at) for span in away for at in span}:
        if not works(hours, hall.holidays, day):
            continue
        periods = [(instant_of(hall.utc_offset, day, a), instant_of(hall.utc_offset, day, b)) for a, b in hours.on_post]
        gone = [sum(max(0, min(ends, end) - max(begins, start)) for begins, ends in away) for start, end in periods]
        missed += sum(gone)
        if any(one >= end - start for one, (start, end) in zip(gone, periods, strict=True)):
            return True
        if 2 * missed >= sum(end - start for start, end in periods):
            return True
    return False


def _set_window(hall: Hall, floor: Floor, asked: Asked, wish: SetWindow, now: Instant) -> Decision:
    must_have_role(hall, asked, Role.DESK)
    if wish.number not in hall.by_window:
        raise Refuse(Refusal.BAD_TARGET, f"no window {wish.number}")
    if not 0 <= wish.minutes <= LONGEST_MINUTES:
        raise Refuse(Refusal.NOT_ALLOWED, f"0 (now on as the file says) to {LONGEST_MINUTES} minutes")
    for matter in wish.matters:
        must_serve(hall, matter)
    if wish.closed and floor.desk(wish.number).clerk is not None:
        raise Refuse(Refusal.NOT_ALLOWED, f"window {wish.number} is manned: the clerk signs out first")
    event = WindowSet(
        window=wish.number,
        until=now + round(wish.minutes * MINUTE_MS),
        closed=wish.closed,
        station=asked.station,
        matters=() if wish.closed else wish.matters,
    )
    return Decision(events=(event,), reply=Noted())


ARRANGING: dict[type, Rule] = {TakeLeave: _take_leave, SetWindow: _set_window}
