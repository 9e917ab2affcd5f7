"""A guide desk as it stands in a hall, perhaps with a printer on a PTY."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

from guidedesk.role import GuideDeskRole
from hall.messages import Body, Resume
from hall.model import Hall, Role
from hall.profile import PrinterProfile
from hall.station.settings import profile
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import DeskSettings, Screen, StationFile
from screen.window import Window
from slips.printer import Pace
from testbed.printer import VirtualPrinter
from tests.hub.made import GUIDE_DESK, KIOSK, STATIONS, made, sign_in
from tests.rig import AtScreen

QUICK: Final = Pace(poll_s=0.1, answer_s=1.0, print_s=4.0, doubt_s=0.3, open_s=3.0)


class GuideDesk(AtScreen[GuideDeskRole]):
    """The desk, ready: with a printer, once that is."""

    def __init__(
        self,
        path: Path,
        *,
        printer: bool = False,
        language: str = "zh",
        emergencies: tuple[str, ...] = (),
        hall: Hall | None = None,
    ):
        hall = hall or made()
        found = profile("escpos-80mm")
        assert isinstance(found, PrinterProfile)
        self.twin = VirtualPrinter(found) if printer else None
        settings = DeskSettings(
            screen=Screen(width=1280, height=800),
            printer=self.twin.path if self.twin else "",
            emergencies=emergencies,
        )
        file = StationFile(
            id=GUIDE_DESK,
            hall=hall.id,
            roles=(Role.DESK,),
            broker=BrokerFile(password_file="none"),
            data="data",
            desk=settings,
        )
        super().__init__(path, hall, file, GuideDeskRole(settings, language, path, QUICK), printer=self.twin)

    def __enter__(self) -> Self:
        super().__enter__()
        if self.twin is not None:
            self.until(lambda: self.role.state.prints or None, "the printer")
        return self

    @property
    def window(self) -> Window:
        return self.role._glass.window

    def at_kiosk(self, body: Body) -> Any:
        """The hub's reply to somebody at the kiosk."""
        return self.elsewhere(KIOSK, body)

    def open(self, window: int, badge: str) -> None:
        """A clerk sits down at a window and begins to call."""
        self.elsewhere(STATIONS[window], sign_in(self.hall, f"s{window}", window, badge), f"s{window}")
        self.elsewhere(STATIONS[window], Resume(window=window))

    def issue(self) -> str:
        """Somebody at the desk is given a number for the first matter, by mouse; its label."""
        self.keys("f1")
        for kind in ("department:", "matter:"):
            self.until_page(f"{kind[:-1]}s")
            self.press(next(b.id for b in self.page.buttons() if b.id.startswith(kind)))
        self.until_page("confirm")
        self.press("yes")
        self.until_page("issued")
        job = self.role.state.job
        assert job is not None
        assert job.issued.label in self.words
        return job.issued.label
