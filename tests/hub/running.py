"""A hall of real processes: the shipped broker.conf, a hub, and clients that speak MQTT as stations do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cli.processes import Process, await_listening, broker, free_port, hub
from cli.site import Site
from hall.messages import (
    AlertState,
    Answer,
    AnyReply,
    Ask,
    Body,
    OpenState,
    StationState,
    TakeTicket,
    Wish,
    decode,
    encode,
)
from hall.model import Instant, StationId
from hall.station.bus import Arrived, Bus, Connected, Ears, PahoLink
from hall.station.inbox import Inbox
from hall.topics import ALERT, OPEN, Tree
from tests.hall.halls import Table, toml
from tests.hub.made import KIOSK, MORNING, a_table

LIMIT_S = 20.0
TAKE = TakeTicket(matter="pension")
T = TypeVar("T")


class Client:
    """A station's connection: everything it was told, and its requests with their answers."""

    def __init__(self, site: Site, name: StationId) -> None:
        self.name = name
        self.tree = Tree(site.hall.id)
        self.inbox = Inbox()
        self.heard: list[tuple[str, bytes]] = []
        self.is_up = False

        def link(ears: Ears) -> PahoLink:
            return PahoLink(ears, host="127.0.0.1", port=site.port, user=name, password=site.password(name))

        self.bus = Bus(
            link,
            self.inbox.put,
            [self.tree.answer(name), self.tree.of(OPEN), self.tree.every(ALERT), self.tree.state("hub")],
        )
        self.bus.start()

    def until(self, found: Callable[[], T | None], what: str, limit_s: float = LIMIT_S) -> T:
        """What `found` gives once it gives something; it is looked at after every message."""
        limit = time.monotonic() + limit_s
        while (value := found()) is None:
            left = limit - time.monotonic()
            assert left > 0, f"{self.name} waited {limit_s} s in vain for {what}; heard {self.heard[-5:]}"
            for event in self.inbox.take(left):
                if isinstance(event, Connected):
                    self.is_up = True
                elif isinstance(event, Arrived):
                    self.heard.append((event.topic, event.payload))
                    self.bus.ack(event.token)
        return value

    def connected(self) -> None:
        self.until(lambda: self.is_up or None, "a connection")

    def send(self, payload: bytes, topic: str = "") -> None:
        """Bytes on the station's own topic of requests, or another."""
        self.bus.publish(topic or self.tree.ask(self.name), payload)

    def ask(self, request: str, body: Body, now: Instant) -> None:
        """A request; a wish is good for a minute."""
        self.send(encode(Ask(id=request, body=body, not_after=now + 60_000 if isinstance(body, Wish) else None)))

    def answers(self, request: str) -> list[bytes]:
        """Every answer to a request, as bytes."""
        topic = self.tree.answer(self.name)
        return [body for at, body in self.heard if at == topic and decode(body, Answer).id == request]

    def answer(self, request: str) -> AnyReply:
        """The reply to a request."""
        (body, *_) = self.until(lambda: self.answers(request) or None, f"an answer to {request}")
        return decode(body, Answer).reply

    def asked(self, request: str, body: Body, now: Instant) -> AnyReply:
        self.ask(request, body, now)
        return self.answer(request)

    def last(self, topic: str) -> bytes | None:
        """What a topic shows."""
        return next((body for at, body in reversed(self.heard) if at == topic), None)

    def shows(self, topic: str, kind: type[T], right: Callable[[T], bool]) -> T:
        """The state of a topic, once it is right."""

        def look() -> T | None:
            body = self.last(topic)
            state = decode(body, kind) if body else None
            return state if state is not None and right(state) else None

        return self.until(look, f"{topic} to be right")

    def hub_is(self, right: Callable[[StationState], bool]) -> StationState:
        return self.shows(self.tree.state("hub"), StationState, right)

    def alert(self, name: str, right: Callable[[AlertState], bool] = lambda a: a.ended_at is None) -> AlertState:
        return self.shows(self.tree.of(ALERT, name), AlertState, right)

    def opening(self, right: Callable[[OpenState], bool]) -> OpenState:
        return self.shows(self.tree.of(OPEN), OpenState, right)


class Running:
    """A site with its processes; `data` is where the hub keeps its store."""

    def __init__(self, root: Path, table: Table | None = None) -> None:
        root.mkdir(exist_ok=True)
        (root / "hall.toml").write_text(toml(table or a_table()), encoding="utf-8")
        self.site = Site(root / "site", root / "hall.toml", free_port())
        self.clients: list[Client] = []
        self.set_clock(MORNING)
        self.broker: Process = broker(self.site)
        self.hub: Process = hub(self.site)
        self.data = self.site.root / "hub"

    def set_clock(self, at: Instant) -> None:
        """The business clock of the hub's next start."""
        self.now = at
        self.site.make(clock={"at": at, "wall_s": time.time(), "speed": 1.0})

    def start_broker(self) -> None:
        self.broker.start()
        await_listening(self.broker, self.site.port)

    def start(self) -> Client:
        """Broker, hub and a kiosk, all up."""
        self.start_broker()
        self.hub.start()
        client = self.client()
        client.hub_is(lambda s: s.life == "ready")
        return client

    def client(self, name: StationId = KIOSK) -> Client:
        client = Client(self.site, name)
        self.clients.append(client)
        client.connected()
        return client

    def hub_ends(self) -> int:
        """The exit status of a hub that ends by itself."""
        limit = time.monotonic() + LIMIT_S
        while self.hub.is_running:
            assert time.monotonic() < limit, self.hub.last_words()
            time.sleep(0.01)
        status = self.hub.end()
        assert status is not None
        return status

    def close(self) -> None:
        for client in self.clients:
            client.bus.stop()
        self.hub.end()
        self.broker.end()
