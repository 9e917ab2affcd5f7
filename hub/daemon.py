"""The hub's loop: what arrives goes to the writer; what was committed is told; then, and only then, acknowledged."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from hall.errors import BadMessage
from hall.messages import About, AlertState, Clock, Life, Sent, StationState, decode, encode
from hall.model import Alert, AlertKind, Hall, Instant
from hall.station import VERSION
from hall.station.bus import Arrived, Bus, Connected, Delivered, Disconnected, Ears, Link, Token, Will
from hall.station.clock import BEACON_S
from hall.station.host import Stop
from hall.station.inbox import Inbox
from hall.topics import ALERT, ASK, BROKER_LOG, CLOCK, HUB, Tree
from hub.floods import Floods
from hub.gate import Gate
from hub.seals import Sealed
from hub.store import Store
from hub.views import Shown
from hub.writer import Heard, Outcome, Writer

TICK_S = 0.5
CALL_S, FEW = 0.02, 2  # a call is told sooner, unless the hub has more to do: somebody looks up at the bar
SHOW_S = 0.1  # states are told at once, but no more often: a burst of requests is one new board
log = logging.getLogger("hub")


class Hub:
    """One process: the writer, its bus and its clock."""

    def __init__(
        self,
        hall: Hall,
        store: Store,
        *,
        link: Callable[[Ears, Will], Link],
        now: Callable[[], Instant],
        speed: float = 1.0,
        mono: Callable[[], float] = time.monotonic,
        export: Callable[[Sealed], None] = lambda _sealed: None,
    ) -> None:
        self.hall = hall
        self.inbox = Inbox()
        self.writer = Writer(hall, store)
        self._boot = store.booted()
        self._now, self._speed, self._mono, self._export = now, speed, mono, export
        self._tree = Tree(hall.id)
        self._gate = Gate(hall)
        self._floods = Floods()
        self._shown = Shown(hall, speed)
        will = Will(self._tree.state(HUB), encode(StationState(station=HUB, life=Life.LOST, boot=self._boot)))
        # Its own state and alerts: what an earlier boot left at the broker is put right.
        filters = [self._tree.every(ASK), self._tree.state(HUB), self._tree.every(ALERT), *BROKER_LOG]
        self._bus = Bus(lambda ears: link(ears, will), self.inbox.put, filters)
        self._moments: dict[int, str] = {}
        self._trouble: Alert | None = None
        self._next_tick = 0.0
        self._shown_at = 0.0
        self._next_show = 0.0
        self._unshown = False
        self._next_beacon = 0.0

    def begin(self) -> None:
        """Connect."""
        self._bus.start()
        log.info("hub of %s, boot %d, %d events", self.hall.id, self._boot, self.writer.store.seq)

    def wait_s(self) -> float:
        """Seconds until the next tick, or until changed states may be told."""
        due = min(self._next_tick, self._next_show) if self._unshown else self._next_tick
        return max(0.0, due - self._mono())

    def end(self) -> None:
        """Say goodbye and close everything."""
        self._publish_life(Life.LOST)
        self._bus.stop()
        self.writer.store.close()

    def turn(self, events: Sequence[object]) -> bool:
        """One turn of the loop; False to end it."""
        heard: list[Heard] = []
        tokens: list[Token] = []
        going = True
        for event in events:
            if isinstance(event, Arrived):
                tokens.append(event.token)
                if event.topic in BROKER_LOG:
                    self._guard(event)
                    continue
                try:
                    topic, subject = self._tree.read(event.topic)
                    if topic is ASK and self._floods.drops(subject, self._mono()):
                        continue
                    if topic is ASK:
                        heard.append(Heard(subject, event.payload))
                    elif topic is ALERT:
                        self._own_alert(event.topic, event.payload)
                    else:
                        self._own_state(event.payload)
                except BadMessage as error:
                    log.warning("dropped a message on %s: %s", event.topic, error)
            elif isinstance(event, Delivered):
                moment = self._moments.pop(event.handle, None)
                if moment is not None:
                    self.writer.delivered(moment)
            elif isinstance(event, Connected):
                self._introduce()
            elif isinstance(event, Disconnected):
                log.warning("broker: %s", event.reason)
            elif isinstance(event, Stop):
                going = False
        ticking = self._mono() >= self._next_tick
        if heard or ticking or not going:
            self._work(heard, ticking)
        for token in tokens:
            self._bus.ack(token)
        if self._unshown and self._mono() >= self._next_show:
            self._show()
        return going

    def _work(self, heard: list[Heard], ticking: bool) -> None:
        now = self._now()
        outcome = self.writer.take(heard, now)
        self._tell(outcome)
        for station in self._floods.broken(self.writer.broken, self._mono()):
            log.error("%s floods: not heard for a while; %d messages dropped so far", station, self._floods.dropped)
        self.writer.broken.clear()
        troubled = self._troubled(outcome, now, ticking)
        self._unshown = self._unshown or outcome.changed or ticking or troubled
        if outcome.moments and len(heard) <= FEW:
            self._next_show = min(self._next_show, self._shown_at + CALL_S)
        if ticking:
            mono = self._mono()
            self._next_tick = mono + TICK_S
            if mono >= self._next_beacon:
                self._next_beacon = mono + BEACON_S
                self._beacon()

    def _show(self) -> None:
        """The retained states that changed."""
        self._unshown = False
        self._shown_at = self._mono()
        self._next_show = self._shown_at + SHOW_S
        now = self._now()
        for tell in self._shown.changed(self.writer.floor, now, self.writer.store.seq, self._trouble):
            if self._bus.is_connected:  # else all are told at the next connection
                self._publish(tell.topic, tell.message)

    def _tell(self, outcome: Outcome) -> None:
        """What was committed: replies first, then what the hall hears, then the seals."""
        for station, body in outcome.answers:
            self._bus.publish(self._tree.answer(station), body)
        if self._bus.is_connected:  # else they wait in the store
            for moment, topic, body in outcome.moments:
                self._moments[self._bus.publish(topic, body)] = moment
        for sealed in outcome.sealed:
            self._export(sealed)

    def _troubled(self, outcome: Outcome, now: Instant, ticking: bool) -> bool:
        """Keep the alert of what no log can hold; whether it began or ended."""
        before = self._trouble
        kind = outcome.trouble
        if kind is None and before is not None and before.kind is AlertKind.CANNOT_WRITE:
            writable = outcome.changed or (ticking and self.writer.can_write())
            kind = None if writable else AlertKind.CANNOT_WRITE
        if kind is (before.kind if before else None):
            return False
        self._trouble = None
        if kind is None:
            log.info("it is over: %s", before.kind if before else "")
        else:
            log.error("%s, nothing is promised until it is over: %s", kind, outcome.detail)
            alert = kind.value.replace("_", "-")
            self._trouble = Alert(id=alert, kind=kind, subject=HUB, detail=outcome.detail[:120], started_at=now)
        self._publish_life()
        return True

    def _introduce(self) -> None:
        """Birth, and every state: this broker may know nothing of us."""
        self._publish(self._tree.about(HUB), About(station=HUB, roles=(), version=VERSION, boot=self._boot))
        self._publish_life()
        now = self._now()
        self._shown.changed(self.writer.floor, now, self.writer.store.seq, self._trouble)
        for tell in self._shown.everything():
            self._publish(tell.topic, tell.message)
        waiting = set(self._moments.values())
        for moment, topic, body in self.writer.untold(now):
            if moment not in waiting:
                self._moments[self._bus.publish(topic, body)] = moment
        self._beacon()

    def _beacon(self) -> None:
        beacon = Clock(at=self._now(), speed=self._speed, boot=self._boot)
        if self._bus.is_connected:
            self._bus.publish(self._tree.of(CLOCK), encode(beacon))

    def _guard(self, event: Arrived) -> None:
        """The broker's own words; what of them tells of an intruder is raised with the next tick."""
        alarm = self._gate.hear(event.topic, event.payload, self._mono())
        if alarm is not None:
            log.warning("intruder: %s: %s", alarm.subject, alarm.detail)
            self.writer.alarm(alarm)

    def _own_state(self, payload: bytes) -> None:
        """The will of an earlier life may reach the broker after our birth: say again that we live. Its boot number may
        be the higher one: a hub restored from a backup counts on from there."""
        state = decode(payload, StationState)
        if state.life is Life.LOST:
            self._publish_life()

    def _own_alert(self, topic: str, payload: bytes) -> None:
        """An alert that ended while the broker or the hub was away stands there still: end it."""
        ended = self._shown.ended(topic, decode(payload, AlertState), self._now(), self.writer.store.seq)
        if ended is not None and self._bus.is_connected:
            self._publish(topic, ended)

    def _publish_life(self, life: Life | None = None) -> None:
        """The hub's own state: as it stands, or the `life` given."""
        if self._bus.is_connected:
            trouble = self._trouble
            life = life or (Life.DEGRADED if trouble else Life.READY)
            reason = trouble.kind.value if trouble else ""
            self._publish(self._tree.state(HUB), StationState(station=HUB, life=life, boot=self._boot, reason=reason))

    def _publish(self, topic: str, message: Sent) -> None:
        self._bus.publish(topic, encode(message), retain=True)
