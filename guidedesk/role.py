"""The guide desk as a role of a station: the flow, with the screen and perhaps a printer around it."""

from __future__ import annotations

from pathlib import Path

from guidedesk.flow import step
from guidedesk.frame import View
from guidedesk.keys import of_key
from guidedesk.moves import Effect
from guidedesk.pages import page_of
from guidedesk.values import GuideDesk, Intend, Print, Report, Tapped
from hall.errors import BadFile
from hall.happened import Answered, HubChanged, Note, Ticked, Told, Unanswered, Want
from hall.messages import Printed
from hall.model import Instant, Printing
from hall.profile import PrinterProfile
from hall.station.host import Host, Hosted, Stop
from hall.station.line import Line, settings_of
from hall.station.settings import fonts, profile, words
from hall.stationfile import DeskSettings, StationFile
from hall.topics import ALERT, CATALOGUE, EMERGENCY, OPEN, WINDOW, Topic
from hall.wording import Words
from screen.glass import Glass
from screen.painter import Painter
from screen.window import Closed, Pressed, Typed
from slips.printer import USUAL, OnBytes, OnState, Pace, Printer
from slips.slip import slip
from slips.values import PrintEnded, PrinterSeen, PrinterStands, health_of

DEVICE = "printer"


class GuideDeskRole:
    """`handle` and `pump` run on the main thread; the printer's thread reaches it through the station's inbox."""

    topics: tuple[Topic, ...] = (CATALOGUE, OPEN, ALERT, EMERGENCY, WINDOW)

    def __init__(self, settings: DeskSettings, language: str, beside: Path, pace: Pace = USUAL) -> None:
        self._settings = settings
        self._language = language
        self._beside = beside
        self._pace = pace
        self._profile = _printer_profile(settings.profile) if settings.printer else None
        self._fonts = fonts()
        self._words, self._refusals = words("guidedesk", language), words("refusals", language)
        self._slip_words = words("slip", language)
        stands = PrinterStands.CHECKING if settings.printer else None
        self.state = GuideDesk(texts=emergency_texts(self._words, settings.emergencies), printer=stands)
        self._now: Instant | None = None
        self._printer: Printer | None = None

    def start(self, station: Host) -> None:
        """Open the screen and, if there is one, the printer's line."""
        self._station = station
        painter = Painter(self._fonts)
        self._glass = Glass(self._settings.screen, self._beside, painter, station.id, station.inbox)
        if self._profile is not None:
            face, tell = self._fonts.regular, station.inbox.put
            self._printer = Printer(self._open_line, self._profile, face, tell, self._pace)
            self._printer.start()
        self._show()

    def pump(self, timeout_s: float) -> list[object]:
        """What was pressed and what is in the inbox; waits up to `timeout_s` for the first of either."""
        return self._glass.pump(timeout_s)

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        """One event, whatever its source; then the screen as the state now is."""
        self._now = now
        if isinstance(event, Closed):
            self._station.inbox.put(Stop())
            return
        if isinstance(event, Pressed):
            event = Tapped(event.id) if event.page == self.state.page.value else Ticked()
        if isinstance(event, Typed):
            button = of_key(event.key, self.state)
            event = Tapped(button) if button is not None else Ticked()
        if isinstance(event, PrinterSeen):
            self._station.device(DEVICE, *health_of(event.stands))
        if isinstance(event, Told | Answered | Unanswered | HubChanged | Ticked | Tapped | PrinterSeen | PrintEnded):
            self.state, effects = step(self.state, event, mono, now)
            for effect in effects:
                self._do(effect)
            self._show()

    def close(self) -> None:
        """Close printer, finger and window."""
        if self._printer is not None:
            self._printer.close()
        self._glass.close()

    def _do(self, effect: Effect) -> None:
        match effect:
            case Want(body):
                self._station.want(body)
            case Report(fact):
                self._station.note(Note(fact), settles=fact.ticket)
            case Intend(issued):
                lost = Printed(ticket=issued.ticket, outcome=Printing.UNKNOWN, reason="station_stopped")
                self._station.intend(issued.ticket, Note(lost))
            case Print(issued):
                catalogue = self.state.catalogue
                # Only a desk that has a printer prints, and nothing is asked before the catalogue is there.
                assert self._printer is not None
                assert self._profile is not None
                assert catalogue is not None
                made = slip(issued, catalogue, self._slip_words, self._profile.columns, self._language)
                self._printer.print_slip(issued.ticket, made)

    def _show(self) -> None:
        view = View(
            state=self.state,
            now=self._now,
            size=self._glass.window.size,
            words=self._words,
            refusals=self._refusals,
            language=self._language,
        )
        self._glass.window.show(page_of(view))

    def _open_line(self, on_bytes: OnBytes, on_state: OnState) -> Line:
        assert self._profile is not None
        return Line(self._settings.printer, settings_of(self._profile), on_bytes, on_state)


def emergency_texts(own: Words, more: tuple[str, ...]) -> tuple[str, ...]:
    """What can be called out here: the words file's texts, then the station file's."""
    keys = sorted(key for key in own.keys() if key.startswith("emergency.text_"))  # noqa: SIM118 - Words is no dict
    return (*(own(key) for key in keys), *(text.strip() for text in more))


def _printer_profile(name: str) -> PrinterProfile:
    found = profile(name)
    if not isinstance(found, PrinterProfile):
        raise BadFile((f"desk.profile: {name!r} is no printer's; one is escpos-80mm",))
    return found


def hosted(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of this kind in a station file that lies in `beside`. Raises BadFile."""
    if settings.desk is None:
        return ()
    role = GuideDeskRole(settings.desk, settings.language, beside)
    return (Hosted(role, role.pump),)
