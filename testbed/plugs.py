"""Virtual devices in place of a station's ports: what stations/ID.toml names is made, plugged in, and played with.

[[caller]] keypad = "/dev/ttyUSB0" address = 2  ─┐
[[evaluator]] pad = "/dev/ttyUSB0" address = 130 ├─▶ one wire with a keypad, a pad and a bar
[display] bars = [{port = "/dev/ttyUSB0", …}]   ─┘
[kiosk] printer = "/dev/ttyS1"                  ───▶ a printer
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from copy import deepcopy
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from hall.model import StationId, WindowNo
from hall.profile import BarProfile, KeypadProfile, PadProfile, PrinterProfile
from hall.station.settings import profile
from hall.stationfile import BarSettings, CallerSettings, EvaluatorSettings, KioskSettings
from testbed.bar import BarLine, VirtualBar
from testbed.keypad import KeypadLine, VirtualKeypad
from testbed.pad import PadLine, VirtualPad
from testbed.printer import VirtualPrinter
from testbed.sharedline import HOST, Burst, SharedLine
from testbed.tape import Tape

SLIP_BYTES_PER_S = 4_000
# What a row means that names no profile.
KEYPAD, PAD = CallerSettings(window=0).profile, EvaluatorSettings(window=0).profile
BAR, PRINTER = BarSettings(window=0, port="").profile, KioskSettings(printer="").profile


class Plugged(Protocol):
    """What has a host's serial port that can be pulled."""

    @property
    def path(self) -> str: ...
    def unplug(self) -> None: ...
    def replug(self) -> None: ...


class Cable:
    """A device at a port that keeps its name, as udev's links do: pulled, the name is gone until it is put in again."""

    def __init__(self, name: Path, device: Plugged) -> None:
        self.name, self._device = name.absolute(), device
        self.name.parent.mkdir(parents=True, exist_ok=True)
        self._link()

    def pull(self) -> None:
        """The host's reads and writes fail from now on."""
        self.name.unlink(missing_ok=True)
        self._device.unplug()

    def put_in(self) -> None:
        """The host can open the port again."""
        self._device.replug()
        self._link()

    def _link(self) -> None:
        new = self.name.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.symlink_to(self._device.path)
        new.replace(self.name)


class Devices(Struct, frozen=True):
    """What stands in the hall, to be pressed and looked at."""

    printers: dict[StationId, VirtualPrinter]
    keypads: dict[WindowNo, VirtualKeypad]
    pads: dict[WindowNo, VirtualPad]
    bars: dict[WindowNo, VirtualBar]
    wires: dict[StationId, list[SharedLine]]
    cables: dict[str, Cable]  # by the name of what is recorded of them
    names: dict[str, dict[tuple[str, int], str]]  # of a shared line's devices, by kind and address
    bar_stations: dict[WindowNo, StationId]
    pad_stations: dict[WindowNo, StationId]


