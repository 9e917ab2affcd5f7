"""How the people at windows, ratings, emergencies and alerts change."""

from __future__ import annotations

from msgspec.structs import replace

from hall.events import (
    AlertEnded,
    AlertRaised,
    EmergencySet,
    Paused,
    Resumed,
    ServiceRated,
    SignedIn,
    SignedOut,
    SignInFailed,
)
from hall.lifecycle import DESK, DeskMove, moved
from hall.model import Alert, Emergency, Instant, Lockout, Rating
from hub.held import Changed, Held, Step


def _signed_in(floor: Held, event: SignedIn, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    move = DeskMove.HAND_OVER if event.relieved else DeskMove.SIGN_IN
    desk = replace(
        desk,
        state=moved(DESK, desk.state, move),
        clerk=event.badge,
        letter=event.letter,
        since=at,
        act=None,
    )
    return desk, Lockout(badge=event.badge)


def _signed_out(floor: Held, event: SignedOut, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    state = moved(DESK, desk.state, DeskMove.SIGN_OUT)
    return (replace(desk, state=state, clerk=None, letter=None, since=at, act=None),)


def _sign_in_failed(_floor: Held, event: SignInFailed, _at: Instant) -> Changed:
    return (Lockout(badge=event.badge, failures=0 if event.until else event.failures, until=event.until),)


def _paused(floor: Held, event: Paused, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    return (replace(desk, state=moved(DESK, desk.state, DeskMove.PAUSE), since=at),)


def _resumed(floor: Held, event: Resumed, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    return (replace(desk, state=moved(DESK, desk.state, DeskMove.RESUME), since=at),)


def _service_rated(floor: Held, event: ServiceRated, at: Instant) -> Changed:
    rating = Rating(
        service=event.service,
        day=event.service[:10],
        window=event.window,
        clerk=event.clerk,
        level=event.level,
        reasons=",".join(map(str, event.reasons)),
        version=event.version,
        words=event.words,
        at=at,
    )
    desk = floor.desk(event.window)
    return (rating, replace(desk, rate=None)) if desk.rate == event.service else (rating,)


def _emergency_set(_floor: Held, event: EmergencySet, at: Instant) -> Changed:
    return (Emergency(zone=event.zone, text=event.text, since=at),)


def _alert_raised(_floor: Held, event: AlertRaised, at: Instant) -> Changed:
    return (Alert(id=event.alert, kind=event.kind, subject=event.subject, detail=event.detail, started_at=at),)


def _alert_ended(floor: Held, event: AlertEnded, at: Instant) -> Changed:
    return (replace(floor.alerts[event.alert], ended_at=at),)


OTHERS: dict[type, Step] = {
    SignedIn: _signed_in,
    SignedOut: _signed_out,
    SignInFailed: _sign_in_failed,
    Paused: _paused,
    Resumed: _resumed,
    AlertRaised: _alert_raised,
    AlertEnded: _alert_ended,
    ServiceRated: _service_rated,
    EmergencySet: _emergency_set,
}
