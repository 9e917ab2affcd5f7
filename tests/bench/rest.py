"""Memory and idle processor of a hall at rest: hub, headless caller, kiosk with a full screen."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from cli import processes
from hall.profile import KeypadProfile, PrinterProfile
from hall.station.settings import profile
from testbed.keypad import VirtualKeypad
from testbed.printer import VirtualPrinter
from testbed.touch import Touch
from tests.bench.figures import Figure, figure, write_samples
from tests.bench.measures import Measured, Tell, await_quiet, environment, idle
from tests.bench.place import Clients, Place
from tests.crash.halls import kiosk

REST_S = 25.0
DAY_S = 4.0  # of one client without a pause: as many tickets as a busy hall has in a day
SETTLE_S = 12.0  # until what was used last is put away: the kiosk's pages, the hub's reserve time
SCREEN = {"width": 1080, "height": 1920}
BOUND_MB = {"hub": 45.0, "caller": 45.0, "kiosk": 120.0}


def rest(work: Path, raw: Path, tell: Tell) -> Measured:
    """Use everything once, then leave it alone."""
    printer_profile, keypad_profile = profile("escpos-80mm"), profile("ff68-21key-b")
    assert isinstance(printer_profile, PrinterProfile)
    assert isinstance(keypad_profile, KeypadProfile)
    with ExitStack() as stack:
        place = stack.enter_context(Place(work / "rest"))
        printer = stack.enter_context(VirtualPrinter(printer_profile))
        keypad = stack.enter_context(VirtualKeypad(1, keypad_profile))
        with Clients() as generator:
            tell("a day's tickets, then hub, caller and kiosk at rest")
            tickets = sum(kind == "take" for kind, _ in generator.run(place, 1, DAY_S).samples)
        site, finger = place.site, place.site.root / "kiosk.finger"
        screen = {**SCREEN, "finger": str(finger)}
        caller_file = site.station(kiosk(31), caller=[{"window": 31, "keypad": keypad.path}], kiosk=NOWHERE)
        kiosk_file = site.station(kiosk(32), kiosk={"printer": printer.path, "screen": screen}, caller=NO_KEYPAD)
        caller = place.begin(processes.role(site, "caller", caller_file, environment(screen=False)))
        machine = place.begin(processes.role(site, "kiosk", kiosk_file, environment(screen=True)))
        take_one(finger, printer)
        await_quiet(SETTLE_S)
        found = idle({"hub": place.hub, "caller": caller, "kiosk": machine, "broker": place.broker}, REST_S)
    write_samples(raw / "rest.csv", ("process", "percent of a core", "MB"), [(n, *v) for n, v in found.items()])
    figures: list[Figure] = []
    for name, (_, megabytes) in found.items():
        if name in BOUND_MB:
            told = f"memory of the {name}" + (f" after {tickets:,} tickets" if name == "hub" else "")
            figures.append(figure(told, megabytes, "MB", at_most=BOUND_MB[name]))
    for name, (percent, _) in found.items():
        figures.append(figure(f"idle {name}", percent, "% of a core", at_most=1.0 if name in BOUND_MB else None))
    return Measured(figures, [])


NOWHERE = {"printer": "/dev/null"}  # the station has both roles; each process here runs one of them
NO_KEYPAD = [{"window": 32, "keypad": "/dev/null"}]


def take_one(finger: Path, printer: VirtualPrinter) -> None:
    """One ticket from press to paper, so that everything is loaded that ever will be."""
    touch = Touch(finger, limit_s=30)
    try:
        touch.wait_for("departments", 30)
        touch.tap("department:h")
        touch.wait_for("matters")
        touch.tap("matter:h-0")
        touch.wait_for("confirm")
        touch.tap("yes")
        printer.next_slip(15)
        touch.wait_for("departments", 30)
    finally:
        touch.close()
