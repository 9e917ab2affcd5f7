"""The caller as a role of a station: flow, keypad, PIN worker and soft caller at the station's inbox."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from caller.flow import fresh, step
from caller.keypad import Keypad
from caller.light import CallLight, NoLight, lit
from caller.pinwork import PinWorker
from caller.values import (
    Cells,
    Effect,
    Feedback,
    Manner,
    Settings,
    State,
    Stretch,
    WantSignIn,
)
from hall.devices import device_at
from hall.dialects import ff68
from hall.errors import BadFile
from hall.happened import Want
from hall.messages import Health, SignIn
from hall.model import Disposition, Instant, RequestId
from hall.pin import bound_to, proof
from hall.profile import KeypadProfile
from hall.station.host import Host, Hosted, PortChanged
from hall.station.line import settings_of
from hall.station.settings import profile
from hall.station.sharedline import Port
from hall.stationfile import CallerSettings, Screen, StationFile
from hall.topics import CATALOGUE, WINDOW, Topic

if TYPE_CHECKING:
    from caller.screen import SoftCaller

KEYPAD = "keypad"
LIGHT = "light"
log = logging.getLogger("caller")


class Caller:
    """`handle` and `pump` belong to the main thread; drivers reach it through the station's inbox."""

    topics: tuple[Topic, ...] = (CATALOGUE, WINDOW)

    def __init__(self, settings: CallerSettings, language: str, beside: Path) -> None:
        self._settings = settings
        self._language = language
        self._beside = beside
        next_finishes = Disposition.DONE if settings.next_finishes else None
        manner = Manner(next_finishes=next_finishes)
        self._state = fresh(Settings(window=settings.window, screen=manner))
        self._now: Instant | None = None
        self._pins: PinWorker | None = None
        self._keypad: Keypad | None = None
        self._line: Port | None = None
        self._screen: SoftCaller | None = None
        self._light: CallLight | None = None

    @property
    def state(self) -> State:
        """What the flow knows; no PIN is readable in it."""
        return self._state

    @property
    def has_screen(self) -> bool:
        """Whether there is a soft caller, whose `pump` must run on the main thread."""
        return self._settings.screen is not None

    # --- the role -------------------------------------------------------------------------------------------

    def start(self, station: Host) -> None:
        """Open keypad, screen and light. Raises BadFile for a profile that is no keypad's, or without fonts."""
        self._station = station
        self._pins = PinWorker(station.inbox.put)
        if self._settings.keypad:
            self._open_keypad(station)
        if self._settings.screen is not None:
            self._open_screen(station, self._settings.screen)
        if self._settings.light_pin:
            self._open_light(station, self._settings.light_pin)

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        """One event, whatever its source."""
        self._now = now
        if isinstance(event, PortChanged):
            self._port_changed(event)
        else:
            self._state, effects = step(self._state, event, now, mono)  # type: ignore[arg-type]
            for effect in effects:
                self._do(effect)
        if self._light is not None:
            self._light.show(lit(self._state.window))
        if self._keypad is not None:
            self._keypad.tick()

    def pump(self, timeout_s: float) -> list[object]:
        """What to handle next: from the screen and from the inbox. Draws first what was handled before."""
        assert self._screen is not None
        self._screen.show(self._state, self._now)
        return self._screen.pump(timeout_s)

    def close(self) -> None:
        """Close keypad, worker, screen and light."""
        if self._light is not None:
            self._light.close()
        if self._line is not None:
            self._line.close()
        if self._pins is not None:
            self._pins.close()
        if self._screen is not None:
            self._screen.close()

    # --- wiring ---------------------------------------------------------------------------------------------

    def _open_keypad(self, station: Host) -> None:
        found = profile(self._settings.profile)
        if not isinstance(found, KeypadProfile):
            raise BadFile((f"caller.profile: {self._settings.profile!r} is no keypad's; one is ff68-21key-b",))

        def heard(data: bytes) -> None:
            keypad.feed(data)  # made below: keypad and line need each other

        line = station.line(
            self._settings.keypad,
            settings_of(found),
            on_bytes=heard,
            on_state=lambda here, reason: station.inbox.put(PortChanged(here, reason)),
        )
        keypad = Keypad(line, found, self._settings.address, station.inbox.put)
        if found.speaks == "polled":
            line.poll(ff68.encode(ff68.poll(self._settings.address, found.poll_command)), found.poll_reply_ms / 1000)
        self._line, self._keypad = line, keypad
        line.start()

    def _open_screen(self, station: Host, wanted: Screen) -> None:
        from caller.screen import SoftCaller  # pygame's 20 MB are for those who have a screen

        self._screen = SoftCaller.opened(station, wanted, self._beside, self._language)

    def _open_light(self, station: Host, pin: str) -> None:
        """Calling goes on without a light; the hall is told."""
        try:
            self._light = CallLight(pin)
        except NoLight as error:
            log.warning("%s", error)
            station.device(self._named(LIGHT), Health.LOST, "pin")
        else:
            station.device(self._named(LIGHT), Health.READY)

    def _named(self, device: str) -> str:
        return device_at(device, self._settings.window)

    def _port_changed(self, event: PortChanged) -> None:
        if event.here:
            self._station.device(self._named(KEYPAD), Health.READY)
            if self._keypad is not None:
                self._keypad.reopened()
        else:
            log.warning("keypad port %s: %s", self._settings.keypad, event.reason)
            self._station.device(self._named(KEYPAD), Health.LOST, "port")

    def _do(self, effect: Effect) -> None:
        match effect:
            case Want(body):
                self._station.want(body)
            case WantSignIn():
                self._station.want_with(lambda request: self._sign_in(effect, request))
            case Stretch() if self._pins is not None:
                self._pins.give(effect)
            case Cells() if self._keypad is not None:
                self._keypad.show(effect)
            case Feedback(signal) if self._keypad is not None:
                self._keypad.signal(signal)
            case _:
                pass  # no keypad to tell

    def _sign_in(self, wanted: WantSignIn, request: RequestId) -> SignIn:
        bound = bound_to(request, self._station.id, wanted.window, wanted.badge)
        return SignIn(window=wanted.window, badge=wanted.badge, proof=proof(wanted.key.reveal(), bound))


def hosted(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of this kind in a station file that lies in `beside`. Raises BadFile."""
    roles = [Caller(window, settings.language, beside) for window in settings.caller]
    return tuple(Hosted(role, role.pump if role.has_screen else None) for role in roles)
