"""A site to measure: broker, hub, and the raw echoes beside it, each a process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import psutil

from cli import processes
from cli.processes import NotStarted, Process
from cli.site import Site
from hall.messages import Life, StationState, decode
from hall.topics import HUB, Tree
from tests.bench.clients import Phase, Ran
from tests.bench.wire import Connection
from tests.crash.halls import MORNING, kiosk, write_hall
from tests.crash.house import listening_port

REPOSITORY = Path(__file__).parents[2]
WINDOWS = 32
ECHO, FLOOR = "echo", "floor"  # raw paho; raw paho and one synced commit
READY_LIMIT_S = 60.0


def machine(*, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of the measured processes: this checkout's code, wherever they start."""
    return {"PYTHONPATH": str(REPOSITORY), **(extra or {})}


class Place:
    """A hall of 32 windows, each with a ticket machine of its own. `hub` may be another program or slowed down."""

    def __init__(self, root: Path, hub: str = "hub", env: Mapping[str, str] | None = None) -> None:
        root.mkdir(parents=True)
        told = {kiosk(n): {"roles": ["kiosk", "caller"], "windows": [n]} for n in range(1, WINDOWS + 1)}
        told |= {ECHO: {"roles": ["display"]}, FLOOR: {"roles": ["display"]}}
        self.site = Site(
            root / "site", write_hall(root / "hall.toml", windows=WINDOWS, stations=told), listening_port()
        )
        self.site.make(clock={"at": MORNING, "wall_s": time.time(), "speed": 1.0})
        self._allow_echoes()
        self.broker = processes.broker(self.site)
        self.hub = self.process("hub", hub, str(self.site.root / "hub.toml"), env=env)
        self.echoes: dict[str, Process] = {}
        self._stack = ExitStack()

    @property
    def database(self) -> Path:
        return self.site.root / "hub" / "hub.db"

    def process(self, name: str, module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Process:
        """A process of this site, not yet started."""
        command = [sys.executable, "-m", module, *arguments]
        return Process(name, command, self.site.root / f"{name}.log", self.site.root, machine(extra=env))

    def __enter__(self) -> Self:
        self.begin(self.broker)
        processes.await_listening(self.broker, self.site.port)
        self.begin(self.hub)
        self._await_hub()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def begin(self, process: Process) -> Process:
        """Start a process that ends with the place."""
        process.start()
        self._stack.callback(process.end)
        return process

    def begin_echoes(self) -> None:
        """The raw echo, and the raw echo with a commit."""
        for name, database in ((ECHO, ()), (FLOOR, (str(self.site.root / "floor.db"),))):
            password = self.site.root / "passwords" / name
            echo = self.begin(
                self.process(name, "tests.bench.echo", name, str(self.site.port), name, str(password), *database)
            )
            self.echoes[name] = echo
            limit = time.monotonic() + READY_LIMIT_S
            while "ready" not in echo.last_words():
                if time.monotonic() > limit:
                    raise NotStarted(f"the {name} is not ready:\n{echo.last_words()}")
                time.sleep(0.02)

    def connection(self, number: int) -> Connection:
        """A connection of one of its ticket machines."""
        name = kiosk(number)
        return Connection(self.site.port, name, self.site.password(name))

    def _await_hub(self) -> None:
        """Until the hub says that it is ready: before its first connection no broker keeps anything for it."""
        wire = self.connection(1)
        wire.subscribe(Tree(self.site.hall.id).state(HUB))
        limit = time.monotonic() + READY_LIMIT_S
        while not any(decode(payload, StationState).life is Life.READY for _, payload in wire.receive()):
            if time.monotonic() > limit:
                raise NotStarted(f"the hub is not ready:\n{self.hub.last_words()}")
        wire.close()

    def _allow_echoes(self) -> None:
        lines = ["", *(f"user {name}\ntopic readwrite bench/{name}/#" for name in (ECHO, FLOOR))]
        lines += [f"pattern write bench/{name}/ask/%u\npattern read bench/{name}/answer/%u" for name in (ECHO, FLOOR)]
        with (self.site.broker / "acl").open("a", encoding="ascii") as acl:
            acl.write("\n".join(lines) + "\n")


class Clients:
    """The load generator's process."""

    def __enter__(self) -> Self:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.clients"],
            cwd=REPOSITORY,
            env={**os.environ, **machine()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.stdout.close()
        self._child.wait(10)

    def run(self, place: Place, clients: int, seconds: float, echo: str = "") -> Ran:
        """One phase at a place; raises AssertionError if requests were refused or the generator died."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        phase = Phase(root=str(place.site.root), port=place.site.port, clients=clients, seconds=seconds, echo=echo)
        self._child.stdin.write(msgspec.json.encode(phase) + b"\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        assert line, f"the load generator died in {phase}; the hub: {place.hub.last_words()}"
        ran = msgspec.json.decode(line, type=Ran)
        assert not ran.refused, f"{len(ran.refused)} requests were refused in {phase}: {ran.refused[:3]}"
        return ran


def cpu_s(process: Process) -> float:
    """Seconds of processor time a process has used."""
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


def rss_mb(process: Process) -> float:
    """Resident memory of a process, in 10⁶ bytes."""
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6
