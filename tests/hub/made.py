"""A hall of three windows on one morning, its hub without broker or clock, and what stations would ask of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from hall.events import AnyEvent
from hall.hallfile import parse_hall
from hall.messages import (
    Answer,
    AnyReply,
    Ask,
    Body,
    Done,
    Issued,
    Next,
    Noted,
    Printed,
    Refusal,
    Refused,
    Resume,
    SignIn,
    Start,
    TakeTicket,
    Wish,
    decode,
    encode,
)
from hall.model import Badge, Hall, Instant, MatterId, Printing, StationId, TicketId, WindowNo
from hall.pin import bound_to, client_key, proof, salt_of, verifier
from hub.store import Store
from hub.tables import TABLES
from hub.writer import Heard, Outcome, Writer
from tests.hall.halls import PIN_101, PIN_102, Table, a_hall, toml

PINS = {"101": "246810", "102": "135790", "103": "314159"}
PIN_103 = verifier(PINS["103"], bytes(15) + b"\2")
KIOSK, OTHER_KIOSK = "kiosk-1", "kiosk-2"
GUIDE_DESK, PAD = "desk-1", "pad-1"
STATIONS: dict[WindowNo, StationId] = {1: "window-1", 2: "window-2", 3: "window-3"}


def at(clock: str, day: str = "2026-11-23") -> Instant:
    """The instant of a local time; the 23rd is a Monday."""
    return round(datetime.fromisoformat(f"{day}T{clock}+08:00").timestamp() * 1000)


MORNING = at("09:30")
QUIET = {"wait_minutes": 0.0, "waiting": 0, "idle_minutes": 0.0, "unserved_minutes": 0.0, "off_post": False}


def a_table() -> Table:
    """Windows 1 (pension, medical), 2 (relief, pension) and 3 (medical); clerk 102 is B at 1 and A at 2."""
    table = a_hall()
    table["windows"] = [
        {"number": 1, "zone": "main", "serves": ["pension", "medical"]},
        {"number": 2, "zone": "main", "serves": ["relief", "pension"]},
        {"number": 3, "zone": "self", "serves": ["medical"]},
    ]
    table["clerks"] = [
        {"badge": "101", "name": "示例甲", "pin": PIN_101},
        {"badge": "102", "name": "示例乙", "pin": PIN_102},
        {"badge": "103", "name": "示例丙", "pin": PIN_103},
    ]
    table["policy"] = {"calls_before_no_show": 1, "alerts": QUIET}
    posts = ((1, "A", "101"), (1, "B", "102"), (2, "A", "102"), (2, "B", "101"), (3, "A", "103"))
    table["posts"] = [{"window": w, "letter": letter, "badge": b} for w, letter, b in posts]
    table["stations"] = [
        {"id": KIOSK, "roles": ["kiosk"], "zone": "self"},
        {"id": OTHER_KIOSK, "roles": ["kiosk"], "zone": "self"},
        *({"id": s, "roles": ["caller"], "windows": [n]} for n, s in STATIONS.items()),
        {"id": GUIDE_DESK, "roles": ["desk"], "zone": "main"},
        {"id": PAD, "roles": ["evaluator"], "windows": [1]},
    ]
    return table


@cache
def made(change: Callable[[Table], object] | None = None) -> Hall:
    """The hall, changed if need be."""
    table = a_table()
    if change is not None:
        change(table)
    return parse_hall("hall.toml", {"hall.toml": toml(table)})


@cache
def key(pin: str, salt: str) -> bytes:
    """The stretched key of a PIN, once a run: it costs 50 ms."""
    return client_key(pin, salt)


def sign_in(hall: Hall, request: str, window: WindowNo, badge: Badge, pin: str = "", station: StationId = "") -> SignIn:
    """A sign-in with the proof that the station would make; without `pin` the right one."""
    clerk = hall.by_badge.get(badge)
    salt = salt_of(clerk.pin if clerk else PIN_101)
    bound = bound_to(request, station or STATIONS[window], window, badge)
    return SignIn(window=window, badge=badge, proof=proof(key(pin or PINS[badge], salt), bound))


class House:
    """The hub's writer over a real SQLite store, with a clock in the test's hand."""

    def __init__(self, hall: Hall | None = None, path: Path | None = None, now: Instant = MORNING) -> None:
        self.hall = hall or made()
        self.path = path
        self.now = now
        self.ids = count(1)
        self.outcomes: list[Outcome] = []
        self.store = self._open()
        self.writer = Writer(self.hall, self.store)

    def _open(self) -> Store:
        if self.path is not None:
            return Store.open(self.path, self.hall.id)
        return Store(sqlite3.connect(":memory:"), self.hall.id)

    def restart(self) -> None:
        """The hub's process ends at once and starts again on its file."""
        self.store.close()
        self.store = self._open()
        self.writer = Writer(self.hall, self.store)

    def wait(self, seconds: float) -> Outcome:
        """Time goes on, and the clock's own work is done."""
        self.now += round(seconds * 1000)
        return self.take()

    def take(self, *heard: Heard) -> Outcome:
        """One batch."""
        outcome = self.writer.take(heard, self.now)
        self.outcomes.append(outcome)
        return outcome

    def heard(self, station: StationId, body: Body, request: str = "", not_after: Instant | None = None) -> Heard:
        """The bytes of a request; a wish is good for 5 s."""
        if isinstance(body, Wish) and not_after is None:
            not_after = self.now + 5_000
        ask = Ask(id=request or self.new_id(), body=body, not_after=not_after)
        return Heard(station, encode(ask))

    def new_id(self) -> str:
        return f"r{next(self.ids)}"

    def ask(self, station: StationId, body: Body, request: str = "", not_after: Instant | None = None) -> AnyReply:
        """The reply to one request in a batch of its own."""
        outcome = self.take(self.heard(station, body, request, not_after))
        (answer,) = [decode(payload, Answer) for _, payload in outcome.answers]
        return answer.reply

    def at_window(self, body: Any, request: str = "") -> AnyReply:
        """The reply to a wish of the window's own station."""
        return self.ask(STATIONS[body.window], body, request)

    def did(self, body: Any, request: str = "") -> Done:
        """The same, done and not refused."""
        reply = self.at_window(body, request)
        assert isinstance(reply, Done), reply
        return reply

    def take_ticket(self, matter: MatterId = "pension", station: StationId = KIOSK) -> Issued:
        """A number, its slip not yet reported."""
        reply = self.ask(station, TakeTicket(matter=matter))
        assert isinstance(reply, Issued), reply
        return reply

    def ticket(self, matter: MatterId = "pension") -> TicketId:
        """A number on paper: it can be called."""
        issued = self.take_ticket(matter)
        assert isinstance(self.printed(issued.ticket), Noted)
        return issued.ticket

    def printed(self, ticket: TicketId, outcome: Printing = Printing.ON_PAPER, station: StationId = KIOSK) -> AnyReply:
        return self.ask(station, Printed(ticket=ticket, outcome=outcome))

    def sign_in(self, window: WindowNo = 1, badge: Badge = "101", pin: str = "") -> AnyReply:
        request = self.new_id()
        return self.at_window(sign_in(self.hall, request, window, badge, pin), request)

    def open(self, window: WindowNo = 1, badge: Badge = "101") -> None:
        """A clerk sits down and begins to call."""
        assert isinstance(self.sign_in(window, badge), Done)
        self.did(Resume(window=window))

    def call(self, window: WindowNo = 1, matter: MatterId = "pension") -> TicketId:
        """A new ticket, called to a window where nobody else waits."""
        ticket = self.ticket(matter)
        reply = self.did(Next(window=window))
        assert reply.window.in_hand is not None
        assert reply.window.in_hand.ticket == ticket
        return ticket

    def serve(self, window: WindowNo = 1, matter: MatterId = "pension") -> TicketId:
        """The same, and the applicant has come."""
        ticket = self.call(window, matter)
        self.did(Start(window=window))
        return ticket

    def events(self) -> list[AnyEvent]:
        """The whole log."""
        return [event for _, event in self.store.events()]

    def tables(self) -> dict[str, list[Any]]:
        """Every row of the present state, with the log: what a refusal must not change."""
        rows: dict[str, list[Any]] = {table.name: list(self.store.rows(table)) for table in TABLES}
        return rows | {"log": list(self.store.log()), "moments": self.store.moments()}


def code(reply: AnyReply) -> Refusal | None:
    """Why it was refused; None if it was not."""
    return reply.code if isinstance(reply, Refused) else None


def replies(outcome: Outcome) -> list[AnyReply]:
    """The replies of a batch."""
    return [decode(payload, Answer).reply for _, payload in outcome.answers]
