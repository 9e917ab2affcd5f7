"""The log as accounts: every ticket with its end, every call with its span, every service with its rating."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from testbed.readers.record import Event


class Ticket(Struct):
    """A number of the day as the log tells it."""

    label: str
    station: str
    issued: float
    matter: str  # waited for, or in hand
    priority: str = ""
    booked: bool = False
    printing: str = "reserved"
    state: str = "waiting"
    void: str = ""
    reprints: int = 0
    calls: int = 0


class Call(Struct):
    """A call or recall: from its event until the next thing that happened to it at the window; `held`: until its
    ticket left the window."""

    label: str
    window: int
    number: int
    began: float
    ended: float
    held: float = 0.0


class Service(Struct):
    """A service that was finished."""

    id: str
    ticket: str
    matter: str
    window: int
    ended: float
    rating: int | None = None
    rated: float = 0.0
    ratings: int = 0
    by_rule: bool = False  # at the close of the day


class Ledger:
    """Read once. `mistakes`: what the log itself does not allow."""

    def __init__(self, events: list[Event], seconds: Callable[[int], float]) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.calls: list[Call] = []
        self.services: dict[str, Service] = {}
        self.mistakes: list[tuple[str, float]] = []
        self.reopened: list[tuple[int, float]] = []  # windows and times at which a finish was taken back
        self.double_calls = 0
        self.duplicates = 0
        self._open: dict[str, Call] = {}
        self._matter: dict[str, str] = {}  # service → what its ticket was called for
        self._held: dict[str, list[Call]] = {}
        for event in events:
            take = getattr(self, f"_{event.kind}", None)
            if take is not None:
                take(event.body, seconds(event.at))
        last = seconds(events[-1].at) if events else 0.0
        for call in self._open.values():
            call.ended = last
        for call in self.calls:
            call.held = call.held or last

    def _ticket_issued(self, body: dict[str, Any], t: float) -> None:
        if body["ticket"] in self.tickets:
            self.duplicates += 1
            self.mistakes.append((f"{body['label']} was issued twice", t))
        self.tickets[body["ticket"]] = Ticket(
            label=body["label"],
            station=body["station"],
            issued=t,
            matter=body["matter"],
            priority=body.get("priority", ""),
            booked=bool(body.get("booking")),
        )

    def _ticket_printed(self, body: dict[str, Any], _t: float) -> None:
        self.tickets[body["ticket"]].printing = body["outcome"]

    def _ticket_reprinted(self, body: dict[str, Any], _t: float) -> None:
        self.tickets[body["ticket"]].reprints += 1

    def _ticket_voided(self, body: dict[str, Any], _t: float) -> None:
        ticket = self.tickets[body["ticket"]]
        ticket.state, ticket.void = "void", body["reason"]

    def _ticket_left(self, body: dict[str, Any], _t: float) -> None:
        self.tickets[body["ticket"]].state = "left"

    def _called(self, body: dict[str, Any], t: float) -> None:
        ticket = self.tickets[body["ticket"]]
        if ticket.state != ("held" if body["rule"] == "taken_up" else "waiting"):
            self.double_calls += 1
            self.mistakes.append((f"{ticket.label} was called while it was {ticket.state}", t))
        if body["matter"] != ticket.matter:
            self.mistakes.append((f"{ticket.label} was called for {body['matter']}, it waits for {ticket.matter}", t))
        self._matter[body["service"]] = body["matter"]
        ticket.state = "called"
        ticket.calls += 1
        self._begin(body["service"], ticket.label, body["window"], 1, t)

    def _recalled(self, body: dict[str, Any], t: float) -> None:
        ticket = self.tickets[body["ticket"]]
        ticket.calls += 1
        self._begin(body["service"], ticket.label, body["window"], body["calls"], t)

    def _begin(self, service: str, label: str, window: int, number: int, t: float) -> None:
        self._end(service, t)
        call = self._open[service] = Call(label, window, number, t, t)
        self.calls.append(call)
        self._held.setdefault(service, []).append(call)

    def _leave(self, service: str, t: float) -> None:
        """The ticket is at the window no more; after a finish that was taken back it leaves once more."""
        for call in self._held.get(service, ()):
            call.held = t

    def _end(self, service: str, t: float) -> None:
        call = self._open.pop(service, None)
        if call is not None:
            call.ended = t

    def _started(self, body: dict[str, Any], t: float) -> None:
        self.tickets[body["ticket"]].state = "serving"
        self._end(body["service"], t)

    def _finished(self, body: dict[str, Any], t: float) -> None:
        ticket = self.tickets[body["ticket"]]
        ticket.state = "waiting" if body["further"] else "served"  # it goes on: the next part, or the next matter
        self._leave(body["service"], t)
        by_rule, matter = body["disposition"] == "day_closed", self._matter[body["service"]]
        self.services[body["service"]] = Service(
            body["service"], body["ticket"], matter, body["window"], t, by_rule=by_rule
        )
        ticket.matter = body["further"] or matter

    def _missed(self, body: dict[str, Any], t: float) -> None:
        again = "kept" if body["then"] != "void" else "no_show"
        self._gone(body, t, "waiting" if body["behind_place"] else again)

    def _transferred(self, body: dict[str, Any], t: float) -> None:
        self._gone(body, t, "waiting")
        self.tickets[body["ticket"]].matter = body["matter"]

    def _set_aside(self, body: dict[str, Any], t: float) -> None:
        self._gone(body, t, "held")

    def _gone(self, body: dict[str, Any], t: float, state: str) -> None:
        self.tickets[body["ticket"]].state = state
        self._end(body["service"], t)
        self._leave(body["service"], t)

    def _came_back(self, body: dict[str, Any], _t: float) -> None:
        self.tickets[body["ticket"]].state = "waiting"

    def _kept_ended(self, body: dict[str, Any], _t: float) -> None:
        self.tickets[body["ticket"]].state = "no_show"

    def _taken_back(self, body: dict[str, Any], t: float) -> None:
        aside = body["stood"] is not None and body["stood"]["aside"]
        before = {"call": "held" if aside else "waiting", "start": "called", "finish": "serving", "miss": "called"}
        ticket = self.tickets[body["ticket"]]
        ticket.state, ticket.matter = before[body["act"]], self._matter[body["service"]]
        self._end(body["service"], t)
        if body["act"] == "call":
            self._leave(body["service"], t)
        if body["act"] == "finish":
            self.reopened.append((body["window"], t))
            self.services.pop(body["service"], None)

    def _service_rated(self, body: dict[str, Any], t: float) -> None:
        service = self.services.get(body["service"])
        if service is None:
            self.mistakes.append((f"a rating of {body['service']}, which was not finished", t))
            return
        if body.get("rule"):
            return  # the hub's own at the day's close, as no pad has said anything: for the wires it was never told
        service.ratings += 1
        service.rating, service.rated = body["level"], t
        if service.ratings > 1:
            self.mistakes.append((f"{body['service']} was rated {service.ratings} times", t))
