"""A station: one process, one identity, one thread that owns the state. Roles plug in."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hall.errors import BadMessage
from hall.happened import KINDS, HubChanged, Note, Ticked, Told
from hall.messages import (
    About,
    Answer,
    Body,
    Clock,
    DeviceSeen,
    Health,
    Life,
    Sent,
    StationState,
    decode,
    encode,
)
from hall.model import RequestId, StationId
from hall.station import VERSION
from hall.station.asker import Asker, MakeBody
from hall.station.bus import Arrived, Bus, Connected, Delivered, Disconnected, Ears, Link, PahoLink, Will
from hall.station.clock import AWAY_AFTER_S, HubClock
from hall.station.host import Pump, Role, Stop
from hall.station.inbox import Inbox
from hall.station.line import LineSettings
from hall.station.notify import ServiceManager
from hall.station.outbox import Outbox
from hall.station.settings import read_password, read_station, tls_files
from hall.station.sharedline import Lines, OnBytes, OnState, Port
from hall.stationfile import StationFile
from hall.topics import CLOCK, HUB, STATE, Topic, Tree

TICK_S = 1.0
log = logging.getLogger("station")


class Station:
    """The shell around the roles of one machine: bus, asker, outbox, clock and its own retained state."""

    def __init__(
        self,
        settings: StationFile,
        *,
        outbox: Outbox,
        link: Callable[[Ears, Will], Link],
        mono: Callable[[], float] = time.monotonic,
        new_id: Callable[[], RequestId] = lambda: secrets.token_hex(12),
    ) -> None:
        self.settings = settings
        self.id: StationId = settings.id
        self.tree = Tree(settings.hall)
        self.inbox = Inbox()
        self.boot = outbox.boot
        self._outbox = outbox
        self._link = link
        self._mono = mono
        self._new_id = new_id
        self._asker = Asker(outbox, new_id)
        self._clock = HubClock()
        self._hub_here: bool | None = None
        self._hub_boot = 0
        self._hub_trouble = ""
        self._trouble_boot = 0
        self._life = Life.INIT
        self._devices: dict[str, tuple[Health, str]] = {}
        self._role: Role | None = None
        self._next_tick = 0.0
        self._bus: Bus | None = None
        self._lines = Lines()

    @classmethod
    def from_file(cls, path: Path) -> Station:
        """The station of a station file, over paho and its own outbox file. Raises BadFile."""
        settings = read_station(path)
        password, tls = read_password(settings.broker, path.parent), tls_files(settings.broker, path.parent)
        data = path.parent / settings.data
        data.mkdir(parents=True, exist_ok=True)

        def link(ears: Ears, will: Will) -> PahoLink:
            broker = settings.broker
            host, port = broker.host, broker.port
            return PahoLink(ears, host=host, port=port, user=settings.id, password=password, will=will, tls=tls)

        return cls(settings, outbox=Outbox.open(data / f"{settings.id}.db"), link=link)

    # --- for roles ---

    def want(self, body: Body) -> None:
        """Ask the hub; `Answered` or `Unanswered` follow. Raises Busy while one is in flight for the same window."""
        self.want_with(lambda _request: body)

    def want_with(self, make: MakeBody) -> None:
        """Ask the hub for what `make(request id)` gives."""
        mono = self._mono()
        for event in self._asker.want(make, self._clock.now(mono), self._clock.speed, mono):
            self.inbox.put(event)
        self._send()

    def note(self, fact: Note, settles: str = "") -> None:
        """Keep a fact until the hub has noted it; `settles` fulfils the intention of that key."""
        self._outbox.note(self._new_id(), fact.fact, settles)
        self._asker.send_facts(self._mono())
        self._send()

    def intend(self, key: str, fact_if_lost: Note) -> None:
        """Durable, before an act: if the process dies before it is settled, the next start sends this fact."""
        self._outbox.intend(key, self._new_id(), fact_if_lost.fact)

    def device(self, name: str, health: Health, reason: str = "") -> None:
        """Tell a device's health: in the retained state, and as a fact for the log when it changed."""
        if self._devices.get(name) == (health, reason):
            return
        self._devices[name] = (health, reason)
        self.note(Note(DeviceSeen(device=name, health=health, reason=reason)))
        self._publish_state()

    def line(
        self, url: str, settings: LineSettings, on_bytes: OnBytes, on_state: OnState, *, waits: bool = False
    ) -> Port:
        """A role's end of a port, which is opened once and shared by all roles that name it; every write is one whole
        frame. `waits`: write returns when the frame leaves. Raises BadFile if roles disagree on the settings."""
        return self._lines.port(url, settings, on_bytes, on_state, waits=waits)

    @property
    def speed(self) -> float:
        """Business seconds in a real one."""
        return self._clock.speed

    def tell(self, topic: Topic, message: Sent) -> None:
        """Publish a moment of the station's own; dropped while the broker is away: late, it would mislead."""
        if self._bus is not None and self._bus.is_connected:
            self._bus.publish(self.tree.of(topic, self.id), encode(message))

    # --- the loop ---

    def run(self, role: Role, pump: Pump | None = None) -> int:
        """Run until stopped by a signal or a `Stop` in the inbox; the process' exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.inbox.put(Stop()))
        take = pump or self.inbox.take
        manager = ServiceManager.of_this_process()
        try:
            self.begin(role)
            manager.ready()
            while self.turn(take(max(0.0, self._next_tick - self._mono()))):
                manager.alive(self._mono())
        finally:
            manager.stopping()
            self.end()
        return 0

    def begin(self, role: Role) -> None:
        """Open the drivers and the bus."""
        self._role = role
        will = Will(self.tree.state(self.id), encode(self._state(Life.LOST)))
        self._bus = Bus(lambda ears: self._link(ears, will), self.inbox.put, self._filters(role))
        role.start(self)
        self._life = Life.READY
        self._bus.start()
        log.info("%s boot %d ready", self.id, self.boot)

    def turn(self, events: Sequence[object]) -> bool:
        """One turn of the loop, on the thread that owns the state; False once a `Stop` came."""
        for event in events:
            if isinstance(event, Stop):
                return False
            self._hear(event)
        if self._mono() >= self._next_tick:
            self._tick()
        return True

    def end(self) -> None:
        """Say goodbye and close everything."""
        if self._role is not None:
            self._role.close()
        self._publish_state(Life.LOST)
        if self._bus is not None:
            self._bus.stop()
        self._outbox.close()

    def _filters(self, role: Role) -> list[str]:
        own = [self.tree.answer(self.id), self.tree.of(CLOCK), self.tree.state(HUB), self.tree.state(self.id)]
        return own + [self.tree.every(t) for t in role.topics if t is not STATE]

    def _hear(self, event: object) -> None:
        mono = self._mono()
        if isinstance(event, Arrived):
            assert self._bus is not None
            try:
                self._arrived(event, mono)
            except BadMessage as error:
                log.warning("dropped a message on %s: %s", event.topic, error)
            self._bus.ack(event.token)
        elif isinstance(event, Connected):
            self._publish_about()
            self._asker.again(mono)
            self._tick_asker(mono)
        elif isinstance(event, Disconnected):
            log.warning("broker: %s", event.reason)
            self._hub_changed(False, "broker_away", mono)
        elif not isinstance(event, Delivered):
            self._give(event, mono)

    def _arrived(self, event: Arrived, mono: float) -> None:
        topic, subject = self.tree.read(event.topic)
        if topic.name == "answer":
            for heard in self._asker.heard(decode(event.payload, Answer), mono):
                self._give(heard, mono)
            self._send()
        elif topic is CLOCK:
            beacon = decode(event.payload, Clock)
            # A hub restored from a backup counts on from there: it is heard once the later one has fallen silent.
            restored = beacon.boot < self._hub_boot and self._clock.silent_s(mono) > AWAY_AFTER_S
            if beacon.boot >= self._hub_boot or restored:
                self._hub_boot = beacon.boot
                if beacon.boot > self._trouble_boot or restored:
                    self._hub_trouble = ""
                self._clock.heard(beacon, mono)
                if not self._hub_trouble:
                    self._hub_changed(True, "", mono)
        elif topic is STATE:
            self._state_arrived(subject, decode(event.payload, StationState), mono)
        elif topic in KINDS and event.payload:
            self._give(Told(decode(event.payload, KINDS[topic])), mono)

    def _state_arrived(self, subject: str, state: StationState, mono: float) -> None:
        if subject == self.id:
            # The will of an earlier boot may reach the broker after our birth: say again that we live.
            if state.life is Life.LOST and state.boot <= self.boot:
                self._publish_state()
        elif subject == HUB and state.boot >= self._hub_boot:
            self._hub_boot = self._trouble_boot = state.boot
            self._hub_trouble = "" if state.life is Life.READY else state.reason or state.life.value
            if self._hub_trouble:
                self._hub_changed(False, self._hub_trouble, mono)

    def _hub_changed(self, here: bool, reason: str, mono: float) -> None:
        if here is not self._hub_here:
            self._hub_here = here
            log.info("hub %s %s", "here" if here else "away", reason)
            self._give(HubChanged(here, reason), mono)

    def _tick(self) -> None:
        mono = self._mono()
        self._next_tick = mono + TICK_S
        if self._hub_here and self._clock.silent_s(mono) > AWAY_AFTER_S:
            self._hub_changed(False, "silent", mono)
        self._tick_asker(mono)
        for ask, refused in self._asker.dropped_facts:
            log.error("the hub refused the fact %s (%s %s)", ask.id, refused.code, refused.detail)
        self._asker.dropped_facts.clear()
        self._give(Ticked(), mono)

    def _tick_asker(self, mono: float) -> None:
        for event in self._asker.tick(mono):
            self._give(event, mono)
        self._send()

    def _give(self, event: object, mono: float) -> None:
        assert self._role is not None
        self._role.handle(event, self._clock.now(mono), mono)

    def _send(self) -> None:
        if self._bus is None or not self._bus.is_connected:
            return
        for ask in self._asker.outgoing:
            self._bus.publish(self.tree.ask(self.id), encode(ask))
        self._asker.outgoing.clear()

    # --- birth and death ---

    def _publish_about(self) -> None:
        assert self._bus is not None
        about = About(station=self.id, roles=self.settings.roles, version=VERSION, boot=self.boot)
        self._bus.publish(self.tree.about(self.id), encode(about), retain=True)
        self._publish_state()

    def _publish_state(self, life: Life | None = None) -> None:
        if self._bus is not None and self._bus.is_connected:
            state = self._state(life or self._life)
            self._bus.publish(self.tree.state(self.id), encode(state), retain=True)

    def _state(self, life: Life) -> StationState:
        return StationState(station=self.id, life=life, boot=self.boot, devices=self._devices)


def start_logging(name: str) -> None:
    """Plain lines to stderr: journald adds the time and keeps them."""
    stamp = "" if os.environ.get("JOURNAL_STREAM") else "%(asctime)s "
    logging.basicConfig(level=logging.INFO, format=f"{stamp}{name} %(levelname)s %(message)s")
