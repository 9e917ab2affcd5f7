"""`hall demo`: a hall on this machine. Broker, hub and screens are real; printer, visitors and clerk are played."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from msgspec import Struct
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli import processes
from cli.picture import hall_picture
from cli.processes import Process
from cli.site import Site
from cli.timeline import LogReader, Teller
from hall.checked import Mistakes, read_struct, read_toml
from hall.errors import BadFile, HallError
from hall.hours import instant_of, local
from hall.model import Hall, Role
from hall.profile import PrinterProfile
from hall.station.settings import profile, read_hall, read_text, words
from hall.wording import Words
from hub.verify import Report, verify
from testbed.cast import Actor, ClerkAtWindow, Play, Visitors
from testbed.printer import VirtualPrinter
from testbed.touch import Touch

ROWS = 16
PRINTER = "escpos-80mm"
KIOSK_SIZE = (1080, 1920)
CALLER_SIZE = (1024, 600)


class UsedPlace(HallError, FileExistsError):
    """The output directory holds an earlier run."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What the command line asks for. `minutes` are real ones; None: until Ctrl-C."""

    hall_file: Path
    out: Path
    minutes: float | None
    speed: float | None
    language: str
    windows: bool | None  # None: as the machine has a display


def read_play(hall_file: Path) -> Play:
    """demo.toml beside the hall file. Raises BadFile."""
    path = hall_file.parent / "demo.toml"
    mistakes = Mistakes()
    play = read_struct(Play, read_toml(path.name, read_text(path), mistakes), "", mistakes)
    if play is None or mistakes.found:
        raise BadFile(tuple(f"{path.name}: {line.lstrip('.')}" for line in mistakes.found))
    return play


