"""The evaluator as a role of a station: flow, pad with keys, pad with a screen and voice at the station's inbox."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from evaluator.flow import fresh, step
from evaluator.pad import Pad
from evaluator.panel import Panel
from evaluator.values import Effect, Prompt, Settings, StartPad, State
from evaluator.voice import Voice
from hall.devices import device_at
from hall.errors import BadFile
from hall.happened import Note
from hall.messages import Health
from hall.model import Instant
from hall.profile import PadProfile
from hall.ratings import reasons_in
from hall.station.host import Host, Hosted, PortChanged, Stop
from hall.station.line import settings_of
from hall.station.settings import fonts, profile, words
from hall.station.sharedline import Port
from hall.stationfile import EvaluatorSettings, Screen, StationFile
from hall.topics import CATALOGUE, WINDOW, Topic
from screen.glass import Glass
from screen.painter import Painter
from screen.window import Closed

DEVICE: Final = "pad"
VOICE: Final = "pad_voice"
NOT_FIVE_LEVEL: Final = "not_five_level"
KEYBOARDS: Final = (Path("/dev/input/by-path"), "*-event-kbd")
log = logging.getLogger("evaluator")


class Evaluator:
    """`handle` and `pump` belong to the main thread; drivers reach it through the station's inbox."""

    topics: tuple[Topic, ...] = (CATALOGUE, WINDOW)

    def __init__(self, settings: EvaluatorSettings, language: str, beside: Path) -> None:
        if not (settings.pad or settings.screen):
            raise BadFile(("evaluator: needs a pad or a screen",))
        self._settings = settings
        self._language = language
        self._beside = beside
        self._profile = _pad_profile(settings.profile)
        self._ratings = words("ratings", language)
        reasons = reasons_in(self._ratings)
        self._state = fresh(Settings(window=settings.window, reasons=reasons, wait_s=settings.wait_s))
        self._mono = 0.0
        self._line: Port | None = None
        self._pad: Pad | None = None
        self._panel: Panel | None = None
        self._voice: Voice | None = None

    @property
    def state(self) -> State:
        """What the flow knows; what was chosen is not readable in its `repr`."""
        return self._state

    @property
    def has_screen(self) -> bool:
        """Whether there is a pad with a screen, whose `pump` must run on the main thread."""
        return self._settings.screen is not None

    # --- the role -------------------------------------------------------------------------------------------

    def start(self, station: Host) -> None:
        """Open pad, screen and voice. Raises BadFile without fonts."""
        self._station = station
        if self._settings.screen is not None:
            self._open_screen(station, self._settings.screen)
        self._open_voice(station)
        if self._settings.pad:
            self._open_pad(station)

    def handle(self, event: object, now: Instant | None, mono: float) -> None:  # noqa: ARG002 (nothing is dated here)
        """One event, whatever its source."""
        self._mono = mono
        if isinstance(event, PortChanged):
            self._port_changed(event)
        elif isinstance(event, Closed):
            self._station.inbox.put(Stop())
        else:
            self._state, effects = step(self._state, event, mono)
            for effect in effects:
                self._do(effect)

    def pump(self, timeout_s: float) -> list[object]:
        """What to handle next: from the screen and from the inbox. Draws first what was handled before."""
        assert self._panel is not None
        self._panel.show(self._state, self._mono)
        return self._panel.pump(timeout_s)

    def close(self) -> None:
        """Close pad, voice and screen."""
        if self._line is not None:
            self._line.close()
        if self._voice is not None:
            self._voice.close()
        if self._panel is not None:
            self._panel.close()

    # --- wiring ---------------------------------------------------------------------------------------------

    def _open_pad(self, station: Host) -> None:
        found = self._profile

        def heard(data: bytes) -> None:
            pad.feed(data)  # made below: pad and line need each other

        line = station.line(
            self._settings.pad,
            settings_of(found),
            on_bytes=heard,
            on_state=lambda here, reason: station.inbox.put(PortChanged(here, reason)),
        )
        pad = Pad(line, found, self._settings.address, station.inbox.put)
        self._line, self._pad = line, pad
        line.start()

    def _open_screen(self, station: Host, wanted: Screen) -> None:
        photos = self._beside / self._settings.photos if self._settings.photos else None
        glass = Glass(wanted, self._beside, Painter(fonts(), photos), station.id, station.inbox)
        directory, pattern = KEYBOARDS
        keyboard = any(directory.glob(pattern))
        self._panel = Panel(glass, words("evaluator", self._language), self._ratings, keyboard)

    def _open_voice(self, station: Host) -> None:
        directory = self._beside / self._settings.voice if self._settings.voice else None
        self._voice = Voice(directory, self._language)
        if self._voice.wanted:
            station.device(self._named(VOICE), self._voice.health, self._voice.reason)

    def _named(self, device: str) -> str:
        return device_at(device, self._settings.window)

    def _port_changed(self, event: PortChanged) -> None:
        if not event.here:
            log.warning("pad port %s: %s", self._settings.pad, event.reason)
            self._station.device(self._named(DEVICE), Health.LOST, "port")
            return
        if self._profile.five_level:
            self._station.device(self._named(DEVICE), Health.READY)
        else:
            log.warning("pad %s: %d keys, not five levels", self._settings.profile, len(self._profile.keys))
            self._station.device(self._named(DEVICE), Health.DEGRADED, NOT_FIVE_LEVEL)
        if self._state.asking is not None and self._pad is not None:
            self._pad.ask()  # the question was lost with the port

    def _do(self, effect: Effect) -> None:
        match effect:
            case Note():
                self._station.note(effect)
            case Prompt(spoken) if self._voice is not None:
                self._voice.say(spoken)
            case StartPad() if self._pad is not None:
                self._pad.ask()
            case _:
                pass  # no pad with keys to tell


def _pad_profile(name: str) -> PadProfile:
    found = profile(name)
    if not isinstance(found, PadProfile):
        raise BadFile((f"evaluator.profile: {name!r} is no pad's; one is ff68-pad-4",))
    return found


def hosted(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of this kind in a station file that lies in `beside`. Raises BadFile."""
    roles = [Evaluator(window, settings.language, beside) for window in settings.evaluator]
    return tuple(Hosted(role, role.pump if role.has_screen else None) for role in roles)