class Bench:
    """Makes the devices of one station after another; all end with `stack`. `slips`: a directory for their pictures;
    `ports`: one for the names of their ports, which makes cables that can be pulled; `tape` hears every wire."""

    def __init__(
        self,
        stack: ExitStack,
        slips: Path | None = None,
        baud: int = 9600,
        slip_bytes_per_s: float | None = SLIP_BYTES_PER_S,
        ports: Path | None = None,
        tape: Tape | None = None,
    ) -> None:
        self.devices = Devices({}, {}, {}, {}, {}, {}, {}, {}, {})
        self._slip_bytes_per_s = slip_bytes_per_s
        self._ports, self._tape = ports, tape
        self._stack = stack
        self._slips = slips
        self._baud = baud

    def plug(self, station: StationId, tables: dict[str, Any]) -> dict[str, Any]:
        """The station's tables with the ports of virtual devices in place of its own."""
        tables = deepcopy(tables)
        for role in ("kiosk", "desk"):
            if tables.get(role, {}).get("printer"):
                tables[role]["printer"] = self._printer(station, tables[role].get("profile", PRINTER))
        callers = [row for row in tables.get("caller", ()) if row.get("keypad")]
        raters = [row for row in tables.get("evaluator", ()) if row.get("pad")]
        bars = tables.get("display", {}).get("bars", [])
        rows = [*((row, "keypad") for row in callers), *((row, "pad") for row in raters), *((r, "port") for r in bars)]
        self.devices.bar_stations.update((row["window"], station) for row in bars)
        self.devices.pad_stations.update((row["window"], station) for row in tables.get("evaluator", ()))
        for port in dict.fromkeys(row[key] for row, key in rows):
            number = len(self.devices.wires.get(station, ()))
            name = station if number == 0 else f"{station}-{number + 1}"
            wire = self._stack.enter_context(SharedLine(self._baud, self._line_tap(name)))
            self.devices.wires.setdefault(station, []).append(wire)
            path = self._path(name, wire)
            names = self.devices.names[name] = {}
            for kind, some, key, usual in (
                ("keypad", callers, "keypad", CallerSettings(window=0).address),
                ("pad", raters, "pad", EvaluatorSettings(window=0).address),
                ("bar", bars, "port", BarSettings(window=0, port="").address),
            ):
                for row in some:
                    if row[key] == port:
                        names[kind, row.get("address", usual)] = f"{kind}-{row['window']:02}"
            self._keypads(wire, [row for row in callers if row["keypad"] == port])
            self._pads(wire, [row for row in raters if row["pad"] == port])
            self._bars(wire, [row for row in bars if row["port"] == port])
            for row, key in rows:
                if row[key] == port:
                    row[key] = path
        return tables

    def _printer(self, station: StationId, name: str) -> str:
        kind = profile(name)
        assert isinstance(kind, PrinterProfile)
        place = None
        if self._slips is not None:
            place = self._slips / station
            place.mkdir(parents=True, exist_ok=True)
        name, tape, pace = f"printer-{station}", self._tape, self._slip_bytes_per_s

        def tap(to_device: bool, data: bytes) -> None:
            if tape is not None:
                tape.hear(name, to_device, data)

        printer = VirtualPrinter(kind, bytes_per_s=pace, png_dir=place, tap=tap)
        self.devices.printers[station] = self._stack.enter_context(printer)
        return self._path(name, printer)

    def _path(self, name: str, device: Plugged) -> str:
        if self._ports is None:
            return device.path
        cable = self.devices.cables[name] = Cable(self._ports / name, device)
        return str(cable.name)

    def _line_tap(self, name: str) -> Callable[[Burst], None] | None:
        tape = self._tape
        return None if tape is None else lambda burst: tape.hear(name, burst.talker == HOST, burst.data)

    def _keypads(self, wire: SharedLine, rows: list[dict[str, Any]]) -> None:
        line: KeypadLine | None = None
        for row in rows:
            if line is None:
                line = self._stack.enter_context(closing(KeypadLine()))
                wire.clamp(line.path)
            kind = profile(row.get("profile", KEYPAD))
            assert isinstance(kind, KeypadProfile)
            self.devices.keypads[row["window"]] = VirtualKeypad(row.get("address", 1), kind, line)

    def _pads(self, wire: SharedLine, rows: list[dict[str, Any]]) -> None:
        line: PadLine | None = None
        for row in rows:
            if line is None:
                line = self._stack.enter_context(closing(PadLine()))
                wire.clamp(line.path)
            kind = profile(row.get("profile", PAD))
            assert isinstance(kind, PadProfile)
            self.devices.pads[row["window"]] = VirtualPad(row.get("address", 129), kind, line)

    def _bars(self, wire: SharedLine, rows: list[dict[str, Any]]) -> None:
        line: BarLine | None = None
        for row in rows:
            if line is None:
                line = self._stack.enter_context(closing(BarLine()))
                wire.clamp(line.path, listens=False)
            kind = profile(row.get("profile", BAR))
            assert isinstance(kind, BarProfile)
            self.devices.bars[row["window"]] = VirtualBar(row.get("address", 1), kind, line)
