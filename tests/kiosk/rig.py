"""A kiosk as it stands in a hall, with a printer on a PTY."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec.structs import replace

from hall.model import Hall, Instant, Role
from hall.profile import PrinterProfile
from hall.station.settings import profile
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import KioskSettings, Screen, StationFile
from kiosk.role import KioskRole
from screen.window import Window
from slips.printer import Pace
from testbed.printer import VirtualPrinter
from tests.hub.made import KIOSK, MORNING
from tests.rig import AtScreen

QUICK: Final = Pace(poll_s=0.1, answer_s=1.0, print_s=8.0, doubt_s=0.3, open_s=3.0)


class OneKiosk(AtScreen[KioskRole]):
    """The kiosk; its printer takes a slip at once."""

    def __init__(self, path: Path, hall: Hall, now: Instant = MORNING) -> None:
        found = profile("escpos-80mm")
        assert isinstance(found, PrinterProfile)
        self.twin = VirtualPrinter(replace(found, line=replace(found.line, baud=4_000_000)))
        settings = KioskSettings(screen=Screen(width=540, height=960), printer=self.twin.path)
        file = StationFile(
            id=KIOSK,
            hall=hall.id,
            roles=(Role.KIOSK,),
            broker=BrokerFile(password_file="none"),
            data="data",
            kiosk=settings,
        )
        super().__init__(path, hall, file, KioskRole(settings, "zh", path, QUICK), printer=self.twin, now=now)

    @property
    def window(self) -> Window:
        return self.role._glass.window

    @property
    def told(self) -> str:
        """Everything that stands on the screen, also on buttons."""
        return "\n".join([*self.words, *(b.label for b in self.page.buttons())])

    def slip(self) -> str:
        """What stands on the next slip, once the page says to take it."""
        self.until_page("take")
        return self.twin.next_slip(self.limit_s).text
