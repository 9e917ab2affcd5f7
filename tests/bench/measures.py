"""What is measured, one function a page of bench.md. Each gives figures and notes, and writes its raw samples."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from cli.processes import Process
from hall.messages import Ask, TakeTicket, encode
from hall.topics import Tree
from tests.bench.clients import FOREVER
from tests.bench.figures import HERE, Figure, Note, figure, percentile, write_samples
from tests.bench.old import fill
from tests.bench.place import ECHO, FLOOR, REPOSITORY, Clients, Place, cpu_s, machine, rss_mb
from tests.crash.halls import kiosk, matters

Tell = Callable[[str], None]
HEADER = ("lane", "clients", "round", "kind", "ms")
ROUNDS = 5
ROUND_S = 1.2
WARM_S = 0.4
CLIENTS = (1, 8, 32)
SLOWER_MS = 5
OLD_TICKETS = 1_000_000
KILLS = 10


class Measured(Struct):
    """What a measure came to."""

    figures: list[Figure]
    notes: list[Note]


class Lane(Struct):
    """One of the things that take turns: a place and, at it, an echo or the hub."""

    name: str
    place: Place
    echo: str = ""


class Samples:
    """Milliseconds and rates of lanes that took turns, so that a noisy moment falls on all of them."""

    def __init__(self, clients: int) -> None:
        self.clients = clients
        self.ms: defaultdict[str, list[float]] = defaultdict(list)
        self.rates: defaultdict[str, list[float]] = defaultdict(list)
        self.rows: list[tuple[str, int, int, str, str]] = []
        self.generator_share = 0.0  # of a core, at most

    def take(self, generator: Clients, lanes: Sequence[Lane], rounds: int = ROUNDS, seconds: float = ROUND_S) -> None:
        """Let every lane warm up, then A B A B …"""
        for lane in lanes:
            generator.run(lane.place, self.clients, WARM_S, lane.echo)
        for turn in range(rounds):
            for lane in lanes:
                ran = generator.run(lane.place, self.clients, seconds, lane.echo)
                self.ms[lane.name] += [ms for _, ms in ran.samples]
                self.rates[lane.name].append(len(ran.samples) / ran.seconds)
                self.generator_share = max(self.generator_share, ran.cpu_s / ran.seconds)
                self.rows += [(lane.name, self.clients, turn, kind, f"{ms:.3f}") for kind, ms in ran.samples]

    def rate(self, lane: str) -> float:
        """Requests a second: the median of the rounds."""
        return statistics.median(self.rates[lane])


def load(work: Path, raw: Path, tell: Tell) -> Measured:
    """Reply times and throughput at 1, 8 and 32 clients against the raw echoes, and the hub's memory after a day."""
    figures: list[Figure] = []
    notes: list[Note] = []
    rows: list[tuple[str, int, int, str, str]] = []
    with Place(work / "load") as place, Clients() as generator:
        place.begin_echoes()
        lanes = [Lane("hub", place), Lane(FLOOR, place, FLOOR), Lane(ECHO, place, ECHO)]
        for clients in CLIENTS:
            tell(f"{clients} clients: hub, floor and echo in turn")
            found = Samples(clients)
            hub_cpu, began = cpu_s(place.hub), time.monotonic()
            found.take(generator, lanes)
            rows += found.rows
            for share, bound in ((0.5, 2.5), (0.99, 4.0)):
                name = f"reply p{round(share * 100)} at {clients}"
                ours, floor = percentile(found.ms["hub"], share), percentile(found.ms[FLOOR], share)
                figures.append(figure(name, ours, "ms", floor=floor, at_most=bound))
            least = 0.6 if clients == CLIENTS[-1] else None
            rate = found.rate("hub")
            figures.append(figure(f"requests at {clients}", rate, "1/s", floor=found.rate(ECHO), at_least=least))
            figures.append(figure(f"requests at {clients}, echo with a commit", found.rate(FLOOR), "1/s"))
            hub_share = (cpu_s(place.hub) - hub_cpu) / (time.monotonic() - began)
            notes.append(
                Note(
                    f"{clients} clients",
                    f"the load generator used at most {found.generator_share:.0%} of a core in a round, "
                    f"the hub {hub_share:.0%} over all rounds, a third of them its own",
                )
            )
    write_samples(raw / "load.csv", HEADER, rows)
    return Measured(figures, notes)


