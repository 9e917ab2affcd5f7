"""What a station gives its roles, and what it asks of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from hall.happened import Note
from hall.messages import Body, Health, Sent
from hall.model import Instant, StationId
from hall.station.asker import MakeBody
from hall.station.line import LineSettings
from hall.station.sharedline import OnBytes, OnState, Port
from hall.topics import Topic

Pump = Callable[[float], Sequence[object]]


class Stop:
    """In the inbox: end the loop of the whole station."""


class PortChanged(Struct, frozen=True):
    """Event: the port of a role's device was opened or lost."""

    here: bool
    reason: str


class Mailbox(Protocol):
    """Where a role's drivers put what happened. `on_put` wakes a screen."""

    on_put: Callable[[], None] | None

    def put(self, event: object) -> None: ...
    def take(self, timeout_s: float, most: int = 1_000) -> list[object]: ...


class Host(Protocol):
    """The station as a role sees it; `Station` says what each does."""

    @property
    def id(self) -> StationId: ...
    @property
    def inbox(self) -> Mailbox: ...
    @property
    def speed(self) -> float: ...
    def want(self, body: Body) -> None: ...
    def want_with(self, make: MakeBody) -> None: ...
    def note(self, fact: Note, settles: str = "") -> None: ...
    def intend(self, key: str, fact_if_lost: Note) -> None: ...
    def device(self, name: str, health: Health, reason: str = "") -> None: ...
    def line(
        self, url: str, settings: LineSettings, on_bytes: OnBytes, on_state: OnState, *, waits: bool = False
    ) -> Port: ...
    def tell(self, topic: Topic, message: Sent) -> None: ...


class Role(Protocol):
    """What a station does. `topics` are the states and moments it wants to be told."""

    @property
    def topics(self) -> tuple[Topic, ...]: ...

    def start(self, station: Host) -> None:
        """Open drivers; their threads put events into `station.inbox`."""

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        """One event, on the thread that owns the state. `now` is hub time, None before the first beacon."""

    def close(self) -> None:
        """Close drivers."""


class Hosted(Struct, frozen=True):
    """A role to be run, and the pump of its screen if it has one: it must run on the main thread."""

    role: Role
    pump: Pump | None = None
