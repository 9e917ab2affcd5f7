"""`hall device twin`: a virtual device of a profile on a port of its own; typed lines press its keys and break it."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from PIL import Image

from cli.device_frames import usual_address
from hall.errors import HallError
from hall.profile import BarProfile, KeypadProfile, PadProfile, Profile
from hall.station.settings import words
from hall.wording import Words
from testbed.bar import VirtualBar
from testbed.clamped import Press
from testbed.keypad import VirtualKeypad
from testbed.pad import VirtualPad
from testbed.printer import VirtualPrinter
from testbed.tcp import TcpPort
from testbed.trouble import Fault

PICTURE_EVERY_S: Final = 0.5
Device: TypeAlias = VirtualBar | VirtualKeypad | VirtualPad | VirtualPrinter


class NotUnderstood(HallError, ValueError):
    """A typed line that is no order, or none for this device."""


def device_of(profile: Profile, address: int | None = None) -> Device:
    """A virtual device of the profile, living."""
    at = usual_address(profile) if address is None else address
    if isinstance(profile, BarProfile):
        return VirtualBar(at, profile)
    if isinstance(profile, KeypadProfile):
        return VirtualKeypad(at, profile)
    return VirtualPad(at, profile) if isinstance(profile, PadProfile) else VirtualPrinter(profile)


def state_of(device: Device) -> dict[str, Any]:
    """What a person sees of it."""
    if isinstance(device, VirtualPrinter):
        seen: dict[str, Any] = device.condition()
    elif isinstance(device, VirtualBar):
        seen = {"text": device.text, "bad_frames": device.bad_frames, "overlong": device.overlong}
    elif isinstance(device, VirtualKeypad):
        cells = device.display
        seen = {"waiting": cells.waiting, "ticket": cells.ticket, "damaged": device.damaged}
    else:
        seen = {"asking": device.asking, "starred": device.starred}
    return {**seen, "faults": device.trouble.told()}


def obey(device: Device, line: str, say: Words) -> str:
    """Do what a typed line says; what came of it. Raises NotUnderstood."""
    match line.split():
        case ["help"]:
            return say("twin.help").strip()
        case ["state"]:
            return msgspec.json.encode(state_of(device)).decode()
        case ["png", file]:
            device.picture().save(file)
        case ["unplug"]:
            (device if isinstance(device, VirtualPrinter) else device.line).unplug()
        case ["fault", name, *amount] if name in tuple(Fault) and len(amount) <= 1:
            device.suffer(Fault(name), _amount(amount, line, say))
        case ["ok"]:
            device.recover()
        case ["press", *what] if what and isinstance(device, VirtualKeypad | VirtualPad):
            return _told(_press(device, what, line, say), say)
        case ["paper" | "cover" | "cutter" | "power" as part, order]:
            _orders(device, part, order, line, say)()
        case ["take"] if isinstance(device, VirtualPrinter):
            return device.next_slip(5.0).text
        case _:
            raise NotUnderstood(say("twin.unknown", line=line))
    return say("twin.done")


def _amount(said: list[str], line: str, say: Words) -> float:
    try:
        return float(said[0]) if said else 1.0
    except ValueError:
        raise NotUnderstood(say("twin.unknown", line=line)) from None


def _press(device: VirtualKeypad | VirtualPad, what: list[str], line: str, say: Words) -> Press:
    try:
        if isinstance(device, VirtualPad):
            return device.press(int(what[0], 16))
        for binding in device.profile.keymap:
            if what == [binding.action.value] and not set(binding.digits) - set("0123456789"):
                return device.press(binding.digits, binding.key)
        return device.press("".join(what[:-1]), int(what[-1], 16))
    except ValueError as error:
        raise NotUnderstood(f"{say('twin.unknown', line=line)} ({error})") from None


def _told(press: Press, say: Words) -> str:
    return say("twin.acked" if press.acked else "twin.not_acked", tries=press.tries)


def _orders(device: Device, part: str, order: str, line: str, say: Words) -> Callable[[], None]:
    known: dict[tuple[str, str], Callable[[], None]] = {}
    if isinstance(device, VirtualPrinter):
        known = {
            ("paper", "out"): device.run_out_of_paper,
            ("paper", "low"): device.near_end,
            ("paper", "load"): device.load_paper,
            ("cover", "open"): device.open_cover,
            ("cover", "close"): device.close_cover,
            ("cutter", "jam"): device.jam_cutter,
            ("cutter", "free"): device.free_cutter,
            ("power", "off"): device.power_off,
            ("power", "on"): device.power_on,
        }
    elif isinstance(device, VirtualBar):
        known = {("power", "off"): device.lose_power, ("power", "on"): device.get_power}
    if (part, order) not in known:
        raise NotUnderstood(say("twin.cannot", line=line))
    return known[part, order]


def run_twin(
    profile: Profile,
    *,
    address: int | None,
    link: Path | None,
    tcp: int | None,
    png: Path | None,
    language: str = "zh",
) -> int:
    """Run it until `quit` or a signal; the exit code. Without anybody typing it goes on until a signal."""
    say = words("device", language)
    with ExitStack() as stack:
        device = device_of(profile, address)
        stack.enter_context(device)
        print(say("twin.port", port=device.path), flush=True)
        if link is not None:
            stack.enter_context(_linked(link, device.path))
            print(say("twin.port", port=link), flush=True)
        if tcp is not None:
            print(say("twin.port", port=stack.enter_context(TcpPort(device.path, tcp)).url), flush=True)
        if png is not None:
            stack.enter_context(_painted(device, png))
        ended = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        reader = threading.Thread(target=_read, args=(device, say, ended), daemon=True)
        reader.start()
        with contextlib.suppress(KeyboardInterrupt):
            while not ended.wait(1.0):  # a signal that another thread took does not end a wait without a limit
                pass
    return 0


def _read(device: Device, say: Words, ended: threading.Event) -> None:
    for typed in sys.stdin:
        if (line := typed.strip()) == "quit":
            ended.set()
            return
        if not line:
            continue
        try:
            print(obey(device, line, say), flush=True)
        except TimeoutError as error:
            print(str(error) or say("twin.not_polled"), flush=True)
        except (ValueError, RuntimeError, OSError) as error:
            print(error, flush=True)


@contextmanager
def _linked(link: Path, port: str) -> Iterator[None]:
    """A symbolic link to the port, in place of one that an earlier run left."""
    if link.is_symlink():
        link.unlink()
    link.symlink_to(port)
    try:
        yield
    finally:
        link.unlink(missing_ok=True)


@contextmanager
def _painted(device: Device, png: Path) -> Iterator[None]:
    """The device's picture in a file, kept as the device looks."""
    ended = threading.Event()

    def paint() -> None:
        before: Image.Image | None = None
        while True:
            last = ended.wait(PICTURE_EVERY_S)
            now = device.picture()
            if before is None or now.tobytes() != before.tobytes():
                now.save(png)
                before = now
            if last:
                return

    try:
        device.picture().save(png)
    except ValueError as error:
        raise NotUnderstood(f"{png}: {error}; as in bar.png") from None
    painter = threading.Thread(target=paint, name="painter", daemon=True)
    painter.start()
    try:
        yield
    finally:
        ended.set()
        painter.join(5)
