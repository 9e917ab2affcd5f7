"""`hall replay`: a whole day of a hall on this machine, from day.csv, and whether every wire told the same.

make the hall ─▶ wait until everything is ready ─▶ set the clock to the first arrival ─▶ the day, with mishaps
─▶ everybody is served, or has gone ─▶ midnight: the day is closed and sealed ─▶ all ends ─▶ read the wires
"""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from types import FrameType
from typing import Final

from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli import booked, processes
from cli.boardpictures import Pictures
from cli.demo import UsedPlace, read_play
from cli.mishaps import Mishaps
from cli.processes import NotStarted
from cli.reconciled import told
from cli.replaypeople import people
from cli.replayplaces import not_ready, places
from cli.stage import Replayed, Stage
from hall.hours import instant_of, offset_minutes
from hall.model import Role
from hall.station.settings import read_hall, words
from hall.topics import WATCH
from hub.verify import verify
from testbed.cast import Actor, Play
from testbed.crowd import Crowd
from testbed.day import clock, read_day
from testbed.door import Door
from testbed.listener import Listener
from testbed.mishaps import Place, plan
from testbed.reconciling.findings import Mishap
from testbed.reconciling.whole import Run, reconcile
from testbed.tape import BusinessClock, Tape

READY_LIMIT_S: Final = 600.0  # two dozen processes start, and a voice is recorded
FAST_BAUD: Final = 10_000_000  # of a wire above ×1
OPENS_BEFORE_S: Final = 90  # business seconds before the first arrival
OVERTIME_S: Final = 3_600  # business seconds after the last closing time until nobody calls any more
RATING_LIMIT_S: Final = 15.0  # real
CLOSE_LIMIT_S: Final = 30.0
SETTLES_S: Final = 2.0  # real: facts in an outbox are told


