"""A whole hall on this machine: broker, hub, every station of the hall file, and virtual devices at their ports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from msgspec import Struct
from rich.console import Console

from cli import processes
from cli.machine import Machine
from cli.processes import Process
from cli.prompts import record
from cli.site import Site
from hall.hours import instant_of
from hall.model import Hall, Instant, Role, StationId, WindowNo
from hall.station.settings import read_devices, read_hall, read_text
from hall.stationfile import parse_station
from testbed.plugs import Bench, Devices
from testbed.tape import Tape

SCREENS: Final = ("kiosk", "display", "desk")
QUIET: Final = {"PYGAME_HIDE_SUPPORT_PROMPT": "1"}
HEADLESS: Final = {**QUIET, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}


class Replayed(Struct, frozen=True, kw_only=True):
    """What makes a stage one for replays: every wire is heard, ports can be pulled, screens are small, few of them
    are pictured, and nobody takes a minute to rate."""

    tape: Tape
    scale: float = 1.0  # of the screens
    pictured: tuple[str, ...] = ("display",)  # tables whose screens are kept as pictures
    rating_wait_s: float = 6.0  # real
    door: Callable[[int], int] | None = None  # the port through which everybody reaches the broker that listens there


class Stage:
    """Everything started ends with it. `say` is told what is being started: its kind and its name."""

    def __init__(
        self,
        out: Path,
        hall_file: Path,
        *,
        start: str,
        speed: float,
        windows: bool = False,
        sound: bool = False,
        pictures: bool = True,
        baud: int = 9600,
        say: Callable[[str, str], None] = lambda _kind, _name: None,
        replay: Replayed | None = None,
    ) -> None:
        self.out = out
        port = processes.free_port()
        door = replay.door(port) if replay is not None and replay.door is not None else port
        self.site = Site(out, hall_file, port, door)
        # A replay's may be replaced; a demo's has its store where one looks for it first.
        self.machine = Machine(self.site, out / "etc", out) if replay is None else Machine.numbered(self.site, 1)
        self.hall_file = hall_file
        self.hall: Hall = read_hall(hall_file)
        self._tables = {s.id: read_devices(hall_file, s.id) for s in self.hall.stations}
        self._start, self._speed = start, speed
        self._windows, self._sound, self._pictures = windows, sound, pictures
        self._say = say
        self._stack = ExitStack()
        self._replay = replay
        slips = out / "slips" if pictures and replay is None else None
        if replay is None:
            self._bench = Bench(self._stack, slips, baud)
        else:
            self._bench = Bench(self._stack, slips, baud, None, out / "ports", replay.tape)
        self.processes: dict[str, Process] = {}
        self.fingers: dict[StationId, Path] = {}

    @property
    def devices(self) -> Devices:
        """The virtual devices."""
        return self._bench.devices

    @property
    def store(self) -> Path:
        """The hub's file."""
        return self.machine.at.store

    def moved_to(self, machine: Machine) -> None:
        """From their next start on, hub and broker run there."""
        self.machine = machine
        self.processes["hub"].becomes(processes.hub_command(machine.at.hub), self.site.root)
        self.processes["broker"].becomes(processes.broker_command(machine.at.broker), machine.at.broker)

    @property
    def screens(self) -> Path:
        """A directory of pictures for each station that has a screen."""
        return self.out / "screens"

    @property
    def audio(self) -> Path:
        """A directory for each voice: a WAV an announcement, and timeline.jsonl."""
        return self.out / "audio"

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def table(self, station: StationId) -> dict[str, Any]:
        """What stations/ID.toml tells."""
        return self._tables[station]

    def station_with(self, role: Role, window: WindowNo) -> StationId | None:
        """The station with a screen of that role for that window."""
        for station in self.hall.stations:
            rows = self._tables[station.id].get(role.value, ())
            if role in station.roles and station.id in self.fingers and any(r["window"] == window for r in rows):
                return station.id
        return None

    # --- starting -------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        at = instant_of(self.hall.utc_offset, self._start[:10], self._start[11:])
        self.site.keep_passwords()
        self.machine.make()
        self.write_clock({"at": at, "wall_s": time.time(), "speed": self._speed})
        files = {s.id: self._station_file(s.id, self._tables[s.id]) for s in self.hall.stations}
        for path in files.values():
            parse_station(path.name, read_text(path))  # all mistakes before anything starts
        if self._sound:
            record(self.out / "voice", "zh", Console(quiet=True))
        broker = self.start(processes.broker(self.site, self.machine.at.broker), "broker")
        processes.await_listening(broker, self.site.port)
        self.start(processes.hub(self.site, self.machine.at.hub), "hub")
        env = QUIET if self._windows else HEADLESS
        for station in self.hall.stations:
            self.start(processes.station(self.site, files[station.id], env), station.roles[0].value)

    def write_clock(self, clock: dict[str, Any]) -> None:
        """By which business clock the hub goes from its next start on."""
        self.machine.set_clock(clock)

    def set_clock(self, at: Instant, speed: float) -> float:
        """Stop the hub, set its business clock, start it; the wall time at which the clock showed `at`."""
        hub = self.processes["hub"]
        hub.end()
        wall_s = time.time()
        self.write_clock({"at": at, "wall_s": wall_s, "speed": speed})
        hub.start()
        return wall_s

    def start(self, process: Process, kind: str) -> Process:
        """Start a process that ends with the stage."""
        self._say(kind, process.name)
        process.start()
        self._stack.callback(process.end)
        self.processes[process.name] = process
        return process

    def _station_file(self, station: StationId, tables: dict[str, Any]) -> Path:
        tables = self._bench.plug(station, tables)
        for name in SCREENS:
            if tables.get(name, {}).get("screen"):
                tables[name]["screen"] = self._screen(station, name, tables[name]["screen"])
        for name in ("caller", "evaluator"):
            for row in tables.get(name, ()):
                if row.get("screen"):
                    row["screen"] = self._screen(station, name, row["screen"])
                if name == "evaluator" and self._replay is not None:
                    row["wait_s"] = self._replay.rating_wait_s
        for row in (*tables.get("evaluator", ()), *([tables["display"]] if "display" in tables else [])):
            row["photos"] = str((self.hall_file.parent / "photos").absolute())
        if "booking" in tables:
            tables["booking"] = self._tables[station]["booking"] = {**tables["booking"], "port": processes.free_port()}
        if "broadcast" in tables:
            tables["broadcast"]["clips"] = "clips"
            if not self._sound:
                tables["broadcast"]["wav"] = str((self.audio / station).absolute())
        return self.site.station(station, **tables)

    def _screen(self, station: StationId, table: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """The same size in a window of this machine, with a finger on it and pictures of it."""
        self.fingers[station] = self.out.absolute() / f"{station}.finger"
        screen: dict[str, Any] = {**told, "fullscreen": False, "finger": str(self.fingers[station])}
        if self._replay is not None:
            for side, least in (("width", 320), ("height", 240)):
                screen[side] = max(least, round(screen[side] * self._replay.scale))
        if self._pictures and (self._replay is None or table in self._replay.pictured):
            screen["pictures"] = str((self.screens / station).absolute())
        return screen