def slow_sync(work: Path, raw: Path, tell: Tell) -> Measured:
    """Group commit against one commit a request, both with 5 ms more a sync."""
    name = f"requests at 32 with +{SLOWER_MS} ms a sync"
    shim = build_shim(work)
    if shim is None:
        return Measured([], [Note(name, "skipped: there is no C compiler (gcc or cc) to build the slower sync with")])
    slower = {"LD_PRELOAD": str(shim), "SLOW_SYNC_US": str(SLOWER_MS * 1000)}
    with ExitStack() as stack:
        grouped = stack.enter_context(Place(work / "grouped", env=slower))
        single = stack.enter_context(Place(work / "single", hub="tests.bench.single", env=slower))
        generator = stack.enter_context(Clients())
        tell("+5 ms a sync: group commit and one commit a request in turn")
        found = Samples(CLIENTS[-1])
        found.take(generator, [Lane("grouped", grouped), Lane("single", single)], rounds=2, seconds=3.0)
    write_samples(raw / "slow_sync.csv", HEADER, found.rows)
    most = 1000 / SLOWER_MS
    if found.rate("single") > most:
        words = f"not measured: {found.rate('single'):.0f} commits a second cannot be with +{SLOWER_MS} ms each"
        return Measured([], [Note(name, words)])
    return Measured([figure(name, found.rate("grouped"), "1/s", floor=found.rate("single"), at_least=5.0)], [])


def build_shim(work: Path) -> Path | None:
    """The library that makes syncs slower; None without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    shim = work / "slow_sync.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(shim), str(HERE / "slow_sync.c"), "-ldl"]
    subprocess.run(command, check=True)
    return shim


def old_tickets(work: Path, raw: Path, tell: Tell) -> Measured:
    """An empty store and one with a million old tickets, in turn; and how long the full one takes to come back."""
    with ExitStack() as stack:
        full = Place(work / "full")
        tell(f"filling a store with {OLD_TICKETS:,} old tickets")
        began = time.monotonic()
        fill(full.database, full.site.hall.id, OLD_TICKETS)
        took, size = time.monotonic() - began, full.database.stat().st_size / 1e9
        fresh = stack.enter_context(Place(work / "fresh"))
        stack.enter_context(full)
        generator = stack.enter_context(Clients())
        tell("one client: a new store and the full one in turn")
        found = Samples(1)
        found.take(generator, [Lane("new store", fresh), Lane("old store", full)], rounds=8)
        tell("kill -9 of the hub with the full store")
        back = [come_back(full, n) for n in range(3)]
    write_samples(raw / "old_tickets.csv", HEADER, found.rows)
    ours, floor = percentile(found.ms["old store"], 0.5), percentile(found.ms["new store"], 0.5)
    name = f"{OLD_TICKETS:,} old tickets"
    return Measured(
        [
            figure(f"reply p50 with {name}", ours, "ms", floor=floor, at_most=1.2),
            figure(f"kill -9 to next reply with {name}", max(back), "s", at_most=1.0),
        ],
        [Note(name, f"the store was filled in {took:.0f} s and is {size:.1f} GB")],
    )


def kill(work: Path, raw: Path, tell: Tell) -> Measured:
    """kill -9 of the hub, started again at once: until the next reply, the slowest of ten."""
    with Place(work / "kill") as place, Clients() as generator:
        generator.run(place, 1, 1.0)
        tell(f"kill -9 of the hub, {KILLS} times")
        back = [come_back(place, n) for n in range(KILLS)]
    write_samples(raw / "kill.csv", ("kill", "s"), [(n, f"{s:.4f}") for n, s in enumerate(back)])
    imports = min(timed_imports() for _ in range(3))
    words = f"of this, {imports:.2f} s are the interpreter's start and the hub's imports, alone on this machine"
    return Measured(
        [figure("kill -9 to next reply", max(back), "s", at_most=1.0)], [Note("kill -9 to next reply", words)]
    )


def timed_imports() -> float:
    """Seconds in which Python starts and imports the hub."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import hub.__main__"], cwd=REPOSITORY, check=True)
    return time.monotonic() - began


def come_back(place: Place, number: int) -> float:
    """Kill the hub, start it, ask; seconds from the kill to the reply."""
    station = kiosk(number + 2)
    wire = place.connection(number + 2)
    tree = Tree(place.site.hall.id)
    wire.subscribe(tree.answer(station))
    began = time.perf_counter()
    place.hub.kill()
    place.hub.start()
    request = f"back-{number}-{time.monotonic_ns():x}"
    ask = Ask(id=request, body=TakeTicket(matter=matters()[0]), not_after=FOREVER)
    wire.publish(tree.ask(station).encode(), encode(ask))
    while not any(request.encode() in payload for _, payload in wire.receive()):
        pass
    took = time.perf_counter() - began
    wire.close()
    return took


def await_quiet(seconds: float) -> None:
    """Let time pass in which nothing is asked."""
    threading.Event().wait(seconds)


def idle(processes: dict[str, Process], seconds: float) -> dict[str, tuple[float, float]]:
    """Share of a core (in percent) and resident megabytes of processes left alone for so long."""
    before = {name: cpu_s(process) for name, process in processes.items()}
    began = time.monotonic()
    await_quiet(seconds)
    took = time.monotonic() - began
    return {
        name: (100 * (cpu_s(process) - before[name]) / took, rss_mb(process)) for name, process in processes.items()
    }


def environment(screen: bool) -> dict[str, str]:
    """Of a role's process; with a screen that nobody sees."""
    return machine(extra={"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"} if screen else {})
