"""The house itself: wishes given up, crashes, devices, alerts, emergencies, and what was deleted."""

from __future__ import annotations

from hall.events.event import Event
from hall.messages import Health, Withdrawal
from hall.model import AlertKind, RequestId, StationId, ZoneId


class EmergencySet(Event, frozen=True, kw_only=True, tag="emergency_set/1"):
    """An emergency text was called out in a zone, or ended by an empty one."""

    zone: ZoneId
    text: str
    station: StationId


class WishWithdrawn(Event, frozen=True, kw_only=True, tag="wish_withdrawn/1"):
    """A station gave up a wish."""

    station: StationId
    request: RequestId
    outcome: Withdrawal


class RequestCrashed(Event, frozen=True, kw_only=True, tag="request_crashed/1"):
    """Deciding a request raised: refused, its neighbours stand. `error` is the kind of exception, never its text."""

    station: StationId
    request: RequestId
    ask: str
    error: str


class Forgotten(Event, frozen=True, kw_only=True, tag="forgotten/1"):
    """What was kept for a time was deleted: so many personal texts, and answers to requests."""

    texts: int
    answers: int


class DeviceChanged(Event, frozen=True, kw_only=True, tag="device_changed/1"):
    """A device's health, as its station told it."""

    station: StationId
    device: str
    health: Health
    reason: str


class AlertRaised(Event, frozen=True, kw_only=True, tag="alert_raised/1"):
    """A trouble began."""

    alert: str
    kind: AlertKind
    subject: str
    detail: str


class AlertEnded(Event, frozen=True, kw_only=True, tag="alert_ended/1"):
    """A trouble is over."""

    alert: str