class Wanted(Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    hall_file: Path
    day_file: Path
    out: Path
    speed: float
    faults: int | None = None
    scale: float = 0.4  # of the screens


class Replay:
    """One run. Everything started is ended, whatever happens."""

    def __init__(self, wanted: Wanted, console: Console) -> None:
        self._wanted = wanted
        self._console = console
        self._hall = read_hall(wanted.hall_file)
        self._play: Play = read_play(wanted.hall_file)
        self._arrivals = read_day(wanted.day_file, list(self._hall.by_matter), booked.classes_played(self._hall))
        self._date = self._play.start[:10]
        self._booked = booked.have_booked(self._hall, self._arrivals)
        self._stop = threading.Event()
        self._over = False
        first = max(60, self._arrivals[0].arrive - OPENS_BEFORE_S)
        offset = self._hall.utc_offset
        self._begin_at = instant_of(offset, self._date, clock(first))
        self._offset_s = offset_minutes(offset) * 60
        self._clock = BusinessClock(self._begin_at, self._offset_s, 1.0)
        self._began_wall_s = 0.0
        self._tape = Tape(wanted.out / "wires", self._clock.now)
        self._told = Tape(wanted.out / "told", self._clock.now)
        closing = max(end for _, end in self._hall.hours.calling)
        self._no_calls_after = int(closing[:2]) * 3600 + int(closing[3:]) * 60 + OVERTIME_S

    def run(self) -> Run:
        """The whole day; what it left is in `out`."""
        wanted = self._wanted
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupted)
        with ExitStack() as stack:
            doors: list[Door] = []

            def door(broker_port: int) -> int:
                doors.append(stack.enter_context(Door(processes.free_port(), broker_port)))
                return doors[0].port

            replayed = Replayed(tape=self._tape, scale=wanted.scale, door=door if wanted.faults is not None else None)
            stage = Stage(
                wanted.out,
                wanted.hall_file,
                start=booked.start_for(self._hall, self._date, self._booked),
                speed=1.0,
                baud=FAST_BAUD if wanted.speed > 1 else 9600,
                replay=replayed,
            )
            stack.callback(self._tape.close)
            stack.callback(self._told.close)
            with Progress(*COLUMNS, console=self._console, transient=True) as bar:
                task = bar.add_task("starting", total=None)
                stack.enter_context(stage)
                listener = self._listen(stage, stack)
                self._await_ready(stage, listener)
                codes = booked.book(stage, self._date, wanted.day_file.name, self._booked)
                self._set_clock(stage, self._begin_at, wanted.speed)
                began = time.monotonic()
                kiosks = [s.id for s in self._hall.stations if Role.KIOSK in s.roles]
                crowd = Crowd(self._arrivals, kiosks, self._told, codes)
                actors = people(
                    stage, crowd, listener, self._play, self._tape,
                    speed=wanted.speed, offset_s=self._offset_s, over=lambda: self._over,
                )  # fmt: skip
                for actor in actors:
                    actor.start()
                    stack.callback(actor.stopping.set)
                stack.enter_context(Pictures(stage, self._clock))
                bar.update(task, total=len(self._arrivals))
                mishaps = self._mishaps(stage, listener, doors, stack)
                unfinished = self._watch(stage, listener, crowd, actors, mishaps, lambda: self._show(bar, task, crowd))
                happened: tuple[Mishap, ...] = ()
                if mishaps is not None:
                    mishaps.end()
                    happened = tuple(mishaps.happened)
                    unfinished = unfinished or mishaps.failed
                self._end(actors)
                real_s = time.monotonic() - began
                bar.update(task, description="closing the day")
                time.sleep(SETTLES_S)
                self._close_the_day(stage)
        day_clock = BusinessClock(self._begin_at, self._offset_s, wanted.speed, self._began_wall_s)
        with closing(sqlite3.connect(stage.store)) as held, closing(sqlite3.connect(wanted.out / "hub.db")) as copy:
            held.backup(copy)
        return Run(
            out=wanted.out,
            clock=day_clock,
            speed=wanted.speed,
            arrivals=self._arrivals,
            mishaps=happened,
            places=places(stage),
            real_s=real_s,
            faults=wanted.faults,
            longest_queue=crowd.longest_queue,
            unfinished=unfinished,
            log_broken=str(verify(stage.store, rebuild=True).broken or ""),
        )

    # --- before the day ---

    def _listen(self, stage: Stage, stack: ExitStack) -> Listener:
        site = stage.site
        listener = Listener(self._hall.id, site.port, WATCH, site.password(WATCH), self._told)
        stack.callback(listener.close)
        listener.start()
        return listener

    def _await_ready(self, stage: Stage, listener: Listener) -> None:
        """Every station is there, every voice recorded, every screen and device works."""
        limit = time.monotonic() + READY_LIMIT_S
        while not self._stop.is_set():
            late = not_ready(self._hall, listener)
            dead = [p for p in stage.processes.values() if not p.is_running]
            if dead:
                raise NotStarted(f"{dead[0].name} has ended:\n{dead[0].last_words()}")
            if not late:
                return
            if time.monotonic() > limit:
                name = late[0]
                raise NotStarted(
                    f"{name} is not ready after {READY_LIMIT_S:g} s:\n{stage.processes[name].last_words()}"
                )
            time.sleep(0.1)

    def _set_clock(self, stage: Stage, at: int, speed: float) -> None:
        wall_s = stage.set_clock(at, speed)
        self._clock.at_ms, self._clock.speed, self._clock.wall_s = at, speed, wall_s
        self._began_wall_s = wall_s

    # --- the day ---

    def _mishaps(self, stage: Stage, listener: Listener, doors: list[Door], stack: ExitStack) -> Mishaps | None:
        """From now on, until everybody has come: then the hall is left in peace."""
        if self._wanted.faults is None:
            return None
        devices = stage.devices
        place = Place(
            stations=tuple(s.id for s in self._hall.stations if s.roles != (Role.BOOKING,)),  # nobody books on the day
            cables=tuple(name for name in devices.cables if not name.startswith("printer-")),
            printers=tuple(devices.printers),
        )
        clock_now = {"at": self._begin_at, "wall_s": self._began_wall_s, "speed": self._wanted.speed}
        orders = plan(self._wanted.faults, place)
        mishaps = Mishaps(stage, orders, doors[0], self._clock, clock_now, lambda: not not_ready(self._hall, listener))
        return stack.enter_context(mishaps)

    def _watch(
        self,
        stage: Stage,
        listener: Listener,
        crowd: Crowd,
        actors: list[Actor],
        mishaps: Mishaps | None,
        shown: Callable[[], None],
    ) -> str:
        """Until nobody waits any more; empty, or why it ended before."""
        quiet_since: float | None = None
        while True:
            shown()
            if self._stop.wait(0.25):
                return "interrupted"
            if mishaps is not None and mishaps.failed:
                return mishaps.failed
            for process in stage.processes.values():
                if not process.is_running and (mishaps is None or not mishaps.is_down(process.name)):
                    return f"{process.name} ended by itself:\n{process.last_words()}"
            for actor in actors:
                if not actor.is_alive():
                    return f"{actor.name} could not go on; what stopped them is on stderr"
            now = self._clock.now()
            windows = [listener.window(w.number) for w in self._hall.windows]
            if now > self._no_calls_after:
                self._over = True
            busy = any(w is None or w.in_hand is not None or (w.waiting and not self._over) for w in windows)
            if crowd.all_have_come and mishaps is not None and not mishaps.is_over:
                mishaps.stop()
            if not crowd.all_have_come or busy or (mishaps is not None and not mishaps.is_over):
                quiet_since = None
                continue
            quiet_since = quiet_since or time.monotonic()
            asked = any(w is not None and w.rate is not None for w in windows)
            waited = time.monotonic() - quiet_since
            if waited > 1.0 and (not asked or waited > RATING_LIMIT_S):
                return ""

    def _show(self, bar: Progress, task: TaskID, crowd: Crowd) -> None:
        now = clock(self._clock.now())
        bar.update(task, completed=crowd.done, description=f"{now} ×{self._wanted.speed:g}")

    def _end(self, actors: list[Actor]) -> None:
        for actor in actors:
            actor.stopping.set()
        for actor in actors:
            actor.stop()

    def _close_the_day(self, stage: Stage) -> None:
        """Midnight comes at once: every ticket ends by rule, and the day is sealed."""
        midnight = instant_of(self._hall.utc_offset, self._date, "00:00") + 86_400_000
        stage.set_clock(midnight + 1000, 1.0)
        limit = time.monotonic() + CLOSE_LIMIT_S
        while time.monotonic() < limit:
            with sqlite3.connect(f"file:{stage.store}?mode=ro", uri=True, timeout=5) as db:
                if db.execute("SELECT count(*) FROM seals WHERE day = ?", (self._date,)).fetchone()[0]:
                    time.sleep(1.0)
                    return
            time.sleep(0.1)
        raise NotStarted(f"the hub did not close the day:\n{stage.processes['hub'].last_words()}")

    def _interrupted(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()


def replayed(wanted: Wanted, console: Console, language: str) -> int:
    """The whole of `hall replay`; the exit status. Raises HallError."""
    if any((wanted.out / name).exists() for name in ("wires", "hub", "machine-1")):
        raise UsedPlace(f"--out {wanted.out}: a replay has run there already; name another place")
    told_by = words("replay", language)
    run = Replay(wanted, console).run()
    with Progress(TextColumn("{task.description}"), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        result = reconcile(run, lambda what: bar.update(task, description=told_by("reading", what=what)))
    hall = read_hall(wanted.hall_file)
    return told(result, hall.name, told_by, console, wanted.out / "reconciliation.json")


COLUMNS: Final = (
    TextColumn("{task.description}"),
    BarColumn(),
    TextColumn("{task.completed}/{task.total}"),
    TimeElapsedColumn(),
)
