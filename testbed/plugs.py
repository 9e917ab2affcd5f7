"""Virtual devices in place of a station's ports: what stations/ID.toml names is made, plugged in, and played with.

[[caller]] keypad = "/dev/ttyUSB0" address = 2  ─┐
[[evaluator]] pad = "/dev/ttyUSB0" address = 130 ├─▶ one wire with a keypad, a pad and a bar
[display] bars = [{port = "/dev/ttyUSB0", …}]   ─┘
[kiosk] printer = "/dev/ttyS1"                  ───▶ a printer
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from copy import deepcopy
from pathlib import Path
from typing import Any

from msgspec import Struct

from hall.model import StationId, WindowNo
from hall.profile import BarProfile, KeypadProfile, PadProfile, PrinterProfile
from hall.station.settings import profile
from hall.stationfile import BarSettings, CallerSettings, EvaluatorSettings, KioskSettings
from testbed.bar import BarLine, VirtualBar
from testbed.keypad import KeypadLine, VirtualKeypad
from testbed.pad import PadLine, VirtualPad
from testbed.printer import VirtualPrinter
from testbed.sharedline import SharedLine

SLIP_BYTES_PER_S = 4_000
# What a row means that names no profile.
KEYPAD, PAD = CallerSettings(window=0).profile, EvaluatorSettings(window=0).profile
BAR, PRINTER = BarSettings(window=0, port="").profile, KioskSettings(printer="").profile


class Devices(Struct, frozen=True):
    """What stands in the hall, to be pressed and looked at."""

    printers: dict[StationId, VirtualPrinter]
    keypads: dict[WindowNo, VirtualKeypad]
    pads: dict[WindowNo, VirtualPad]
    bars: dict[WindowNo, VirtualBar]
    wires: dict[StationId, list[SharedLine]]


class Bench:
    """Makes the devices of one station after another; all end with `stack`. `slips`: a directory for their pictures."""

    def __init__(self, stack: ExitStack, slips: Path | None = None, baud: int = 9600) -> None:
        self.devices = Devices({}, {}, {}, {}, {})
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
        for port in dict.fromkeys(row[key] for row, key in rows):
            wire = self._stack.enter_context(SharedLine(self._baud))
            self.devices.wires.setdefault(station, []).append(wire)
            self._keypads(wire, [row for row in callers if row["keypad"] == port])
            self._pads(wire, [row for row in raters if row["pad"] == port])
            self._bars(wire, [row for row in bars if row["port"] == port])
            for row, key in rows:
                if row[key] == port:
                    row[key] = wire.path
        return tables

    def _printer(self, station: StationId, name: str) -> str:
        kind = profile(name)
        assert isinstance(kind, PrinterProfile)
        place = None
        if self._slips is not None:
            place = self._slips / station
            place.mkdir(parents=True, exist_ok=True)
        printer = VirtualPrinter(kind, bytes_per_s=SLIP_BYTES_PER_S, png_dir=place)
        self.devices.printers[station] = self._stack.enter_context(printer)
        return printer.path

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
