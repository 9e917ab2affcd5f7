"""Opening hours: local days, periods, holidays and 调休 (seed §(六)4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from msgspec import Struct

from hall.model import Day, Hall, Holidays, Hours, Instant


class Taking(Struct, frozen=True):
    """Whether tickets are given out; when not, why and when again; when yes, whether it ends soon."""

    open: bool
    reason: str = ""  # before_hours, lunch, after_hours, day_off
    reopens_at: Instant | None = None
    closing_soon: bool = False


@lru_cache
def offset_minutes(utc_offset: str) -> int:
    """Minutes of `+08:00`."""
    sign = -1 if utc_offset[0] == "-" else 1
    return sign * (int(utc_offset[1:3]) * 60 + int(utc_offset[4:6]))


def local(utc_offset: str, now: Instant) -> datetime:
    """The wall clock of the hall at `now`."""
    zone = timezone(timedelta(minutes=offset_minutes(utc_offset)))
    return datetime.fromtimestamp(now / 1000, tz=zone)


def day_of(utc_offset: str, now: Instant) -> Day:
    """The hall's date at `now`."""
    return local(utc_offset, now).date().isoformat()


@lru_cache(maxsize=1024)
def instant_of(utc_offset: str, day: Day, clock: str) -> Instant:
    """The instant of `HH:MM` on a local day."""
    zone = timezone(timedelta(minutes=offset_minutes(utc_offset)))
    return round(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).timestamp() * 1000)


def works(hours: Hours, holidays: Holidays, day: Day) -> bool:
    """Whether the hall is open at all on a day."""
    if day in holidays.working:
        return True
    return day not in holidays.off and date.fromisoformat(day).isoweekday() in hours.weekdays


def taking(hall: Hall, now: Instant) -> Taking:
    """Whether tickets are given out at `now`."""
    day = day_of(hall.utc_offset, now)
    if not works(hall.hours, hall.holidays, day):
        return Taking(open=False, reason="day_off", reopens_at=_next_opening(hall, day, now))
    offset = hall.utc_offset
    periods = [(instant_of(offset, day, a), instant_of(offset, day, b)) for a, b in hall.hours.taking]
    for start, end in periods:
        if start <= now < end:
            last = end == periods[-1][1]
            soon = last and end - now <= hall.hours.closing_soon_minutes * 60_000
            return Taking(open=True, closing_soon=soon)
    if now < periods[0][0]:
        reason = "before_hours"
    elif now >= periods[-1][1]:
        reason = "after_hours"
    else:
        reason = "lunch"
    return Taking(open=False, reason=reason, reopens_at=_next_opening(hall, day, now))


def _next_opening(hall: Hall, day: Day, now: Instant) -> Instant | None:
    for ahead in range(31):
        later = (date.fromisoformat(day) + timedelta(days=ahead)).isoformat()
        if works(hall.hours, hall.holidays, later):
            starts = (instant_of(hall.utc_offset, later, start) for start, _ in hall.hours.taking)
            found = min((start for start in starts if start > now), default=None)
            if found is not None:
                return found
    return None


def year_told(holidays: Holidays, day: Day) -> bool:
    """Whether the holiday file speaks of the day's year."""
    return int(day[:4]) in holidays.years
