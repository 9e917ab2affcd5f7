"""A hall of real processes under faults, and its accounts at the end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from cli import processes
from cli.processes import Process
from hall.events import Called, Recalled, RequestCrashed, TicketIssued
from hall.messages import Answer, Issued, decode
from hall.model import Printing, RequestId, StationId, TicketId
from hub.store import Store
from tests.crash import accounts
from tests.crash.house import Stuck, made_site
from tests.soak.faults import Blow, Fault, faults
from tests.soak.transcript import Reading

LOOK_S = 0.05
PROGRESS_LIMIT_S = 40.0
SETTLE_LIMIT_S = 60.0
UNREPORTED = (Printing.RESERVED, Printing.UNKNOWN)  # by a station that died between answer and first act


class Ran(Struct):
    """What a soak came to. `orphans`: wishes whose station was killed before it heard what became of them."""

    seed: int
    operations: int = 0
    tickets: int = 0
    calls: int = 0
    faults: Counter[str] = Counter()
    last: str = ""  # fault
    repeats: int = 0
    orphans: int = 0
    lost: list[str] = []
    doubled: list[str] = []
    double_called: list[str] = []
    unsettled: list[str] = []
    log: list[str] = []
    seconds: float = 0.0

    @property
    def mistakes(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.double_called, *self.unsettled, *self.log]


class Soak:
    """A site in `root`. `watch` is called as it goes on."""

    def __init__(
        self,
        root: Path,
        *,
        seed: int,
        machines: int = 4,
        windows: int = 4,
        every: int = 600,
        watch: Callable[[Ran], None] = lambda _ran: None,
    ) -> None:
        self.ran = Ran(seed)
        self._watch = watch
        self._site, files = made_site(root, machines=machines, windows=windows)
        self._broker, self._hub = processes.broker(self._site), processes.hub(self._site)
        self._transcripts = {file.stem: Reading(root / f"{file.stem}.jsonl") for file in files}
        self._stations: dict[StationId, Process] = {}
        for file in files:
            command = [sys.executable, "-m", "tests.soak.station", str(file), str(root / f"{file.stem}.jsonl")]
            env = {"PYTHONPATH": str(Path(__file__).parents[2])}
            log = self._site.root / f"{file.stem}.log"
            self._stations[file.stem] = Process(file.stem, [*command, str(seed)], log, self._site.root, env)
        self._faults = faults(list(self._stations), every, seed)
        self._lives: dict[str, int] = {}  # before the last start
        self._pause = threading.Event()  # never set: a wait that nothing cuts short

    def run(self, operations: int) -> Ran:
        """So many operations and more, then peace, then the accounts. Raises Stuck if the hall does not go on."""
        began = time.monotonic()
        try:
            self._broker.start()
            processes.await_listening(self._broker, self._site.port)
            for process in (self._hub, *self._stations.values()):
                self._start(process)
            self._await(self.ran.operations + 50, "the first answers")
            while self.ran.operations < operations:
                self._do(next(self._faults))
            self._settle()
        finally:
            for process in (*self._stations.values(), self._hub, self._broker):
                process.kill()
        self.ran = self.accounts_of(self.database)
        self.ran.seconds = round(time.monotonic() - began, 1)
        return self.ran

    # --- faults ---

    def _do(self, fault: Fault) -> None:
        self._await(self.ran.operations + fault.after, f"{fault.after} answers before {fault}")
        known = {"hub": self._hub, "broker": self._broker, **self._stations}
        victims = [known[name] for name in fault.victims]
        for victim in victims:
            if not victim.is_running:
                raise Stuck(f"{victim.name} died by itself:\n{victim.last_words(20)}")
            if fault.blow is Blow.STOP:
                os.kill(victim.pid, signal.SIGSTOP)
            elif fault.blow is Blow.RESTART:
                victim.end()
            else:
                victim.kill()
        self._pause.wait(fault.away_s)
        for victim in reversed(victims):  # the broker before the hub
            if fault.blow is Blow.STOP:
                os.kill(victim.pid, signal.SIGCONT)
                continue
            self._start(victim)
            if victim is self._broker:
                processes.await_listening(victim, self._site.port)
        self.ran.faults[str(fault)] += 1
        self.ran.last = str(fault)

    def _start(self, process: Process) -> None:
        transcript = self._transcripts.get(process.name)
        if transcript is not None:
            transcript.read()
            self._lives[process.name] = transcript.lives
        process.start()

    def _await(self, operations: int, what: str) -> None:
        limit, before = time.monotonic() + PROGRESS_LIMIT_S, self.ran.operations
        while True:
            self._look()
            if self.ran.operations >= operations:
                return
            if self.ran.operations != before:
                limit, before = time.monotonic() + PROGRESS_LIMIT_S, self.ran.operations
            if time.monotonic() > limit:
                raise self._stuck(what)
            self._pause.wait(LOOK_S)

    def _look(self) -> None:
        for transcript in self._transcripts.values():
            transcript.read()
        self.ran.operations = sum(transcript.operations for transcript in self._transcripts.values())
        self._watch(self.ran)

    def _wait_until(self, limit: float, what: str) -> None:
        if time.monotonic() > limit:
            raise self._stuck(what)
        self._pause.wait(LOOK_S)
        self._look()

    def _stuck(self, what: str) -> Stuck:
        everyone = (self._hub, self._broker, *self._stations.values())
        said = "\n".join(f"{p.name} (runs: {p.is_running}): {p.last_words()}" for p in everyone)
        return Stuck(f"waited for {what}\n{said}")

    def _settle(self) -> None:
        """Nothing new is asked; wait until all that is in flight has its answer."""
        limit = time.monotonic() + SETTLE_LIMIT_S
        # One that is just starting would be ended by the signal, not told.
        while any(transcript.lives == self._lives[name] for name, transcript in self._transcripts.items()):
            self._wait_until(limit, "the stations to start")
        for process in self._stations.values():
            os.kill(process.pid, signal.SIGTERM)
        while any(process.is_running for process in self._stations.values()):
            self._wait_until(limit, "the stations to settle")
        for process in self._stations.values():
            if process.end() != 0:
                raise self._stuck(f"{process.name} to end as it should")
        self._look()
        self._hub.end()

    @property
    def database(self) -> Path:
        """The hub's."""
        return self._site.root / "hub" / "hub.db"

    # --- accounts ---

    def accounts_of(self, database: Path) -> Ran:
        """The same run with what the database says of it."""
        was = self.ran
        ran = Ran(was.seed, operations=was.operations, faults=was.faults, last=was.last)
        ran.log += accounts.log_mistakes(database)
        store = Store.open(database, self._site.hall.id)
        try:
            events = [event for _, event in store.events()]
            ran.log += [str(event) for event in events if isinstance(event, RequestCrashed)]
            ran.tickets = sum(isinstance(event, TicketIssued) for event in events)
            ran.calls = sum(isinstance(event, Called | Recalled) for event in events)
            ran.repeats = sum(len(bodies) - 1 for t in self._transcripts.values() for bodies in t.answers.values())
            orphans = self._orphans(ran)
            ran.orphans = len(orphans)
            ran.lost += accounts.promise_mistakes(store, self._transcripts)
            ran.doubled += accounts.number_mistakes(events)
            reported, given = self._reported(ran), _given(store, orphans)
            ran.doubled += accounts.ticket_mistakes(store, self._transcripts, reported, given, UNREPORTED)
            ran.double_called += accounts.call_mistakes(events)
            ran.double_called += accounts.window_mistakes(store, self._transcripts, {r for _, r in orphans})
        finally:
            store.close()
        return ran

    def _reported(self, ran: Ran) -> dict[TicketId, Printing]:
        out: dict[TicketId, Printing] = {}
        for station, transcript in self._transcripts.items():
            for ticket, outcomes in transcript.reports().items():
                if len(outcomes) > 1 or ticket in out:
                    told = f"{station} reports {ticket} as {sorted(outcomes)}, before {out.get(ticket)}"
                    ran.doubled.append(told)
                out[ticket] = next(iter(outcomes))
        return out

    def _orphans(self, ran: Ran) -> list[tuple[StationId, RequestId]]:
        out: list[tuple[StationId, RequestId]] = []
        for station, transcript in self._transcripts.items():
            for request, is_orphan in transcript.open().items():
                if is_orphan:
                    out.append((station, request))
                else:
                    body = transcript.asked[request].body
                    ran.unsettled.append(f"{station} {request} was never answered: {body}")
        return out


def _given(store: Store, orphans: list[tuple[StationId, RequestId]]) -> set[TicketId]:
    """The numbers that orphans got without hearing of them."""
    kept = [store.reply(station, request) for station, request in orphans]
    found = [decode(body, Answer).reply for body in kept if body is not None]
    return {reply.ticket for reply in found if isinstance(reply, Issued)}
