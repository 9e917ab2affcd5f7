"""One window as it stands in a hall: a clerk's station with the caller's role."""

from __future__ import annotations

from pathlib import Path

from caller.role import Caller
from hall.messages import Printed, TakeTicket
from hall.model import Hall, Printing, Role
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import CallerSettings, Screen, StationFile
from screen.window import Window
from tests.hub.made import KIOSK, PINS, STATIONS, made
from tests.rig import AtScreen


class Desk(AtScreen[Caller]):
    """The window; a turn of the loops takes a moment."""

    turn_s, step_s = 0.01, 0.0
    first_page = "sign_in"

    def __init__(
        self, path: Path, keypad: str = "", language: str = "zh", pictures: str = "", hall: Hall | None = None
    ) -> None:
        hall = hall or made()
        screen = Screen(width=1024, height=600, pictures=pictures)
        caller = CallerSettings(window=1, keypad=keypad, screen=screen)
        file = StationFile(
            id=STATIONS[1],
            hall=hall.id,
            roles=(Role.CALLER,),
            broker=BrokerFile(password_file="none"),
            data="data",
            caller=(caller,),
        )
        super().__init__(path, hall, file, Caller(caller, language, path))

    @property
    def window(self) -> Window:
        screen = self.role._screen
        assert screen is not None
        return screen._window

    def until_calls(self, count: int) -> None:
        """Until the ticket in hand has been called so often."""

        def called() -> bool | None:
            window = self.role.state.window
            return (window is not None and window.in_hand is not None and window.in_hand.calls >= count) or None

        self.until(called, f"{count} calls")

    def take_number(self, matter: str = "pension") -> str:
        """Somebody takes a number; its label, once it is on paper and the window knows."""
        waiting = self._waiting()
        issued = self.elsewhere(KIOSK, TakeTicket(matter=matter))
        self.elsewhere(KIOSK, Printed(ticket=issued.ticket, outcome=Printing.ON_PAPER))
        self.until(lambda: self._waiting() > waiting or None, "the window to know of the number")
        return str(issued.label)

    def _waiting(self) -> int:
        window = self.role.state.window
        return window.waiting if window else 0

    def sign_in(self, badge: str = "101") -> None:
        """By the keyboard; the window is paused after."""
        self.keys(*badge, "return", *PINS[badge], "return")
        self.until_page("desk_paused")

    def open(self) -> None:
        self.sign_in()
        self.keys("f8")
        self.until_page("desk_free")
