"""What a technician does to a hall in the middle of its day: the hub's machine is replaced, a new version is put in.

Both as docs/technician.md says, with the real commands. The store before is held against the store after: not one
event, number, answer or text may be missing.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

from msgspec import Struct

from cli import processes
from cli.machine import Machine
from cli.processes import Process
from cli.stage import Stage
from hub.tables import VERSION
from testbed.oldstore import OLDEST, as_version_1, version_of

COMMAND_LIMIT_S: Final = 120.0
UP_LIMIT_S: Final = 120.0
STICK: Final = "usb"
KEPT: Final = {  # what no act of ours may lose: how each table names its rows
    "tickets": "id",
    "services": "id",
    "ratings": "service",
    "replies": "station || ' ' || id",
    "personal": "id",
    "seals": "day",
    "log": "seq || ' ' || hex(hash)",
}


class Lost(RuntimeError):
    """Something of the store is not there any more."""


class Held(Struct, frozen=True):
    """The names of all rows of a store whose hub stands still."""

    rows: dict[str, frozenset[str]]
    waiting: int

    @classmethod
    def of(cls, store: Path) -> Held:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)) as db:
            rows = {
                table: frozenset(str(name) for (name,) in db.execute(f"SELECT {key} FROM {table}"))  # noqa: S608
                for table, key in KEPT.items()
            }
            (waiting,) = db.execute("SELECT count(*) FROM tickets WHERE state = 'waiting'").fetchone()
        return cls(rows, waiting)

    def must_be_in(self, after: Held) -> None:
        """Raises Lost with the first table that lacks something."""
        for table, names in self.rows.items():
            missing = sorted(names - after.rows[table])
            if missing:
                raise Lost(f"{len(missing)} rows of {table} are lost, among them {missing[0]}")

    def words(self) -> str:
        return f"{len(self.rows['log'])} events, {self.waiting} waiting"


class Technician:
    """At work on one stage. `pause` waits some seconds; `all_ready` tells whether every station is at work again."""

    def __init__(self, stage: Stage, pause: Callable[[float], object], all_ready: Callable[[], bool]) -> None:
        self._stage, self._pause, self._all_ready = stage, pause, all_ready
        self._moves = 0

    def moves(self, lasts_s: float) -> str:
        """Hub and broker go to another machine: stopped, backed up, the old one wiped, restored and started there; in a
        few words, how much that was."""
        self._moves += 1
        stage = self._stage
        hub, broker, old = stage.processes["hub"], stage.processes["broker"], stage.machine
        hub.end()
        broker.end()
        before = Held.of(stage.store)
        stick = stage.out / STICK
        shutil.rmtree(stick, ignore_errors=True)
        _hall(stage.out, "backup", "--to", str(stick), "--conf", str(old.at.conf))
        old.wipe()
        self._pause(lasts_s)
        (backup,) = stick.glob("*.tar.gz")
        new = Machine.numbered(stage.site, self._moves + 1)
        _hall(stage.out, "restore", str(backup), "--conf", str(new.at.conf), "--data", str(new.at.data))
        stage.moved_to(new)
        before.must_be_in(Held.of(stage.store))
        self._start(hub, broker)
        return before.words()

    def upgrades(self, lasts_s: float) -> str:
        """A new version is put in: everything stops, as units do, and the hub that starts finds the store of an old
        one."""
        stage = self._stage
        hub, broker = stage.processes["hub"], stage.processes["broker"]
        stations = [p for p in stage.processes.values() if p not in (hub, broker)]
        with ThreadPoolExecutor(len(stations)) as pool:
            list(pool.map(Process.end, stations))
        hub.end()
        broker.end()
        before = Held.of(stage.store)
        as_version_1(stage.store)
        self._pause(lasts_s)
        self._start(hub, broker)
        for station in stations:
            station.start()
        self._await(self._all_ready, "a station is not ready again")
        version = version_of(stage.store)
        if version != VERSION:
            raise Lost(f"the store is of version {version} still")
        before.must_be_in(Held.of(stage.store))
        return f"version {OLDEST} to {VERSION}, {before.words()}"

    def _start(self, hub: Process, broker: Process) -> None:
        broker.start()
        processes.await_listening(broker, self._stage.site.port)
        hub.start()

    def _await(self, done: Callable[[], bool], trouble: str) -> None:
        limit = time.monotonic() + UP_LIMIT_S
        while not done():
            if time.monotonic() > limit:
                raise TimeoutError(f"{trouble} after {UP_LIMIT_S:g} s")
            self._pause(0.1)


def _hall(place: Path, *words: str) -> None:
    """A command as it is typed. Raises RuntimeError with what it said."""
    command = [sys.executable, "-m", "cli", *words, "--language", "en"]
    ran = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=COMMAND_LIMIT_S, check=False)
    if ran.returncode != 0:
        raise RuntimeError(f"hall {' '.join(words)}: {ran.stderr or ran.stdout}")