def has_display() -> bool:
    """Whether windows can be opened."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Demo:
    """One run. Everything started is ended, whatever happens."""

    def __init__(self, wanted: Wanted, console: Console) -> None:
        self._wanted = wanted
        self._console = console
        self._hall: Hall = read_hall(wanted.hall_file)
        self._play = read_play(wanted.hall_file)
        self._speed = wanted.speed or self._play.speed
        self._words: Words = words("timeline", wanted.language)
        self._teller = Teller(self._hall, self._words, wanted.language)
        self._rows: deque[tuple[str, str, str]] = deque(maxlen=ROWS)
        self._begun_at = 0.0
        self._stop = threading.Event()
        self._failed = False

    def run(self) -> int:
        """Until the minutes are over or Ctrl-C; 0 if the log verifies."""
        if self._store.exists():
            raise UsedPlace(
                f"--out {self._wanted.out}: a demo has run there already; name another place or leave it out"
            )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupted)
        with ExitStack() as stack:
            processes_ = self._start(stack)
            actors = self._actors(stack)
            reader = LogReader(self._store)
            stack.callback(reader.close)
            self._watch(reader, processes_)
            self._console.print(self._words("stopping"), style="dim")
            for actor in actors:
                actor.stop()
            self._told(reader)
        report = verify(self._store, rebuild=True)
        self._summary(report)
        return 1 if report.broken or self._failed else 0

    # --- the cast and the machines ---

    def _start(self, stack: ExitStack) -> list[Process]:
        port = processes.free_port()
        site = Site(self._wanted.out, self._wanted.hall_file, port)
        start = self._play.start
        at = instant_of(self._hall.utc_offset, start[:10], start[11:])
        site.make(clock={"at": at, "wall_s": time.time(), "speed": self._speed})
        started: list[Process] = []

        def begin(process: Process, what: str) -> Process:
            self._console.print(self._words("starting", what=self._words(what)), style="dim")
            process.start()
            stack.callback(process.end)
            started.append(process)
            return process

        processes.await_listening(begin(processes.broker(site), "broker"), port)
        begin(processes.hub(site), "hub")
        self._console.print(self._words("starting", what=self._words("printer")), style="dim")
        env = {"PYGAME_HIDE_SUPPORT_PROMPT": "1"}
        windows = has_display() if self._wanted.windows is None else self._wanted.windows
        if not windows:
            env["SDL_VIDEODRIVER"] = "dummy"
        for station in self._hall.stations:
            if Role.KIOSK in station.roles:
                printer = self._printer(stack)
                settings = {"printer": printer.path, "profile": PRINTER, "screen": self._screen(station.id, KIOSK_SIZE)}
                path = site.station(station.id, kiosk=settings)
                begin(processes.role(site, "kiosk", path, env), "kiosk")
            if Role.CALLER in station.roles:
                caller = [{"window": station.windows[0], "screen": self._screen(station.id, CALLER_SIZE)}]
                begin(processes.role(site, "caller", site.station(station.id, caller=caller), env), "caller")
        return started

    def _printer(self, stack: ExitStack) -> VirtualPrinter:
        kind = profile(PRINTER)
        assert isinstance(kind, PrinterProfile)
        slips = self._wanted.out / "slips"
        slips.mkdir(parents=True, exist_ok=True)
        return stack.enter_context(VirtualPrinter(kind, bytes_per_s=4_000, png_dir=slips))

    def _screen(self, station: str, size: tuple[int, int]) -> dict[str, object]:
        pictures = self._wanted.out / "screens" / station
        pictures.mkdir(parents=True, exist_ok=True)
        width, height = size
        return {"width": width, "height": height, "pictures": str(pictures), "finger": str(self._finger(station))}

    def _finger(self, station: str) -> Path:
        return self._wanted.out / f"{station}.finger"

    def _actors(self, stack: ExitStack) -> list[Actor]:
        actors: list[Actor] = []
        for station in self._hall.stations:
            glass = self._finger(station.id)
            if Role.KIOSK in station.roles:
                actors.append(Visitors(lambda at=glass: Touch(at), self._hall, self._play))  # type: ignore[misc]
            if Role.CALLER in station.roles:
                badge = self._clerk_of(station.windows[0])
                actors.append(ClerkAtWindow(lambda at=glass: Touch(at), badge, self._play))  # type: ignore[misc]
        for actor in actors:
            actor.start()
            stack.callback(actor.stopping.set)
        return actors

    def _clerk_of(self, window: int) -> str:
        for post in self._hall.posts:
            if post.window == window and post.badge in self._play.pins:
                return post.badge
        raise BadFile((f"demo.toml: pins: no PIN of a clerk posted at window {window}",))

    # --- what is seen ---

    def _watch(self, reader: LogReader, running: list[Process]) -> None:
        self._begun_at = time.monotonic()
        minutes = self._wanted.minutes
        end = None if minutes is None else self._begun_at + minutes * 60
        live = Live(console=self._console, refresh_per_second=4, transient=True) if self._console.is_terminal else None
        with live or ExitStack():
            while not self._stop.wait(0.2):
                if end is not None and time.monotonic() >= end:
                    return
                for process in running:
                    if not process.is_running:
                        self._failed = True
                        ended = self._words("ended", name=process.name, status=process.end(), log=process.log)
                        self._console.print(f"{ended}\n{process.last_words()}", style="bold red", highlight=False)
                        return
                self._told(reader, quiet=live is not None)
                if live is not None:
                    live.update(self._frame(end))

    def _told(self, reader: LogReader, *, quiet: bool = False) -> None:
        for at, event in reader.new():
            row = self._teller.line(at, event)
            self._rows.append(row)
            if not quiet:
                self._console.print(Text.assemble((row[0], "dim"), "  ", (row[1], row[2])))

    def _frame(self, end: float | None) -> Panel:
        table = Table.grid(padding=(0, 2))
        for clock, sentence, style in self._rows:
            table.add_row(Text(clock, "dim"), Text(sentence, style))
        now = instant_of(self._hall.utc_offset, self._play.start[:10], self._play.start[11:])
        now += round((time.monotonic() - self._begun_at) * 1000 * self._speed)
        clock = local(self._hall.utc_offset, now).strftime("%H:%M:%S")
        ends = (
            self._words("staying")
            if end is None
            else self._words("left", seconds=max(0, round(end - time.monotonic())))
        )
        head = Text(f"{self._words('clock', time=clock, speed=f'{self._speed:g}')} · {ends}", "dim")
        return Panel(Group(head, table), title=self._words("title", hall=self._hall.name), border_style="blue")

    def _interrupted(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    # --- the end ---

    @property
    def _store(self) -> Path:
        return self._wanted.out / "hub" / "hub.db"

    def _verdict(self, report: Report) -> Text:
        if report.broken is not None:
            return Text(self._words("summary.log_bad", reason=report.broken), "bold red")
        return Text(self._words("summary.log_good", events=report.events, rows=report.rows), "green")

    def _summary(self, report: Report) -> None:
        table = Table(title=self._words("summary.title"), show_header=False, border_style="blue")
        with sqlite3.connect(f"file:{self._store}?mode=ro", uri=True) as db:
            for key, sql in SUMS:
                (value,) = db.execute(sql).fetchone()
                table.add_row(self._words(f"summary.{key}"), f"{value:g}" if value is not None else "–")
        table.add_row(self._words("summary.log"), self._verdict(report))
        out = self._wanted.out
        picture = hall_picture(out / "screens", out / "slips")
        if picture is not None:
            picture.save(out / "hall.png")
        for key, place in (
            ("picture", "hall.png"),
            ("pictures", "screens"),
            ("slips", "slips"),
            ("store", "hub/hub.db"),
            ("logs", "*.log"),
        ):
            table.add_row(self._words(f"summary.{key}"), str(out / place))
        self._console.print(table)
        command = f"hall log verify --rebuild {self._store}"
        self._console.print(self._words("summary.again", command=command), style="dim", soft_wrap=True)


SUMS = (
    ("tickets", "SELECT count(*) FROM tickets"),
    ("on_paper", "SELECT count(*) FROM tickets WHERE printing = 'on_paper'"),
    ("unknown", "SELECT count(*) FROM tickets WHERE printing = 'unknown'"),
    ("void", "SELECT count(*) FROM tickets WHERE state = 'void'"),
    ("called", "SELECT coalesce(sum(calls), 0) FROM services"),
    ("served", "SELECT count(*) FROM tickets WHERE state = 'served'"),
    ("no_show", "SELECT count(*) FROM tickets WHERE state = 'no_show'"),
    ("waiting", "SELECT count(*) FROM tickets WHERE state = 'waiting'"),
    ("in_hand", "SELECT count(*) FROM tickets WHERE state IN ('called', 'serving')"),
    (
        "wait",
        "SELECT round(avg(s.called_at - t.issued_at) / 60000.0, 1) FROM services s JOIN tickets t ON t.id = s.ticket",
    ),
)
