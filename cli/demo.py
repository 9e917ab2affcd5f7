"""`hall demo`: a hall on this machine. Broker, hub and screens are real; printer, visitors and clerk are played."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.company import company
from cli.picture import hall_picture
from cli.processes import Process
from cli.stage import Stage
from cli.timeline import LogReader, Teller
from hall.checked import Mistakes, read_struct, read_toml
from hall.errors import BadFile, HallError
from hall.hours import instant_of, local
from hall.model import Hall
from hall.station.settings import read_hall, read_text, words
from hall.wording import Words
from hub.verify import Report, verify
from testbed.cast import Play

ROWS = 16


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
    sound: bool = False  # on the sound card instead of WAV files


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
        if wanted.speed is not None:
            self._play = replace(self._play, speed=wanted.speed)
        self._words: Words = words("timeline", wanted.language)
        windows = has_display() if wanted.windows is None else wanted.windows
        self._stage = Stage(
            wanted.out,
            wanted.hall_file,
            start=self._play.start,
            speed=self._speed,
            windows=windows,
            sound=wanted.sound,
            say=self._starting,
        )
        self._teller = Teller(self._hall, self._words, wanted.language)
        self._rows: deque[tuple[str, str, str]] = deque(maxlen=ROWS)
        self._begun_at = 0.0
        self._stop = threading.Event()
        self._failed = False

    def run(self) -> int:
        """Until the minutes are over or Ctrl-C; 0 if the log verifies."""
        stage = self._stage
        if stage.store.exists():
            raise UsedPlace(
                f"--out {self._wanted.out}: a demo has run there already; name another place or leave it out"
            )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupted)
        with ExitStack() as stack:
            stack.enter_context(stage)
            look = self._words("look", conf=stage.machine.at.conf)
            self._console.print(look, style="dim", soft_wrap=True, highlight=False)
            actors = company(stage, self._play)
            for actor in actors:
                actor.start()
                stack.callback(actor.stopping.set)
            reader = LogReader(stage.store)
            stack.callback(reader.close)
            self._watch(reader, stage.processes)
            self._console.print(self._words("stopping"), style="dim")
            self._picture()
            for actor in actors:
                actor.stopping.set()
            for actor in actors:
                actor.stop()
            self._told(reader)
        report = verify(stage.store, rebuild=True)
        self._summary(report)
        return 1 if report.broken or self._failed else 0

    def _starting(self, kind: str, name: str) -> None:
        what = self._words(kind)
        self._console.print(self._words("starting", what=what if kind == name else f"{what} {name}"), style="dim")

    def _picture(self) -> None:
        """The whole hall in one picture, in the middle of its work."""
        stage, place = self._stage, self._wanted.out / "devices"
        place.mkdir(parents=True, exist_ok=True)
        for kind, devices in (("bar", stage.devices.bars), ("pad", stage.devices.pads)):
            for window, device in devices.items():
                device.save_picture(place / f"{kind}-{window:02}.png")
        picture = hall_picture(self._hall, stage.screens, self._wanted.out / "slips", place)
        if picture is not None:
            picture.save(self._wanted.out / "hall.png")

    # --- what is seen ---

    def _watch(self, reader: LogReader, running: Mapping[str, Process]) -> None:
        self._begun_at = time.monotonic()
        minutes = self._wanted.minutes
        end = None if minutes is None else self._begun_at + minutes * 60
        live = Live(console=self._console, refresh_per_second=4, transient=True) if self._console.is_terminal else None
        with live or ExitStack():
            while not self._stop.wait(0.2):
                if end is not None and time.monotonic() >= end:
                    return
                for process in running.values():
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

    def _verdict(self, report: Report) -> Text:
        if report.broken is not None:
            return Text(self._words("summary.log_bad", reason=report.broken), "bold red")
        return Text(self._words("summary.log_good", events=report.events, rows=report.rows), "green")

    def _summary(self, report: Report) -> None:
        table = Table(title=self._words("summary.title"), show_header=False, border_style="blue")
        with sqlite3.connect(f"file:{self._stage.store}?mode=ro", uri=True) as db:
            for key, sql in SUMS:
                (value,) = db.execute(sql).fetchone()
                table.add_row(self._words(f"summary.{key}"), f"{value:g}" if value is not None else "–")
        said = sum(len(path.read_bytes().splitlines()) for path in self._stage.audio.glob("*/timeline.jsonl"))
        if said:
            table.add_row(self._words("summary.announced"), str(said))
        table.add_row(self._words("summary.log"), self._verdict(report))
        out = self._wanted.out
        for key, place in (
            ("picture", "hall.png"),
            ("pictures", "screens"),
            ("slips", "slips"),
            ("audio", "audio"),
            ("store", "hub/hub.db"),
            ("logs", "*.log"),
        ):
            if "*" in place or (out / place).exists():
                table.add_row(self._words(f"summary.{key}"), str(out / place))
        self._console.print(table)
        command = f"hall log verify --rebuild {self._stage.store}"
        self._console.print(self._words("summary.again", command=command), style="dim", soft_wrap=True)


SUMS = (
    ("tickets", "SELECT count(*) FROM tickets"),
    ("on_paper", "SELECT count(*) FROM tickets WHERE printing = 'on_paper'"),
    ("unknown", "SELECT count(*) FROM tickets WHERE printing = 'unknown'"),
    ("void", "SELECT count(*) FROM tickets WHERE state = 'void'"),
    ("called", "SELECT coalesce(sum(calls), 0) FROM services"),
    ("served", "SELECT count(*) FROM tickets WHERE state = 'served'"),
    ("rated", "SELECT count(*) FROM ratings WHERE level > 0"),
    ("no_show", "SELECT count(*) FROM tickets WHERE state = 'no_show'"),
    ("waiting", "SELECT count(*) FROM tickets WHERE state = 'waiting'"),
    ("in_hand", "SELECT count(*) FROM tickets WHERE state IN ('called', 'serving')"),
    (
        "wait",
        "SELECT round(avg(s.called_at - t.issued_at) / 60000.0, 1) FROM services s JOIN tickets t ON t.id = s.ticket",
    ),
)
