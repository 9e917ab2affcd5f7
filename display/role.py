"""The display as a role of a station: flow, screen and LED bars at the station's inbox."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from display.bars import BarLine, BarSeen, OnBytes, OnState, Port, Wired
from display.bartext import COLOURS, bar_text
from display.flow import fresh, step
from display.screen import page_of
from display.shown import shown
from display.values import BarSays, Light, Settings, State
from hall.devices import device_at
from hall.errors import BadFile
from hall.messages import Health
from hall.model import Instant, WindowNo
from hall.profile import BarProfile
from hall.station.host import Host, Hosted, Stop
from hall.station.line import settings_of
from hall.station.settings import fonts, profile, words
from hall.stationfile import BarSettings, DisplaySettings, Screen, StationFile
from hall.topics import BOARD, CAPTION, CATALOGUE, EMERGENCY, OPEN, WINDOW, Topic
from screen.glass import Glass
from screen.painter import Painter
from screen.window import Closed, Window

log = logging.getLogger("display")


class Display:
    """`handle` and `pump` belong to the main thread; bars reach it through the station's inbox."""

    topics: tuple[Topic, ...] = (CATALOGUE, OPEN, BOARD, WINDOW, EMERGENCY, CAPTION)

    def __init__(self, settings: DisplaySettings, language: str, beside: Path) -> None:
        self._settings = settings
        self._language = language
        self._beside = beside
        self._words = words("display", language)
        self._profiles = {bar.window: _bar_profile(bar) for bar in settings.bars}
        if len(self._profiles) < len(settings.bars):
            raise BadFile(("display.bars: two bars for one window; a window has one",))
        self._state = fresh(
            Settings(
                zone=settings.zone,
                window=settings.window,
                bars=tuple(self._profiles),
                notices=settings.notices,
            )
        )
        self._now: Instant | None = None
        self._mono = 0.0
        self._lines: dict[WindowNo, BarLine] = {}
        self._glass: Glass | None = None

    @property
    def state(self) -> State:
        """What the flow knows."""
        return self._state

    @property
    def has_screen(self) -> bool:
        """Whether there is a screen, whose `pump` must run on the main thread."""
        return self._settings.screen is not None

    # --- the role -------------------------------------------------------------------------------------------

    def start(self, station: Host) -> None:
        """Open the screen and the bars' ports. Raises BadFile without fonts."""
        self._station = station
        if self._settings.screen is not None:
            self._open_screen(station, self._settings.screen)
        for line in self._open_bars(station):
            line.start()

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        """One event, whatever its source."""
        self._now, self._mono = now, mono
        if isinstance(event, Closed):
            self._station.inbox.put(Stop())
        elif isinstance(event, BarSeen):
            self._bar_seen(event)
        else:
            self._state, lights = step(self._state, event, now, mono)
            for light in lights:
                self._light(light)

    def pump(self, timeout_s: float) -> list[object]:
        """What to handle next: from the window and from the inbox. Draws first what was handled before."""
        assert self._glass is not None
        self._show(self._glass.window)
        return self._glass.pump(timeout_s)

    def close(self) -> None:
        """Close bars, finger and window."""
        for line in set(self._lines.values()):
            line.close()
        if self._glass is not None:
            self._glass.close()

    # --- wiring ---------------------------------------------------------------------------------------------

    def _open_screen(self, station: Host, wanted: Screen) -> None:
        photos = self._beside / self._settings.photos if self._settings.photos else None
        self._glass = Glass(wanted, self._beside, Painter(fonts(), photos), station.id, station.inbox)

    def _open_bars(self, station: Host) -> list[BarLine]:
        """One line for each port; bars with the same port share it."""
        by_port: dict[str, list[BarSettings]] = {}
        for bar in self._settings.bars:
            by_port.setdefault(bar.port, []).append(bar)
        lines = []
        for port, bars in by_port.items():
            wired = [Wired(bar.window, bar.address, self._profiles[bar.window]) for bar in bars]
            line = BarLine(wired, partial(_port, station, port, wired[0].profile), station.inbox.put)
            self._lines.update((bar.window, line) for bar in bars)
            lines.append(line)
        return lines

    def _bar_seen(self, seen: BarSeen) -> None:
        if seen.health is not Health.READY:
            log.warning("bar of window %d: %s", seen.window, seen.reason)
        self._station.device(device_at("bar", seen.window), seen.health, seen.reason)

    def _light(self, light: Light) -> None:
        profile = self._profiles[light.window]
        text = bar_text(light, profile.columns, self._words)
        if profile.digits is not None and light.says is BarSays.EMERGENCY:
            text = ""  # “请到A2出口” calls nobody, but a board of digits would show 2
        self._lines[light.window].show(light.window, text, COLOURS[light.says])

    def _show(self, window: Window) -> None:
        seen = shown(self._state, self._now, self._mono, self._language)
        window.show(page_of(seen, window.size, self._words))


def _bar_profile(bar: BarSettings) -> BarProfile:
    found = profile(bar.profile)
    if not isinstance(found, BarProfile):
        raise BadFile((f"display.bars: {bar.profile!r} is no bar's profile; one is a090-8",))
    return found


def _port(station: Host, url: str, found: BarProfile, on_bytes: OnBytes, on_state: OnState) -> Port:
    return station.line(url, settings_of(found), on_bytes, on_state, waits=True)


def hosted(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of this kind in a station file that lies in `beside`. Raises BadFile."""
    if settings.display is None:
        return ()
    role = Display(settings.display, settings.language, beside)
    return (Hosted(role, role.pump if role.has_screen else None),)
