"""The hall as it can be seen from outside: what everyone may read of it, put together. Pure."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from hall.errors import BadMessage
from hall.messages import (
    About,
    AlertState,
    BoardState,
    Clock,
    EmergencyState,
    Health,
    Life,
    OpenState,
    StationState,
    WindowState,
    decode,
)
from hall.model import AlertKind, Hall, Instant, StationId, WindowNo
from hall.topics import ABOUT, ALERT, BOARD, CLOCK, EMERGENCY, HUB, OPEN, STATE, WINDOW, Tree

TOPICS = (STATE, ABOUT, WINDOW, BOARD, ALERT, EMERGENCY, OPEN, CLOCK)
BEACON_LATE_S = 7.0


class DeviceSeen(Struct, frozen=True):
    """A device of a station."""

    name: str
    health: Health
    reason: str


class StationSeen(Struct, frozen=True):
    """A station, or the hub; `life` is None if nothing was ever heard of it."""

    id: StationId
    life: Life | None
    reason: str = ""
    boot: int = 0
    version: str = ""
    devices: tuple[DeviceSeen, ...] = ()


class WindowSeen(Struct, frozen=True):
    """A window: its desk, the number in hand, who waits for it."""

    number: WindowNo
    state: str
    label: str = ""
    waiting: int = 0


class AlertSeen(Struct, frozen=True):
    """An alert that stands."""

    id: str
    kind: AlertKind
    subject: str
    detail: str
    started_at: Instant


class Picture(Struct, frozen=True, kw_only=True):
    """One look at the hall. `beacon_age_s` is None if the hub's clock was never heard; `waiting` is by zone."""

    hall: str
    name: str
    utc_offset: str
    broker: bool
    hub: StationSeen
    beacon_age_s: float | None
    business_at: Instant | None
    taking: bool | None
    closed_because: str
    stations: tuple[StationSeen, ...]
    windows: tuple[WindowSeen, ...]
    waiting: dict[str, int]
    alerts: tuple[AlertSeen, ...]
    emergencies: dict[str, str]


class Seen:
    """What was heard so far."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.tree = Tree(hall.id)
        self.broker = False
        self._states: dict[StationId, StationState] = {}
        self._abouts: dict[StationId, About] = {}
        self._windows: dict[str, WindowState] = {}
        self._boards: dict[str, BoardState] = {}
        self._alerts: dict[str, AlertState] = {}
        self._emergencies: dict[str, EmergencyState] = {}
        self._open: OpenState | None = None
        self._beacon: tuple[Clock, float] | None = None

    def filters(self) -> list[str]:
        """What to subscribe to."""
        return [self.tree.every(topic) for topic in TOPICS]

    def hear(self, path: str, payload: bytes, mono: float) -> None:
        """One message. Raises BadMessage for one that is none of ours."""
        topic, subject = self.tree.read(path)
        if not payload:
            return
        if topic is STATE:
            self._states[subject] = decode(payload, StationState)
        elif topic is ABOUT:
            self._abouts[subject] = decode(payload, About)
        elif topic is WINDOW:
            self._windows[subject] = decode(payload, WindowState)
        elif topic is BOARD:
            self._boards[subject] = decode(payload, BoardState)
        elif topic is ALERT:
            self._alerts[subject] = decode(payload, AlertState)
        elif topic is EMERGENCY:
            self._emergencies[subject] = decode(payload, EmergencyState)
        elif topic is OPEN:
            self._open = decode(payload, OpenState)
        elif topic is CLOCK:
            self._beacon = (decode(payload, Clock), mono)
        else:
            raise BadMessage(f"not looked at: {path[:200]!r}")

    @property
    def is_complete(self) -> bool:
        """Whether the hub has been heard since the connection: then every retained state has come before."""
        return self._beacon is not None

    def picture(self, mono: float) -> Picture:
        """The hall at this moment."""
        beacon, opening = self._beacon, self._open
        return Picture(
            hall=self.hall.id,
            name=self.hall.name,
            utc_offset=self.hall.utc_offset,
            broker=self.broker,
            hub=self._station(HUB),
            beacon_age_s=None if beacon is None else mono - beacon[1],
            business_at=None if beacon is None else beacon[0].at + round((mono - beacon[1]) * 1000 * beacon[0].speed),
            taking=None if opening is None else opening.taking,
            closed_because="" if opening is None else opening.reason,
            stations=tuple(self._station(s.id) for s in self.hall.stations),
            windows=tuple(self._window(w.number) for w in self.hall.windows),
            waiting={zone: sum(board.waiting.values()) for zone, board in sorted(self._boards.items())},
            alerts=tuple(
                AlertSeen(a.id, a.kind, a.subject, a.detail, a.started_at)
                for a in sorted(self._alerts.values(), key=lambda a: (a.started_at, a.id))
                if a.ended_at is None
            ),
            emergencies={zone: e.text for zone, e in sorted(self._emergencies.items()) if e.text},
        )

    def _station(self, name: StationId) -> StationSeen:
        state, about = self._states.get(name), self._abouts.get(name)
        if state is None:
            return StationSeen(name, None)
        devices = tuple(DeviceSeen(d, health, reason) for d, (health, reason) in sorted(state.devices.items()))
        return StationSeen(name, state.life, state.reason, state.boot, about.version if about else "", devices)

    def _window(self, number: WindowNo) -> WindowSeen:
        state = self._windows.get(str(number))
        if state is None:
            return WindowSeen(number, "unknown")
        label = state.in_hand.label if state.in_hand else ""
        return WindowSeen(number, state.state.value, label, state.waiting)


def hub_is_here(picture: Picture) -> bool:
    """Whether the hub is at work: it is ready and its clock is heard."""
    age = picture.beacon_age_s
    return picture.broker and picture.hub.life is Life.READY and age is not None and age < BEACON_LATE_S


def stands(picture: Picture) -> bool:
    """Whether the hub is at work and nobody who was heard of is still starting."""
    return hub_is_here(picture) and not any(s.life is Life.INIT for s in picture.stations)


def as_json(picture: Picture) -> bytes:
    """The picture for programs."""
    return msgspec.json.encode(picture)


def from_json(text: bytes) -> Picture:
    """A picture of `as_json`. Raises BadMessage."""
    return decode(text, Picture)
