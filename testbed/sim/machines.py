"""The machines of the hall: each hosts one real daemon, can be killed at any seam, and starts it again."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol

from msgspec import Struct

from hall.errors import HallError
from hall.model import Hall, Instant, Role, StationId
from hall.station.bus import Arrived, Delivered, Ears, Will
from hall.station.host import Role as StationRole
from hall.station.host import Stop
from hall.station.inbox import Inbox
from hall.station.outbox import Outbox
from hall.station.service import TICK_S as STATION_TICK_S
from hall.station.service import Station
from hall.stationfile import Broker as BrokerSettings
from hall.stationfile import StationFile
from hall.topics import HUB
from hub.daemon import TICK_S as HUB_TICK_S
from hub.daemon import Hub
from hub.store import Store
from testbed.sim.broker import Broker, Message
from testbed.sim.disk import Disk, PowerCut, Seam
from testbed.sim.link import SimLink
from testbed.sim.loop import Loop

START_AGAIN_S = (0.5, 4.0)
THINK_S = 0.05  # a process is busy with other things: several messages wait for one turn
NO_DIGITS = str.maketrans("0123456789", "ghijklmnop")  # of an id: eight digits in a row are a PIN by chance, one day


class Witness(Protocol):
    """Who watches the machines."""

    def published(self, name: str, message: Message) -> None: ...
    def heard(self, name: str, message: Message) -> None: ...
    def acknowledged(self, link: SimLink, mid: int, received: Message | None) -> None: ...
    def turned(self, name: str, confirmed: Sequence[Message]) -> None: ...
    def started(self, name: str) -> None: ...
    def died(self, name: str) -> None: ...
    def broke(self, name: str, error: Exception) -> None: ...


class Surroundings(Struct, frozen=True):
    """What all machines share."""

    loop: Loop
    chance: Random
    broker: Broker
    witness: Witness
    happened: Counter[str]


class Daemon(Protocol):
    """What a machine runs."""

    inbox: Inbox

    def turn(self, events: Sequence[object]) -> bool: ...
    def end(self) -> None: ...


class Machine:
    """One box with one disk. `is_on`: its daemon runs."""

    tick_s = 1.0

    def __init__(self, name: StationId, around: Surroundings) -> None:
        self.name = name
        self.around = around
        self.seam = Seam()
        self.disk = Disk.blank(self.seam)
        self.link: SimLink | None = None
        self.resent = 0
        self._daemon: Daemon | None = None
        self._life = 0  # turns planned by an earlier life do not happen
        self._is_awake = False
        self._frozen_until = 0.0

    @property
    def is_on(self) -> bool:
        """Whether the daemon runs."""
        return self._daemon is not None

    def start(self) -> None:
        """Start the daemon, unless it runs; try again later if it cannot."""
        if self._daemon is not None:
            return
        self._life += 1
        try:
            self._daemon = self._begin()
        except PowerCut:
            self.die()
            return
        except (sqlite3.Error, HallError):
            self.around.happened["start refused"] += 1
            self.die()
            return
        self._daemon.inbox.on_put = self._wake
        self.around.witness.started(self.name)
        self._wake()
        self._tick(self._life)

    def die(self) -> None:
        """Killed: nothing more is said, and what was not committed is gone. It starts again by itself."""
        self._gone()
        low, high = START_AGAIN_S
        self.around.loop.after(low + self.around.chance.random() * (high - low), self.start)

    def stop(self) -> None:
        """Ended as by systemd: it says goodbye, then starts again."""
        daemon = self._daemon
        if daemon is None:
            return
        try:
            daemon.turn([Stop()])
            daemon.end()
        except PowerCut:
            pass
        self.die()

    def freeze(self, seconds: float) -> None:
        """The loop stands still (a slow disk, a stopped process) while its link lives on and fills the inbox."""
        self._frozen_until = self.around.loop.now + seconds

    def _gone(self) -> None:
        self.seam.mend()
        self._frozen_until = 0.0
        if self.link is not None:
            self.resent += self.link.resent
            self.link.kill()
        if self._daemon is not None:
            self._daemon.inbox.on_put = None  # the world may still hold its inbox
        self._daemon = None
        self._is_awake = False
        self._life += 1
        self.disk.close()
        self.around.witness.died(self.name)
        self.link = None

    def _begin(self) -> Daemon:
        raise NotImplementedError

    def _connect(self, ears: Ears, will: Will, *, keep_session: bool) -> SimLink:
        around = self.around
        self.link = SimLink(
            ears,
            name=self.name,
            will=will,
            keep_session=keep_session,
            broker=around.broker,
            loop=around.loop,
            chance=around.chance,
            seam=self.seam,
            tap=around.witness,
        )
        return self.link

    def _tick(self, life: int) -> None:
        if life == self._life:
            self.around.loop.after(self.tick_s, lambda: self._tick(life))
            self._wake()

    def _wake(self) -> None:
        quiet = self.link is not None and self.link.is_confirming
        if not self._is_awake and not quiet:
            self._is_awake = True
            life = self._life
            self.around.loop.after(self.around.chance.random() * THINK_S, lambda: self._turn(life))

    def _turn(self, life: int) -> None:
        daemon, link = self._daemon, self.link
        if life != self._life or daemon is None or link is None:
            return
        if self.around.loop.now < self._frozen_until:
            self.around.loop.at(self._frozen_until, lambda: self._turn(life))
            return
        self._is_awake = False
        events = daemon.inbox.take(0)
        link.handling = [e for e in events if isinstance(e, Arrived)]
        confirmed = [link.confirmed.pop(e.handle, None) for e in events if isinstance(e, Delivered)]
        try:
            daemon.turn(events)
        except PowerCut:
            self.around.happened[f"{self.kind} cut at a seam"] += 1
            self.die()
            return
        except Exception as error:  # noqa: BLE001 - what would end the real process is a finding here
            self.around.witness.broke(self.name, error)
            self.die()
            return
        self.around.witness.turned(self.name, [m for m in confirmed if m is not None])

    @property
    def kind(self) -> str:
        return "hub" if self.name == HUB else "station"


class HubMachine(Machine):
    """The hub's box: store, wall clock and the real `hub.daemon.Hub`."""

    tick_s = HUB_TICK_S

    def __init__(self, hall: Hall, around: Surroundings, now: Callable[[], Instant]) -> None:
        super().__init__(HUB, around)
        self.hub: Hub | None = None
        self.now = now
        self._hall = hall

    def _begin(self) -> Daemon:
        store = Store(self.disk, self._hall.id)
        self.hub = Hub(
            self._hall,
            store,
            link=lambda ears, will: self._connect(ears, will, keep_session=True),
            now=self.now,
            mono=self.around.loop.mono,
        )
        self.hub.begin()
        return self.hub

    def _gone(self) -> None:
        self.hub = None
        super()._gone()


