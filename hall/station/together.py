"""Several roles in one process with one identity: a wall of keypads, pads and bars on one line, or a village's PC.

drivers of role 2 ─▶ its seat ─▶ Addressed(2, event) ─▶ inbox ─▶ role 2
hub: an answer                ─▶ the role that asked (a slot has one wish in flight)
hub: a state                  ─▶ every role that listens to its topic
screen (one at most)          ─▶ the role that has it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from hall.errors import BadFile
from hall.happened import Answered, HubChanged, Note, Ticked, Told, Unanswered, topic_of
from hall.messages import Body, Health, Sent
from hall.model import Instant, RequestId, StationId
from hall.station.asker import MakeBody, slot_of
from hall.station.host import Host, Hosted, Mailbox, Pump, Role, Stop
from hall.station.line import LineSettings
from hall.station.sharedline import OnBytes, OnState, Port
from hall.topics import Topic


class Addressed(Struct, frozen=True):
    """An event of one role's drivers."""

    seat: int
    event: object


class SeatInbox:
    """The station's inbox, for one role: what is put is addressed to it."""

    def __init__(self, inbox: Mailbox, seat: int) -> None:
        self._inbox = inbox
        self._seat = seat

    @property
    def on_put(self) -> Callable[[], None] | None:
        """Called after each put of any role: a screen draws what all of them heard."""
        return self._inbox.on_put

    @on_put.setter
    def on_put(self, wake: Callable[[], None] | None) -> None:
        self._inbox.on_put = wake

    def put(self, event: object) -> None:
        """Any thread's. A `Stop` ends the whole station."""
        self._inbox.put(event if isinstance(event, Stop) else Addressed(self._seat, event))

    def take(self, timeout_s: float, most: int = 1_000) -> list[object]:
        """What has arrived for all of the station."""
        return self._inbox.take(timeout_s, most)


class Seat:
    """A role's place at the station: a `Host` that knows who asks."""

    def __init__(self, station: Host, number: int, asks: Callable[[int, int], None]) -> None:
        self._station = station
        self._number = number
        self._asks = asks
        self._inbox = SeatInbox(station.inbox, number)

    @property
    def id(self) -> StationId:
        return self._station.id

    @property
    def inbox(self) -> Mailbox:
        return self._inbox

    @property
    def speed(self) -> float:
        return self._station.speed

    def want(self, body: Body) -> None:
        self.want_with(lambda _request: body)

    def want_with(self, make: MakeBody) -> None:
        def made(request: RequestId) -> Body:
            body = make(request)
            self._asks(slot_of(body), self._number)
            return body

        self._station.want_with(made)

    def note(self, fact: Note, settles: str = "") -> None:
        self._station.note(fact, settles)

    def intend(self, key: str, fact_if_lost: Note) -> None:
        self._station.intend(key, fact_if_lost)

    def device(self, name: str, health: Health, reason: str = "") -> None:
        self._station.device(name, health, reason)

    def line(
        self, url: str, settings: LineSettings, on_bytes: OnBytes, on_state: OnState, *, waits: bool = False
    ) -> Port:
        return self._station.line(url, settings, on_bytes, on_state, waits=waits)

    def tell(self, topic: Topic, message: Sent) -> None:
        self._station.tell(topic, message)


class Together:
    """A role made of roles."""

    def __init__(self, parts: Sequence[Hosted]) -> None:
        self._roles: tuple[Role, ...] = tuple(part.role for part in parts)
        self._screen = next((n for n, part in enumerate(parts) if part.pump is not None), None)
        self.topics: tuple[Topic, ...] = tuple(dict.fromkeys(t for role in self._roles for t in role.topics))
        self._asked: dict[int, int] = {}  # the seat that has a slot's wish in flight
        self._started: list[Role] = []

    def start(self, station: Host) -> None:
        """Start every role at its seat."""
        for number, role in enumerate(self._roles):
            self._started.append(role)
            role.start(Seat(station, number, self._asks))

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        """Give the event to whom it concerns."""
        match event:
            case Addressed(seat, own):
                self._roles[seat].handle(own, now, mono)
            case Answered(body) | Unanswered(body):
                self._roles[self._asked[slot_of(body)]].handle(event, now, mono)
            case Told(message):
                topic = topic_of(message)
                for role in self._roles:
                    if topic in role.topics:
                        role.handle(event, now, mono)
            case HubChanged() | Ticked():
                for role in self._roles:
                    role.handle(event, now, mono)
            case _:
                assert self._screen is not None  # what has no address was pressed on the screen
                self._roles[self._screen].handle(event, now, mono)

    def close(self) -> None:
        """Close the roles that were started."""
        for role in self._started:
            role.close()

    def _asks(self, slot: int, seat: int) -> None:
        self._asked[slot] = seat


def together(parts: Sequence[Hosted]) -> Hosted:
    """The parts as one. Raises BadFile if two have a screen: a process has one window."""
    if len(parts) == 1:
        return parts[0]
    pumps: list[Pump] = [part.pump for part in parts if part.pump is not None]
    if len(pumps) > 1:
        raise BadFile((f"roles: {len(pumps)} screens in one station; make a station of each",))
    return Hosted(Together(parts), pumps[0] if pumps else None)
