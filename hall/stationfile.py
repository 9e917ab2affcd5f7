"""station.toml: what one machine is, where its broker is and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from hall.checked import Mistakes, Rules, read_struct, read_toml
from hall.errors import BadFile
from hall.model import Instant, Role, StationId, Value, WindowNo
from hall.photo import DIRECTORY as PHOTOS
from hall.stationchecks import BROKER_HOST, LIGHT_PIN, TOLD, WINDOW, ZONE, between
from hall.topics import ID, RESERVED

T = TypeVar("T", bound=Struct)
MAX_EMERGENCY = 200  # characters; the hub refuses more


class Broker(Value, frozen=True, kw_only=True):
    """Where the broker listens; the user name is the station's id. Across a network TLS: the hall's own authority,
    and this station's certificate and key."""

    host: str = "127.0.0.1"
    port: int = 1883
    password_file: str
    ca: str = ""
    certificate: str = ""
    key: str = ""


class Screen(Value, frozen=True, kw_only=True):
    """A window or panel, in pixels. `pictures`: a directory for a PNG of every page; `finger`: see screen.finger."""

    width: int
    height: int
    fullscreen: bool = False
    pictures: str = ""
    finger: str = ""


class KioskSettings(Value, frozen=True, kw_only=True):
    """A ticket machine: its printer's port and profile, its panel."""

    printer: str
    profile: str = "escpos-80mm"
    screen: Screen = Screen(width=1080, height=1920)


class CallerSettings(Value, frozen=True, kw_only=True):
    """A window's caller: a keypad on a port, a soft caller on a screen, or both."""

    window: WindowNo
    keypad: str = ""
    profile: str = "ff68-21key-b"
    address: int = 1
    screen: Screen | None = None
    light_pin: str = ""  # the call light over the window, by gpiozero's name (“GPIO17”, “BOARD11”); empty: none
    next_finishes: bool = False  # the soft caller's *next* ends the service in hand; a keypad's always does


class BarSettings(Value, frozen=True, kw_only=True):
    """An LED bar over a window, on its own port."""

    window: WindowNo
    port: str
    address: int = 1
    profile: str = "a090-8"


class DisplaySettings(Value, frozen=True, kw_only=True):
    """A board: of the whole hall (neither zone nor window), of a zone, or of one window; and bars. `photos`: the
    directory of the clerks' photos, for a window's screen; empty: none."""

    zone: str | None = None
    window: WindowNo | None = None
    screen: Screen | None = None
    bars: tuple[BarSettings, ...] = ()
    notices: tuple[str, ...] = ()  # scrolling lines of the hall's own
    photos: str = PHOTOS


class BroadcastSettings(Value, frozen=True, kw_only=True):
    """The voice of a zone. `wav`: a directory for one WAV an announcement; empty: the sound card."""

    zone: str
    wav: str = ""
    languages: tuple[str, ...] = ("zh",)
    clips: str = "clips"  # where rendered clips are kept
    chime: bool = True


class EvaluatorSettings(Value, frozen=True, kw_only=True):
    """A window's evaluator: a pad on a port, a pad on a screen, or both. `photos`: the directory of the clerks' photos;
    `voice`: of the prompts (`hall prompts` records them), which all pads of a station say on its one sound card. Empty:
    none; recordings are not missed where their directory is not there."""

    window: WindowNo
    pad: str = ""
    profile: str = "ff68-pad-4"
    address: int = 129
    screen: Screen | None = None
    wait_s: float = 60.0  # real seconds without a touch until 未评价
    photos: str = PHOTOS
    voice: str = "voice"


class DeskSettings(Value, frozen=True, kw_only=True):
    """The guide desk: its screen, the printer for slips it issues, and emergency texts of the hall's own."""

    screen: Screen = Screen(width=1280, height=800)
    printer: str = ""
    profile: str = "escpos-80mm"
    emergencies: tuple[str, ...] = ()


