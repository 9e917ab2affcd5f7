"""The adapter as a role of a station: orders come from the web's threads and are asked of the hub one by one."""

from __future__ import annotations

import secrets
from collections import deque
from concurrent.futures import Future
from pathlib import Path

from msgspec import Struct

from booking.orders import AWAY, CODE_LENGTH, Asked, Said, code_of, said, wish_of
from booking.web import Web
from hall.errors import BadFile
from hall.happened import Answered, HubChanged, Told, Unanswered
from hall.messages import Book, CancelBooking, Catalogue
from hall.model import Instant
from hall.station.host import Host, Hosted
from hall.station.settings import read_text
from hall.stationfile import BookingSettings, StationFile
from hall.topics import CATALOGUE, Topic

MOST_WAITING = 64  # orders between web and hub; more are turned away
SALT_BYTES = 32


class Ordered(Struct, frozen=True):
    """An order, and where its answer is awaited."""

    asked: Asked
    answer: Future[Said]


class InFlight(Struct, frozen=True):
    """The order that the hub is asked now."""

    ordered: Ordered
    code: str


class BookingRole:
    """`handle` belongs to the station's thread; `order` is called by the web's."""

    topics: tuple[Topic, ...] = (CATALOGUE,)

    def __init__(self, settings: BookingSettings, data: Path, token: str) -> None:
        self._salt = salt_in(data)
        self._web = Web(settings.host, settings.port, token, self.order)
        self._waiting: deque[Ordered] = deque()
        self._flying: InFlight | None = None
        self._offset = ""
        self._here = False
        self._station: Host | None = None

    @property
    def port(self) -> int:
        """Where the web listens."""
        return self._web.port

    def start(self, station: Host) -> None:
        self._station = station
        self._web.start()

    def close(self) -> None:
        self._web.stop()
        for ordered in self._waiting:
            ordered.answer.set_result(AWAY)
        self._waiting.clear()

    def order(self, asked: Asked) -> Future[Said]:
        """From any thread: the answer follows."""
        answer: Future[Said] = Future()
        assert self._station is not None
        self._station.inbox.put(Ordered(asked, answer))
        return answer

    def handle(self, event: object, _now: Instant | None, _mono: float) -> None:
        match event:
            case Ordered():
                self._take(event)
            case Told(Catalogue(utc_offset=offset)):
                self._offset = offset
            case HubChanged(here=here):
                self._here = here
            case Answered(body=Book() | CancelBooking(), reply=reply) if self._flying is not None:
                self._done(said(self._flying.ordered.asked, self._flying.code, reply))
            case Unanswered(settled=True):
                self._done(AWAY)
            case _:
                return
        self._next()

    def _take(self, ordered: Ordered) -> None:
        if not self._here or not self._offset or len(self._waiting) >= MOST_WAITING:
            ordered.answer.set_result(AWAY)
        else:
            self._waiting.append(ordered)

    def _next(self) -> None:
        if self._flying is not None or not self._waiting:
            return
        assert self._station is not None
        ordered = self._waiting.popleft()
        code = ordered.asked.code or code_of(secrets.token_bytes(CODE_LENGTH))
        self._flying = InFlight(ordered, code)
        self._station.want(wish_of(ordered.asked, code, self._salt, self._offset))

    def _done(self, told: Said) -> None:
        flying, self._flying = self._flying, None
        if flying is not None:
            flying.ordered.answer.set_result(told)


def salt_in(data: Path) -> bytes:
    """The adapter's salt, made once and kept beside its outbox: with another one nobody's bookings are known again."""
    path = data / "salt"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(SALT_BYTES))
    return path.read_bytes()


def hosted(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of this kind in a station file that lies in `beside`. Raises BadFile."""
    found = settings.booking
    if found is None:
        return ()
    token = read_text(beside / found.token_file).strip() if found.token_file else ""
    try:
        return (Hosted(BookingRole(found, beside / settings.data, token)),)
    except OSError as error:
        raise BadFile((f"booking: {found.host}:{found.port}: {error}",)) from error
