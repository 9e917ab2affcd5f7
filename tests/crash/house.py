"""Broker and hub as real processes of a made site, to be killed and started again, with stations that go on asking."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from msgspec import Struct

from cli import processes
from cli.processes import Process
from cli.site import Site
from hall.model import Hall, Printing, StationId, TicketId
from hall.station.asker import WISH_S
from tests.crash.halls import MORNING, caller, kiosk, write_hall
from tests.crash.load import LoadStation, Machine, Witness

PROGRESS_LIMIT_S = 20.0
QUIET_LIMIT_S = 30.0


class Stuck(AssertionError):
    """The hall did not go on: what was waited for, and the last words of its processes."""


class Kill(Struct, frozen=True):
    """Who is killed, how long after the hall works again, and how long they stay away; `at_once`: the hall need not
    work again before."""

    victims: tuple[str, ...]
    after_s: float
    away_s: float
    at_once: bool


def kills(count: int, seed: int) -> list[Kill]:
    """The kills of a seed: mostly the hub, often the broker, now and then both, or one that is just starting. One in
    ten stays away until every wish in flight is given up."""
    rng = Random(seed)
    return [
        Kill(
            victims=rng.choices((("hub",), ("broker",), ("hub", "broker")), weights=(5, 3, 2))[0],
            after_s=rng.uniform(0, 0.4),
            away_s=WISH_S + rng.uniform(0.5, 1.5) if n % 10 == 5 else 0.0,
            at_once=rng.random() < 0.15,
        )
        for n in range(count)
    ]


def listening_port() -> int:
    """A free loopback port below the range from which the kernel takes ports for outgoing connections: a station
    that tries to reach a killed broker could else be given the broker's own port, and connect to itself."""
    for port in Random(os.getpid() ^ time.monotonic_ns()).sample(range(15_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Stuck("no free port among a hundred")


def made_site(root: Path, *, machines: int, windows: int) -> tuple[Site, list[Path]]:
    """A site in `root` with so many ticket machines and windows, and the files of its stations."""
    told: dict[str, Mapping[str, object]] = {kiosk(n): {"roles": ["kiosk"]} for n in range(1, machines + 1)}
    told |= {caller(n): {"roles": ["caller"], "windows": [n]} for n in range(1, windows + 1)}
    site = Site(root / "site", write_hall(root / "hall.toml", windows=windows, stations=told), listening_port())
    site.make(clock={"at": MORNING, "wall_s": time.time(), "speed": 1.0})
    files = [site.station(kiosk(n), kiosk={"printer": "/dev/null"}) for n in range(1, machines + 1)]
    files += [site.station(caller(n), caller=[{"window": n, "keypad": "/dev/null"}]) for n in range(1, windows + 1)]
    return site, files


class House:
    """A site in `root` with so many ticket machines and windows. Use it as a context manager."""

    def __init__(self, root: Path, *, machines: int, windows: int, seed: int) -> None:
        self.site, files = made_site(root, machines=machines, windows=windows)
        self.broker = processes.broker(self.site)
        self.hub = processes.hub(self.site)
        self.stations = [LoadStation(file, seed) for file in files]
        self._pause = threading.Event()  # never set: a wait that nothing cuts short

    @property
    def hall(self) -> Hall:
        return self.site.hall

    @property
    def witnesses(self) -> dict[StationId, Witness]:
        return {station.id: station.witness for station in self.stations}

    @property
    def reported(self) -> dict[TicketId, Printing]:
        """What the ticket machines said of their slips."""
        return {
            ticket: outcome
            for station in self.stations
            if isinstance(station.work, Machine)
            for ticket, outcome in station.work.reported.items()
        }

    def __enter__(self) -> House:
        self.broker.start()
        processes.await_listening(self.broker, self.site.port)
        self.hub.start()
        for station in self.stations:
            station.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for station in self.stations:
                station.end()
        finally:
            self.hub.end()
            self.broker.end()

    def answers(self) -> int:
        """How many answers reached the stations so far."""
        return sum(station.witness.count for station in self.stations)

    def await_progress(self, answers: int, what: str) -> None:
        """Wait until so many more answers arrived. Raises Stuck."""
        wanted, limit = self.answers() + answers, time.monotonic() + PROGRESS_LIMIT_S
        while self.answers() < wanted:
            if time.monotonic() > limit or not all(station.is_alive for station in self.stations):
                raise self._stuck(what)
            self._pause.wait(0.005)

    def do(self, kill: Kill) -> None:
        """kill -9 at its moment, and start again."""
        if not kill.at_once:
            self.await_progress(len(self.stations), f"answers before {kill}")
        self._pause.wait(kill.after_s)
        victims: Sequence[Process] = [{"hub": self.hub, "broker": self.broker}[name] for name in kill.victims]
        for victim in victims:
            assert victim.is_running, f"{victim.name} died by itself:\n{victim.last_words(20)}"
            victim.kill()
        self._pause.wait(kill.away_s)
        for victim in reversed(victims):
            victim.start()
            if victim is self.broker:
                processes.await_listening(victim, self.site.port)
                assert victim.is_running, f"the broker did not come up again:\n{victim.last_words()}"

    def settle(self) -> None:
        """No new wishes; wait until every wish and fact in flight has its answer. Raises Stuck."""
        for station in self.stations:
            station.work.stopping = True
        for station in self.stations:
            if not station.quiet.wait(QUIET_LIMIT_S):
                raise self._stuck(f"{station.id} to settle")

    def _stuck(self, what: str) -> Stuck:
        dead = [station.id for station in self.stations if not station.is_alive]
        said = "\n".join(f"{process.name}: {process.last_words()}" for process in (self.hub, self.broker))
        return Stuck(f"waited for {what}; dead stations: {dead}\n{said}")