class BookingSettings(Value, frozen=True, kw_only=True):
    """The adapter of the online booking: where it listens, and the file of the token it asks for (empty: none)."""

    port: int
    host: str = "127.0.0.1"
    token_file: str = ""


class StationFile(Value, frozen=True, kw_only=True):
    """A whole station file: one process, with one screen at most. `data` is the directory of its durable outbox."""

    id: StationId
    hall: str
    roles: tuple[Role, ...]
    broker: Broker
    data: str
    language: str = "zh"
    kiosk: KioskSettings | None = None
    caller: tuple[CallerSettings, ...] = ()
    display: DisplaySettings | None = None
    broadcast: BroadcastSettings | None = None
    evaluator: tuple[EvaluatorSettings, ...] = ()
    desk: DeskSettings | None = None
    booking: BookingSettings | None = None


class ClockAnchor(Value, frozen=True, kw_only=True):
    """A business clock for demos and replays: at `wall_s` (seconds since 1970) it showed `at`, and runs at `speed`."""

    at: Instant
    wall_s: float
    speed: float = 1.0


class HubFile(Value, frozen=True, kw_only=True):
    """The hub's own file: the hall it runs, the directory of its store, its broker."""

    hall: str
    data: str
    broker: Broker
    clock: ClockAnchor | None = None


RULES: Rules = {
    **{(kind, "host"): BROKER_HOST for kind in (Broker, BookingSettings)},
    **{(kind, "window"): WINDOW for kind in (CallerSettings, BarSettings, DisplaySettings, EvaluatorSettings)},
    **{(kind, "zone"): ZONE for kind in (DisplaySettings, BroadcastSettings)},
    (CallerSettings, "light_pin"): LIGHT_PIN,
    (BarSettings, "address"): between(0, 255),
    (BroadcastSettings, "clips"): TOLD,
    (EvaluatorSettings, "wait_s"): between(1, 3600),
}


def parse_hub(file: str, text: str) -> HubFile:
    """The hub told by one file. Raises BadFile with every mistake: file, path and reason."""
    return _parsed(HubFile, file, text, _check_hub)


def _parsed(kind: type[T], file: str, text: str, check: Callable[[T, Mistakes], None]) -> T:
    mistakes = Mistakes()
    table = read_toml(file, text, mistakes)
    if mistakes.found:  # of a file that is no TOML nothing more can be said
        raise BadFile(tuple(mistakes.found))
    found = read_struct(kind, table, "", mistakes, RULES)
    if found is not None:
        check(found, mistakes)
    if mistakes.found:
        raise BadFile(tuple(f"{file}: {line.lstrip('.')}" for line in mistakes.found))
    assert found is not None
    return found


def _check_hub(hub: HubFile, mistakes: Mistakes) -> None:
    _check_broker(hub.broker, mistakes)
    if hub.clock is not None and not 0.1 <= hub.clock.speed <= 1000:
        mistakes.tell(".clock.speed", f"0.1 to 1000 (found {hub.clock.speed})")


def _check_broker(broker: Broker, mistakes: Mistakes) -> None:
    if not 1 <= broker.port <= 65_535:
        mistakes.tell(".broker.port", f"1 to 65535 (found {broker.port})")
    tls = {"ca": broker.ca, "certificate": broker.certificate, "key": broker.key}
    if any(tls.values()):
        for name in (name for name, value in tls.items() if not value):
            mistakes.tell(f".broker.{name}", "missing: TLS needs ca, certificate and key together, or none of them")


def parse_station(file: str, text: str) -> StationFile:
    """The station told by one file. Raises BadFile with every mistake: file, path and reason."""
    return _parsed(StationFile, file, text, _check)


