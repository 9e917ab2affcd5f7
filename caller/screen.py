"""The soft caller's window: shows the flow's state, gives presses as events of the flow."""

from __future__ import annotations

from caller.dialogues import pages_of, shown_options
from caller.frame import View
from caller.offers import options
from caller.pages import page_of
from caller.presses import TURNS, of_button, of_key
from caller.values import Event, State
from hall.model import Instant
from hall.wording import Words
from screen.window import Closed, Pressed, Typed, Window


class SoftCaller:
    """Belongs to the main thread."""

    def __init__(self, window: Window, words: Words, refusals: Words, language: str = "zh") -> None:
        self._window = window
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

    def pump(self, timeout_s: float) -> list[Event | Closed]:
        """What was pressed, waiting up to `timeout_s` for it or for the window's `wake`."""
        events: list[Event | Closed] = []
        for raw in self._window.pump(timeout_s):
            if isinstance(raw, Closed):
                events.append(raw)
            elif isinstance(raw, Pressed):
                events += self._button(raw.id)
            elif isinstance(raw, Typed):
                events += self._key(raw.key)
        return events

    def close(self) -> None:
        """Close the window."""
        self._window.close()

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
