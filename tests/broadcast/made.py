"""Calls, emergencies and windows that the voice's tests share."""

from __future__ import annotations

from functools import cache

from broadcast.utterance import wording
from broadcast.values import Ended, Manner, Play, Voice, Wording
from hall.happened import Told
from hall.messages import EmergencyState, InHand, Say, WindowState
from hall.model import DeskState, Instant, ServiceState, TicketState
from hall.station.settings import words

NINE: Instant = 1_795_395_660_000  # 2026-11-23 09:01 in +08:00, a Monday
VALID_MS = 25_000


@cache
def wording_of(language: str) -> Wording:
    """The shipped words of a language."""
    return wording(language, words("broadcast", language))


def manner(*languages: str, chime: bool = True) -> Manner:
    """Zone `main`, Chinese unless told."""
    return Manner("main", tuple(wording_of(code) for code in languages or ("zh",)), chime)


def voice(*languages: str) -> Voice:
    """A voice that is silent."""
    return Voice(manner(*languages))


def call(label: str = "A017", window: int = 3, n: int = 1, at: Instant = NINE, **changes: object) -> Say:
    """The n-th call of a ticket."""
    values: dict[str, object] = {
        "id": f"2026-11-23/{label}#1~{n}",
        "zone": "main",
        "label": label,
        "window": window,
        "repeats": 2,
        "call": n,
        "at": at,
        "not_after": at + VALID_MS,
    }
    return Say(**(values | changes))  # type: ignore[arg-type]


def alarm(text: str, zone: str = "main") -> Told:
    """An emergency's text, or its end."""
    return Told(EmergencyState(rev=9, zone=zone, text=text, since=NINE))


def at_window(number: int, label: str | None, service: ServiceState = ServiceState.CALLED) -> Told:
    """A window with that ticket in hand, or with none."""
    hand = None
    if label is not None:
        hand = InHand(
            ticket=f"2026-11-23/{label}",
            label=label,
            matter="m",
            state=TicketState.CALLED,
            service=service,
            calls=1,
            called_at=NINE,
        )
    state = DeskState.FREE if hand is None else DeskState.CALLING
    return Told(WindowState(rev=8, window=number, zone="main", state=state, in_hand=hand))


def played(effects: tuple[object, ...]) -> Play:
    """The one `Play` among the effects."""
    (play,) = [e for e in effects if isinstance(e, Play)]
    return play


def ended(play: Play) -> Ended:
    """It was said whole."""
    return Ended(play.token, len(play.announcement.sentences))