def _check(station: StationFile, mistakes: Mistakes) -> None:
    tell = mistakes.tell
    if not ID.fullmatch(station.id) or station.id in RESERVED:
        tell(".id", f"an id is of a–z, 0–9 and -, and not {' or '.join(map(repr, RESERVED))} (found {station.id!r})")
    if not ID.fullmatch(station.hall):
        tell(".hall", f"an id is of a–z, 0–9 and - (found {station.hall!r})")
    _check_broker(station.broker, mistakes)
    if not station.roles:
        tell(".roles", "at least one role")
    told = (
        (Role.KIOSK, station.kiosk),
        (Role.CALLER, station.caller),
        (Role.DISPLAY, station.display),
        (Role.BROADCAST, station.broadcast),
        (Role.EVALUATOR, station.evaluator),
        (Role.DESK, station.desk),
        (Role.BOOKING, station.booking),
    )
    for role, settings in told:
        if role in station.roles and not settings:
            tell(f".{role}", f"missing: the role {role} needs its table")
        if settings and role not in station.roles:
            tell(f".{role}", f"is told, but {role!r} is not among the roles")
    screens = list(_screens(station))
    for path, screen in screens:
        if not (320 <= screen.width <= 7680 and 240 <= screen.height <= 7680):
            tell(f"{path}.screen", f"320×240 to 7680×7680 pixels (found {screen.width}×{screen.height})")
    if len(screens) > 1:
        others = ", ".join(f"{path.lstrip('.')}.screen" for path, _ in screens[:-1])
        tell(f"{screens[-1][0]}.screen", f"one screen a station; there is {others} too: make a station of each")
    for n, text in enumerate(station.desk.emergencies if station.desk else ()):
        if len(text) > MAX_EMERGENCY:
            tell(f".desk.emergencies[{n}]", f"at most {MAX_EMERGENCY} characters (found {len(text)})")
    if station.booking is not None and not 0 <= station.booking.port <= 65_535:
        tell(".booking.port", f"0 to 65535, 0 being any that is free (found {station.booking.port})")
    _check_windows(station, mistakes)


def _screens(station: StationFile) -> Iterator[tuple[str, Screen]]:
    """Every screen of the station, and the table that tells it."""
    if station.kiosk is not None:
        yield ".kiosk", station.kiosk.screen
    if station.desk is not None:
        yield ".desk", station.desk.screen
    some: tuple[tuple[str, CallerSettings | EvaluatorSettings | DisplaySettings], ...] = (
        *((f".caller[{n}]", caller) for n, caller in enumerate(station.caller)),
        *((f".evaluator[{n}]", evaluator) for n, evaluator in enumerate(station.evaluator)),
        *(((".display", station.display),) if station.display is not None else ()),
    )
    for path, settings in some:
        if settings.screen is not None:
            yield path, settings.screen


def _check_windows(station: StationFile, mistakes: Mistakes) -> None:
    """What belongs to one window: a caller, an evaluator; each device with an address of its own on its line."""
    tell = mistakes.tell
    at: dict[tuple[str, int], str] = {}

    def address(path: str, port: str, found: int, most: int) -> None:
        if not 1 <= found <= most:
            tell(f"{path}.address", f"1 to {most} (found {found})")
        first = at.setdefault((port, found), path)
        if first != path:
            tell(f"{path}.address", f"{found} is that of {first.lstrip('.')} on {port}; each device has its own")

    all_told: tuple[tuple[str, tuple[CallerSettings | EvaluatorSettings, ...]], ...] = (
        ("caller", station.caller),
        ("evaluator", station.evaluator),
    )
    for name, told in all_told:
        windows: dict[WindowNo, int] = {}
        for n, settings in enumerate(told):
            path = f".{name}[{n}]"
            first = windows.setdefault(settings.window, n)
            if first != n:
                tell(f"{path}.window", f"window {settings.window} is told by {name}[{first}] too; one is enough")
            port = settings.keypad if isinstance(settings, CallerSettings) else settings.pad
            if not (port or settings.screen):
                tell(path, f"needs a {'keypad' if name == 'caller' else 'pad'} or a screen")
            if port:
                address(path, port, settings.address, 127 if name == "caller" else 255)
