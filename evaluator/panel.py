"""The pad's window: shows the flow's state, gives presses as events of the flow."""

from __future__ import annotations

from evaluator.frame import View
from evaluator.screen import event_of, event_of_key, page_of
from evaluator.values import Event, State
from hall.wording import Words
from screen.glass import Glass
from screen.window import Closed, Pressed, Typed


class Panel:
    """Belongs to the main thread. `keyboard`: one is attached, own words can be typed."""

    def __init__(self, glass: Glass, words: Words, ratings: Words, keyboard: bool) -> None:
        self._glass = glass
        self._window = glass.window
        self._words = words
        self._ratings = ratings
        self._keyboard = keyboard

    def show(self, state: State, mono: float) -> None:
        """Draw the state, if it looks different."""
        view = View(
            state=state,
            mono=mono,
            size=self._window.size,
            words=self._words,
            ratings=self._ratings,
            keyboard=self._keyboard,
        )
        self._window.show(page_of(view))

    def pump(self, timeout_s: float) -> list[object]:
        """What is in the inbox and what was pressed, waiting up to `timeout_s` for either."""
        return self._glass.pump(timeout_s, self._pressed)

    def _pressed(self, timeout_s: float) -> list[Event | Closed]:
        events: list[Event | Closed] = []
        for raw in self._window.pump(timeout_s):
            event: Event | Closed | None = None
            if isinstance(raw, Closed):
                event = raw
            elif isinstance(raw, Pressed):
                event = event_of(raw.id)
            elif isinstance(raw, Typed):
                event = event_of_key(raw.key)
            if event is not None:
                events.append(event)
        return events

    def close(self) -> None:
        """Close the screen."""
        self._glass.close()
