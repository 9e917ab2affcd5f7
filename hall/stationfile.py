"""station.toml: what one machine is, where its broker is and what hangs on it."""

from __future__ import annotations

from hall.checked import Mistakes, read_struct, read_toml
from hall.errors import BadFile
from hall.model import Instant, Role, StationId, Value, WindowNo
from hall.topics import HUB, ID

MAX_EMERGENCY = 200  # characters; the hub refuses more


class Broker(Value, frozen=True, kw_only=True):
    """Where the broker listens; the user name is the station's id."""

    host: str = "127.0.0.1"
    port: int = 1883
    password_file: str


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
    """A board: of the whole hall (neither zone nor window), of a zone, or of one window; and bars."""

    zone: str | None = None
    window: WindowNo | None = None
    screen: Screen | None = None
    bars: tuple[BarSettings, ...] = ()
    notices: tuple[str, ...] = ()  # scrolling lines of the hall's own


class BroadcastSettings(Value, frozen=True, kw_only=True):
    """The voice of a zone. `wav`: a directory for one WAV an announcement; empty: the sound card."""

    zone: str
    wav: str = ""
    languages: tuple[str, ...] = ("zh",)
    clips: str = "clips"  # where rendered clips are kept
    chime: bool = True


class EvaluatorSettings(Value, frozen=True, kw_only=True):
    """A window's evaluator: a pad on a port, a pad on a screen, or both."""

    window: WindowNo
    pad: str = ""
    profile: str = "ff68-pad-4"
    address: int = 129
    screen: Screen | None = None
    wait_s: float = 60.0  # real seconds without a touch until 未评价


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
    """A whole station file. `data` is the directory of its durable outbox."""

    id: StationId
    hall: str
    roles: tuple[Role, ...]
    broker: Broker
    data: str
    language: str = "zh"
    kiosk: KioskSettings | None = None
    caller: CallerSettings | None = None
    display: DisplaySettings | None = None
    broadcast: BroadcastSettings | None = None
    evaluator: EvaluatorSettings | None = None
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


def parse_hub(file: str, text: str) -> HubFile:
    """The hub told by one file. Raises BadFile with every mistake: file, path and reason."""
    mistakes = Mistakes()
    found = read_struct(HubFile, read_toml(file, text, mistakes), "", mistakes)
    if found is not None:
        _check_port(found.broker, mistakes)
        if found.clock is not None and not 0.1 <= found.clock.speed <= 1000:
            mistakes.tell(".clock.speed", f"0.1 to 1000 (found {found.clock.speed})")
    if mistakes.found:
        raise BadFile(tuple(f"{file}: {line.lstrip('.')}" for line in mistakes.found))
    assert found is not None
    return found


def _check_port(broker: Broker, mistakes: Mistakes) -> None:
    if not 1 <= broker.port <= 65_535:
        mistakes.tell(".broker.port", f"1 to 65535 (found {broker.port})")


def parse_station(file: str, text: str) -> StationFile:
    """The station told by one file. Raises BadFile with every mistake: file, path and reason."""
    mistakes = Mistakes()
    found = read_struct(StationFile, read_toml(file, text, mistakes), "", mistakes)
    if found is not None:
        _check(found, mistakes)
    if mistakes.found:
        raise BadFile(tuple(f"{file}: {line.lstrip('.')}" for line in mistakes.found))
    assert found is not None
    return found


def _check(station: StationFile, mistakes: Mistakes) -> None:
    tell = mistakes.tell
    if not ID.fullmatch(station.id) or station.id == HUB:
        tell(".id", f"an id is of a–z, 0–9 and -, and not 'hub' (found {station.id!r})")
    if not ID.fullmatch(station.hall):
        tell(".hall", f"an id is of a–z, 0–9 and - (found {station.hall!r})")
    _check_port(station.broker, mistakes)
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
        if role in station.roles and settings is None:
            tell(f".{role}", f"missing: the role {role} needs its table")
        if settings is not None and role not in station.roles:
            tell(f".{role}", f"is told, but {role!r} is not among the roles")
    for name, screen in (
        ("kiosk", station.kiosk.screen if station.kiosk else None),
        ("caller", station.caller.screen if station.caller else None),
        ("display", station.display.screen if station.display else None),
        ("evaluator", station.evaluator.screen if station.evaluator else None),
        ("desk", station.desk.screen if station.desk else None),
    ):
        if screen and not (320 <= screen.width <= 7680 and 240 <= screen.height <= 7680):
            tell(f".{name}.screen", f"320×240 to 7680×7680 pixels (found {screen.width}×{screen.height})")
    for n, text in enumerate(station.desk.emergencies if station.desk else ()):
        if len(text) > MAX_EMERGENCY:
            tell(f".desk.emergencies[{n}]", f"at most {MAX_EMERGENCY} characters (found {len(text)})")
    if station.booking is not None and not 0 <= station.booking.port <= 65_535:
        tell(".booking.port", f"1 to 65535 (found {station.booking.port})")
    if station.caller is not None:
        if not (station.caller.keypad or station.caller.screen):
            tell(".caller", "needs a keypad or a screen")
        if not 1 <= station.caller.address <= 127:
            tell(".caller.address", f"1 to 127 (found {station.caller.address})")
