"""The day in memory, and what each committed event does to it."""

from __future__ import annotations

from hall.errors import BadLog
from hall.events import AnyEvent
from hall.model import Instant
from hub.held import Changed, Held, Step
from hub.steps.ahead import AHEAD
from hub.steps.back import BACK
from hub.steps.calls import CALLS
from hub.steps.others import OTHERS
from hub.steps.tickets import TICKETS

STEPS: dict[type, Step] = {**TICKETS, **CALLS, **BACK, **OTHERS, **AHEAD}


class Floor(Held):
    """What is held. Only `apply` changes it, one committed event at a time."""

    def apply(self, event: AnyEvent, at: Instant) -> Changed:
        """Change the floor by one event; the rows that changed. Raises IllegalMove for a move no table holds."""
        step = STEPS.get(type(event))
        if step is None:
            raise BadLog(f"no rule for {type(event).__name__}")
        changed = step(self, event, at)
        self.last_at = max(self.last_at, at)
        for entity in changed:
            self.hold(entity)
        return changed
