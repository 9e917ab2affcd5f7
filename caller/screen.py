"""The soft caller's window: shows the flow's state, gives presses as events of the flow."""

from __future__ import annotations

from pathlib import Path

from caller.dialogues import pages_of, shown_options
from caller.frame import View
from caller.offers import options
from caller.pages import page_of
from caller.presses import TURNS, of_button, of_key
from caller.values import Event, State
from hall.model import Instant
from hall.station.host import Host, Stop
from hall.station.settings import fonts, words
from hall.stationfile import Screen
from hall.wording import Words
from screen.glass import Glass
from screen.painter import Painter
from screen.window import Closed, Pressed, Typed


class SoftCaller:
    """Belongs to the main thread."""

    def __init__(self, glass: Glass, words: Words, refusals: Words, language: str = "zh") -> None:
        self._glass = glass
        self._window = glass.window
        self._words = words
        self._refusals = refusals
        self._language = language
        self._turned = 0
        self._view: View | None = None

    def show(self, state: State, now: Instant | None) -> None:
        """Draw the state, if it looks different."""
        if self._view is not None and self._view.state.choosing != state.choosing:
            self._turned = 0
        self._view = View(
            state=state,
            now=now,
            size=self._window.size,
            words=self._words,
            refusals=self._refusals,
            language=self._language,
            turned=self._turned,
        )
        self._window.show(page_of(self._view))

    @classmethod
    def opened(cls, station: Host, wanted: Screen, beside: Path, language: str) -> SoftCaller:
        """The window of a station file's screen, with its finger if it has one. Raises BadFile without fonts."""
        glass = Glass(wanted, beside, Painter(fonts()), station.id, station.inbox)
        return cls(glass, words("caller", language), words("refusals", language), language)

    def pump(self, timeout_s: float) -> list[object]:
        """What is in the inbox and what was pressed; waits up to `timeout_s` for either. `Stop` once it was closed."""
        return self._glass.pump(timeout_s, self._pressed)

    def _pressed(self, timeout_s: float) -> list[Event | Stop]:
        events: list[Event | Stop] = []
        for raw in self._window.pump(timeout_s):
            if isinstance(raw, Closed):
                events.append(Stop())
            elif isinstance(raw, Pressed):
                events += self._button(raw.id)
            elif isinstance(raw, Typed):
                events += self._key(raw.key)
        return events

    def close(self) -> None:
        """Close the screen."""
        self._glass.close()

    def _button(self, button: str) -> list[Event]:
        kind, _, by = button.partition(":")
        if kind == "turn":
            self._turn(int(by))
        event = of_button(button)
        return [event] if event is not None else []

    def _key(self, key: str) -> list[Event]:
        if self._view is None:
            return []
        if self._view.state.choosing is not None and key in TURNS:
            self._turn(TURNS[key])
            return []
        event = of_key(key, self._view.state, shown_options(self._view))
        return [event] if event is not None else []

    def _turn(self, by: int) -> None:
        assert self._view is not None
        last = pages_of(len(options(self._view.state))) - 1
        self._turned = min(max(0, self._turned + by), last)
        self.show(self._view.state, self._view.now)
