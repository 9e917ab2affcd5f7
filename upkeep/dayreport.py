"""What is looked at when a day closes: was every number accounted for, what went wrong, is it sealed.

Read from the store while the hub runs. It counts; it judges nobody: no clerk and no rating stands in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from hall.errors import BadLog
from hall.hours import day_of
from hall.model import Alert, Day, Instant, Printing, Service, Ticket, TicketState, WindowNo
from hub.seals import Sealed
from hub.snapshot import Snapshot
from hub.tables import BY_KIND, value_of

MINUTE_MS = 60_000
T = TypeVar("T", Ticket, Service, Alert)


class WindowDay(Struct, frozen=True):
    """One window's day: services ended, and their mean length in minutes."""

    window: WindowNo
    services: int
    minutes: float | None


class AlertDay(Struct, frozen=True):
    """An alert that began on the day; `ended_at` is None while it stands."""

    id: str
    kind: str
    subject: str
    detail: str
    started_at: Instant
    ended_at: Instant | None


class DayReport(Struct, frozen=True, kw_only=True):
    """A day in figures. `open`: numbers that have no end yet; of a sealed day there are none."""

    hall: str
    day: Day
    issued: int
    ends: dict[str, int]
    open: int
    unknown_prints: int
    reprints: int
    wait_minutes: float | None
    longest_wait_minutes: float | None
    windows: tuple[WindowDay, ...]
    alerts: tuple[AlertDay, ...]
    sealed: Sealed | None


def day_report(store: Path, utc_offset: str, day: Day = "") -> DayReport:
    """The report of a day, the hub's present one by default. Raises BadLog: no such file, or no such day in it."""
    with Snapshot(store) as snapshot:
        known = dict.fromkeys((*snapshot.days(BY_KIND[Ticket]), snapshot.day))
        day = day or snapshot.day or ""
        if day not in known:
            last = ", ".join([str(d) for d in known][-5:])
            raise BadLog(f"{store}: there is no day {day!r} in it; the last ones are: {last}")
        tickets = _values(snapshot, Ticket, day)
        services = _values(snapshot, Service, day)
        alerts = [a for a in _values(snapshot, Alert) if day_of(utc_offset, a.started_at) == day]
        sealed = next((s for s in snapshot.seals() if s.day == day), None)
        hall = snapshot.hall
    called: dict[str, Instant] = {}
    for service in services:
        called[service.ticket] = min(service.called_at, called.get(service.ticket, service.called_at))
    waits = [(called[t.id] - t.issued_at) / MINUTE_MS for t in tickets if t.id in called]
    ends = Counter(t.state.value for t in tickets if t.ended_at is not None)
    return DayReport(
        hall=hall,
        day=day,
        issued=len(tickets),
        ends={state.value: ends[state.value] for state in TicketState if ends[state.value]},
        open=sum(t.ended_at is None for t in tickets),
        unknown_prints=sum(t.printing is Printing.UNKNOWN for t in tickets),
        reprints=sum(t.reprints for t in tickets),
        wait_minutes=_mean(waits),
        longest_wait_minutes=max(waits, default=None),
        windows=tuple(_window(number, services) for number in sorted({s.window for s in services})),
        alerts=tuple(AlertDay(a.id, a.kind.value, a.subject, a.detail, a.started_at, a.ended_at) for a in alerts),
        sealed=sealed,
    )


def _values(snapshot: Snapshot, kind: type[T], day: Day | None = None) -> list[T]:
    table = next(table for known, table in BY_KIND.items() if known is kind)
    return [value_of(kind, row) for row in snapshot.rows(table, day)]


def _window(number: WindowNo, services: Sequence[Service]) -> WindowDay:
    ended = [s for s in services if s.window == number and s.started_at is not None and s.ended_at is not None]
    minutes = [(s.ended_at - s.started_at) / MINUTE_MS for s in ended if s.ended_at and s.started_at]
    return WindowDay(number, len(ended), _mean(minutes))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