class StationMachine(Machine):
    """A station's box: outbox and the real `hall.station.service.Station` with simulated drivers."""

    tick_s = STATION_TICK_S

    def __init__(
        self, name: StationId, roles: tuple[Role, ...], around: Surroundings, role: Callable[[], StationRole]
    ) -> None:
        super().__init__(name, around)
        self.station: Station | None = None
        self.role: StationRole | None = None
        self._make_role = role
        self._settings = StationFile(
            id=name, hall="sim", roles=roles, broker=BrokerSettings(password_file="none"), data="none"
        )

    def _begin(self) -> Daemon:
        chance = self.around.chance
        self.role = self._make_role()
        self.station = Station(
            self._settings,
            outbox=Outbox(self.disk),
            link=lambda ears, will: self._connect(ears, will, keep_session=False),
            mono=self.around.loop.mono,
            new_id=lambda: f"{chance.getrandbits(96):024x}".translate(NO_DIGITS),
        )
        self.station.begin(self.role)
        return self.station

    def _gone(self) -> None:
        self.station = self.role = None
        super()._gone()

    def put(self, event: object) -> bool:
        """Hand an event of the world to the daemon; False if it does not run."""
        station = self.station
        if station is not None and self.is_on:
            station.inbox.put(event)
            return True
        return False
