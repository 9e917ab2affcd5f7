"""Opening hours: local days, periods, holidays and 调休 (seed §(六)4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from msgspec import Struct

from hall.model import Day, Hall, Holidays, Hours, Instant, ZoneId


class Taking(Struct, frozen=True):
    """Whether tickets are given out; when not, why and when again; when yes, whether it ends soon."""

    open: bool
    reason: str = ""  # before_hours, lunch, after_hours, day_off
    reopens_at: Instant | None = None
    closing_soon: bool = False


DAY_MS = 24 * 3600 * 1000
EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=16)
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
    return _day((now + offset_minutes(utc_offset) * 60_000) // DAY_MS)


@lru_cache(maxsize=1024)
def _day(number: int) -> Day:
    return date.fromordinal(EPOCH + number).isoformat()


@lru_cache(maxsize=4096)  # asked at every call, of the same few periods
def instant_of(utc_offset: str, day: Day, clock: str) -> Instant:
    """The instant of `HH:MM` on a local day."""
    zone = timezone(timedelta(minutes=offset_minutes(utc_offset)))
    return round(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).timestamp() * 1000)


@lru_cache(maxsize=1024)
def works(hours: Hours, holidays: Holidays, day: Day) -> bool:
    """Whether the hall is open at all on a day."""
    if day in holidays.working:
        return True
    return day not in holidays.off and date.fromisoformat(day).isoweekday() in hours.weekdays


def hours_of(hall: Hall, zone: ZoneId | None) -> Hours:
    """The hours of a zone: its own, or the hall's."""
    found = hall.by_zone.get(zone) if zone is not None else None
    return found.hours if found is not None and found.hours is not None else hall.hours


def taking(hall: Hall, now: Instant, zones: Iterable[ZoneId | None] | None = None) -> Taking:
    """Whether tickets are given out at `now` for any of these zones; without any, for the hall: in whichever zone."""
    told = {hours_of(hall, zone): None for zone in ([z.id for z in hall.zones] if zones is None else zones)}
    found = [_taking(hall, hours, now) for hours in told or {hall.hours: None}]
    openings = [one for one in found if one.open]
    if openings:
        return Taking(open=True, closing_soon=all(one.closing_soon for one in openings))
    return min(found, key=lambda one: one.reopens_at or now * 2)


def _taking(hall: Hall, hours: Hours, now: Instant) -> Taking:
    stands = _stands(hall, hours, hours.taking, now)
    if not stands.open:
        return stands
    end = _periods(hall, hours.taking, day_of(hall.utc_offset, now))[-1][1]
    return Taking(open=True, closing_soon=0 <= end - now <= hours.closing_soon_minutes * 60_000)


def calling(hall: Hall, zone: ZoneId, now: Instant) -> Taking:
    """Whether windows of a zone may call at `now`: in the hours of calling, and a while longer those who wait still."""
    hours = hours_of(hall, zone)
    return _stands(hall, hours, hours.calling, now, round(hours.overtime_minutes * 60_000))


def on_post(hall: Hall, zone: ZoneId, now: Instant) -> bool:
    """Whether the clerks of a zone must be at their windows."""
    hours = hours_of(hall, zone)
    return _stands(hall, hours, hours.on_post, now).open


def calling_ends(hall: Hall, zone: ZoneId, now: Instant) -> Instant:
    """When the last period of calling ends, on the day of `now`."""
    return _periods(hall, hours_of(hall, zone).calling, day_of(hall.utc_offset, now))[-1][1]


def _periods(hall: Hall, periods: Sequence[tuple[str, str]], day: Day) -> list[tuple[Instant, Instant]]:
    offset = hall.utc_offset
    return [(instant_of(offset, day, a), instant_of(offset, day, b)) for a, b in periods]


def _stands(hall: Hall, hours: Hours, told: Sequence[tuple[str, str]], now: Instant, longer_ms: Instant = 0) -> Taking:
    """Whether `now` lies in one of these periods of a working day; when not, why and when again."""
    day = day_of(hall.utc_offset, now)
    if not works(hours, hall.holidays, day):
        return Taking(open=False, reason="day_off", reopens_at=_next_opening(hall, hours, told, day, now))
    periods = _periods(hall, told, day)
    if any(start <= now < end + longer_ms for start, end in periods):
        return Taking(open=True)
    before, after = now < periods[0][0], now >= periods[-1][1]
    reason = "before_hours" if before else "after_hours" if after else "lunch"
    return Taking(open=False, reason=reason, reopens_at=_next_opening(hall, hours, told, day, now))


def _next_opening(hall: Hall, hours: Hours, told: Sequence[tuple[str, str]], day: Day, now: Instant) -> Instant | None:
    for ahead in range(31):
        later = (date.fromisoformat(day) + timedelta(days=ahead)).isoformat()
        if works(hours, hall.holidays, later):
            found = min((start for start, _ in _periods(hall, told, later) if start > now), default=None)
            if found is not None:
                return found
    return None


def working_days_ahead(hall: Hall, today: Day, day: Day) -> int | None:
    """How many working days `day` lies ahead of today; None if it is past, off, or more than two months away."""
    count, at = 0, date.fromisoformat(today)
    for _ in range(62):
        if at.isoformat() == day:
            return count if works(hall.hours, hall.holidays, day) else None
        at += timedelta(days=1)
        count += works(hall.hours, hall.holidays, at.isoformat())
    return None


def year_told(holidays: Holidays, day: Day) -> bool:
    """Whether the holiday file speaks of the day's year."""
    return int(day[:4]) in holidays.years
