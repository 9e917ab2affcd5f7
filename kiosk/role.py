"""The kiosk as a role of a station: the flow, with the printer and the screen around it."""

from __future__ import annotations

import logging
from importlib.resources import files
from pathlib import Path

from hall.errors import BadFile
from hall.happened import Answered, HubChanged, Note, Ticked, Told, Unanswered, Want
from hall.messages import Printed
from hall.model import Instant, Printing
from hall.profile import PrinterProfile
from hall.station.host import Host, Hosted, Stop
from hall.station.line import Line, settings_of
from hall.station.settings import fonts, profile, words
from hall.stationfile import KioskSettings, StationFile
from hall.topics import CATALOGUE, OPEN, Topic
from hall.wording import Words
from kiosk.flow import Effect, step
from kiosk.frame import leaf_grid
from kiosk.screen import page_of
from kiosk.values import Kiosk, Print, Report, Tapped
from screen.glass import Glass
from screen.painter import Painter
from screen.window import Closed, Pressed
from slips.printer import USUAL, OnBytes, OnState, Pace, Printer
from slips.slip import slip
from slips.values import PrintEnded, PrinterSeen, health_of

DEVICE = "printer"
log = logging.getLogger("kiosk")


class KioskRole:
    """`handle` and `pump` run on the main thread; the printer's thread reaches it through the station's inbox."""

    topics: tuple[Topic, ...] = (CATALOGUE, OPEN)

    def __init__(self, settings: KioskSettings, language: str, beside: Path, pace: Pace = USUAL) -> None:
        self._settings = settings
        self._beside = beside
        self._pace = pace
        found = profile(settings.profile)
        if not isinstance(found, PrinterProfile):
            raise BadFile((f"kiosk.profile: {settings.profile!r} is no printer's; one is escpos-80mm",))
        self._profile = found
        self._fonts = fonts()
        codes = languages(language)
        self._words = {code: words("kiosk", code) for code in codes}
        self._refusals = {code: words("refusals", code) for code in codes}
        self._slip_words: dict[str, Words] = {code: words("slip", code) for code in codes}
        self._size = (settings.screen.width, settings.screen.height)
        rows, columns = leaf_grid(self._size)
        self.state = Kiosk(languages=codes, language=codes[0], per_leaf=rows * columns)

    def start(self, station: Host) -> None:
        """Open the screen and the printer's line."""
        self._station = station
        painter = Painter(self._fonts)
        self._glass = Glass(self._settings.screen, self._beside, painter, station.id, station.inbox)
        self._printer = Printer(self._open_line, self._profile, self._fonts.regular, station.inbox.put, self._pace)
        self._printer.start()
        self._show()

    def pump(self, timeout_s: float) -> list[object]:
        """What was pressed and what is in the inbox; waits up to `timeout_s` for the first of either."""
        return self._glass.pump(timeout_s)

    def handle(self, event: object, now: Instant | None, mono: float) -> None:  # noqa: ARG002 - of every role
        """One event, whatever its source; then the screen as the state now is."""
        if isinstance(event, Closed):
            self._station.inbox.put(Stop())
            return
        if isinstance(event, Pressed):
            event = Tapped(event.id) if event.page == self.state.page.value else Ticked()
        if isinstance(event, PrinterSeen):
            self._station.device(DEVICE, *health_of(event.stands))
        if isinstance(event, Told | Answered | Unanswered | HubChanged | Ticked | Tapped | PrinterSeen | PrintEnded):
            self.state, effects = step(self.state, event, mono)
            for effect in effects:
                self._do(effect)
            self._show()

    def close(self) -> None:
        """Close printer, finger and window."""
        self._printer.close()
        self._glass.close()

    def _do(self, effect: Effect) -> None:
        if isinstance(effect, Want):
            self._station.want(effect.body)
        elif isinstance(effect, Report):
            self._station.note(Note(effect.fact), settles=effect.fact.ticket)
        else:
            self._print(effect)

    def _print(self, effect: Print) -> None:
        issued, catalogue = effect.issued, self.state.catalogue
        assert catalogue is not None  # nothing is asked before the catalogue is there
        if not issued.reprint:
            lost = Printed(ticket=issued.ticket, outcome=Printing.UNKNOWN, reason="station_stopped")
            self._station.intend(issued.ticket, Note(lost))
        own = self._slip_words[effect.language]
        self._printer.print_slip(issued.ticket, slip(issued, catalogue, own, self._profile.columns, effect.language))

    def _show(self) -> None:
        self._glass.window.show(page_of(self.state, self._words, self._refusals, self._size))

    def _open_line(self, on_bytes: OnBytes, on_state: OnState) -> Line:
        return Line(self._settings.printer, settings_of(self._profile), on_bytes, on_state)


def languages(first: str) -> tuple[str, ...]:
    """The languages that have kiosk words, the hall's own first; a new language is a new folder of words."""
    found = sorted(folder.name for folder in (files("hall") / "words").iterdir() if (folder / "kiosk.toml").is_file())
    if first not in found:
        raise BadFile((f"language: no words for {first!r}; there are: {', '.join(found)}",))
    return (first, *(code for code in found if code != first))


def hosted(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of this kind in a station file that lies in `beside`. Raises BadFile."""
    if settings.kiosk is None:
        return ()
    role = KioskRole(settings.kiosk, settings.language, beside)
    return (Hosted(role, role.pump),)
